"""The small copy: small enough for a slow link, of the same length, noted with its hash, and made again after a kill."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from glasses.bus import Bus
from glasses.capture.proxies import Proxies
from glasses.capture.proxy import MOST_BPS, make_proxy
from glasses.events import FaultRaised
from glasses.spool.spool import Spool
from glasses.turn import Turn
from glasses.wire.codec import decode_json
from glasses.wire.ids import uuid7
from glasses.wire.segment import Segment


@pytest.fixture
def noisy(make_clip: Callable[..., Path]) -> Path:
    """Four seconds in which every picture is new: the hardest there is to make small."""
    random = np.random.default_rng(3)
    shots = [(random.integers(0, 255, (360, 640, 3)).astype(np.uint8), 0.1) for _ in range(40)]
    return make_clip(shots, (np.sin(np.arange(4 * 48_000) * 0.05) * 9000).astype(np.int16))


def test_it_stays_below_its_rate_whatever_is_seen(noisy: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    make_proxy(noisy, copy)
    with av.open(str(copy)) as clip:
        seconds = (clip.duration or 0) / 1_000_000
        video, sound = clip.streams.video[0], clip.streams.audio[0]
        assert (video.width, video.height, video.codec_context.name, sound.codec_context.name) == (480, 270, "h264", "aac")
        assert sum(1 for _ in clip.decode(video=0)) == 60
    assert seconds == pytest.approx(4.0, abs=0.1)
    assert copy.stat().st_size * 8 / seconds <= MOST_BPS


async def keep(spool: Spool, media: Path) -> Segment:
    segment = await spool.begin(Segment(segment_id=uuid7(1_750_000_000_000), captured_at=1_750_000_000_000))
    shutil.copy(media, spool.media.part_path(segment))
    segment.duration_s, segment.frames = 4.0, 120
    await spool.close_segment(segment)
    return segment


async def test_each_closed_video_gets_one_and_its_sidecar_says_so(spool: Spool, noisy: Path) -> None:
    segment = await keep(spool, noisy)
    proxies = Proxies(spool, Bus(), Turn())
    assert await proxies.step()
    assert not await proxies.step()
    copy = spool.media.proxy_path(segment).read_bytes()
    noted = decode_json((spool.media.folder / f"{segment.segment_id}.json").read_bytes(), Segment)
    assert (noted.proxy_size_bytes, noted.proxy_sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    (clip,) = await spool.catalog.custody()
    assert (clip.proxy_size_bytes, clip.custody, clip.dropped_frames) == (len(copy), "kept", 0)
    assert list(spool.media.folder.glob("*.tmp")) == []


async def test_a_video_that_does_not_decode_is_said_and_not_tried_for_ever(spool: Spool, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    segment = await keep(spool, broken)
    bus = Bus()
    faults = bus.subscribe(FaultRaised)
    proxies = Proxies(spool, bus, Turn())
    assert await proxies.step()
    assert not await proxies.step()
    assert segment.segment_id in (await faults.next()).detail
    assert not spool.media.proxy_path(segment).exists()
