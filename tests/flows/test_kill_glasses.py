"""The real glasses, really killed while they record and while they upload: nothing is lost, nothing is twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Days, House, Scene, custody_holds, frames_of, until

FPS = 30


def whole_seconds(part: Path) -> int:
    """How many fragments of a second each are whole on the disk; each is a ``moof`` and the ``mdat`` after it."""
    return max(0, part.read_bytes().count(b"moof") - 1) if part.exists() else 0


def parts_of(house: House) -> list[Path]:
    return list((house.glasses_data / "media").glob("*.part"))


@pytest.mark.timeout(180)
def test_killed_while_recording_all_but_the_last_second_is_kept(house: House, days: Days) -> None:
    house.configure(width=640, height=360)
    house.relay_up()
    companion = house.pair()
    endless = Scene("2025-06-14T09:40:00+02:00", backdrop="coffee", said=((0.3, "okay glasses, record a video"),), length_s=60.0)
    running = house.glasses("run", "--hw", f"sim:{days.write(house.folder / 'day', [endless], speed=3.0)}")
    until(lambda: any(whole_seconds(part) >= 3 for part in parts_of(house)), "three seconds on the disk")
    running.kill()
    (part,) = parts_of(house)
    seconds = whole_seconds(part)
    assert house.status().counts == {"recording": 1}

    house.drain()
    (clip,) = house.status().clips
    kept = house.glasses_data / "media" / part.name.removesuffix(".part")
    assert frames_of(kept) >= seconds * FPS
    (video,) = companion.videos()
    assert (video.video_id, video.sha256, clip.custody) == (clip.segment_id, clip.sha256, "stored")
    custody_holds(house)


@pytest.mark.timeout(180)
def test_killed_while_uploading_the_upload_goes_on_and_the_clip_is_there_once(house: House, days: Days) -> None:
    house.configure(width=1280, height=720, chunk_bytes=16_384)
    house.relay_up()
    house.pair()
    scene = Scene("2025-06-14T09:40:00+02:00", backdrop="coffee")
    running = house.glasses("run", "--hw", f"sim:{days.write(house.folder / 'day', [scene], speed=3.0)}")
    arriving = house.relay_data / "uploads"
    until(lambda: any(part.stat().st_size > 50_000 for part in arriving.glob("*.part")), "an upload under way")
    running.kill()
    assert house.status().counts == {"kept": 1}
    (half,) = arriving.glob("*.part")
    size_bytes = half.stat().st_size

    house.drain()
    custody_holds(house)
    log = (house.folder / "relay.log").read_text()
    assert size_bytes > 50_000
    assert log.count('"method":"POST","path":"/api/v1/uploads","status":201') == 1, "the same upload went on"
