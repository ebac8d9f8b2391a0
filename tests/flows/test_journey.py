"""The main job, whole: spoken commands, a network that goes away, a request in words, and the right film."""

from __future__ import annotations

import json
import time

import pytest

from demo.cast import ROLES
from demo.footage import Figure
from demo.report import measure
from glasses.spool.spool import Spool
from glasses.wire.memory import MemoryStatus

from .conftest import LONDON, PHOTO, RECORD, STOP, Days, House, Scene, custody_holds, until

WIFE, ME = Figure("wife", 0.28, 0.85), Figure("me", 0.72, 0.85)
REMARK = ((0.3, RECORD), (3.8, "what a lovely morning this is"), (7.5, STOP))
TOGETHER = [
    Scene("2025-06-14T09:40:00+02:00", backdrop="coffee", figures=(WIFE, ME), said=REMARK, length_s=11.0),
    Scene("2025-06-14T10:15:00+02:00", backdrop="coffee", network=False),
    Scene("2025-06-14T11:50:00+02:00", backdrop="flower", figures=(WIFE, ME), network=False),
    Scene("2025-06-14T21:30:00+01:00", where=LONDON, backdrop="rocket", figures=(WIFE, ME)),
]
RIGHT = [0, 2]
"""Both people, in Paris."""
ASKED = (
    "okay glasses, create a memory video of my wife and me in Paris",
    "okay glasses, create a memory video of my wife in Tokyo",
)


def asking(at: str) -> Scene:
    return Scene(at, said=tuple((0.3 + number * 9.0, text) for number, text in enumerate(ASKED)), length_s=18.0)


@pytest.mark.timeout(180)
def test_from_spoken_words_to_the_right_film_and_to_honest_refusals(house: House, days: Days, store) -> None:
    house.configure(width=960, height=540)
    house.relay_up()
    companion = house.pair()
    companion.allow_faces()
    for role in (ROLES["wife"], ROLES["me"]):
        companion.enrol(role.name, role.relation, [store.media(name) for name in role.enrol], time.time_ns() // 1_000_000)

    day = house.glasses("run", "--hw", f"sim:{days.write(house.folder / 'day', TOGETHER)}", "--until-over")
    assert day.wait() == 0
    assert any("Offline" in line for line in day.lines), day.lines
    videos = companion.videos()
    assert len(videos) == len(TOGETHER), day.lines
    custody_holds(house)
    house.until_looked_at()

    evening = house.glasses(
        "run", "--hw", f"sim:{days.write(house.folder / 'evening', [asking('2025-06-14T22:30:00+01:00')])}", "--preview", "0"
    )
    film, nowhere = house.until_answered(2)

    assert film.status == MemoryStatus.COMPLETED, film.problem
    chosen = sorted(clip.video_id for clip in film.clips_used)
    assert chosen == sorted(videos[number].video_id for number in RIGHT), (
        film.near_misses,
        [(each.people, each.duration) for each in videos],
    )
    companion.download(film.video_url, house.folder / "film.mp4")
    measured = measure(house.folder / "film.mp4")
    assert measured["frames"] == film.frames == film.planned_frames > 0
    assert measured["has_sound"]

    assert (nowhere.status, nowhere.problem["code"], nowhere.video_url) == (MemoryStatus.FAILED, "ask.nothing_found", ""), nowhere
    assert nowhere.problem["hint"]
    assert nowhere.plan is not None
    assert nowhere.plan.said
    assert nowhere.near_misses, "the nearest there is"

    house.until_shown(evening, "Film ready", "No film")
    fetched = house.glasses_data / "films" / f"{film.memory_id}.mp4"
    until(fetched.exists, "the film is on the glasses, to be played on the display")
    assert fetched.read_bytes() == (house.folder / "film.mp4").read_bytes()
    assert fetched.with_suffix(".jpg").stat().st_size > 1000
    evening.end()
    assert sorted(clip.segment_id for clip in house.status().clips if clip.custody == "filmed") == sorted(
        videos[number].video_id for number in RIGHT
    )
    custody_holds(house)
    for number in RIGHT:
        followed(house, videos[number].video_id)


def followed(house: House, correlation_id: str) -> None:
    """One id leads through the logs of both programs, from shutter to film (of an unsplit recording it is the clip's own)."""
    here, there = (
        [json.loads(line) for line in (house.folder / name).read_text().splitlines() if line.startswith("{")]
        for name in ("glasses.log", "relay.log")
    )
    on_glasses = [line["event"].split()[-1] for line in here if line.get("correlation_id") == correlation_id]
    assert {"bytes", "tagged", "relay"} <= set(on_glasses), on_glasses
    at_relay = [line for line in there if line.get("correlation_id") == correlation_id]
    assert any(line.get("method") == "PATCH" for line in at_relay), at_relay
    assert {("job begins", "extract"), ("job done", "extract")} <= {(line["event"], line.get("operation")) for line in at_relay}
    assert any(line["event"] == "film made" and correlation_id in line["clips"].values() for line in there)


@pytest.mark.timeout(180)
def test_with_the_relay_down_everything_is_kept_and_catches_up(house: House, days: Days) -> None:
    house.configure(width=320, height=180)
    house.relay_up()
    companion = house.pair()
    house.relay_down()
    said = ((0.3, PHOTO), (4.8, "okay glasses, is the last one safe"), (9.6, ASKED[0]))
    running = house.glasses(
        "run", "--hw", f"sim:{days.write(house.folder / 'day', [Scene('2025-06-14T09:40:00+02:00', said=said, length_s=18.0)])}"
    )
    house.until_shown(running, "Offline", "Not yet", "Asked")
    running.end()
    assert house.status().counts == {"kept": 1}
    house.relay_up()
    house.drain()
    custody_holds(house)
    assert house.status().counts == {"stored": 1}
    (memory,) = house.until_answered(1)
    assert (memory.status, memory.problem["code"]) == (MemoryStatus.FAILED, "ask.unknown_person")
    assert len(companion.videos()) == 1


@pytest.mark.timeout(120)
async def test_a_clip_that_does_not_decode_is_kept_and_shown_unreadable(house: House) -> None:
    from glasses.clock import RealClock

    from ..glasses.conftest import keep_as_it_is, put_clip

    house.relay_up()
    companion = house.pair()
    spool = Spool(house.glasses_data, RealClock())
    await spool.open(keep_as_it_is)
    broken = await put_clip(spool, b"this is no video" * 99, captured_at=time.time_ns() // 1_000_000)
    await spool.close()
    house.drain()
    house.until_looked_at()
    (video,) = companion.videos()
    assert (video.status, video.sha256) == ("unreadable", broken.sha256)
    companion.download(f"/api/v1/videos/{video.video_id}/media", house.folder / "again")
    assert (house.folder / "again").read_bytes() == b"this is no video" * 99
    custody_holds(house)
