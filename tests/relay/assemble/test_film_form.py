"""Clips from phones and photos come into the form that films take, whatever they are like."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from glasses.wire.segment import PROFILE
from relay.assemble.film import ClipUnreadableError
from relay.assemble.normalise import Enhancement, normalise
from relay.assemble.photo import FRAMES, photo_clip
from relay.extract.probe import probe


def phone_clip(path: Path, *, codec: str = "libx264", sound: bool = True, jitter: bool = False, size: tuple[int, int] = (640, 360)) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            codec, rate=24, options={"preset": "ultrafast", **({"x265-params": "log-level=none"} if "265" in codec else {})}
        )
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        track = container.add_stream("aac", rate=44_100, layout="mono") if sound else None
        for number in range(48):
            picture = np.full((size[1], size[0], 3), (60 + 3 * number, 140, 60), np.uint8)
            picture[:, : size[0] // 4] = (200, 20, 20)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = number * 1000 // 24 + (number % 5 * 4 if jitter else 0), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if track:
            wave = (np.sin(np.arange(88_200) / 44_100 * 2 * np.pi * 440) * 0.3).astype(np.float32)
            for at in range(0, 88_200 - 1024, 1024):
                heard = av.AudioFrame.from_ndarray(wave[None, at : at + 1024], "fltp", "mono")
                heard.sample_rate, heard.pts = 44_100, at
                container.mux(track.encode(heard))
            container.mux(track.encode(None))
    return path


@pytest.mark.parametrize("kind", [{"codec": "libx265"}, {"jitter": True}, {"sound": False}, {"size": (360, 640)}], ids=str)
def test_it_is_in_the_profile_afterwards(tmp_path: Path, kind: dict[str, object]) -> None:
    original = phone_clip(tmp_path / "phone.mp4", **kind)  # type: ignore[arg-type] # fields of several types
    assert not probe(original).on_profile
    normalise("phone", original, tmp_path / "form.mp4", PROFILE, sound=True)
    form = probe(tmp_path / "form.mp4")
    assert form.on_profile, form.reason
    assert 57 <= form.frames <= 61


def test_its_sound_stays_with_its_pictures(tmp_path: Path) -> None:
    normalise("phone", phone_clip(tmp_path / "phone.mp4"), tmp_path / "form.mp4", PROFILE, sound=True)
    with av.open(str(tmp_path / "form.mp4")) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert np.abs(heard[20_000:60_000]).max() == pytest.approx(0.3, abs=0.08)
    peak = np.argmax(np.abs(np.fft.rfft(heard[20_000:68_000])))
    assert peak == 440


def test_a_broken_tail_is_left_out(tmp_path: Path) -> None:
    whole = tmp_path / "whole.ts"
    with av.open(str(phone_clip(tmp_path / "phone.mp4"))) as source, av.open(str(whole), "w", format="mpegts") as target:
        tracks = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = tracks[packet.stream.index]
                target.mux(packet)
    data = whole.read_bytes()
    (tmp_path / "cut.ts").write_bytes(data[: len(data) * 2 // 3] + bytes(3000))
    source = normalise("cut", tmp_path / "cut.ts", tmp_path / "form.mp4", PROFILE, sound=True)
    assert 20 <= sum(1 for _ in source.packets(0, 1000)) < 60


def test_what_is_no_video_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("nothing to see")
    with pytest.raises(ClipUnreadableError):
        normalise("text", tmp_path / "text.mp4", tmp_path / "form.mp4", PROFILE, sound=True)


@pytest.mark.parametrize("enhance", list(Enhancement))
def test_it_can_be_enhanced_on_the_way(tmp_path: Path, enhance: Enhancement) -> None:
    original = phone_clip(tmp_path / "phone.mp4", size=(320, 180), sound=False)
    source = normalise("phone", original, tmp_path / "form.mp4", PROFILE, 6, enhance=(enhance,))
    assert sum(1 for _ in source.packets(0, 100)) == 6


def photo(path: Path, size: tuple[int, int], orientation: int = 1) -> Path:
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    picture = np.stack([x * 255 // size[0], y * 255 // size[1], (x // 40 + y // 40) % 2 * 200], -1).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(picture).save(path, "JPEG", quality=90, exif=exif)
    return path


def test_a_photo_drifts_slowly_and_is_in_the_profile(tmp_path: Path, pictures_of: Callable[[Path], object]) -> None:
    photo_clip("photo", photo(tmp_path / "photo.jpg", (1600, 1200)), tmp_path / "form.mp4", PROFILE)
    form = probe(tmp_path / "form.mp4")
    assert (form.on_profile, form.frames) == (True, FRAMES), form.reason
    pictures = [picture[:1080] for number, picture in enumerate(pictures_of(tmp_path / "form.mp4")) if number in (0, 66, 67, 134)]  # type: ignore[call-overload] # an iterator
    change = [float(np.abs(one.astype(int) - other).mean()) for one, other in ((pictures[0], pictures[3]), (pictures[1], pictures[2]))]
    assert change[0] > 5.0
    assert 0.0 < change[1] < 4.0


def test_a_turned_photo_stands_upright_and_whole(tmp_path: Path, pictures_of: Callable[[Path], object]) -> None:
    """Orientation 6: the camera was held upright; what is its left side lies at the top."""
    photo_clip("photo", photo(tmp_path / "photo.jpg", (1600, 1200), orientation=6), tmp_path / "form.mp4", PROFILE, frames=2)
    picture = next(iter(pictures_of(tmp_path / "form.mp4")))  # type: ignore[call-overload] # an iterator
    assert picture[200:900, 100:300].mean() < picture[200:900, 800:1100].mean()  # the softened ground beside it is darker
    assert picture[700:1000, 800:1100].mean() > picture[100:400, 800:1100].mean() + 5


def test_a_damaged_photo_says_so(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(photo(tmp_path / "good.jpg", (400, 300)).read_bytes()[:300])
    with pytest.raises(ClipUnreadableError, match="photo"):
        photo_clip("photo", tmp_path / "photo.jpg", tmp_path / "form.mp4", PROFILE)
