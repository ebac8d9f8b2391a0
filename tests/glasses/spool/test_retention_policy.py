"""Room is made of what a relay has, the oldest first, and of nothing else; when that is not enough the wearer hears it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.config import Config, Keeping, Recording
from glasses.events import FaultRaised
from glasses.hud.cards import safety
from glasses.spool.catalog import Held
from glasses.spool.retention import SAFE, Retention, left_s, plan, rate_bytes_per_s, told
from glasses.spool.spool import Spool
from glasses.status import read_status
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import Custody
from glasses.wire.tag import Tags

from ..conftest import keep_as_it_is, put_clip, receipt_for


def held(number: int, custody: Custody, size_bytes: int, *, evicted: bool = False) -> Held:
    segment = Segment(segment_id=f"{number:04d}", sequence=number, size_bytes=size_bytes, duration_s=size_bytes / 1000, sha256="0" * 64)
    return Held(segment, custody, evicted, receipt_for(segment) if custody in SAFE else None)


CLIPS = st.lists(st.tuples(st.sampled_from(Custody), st.integers(0, 10**6), st.booleans()), max_size=30)


@given(clips=CLIPS, room=st.integers(0, 10**7), reserve=st.integers(0, 10**6), headroom_s=st.floats(0, 10**5))
def test_only_stored_clips_go_the_oldest_first_and_no_more_than_it_takes(
    clips: list[tuple[Custody, int, bool]], room: int, reserve: int, headroom_s: float
) -> None:
    made = [held(number, custody, size, evicted=evicted and custody in SAFE) for number, (custody, size, evicted) in enumerate(clips, 1)]
    todo = plan(made, room, reserve, headroom_s)
    could = [each for each in made if each.custody in SAFE and not each.evicted]
    assert list(todo.evict) == could[: len(todo.evict)]
    rate = rate_bytes_per_s(made)
    freed = sum(each.segment.size_bytes for each in todo.evict)
    assert todo.left_s == left_s(room + freed, reserve, rate)
    assert todo.left_s >= headroom_s or list(todo.evict) == could
    if todo.evict:
        without_last = freed - todo.evict[-1].segment.size_bytes
        assert left_s(room + without_last, reserve, rate) < headroom_s
    assert todo.unsent == sum(each.custody not in SAFE for each in made)


def test_the_rate_is_that_of_the_last_recordings() -> None:
    old, new = [held(number, Custody.KEPT, 50_000) for number in range(30)], [held(number, Custody.KEPT, 8_000) for number in range(20)]
    for each in new:
        each.segment.duration_s = 2.0
    photo = held(99, Custody.KEPT, 10**9)
    photo.segment.kind, photo.segment.duration_s = Kind.PHOTO, 0.0
    assert rate_bytes_per_s([*old, *new, photo]) == 4_000
    assert rate_bytes_per_s([]) == 1_000_000


class Wearer:
    """A spool of a small quota, and what its wearer is told."""

    def __init__(self, folder: Path, clock: FakeClock, quota_bytes: int) -> None:
        self.bus = Bus()
        self.spool = Spool(folder, clock, quota_bytes)
        config = Config(
            data_dir=str(folder), recording=Recording(reserve_bytes=0), spool=Keeping(quota_bytes=quota_bytes, headroom_s=4.0, warn_s=3.0)
        )
        self.config, self.retention = config, Retention(self.spool, self.bus, clock, config)
        self.said = self.bus.subscribe(FaultRaised)

    async def records(self, size_bytes: int = 100_000) -> Segment:
        """One second."""
        segment = await put_clip(self.spool, bytes([len(await self.spool.catalog.custody())]) * size_bytes)
        segment.duration_s = 1.0
        self.spool.media.write_sidecar(segment, "close.sidecar")
        await self.spool.catalog.correct(segment)
        return segment

    async def sends(self, segment: Segment) -> None:
        self.spool.media.write_receipt(receipt_for(segment))
        await self.spool.catalog.store_receipt(receipt_for(segment))


@pytest.fixture
async def wearer(tmp_path: Path, clock: FakeClock):
    made = Wearer(tmp_path / "spool", clock, 1_010_000)
    await made.spool.open(keep_as_it_is)
    yield made
    await made.spool.close()


async def test_evicted_clips_stay_in_the_list_and_unsent_ones_stay_whole(wearer: Wearer) -> None:
    clips = [await wearer.records() for _ in range(9)]
    for segment in (clips[1], clips[2], clips[4]):
        await wearer.sends(segment)
    await wearer.spool.catalog.filmed([clips[1].segment_id])
    await wearer.retention.step()
    listed = await wearer.spool.catalog.custody()
    assert [clip.sequence for clip in listed if clip.evicted] == [2, 3, 5]
    assert [wearer.spool.media.path(segment).exists() for segment in clips] == [not clip.evicted for clip in listed]
    assert [clip.custody for clip in listed][1] == Custody.FILMED
    assert wearer.said.poll() is None
    assert await wearer.spool.catalog.untagged() == clips[0]


async def test_when_nothing_can_go_the_wearer_is_told_once_and_again_at_half(wearer: Wearer) -> None:
    said = []
    for _ in range(10):
        await wearer.records()
        await wearer.retention.step()
        if (event := wearer.said.poll()) is not None:
            said.append(event.detail)
    assert [line.split(";")[0] for line in said] == ["2 seconds of recording left", "0 seconds of recording left"]
    assert said[0].endswith("8 clips are only here")
    listed = await wearer.spool.catalog.custody()
    assert not any(clip.evicted for clip in listed)


async def test_room_that_a_relay_gives_ends_the_warning(wearer: Wearer) -> None:
    clips = [await wearer.records() for _ in range(9)]
    await wearer.retention.step()
    assert wearer.said.poll() is not None
    for segment in clips:
        await wearer.sends(segment)
    room = await wearer.retention.step()
    assert room.left_s >= 4.0
    assert wearer.said.poll() is None


async def test_a_clip_without_a_receipt_is_never_evicted_whoever_asks(wearer: Wearer) -> None:
    segment = await wearer.records()
    assert not await wearer.spool.catalog.evict(segment.segment_id)
    await wearer.sends(segment)
    assert await wearer.spool.catalog.evict(segment.segment_id)
    assert not await wearer.spool.catalog.evict(segment.segment_id)


async def test_an_evicted_clip_comes_back_from_a_lost_database_as_evicted(wearer: Wearer, clock: FakeClock) -> None:
    clips = [await wearer.records() for _ in range(9)]
    await wearer.sends(clips[0])
    await wearer.retention.step()
    await wearer.spool.close()
    for path in wearer.spool.folder.glob("spool.db*"):
        path.unlink()
    after = Spool(wearer.spool.folder, clock)
    await after.open(keep_as_it_is)
    listed = await after.catalog.custody()
    assert [(clip.sequence, clip.evicted, str(clip.custody)) for clip in listed][:2] == [(1, True, "stored"), (2, False, "kept")]
    assert await after.outbox.waiting() == 8
    await after.close()


async def test_status_and_the_spoken_answer_come_from_the_same_record(wearer: Wearer) -> None:
    first, second = await wearer.records(), await wearer.records()
    await wearer.spool.catalog.tagged(Tags(segment_id=first.segment_id))
    for send, answer in ((None, "Not yet"), (first, "Not yet"), (second, "Yes")):
        if send is not None:
            await wearer.sends(send)
        listed, status = await wearer.spool.catalog.custody(), read_status(wearer.config)
        assert status.clips == listed
        assert safety(status.clips) == safety(listed)
        assert safety(listed).title == answer
    assert status.counts == {"stored": 2}
    assert status.recording_left_s == pytest.approx(8, abs=1)
    assert status.free_bytes == wearer.spool.media.free_bytes()


def test_times_are_told_as_people_tell_them() -> None:
    assert [told(seconds) for seconds in (1, 59, 600, 7_300)] == ["1 second", "59 seconds", "10 minutes", "2 hours"]
