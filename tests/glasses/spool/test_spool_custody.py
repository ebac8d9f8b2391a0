"""The device keeps a clip until a matching receipt has come, through crashes and lost databases."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from glasses.clock import FakeClock
from glasses.errors import StorageDamagedError
from glasses.spool import outbox
from glasses.spool.db import NAME, read_only
from glasses.spool.spool import Spool
from glasses.wire.ids import uuid7
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import Custody
from glasses.wire.tag import Tags

from ..conftest import keep_as_it_is, put_clip, receipt_for


async def custody(spool: Spool) -> list[Custody]:
    return [clip.custody for clip in await spool.catalog.custody()]


async def test_a_closed_clip_is_kept_and_waits_to_be_sent(spool: Spool) -> None:
    segment = await put_clip(spool)
    assert await custody(spool) == [Custody.KEPT]
    assert spool.media.path(segment).read_bytes() == b"a clip"
    entry = await spool.outbox.lease()
    assert entry is not None
    assert (entry.kind, entry.subject_id) == (outbox.MEDIA, segment.segment_id)


async def test_sequence_numbers_rise_without_gaps_while_the_clock_jumps(spool: Spool, clock: FakeClock) -> None:
    clips = []
    for jump in (0.0, -86_400.0, 3_600.0):
        clock.jump(jump)
        clips.append(await put_clip(spool, captured_at=clock.now_ms()))
    assert [clip.sequence for clip in clips] == [1, 2, 3]
    assert [clip.stamp for clip in clips] == sorted(clip.stamp for clip in clips)


async def test_only_a_receipt_for_the_same_bytes_is_believed(spool: Spool) -> None:
    segment = await put_clip(spool)
    wrong = receipt_for(segment)
    wrong.sha256 = "0" * 64
    with pytest.raises(ValueError, match="other bytes"):
        await spool.catalog.store_receipt(wrong)
    with pytest.raises(ValueError, match="never recorded"):
        await spool.catalog.store_receipt(receipt_for(Segment(segment_id="nobody")))
    assert await custody(spool) == [Custody.KEPT]
    assert await spool.outbox.waiting() == 1
    await spool.catalog.store_receipt(receipt_for(segment))
    assert await custody(spool) == [Custody.STORED]
    assert await spool.outbox.waiting() == 0


async def test_a_receipt_that_comes_twice_changes_nothing(spool: Spool) -> None:
    segment = await put_clip(spool)
    await spool.catalog.store_receipt(receipt_for(segment))
    assert await spool.catalog.filmed([segment.segment_id, "unknown"]) == [segment.segment_id]
    await spool.catalog.store_receipt(receipt_for(segment))
    assert await custody(spool) == [Custody.FILMED]


async def test_leases_of_a_dead_process_are_void(spool: Spool, tmp_path: Path, clock: FakeClock) -> None:
    await put_clip(spool)
    assert await spool.outbox.lease() is not None
    assert await spool.outbox.lease() is None
    await spool.close()
    after = Spool(tmp_path / "spool", clock)
    await after.open(keep_as_it_is)
    assert await after.outbox.lease() is not None
    await after.close()


async def test_parked_entries_are_kept_and_shown_and_can_be_tried_again(spool: Spool) -> None:
    segment = await put_clip(spool)
    entry = await spool.outbox.lease()
    assert entry is not None
    await spool.outbox.park(entry, "upload.not_a_video", "no moov")
    assert await spool.outbox.lease() is None
    (clip,) = await spool.catalog.custody()
    assert (clip.parked, clip.custody) == ("upload.not_a_video", Custody.KEPT)
    assert spool.media.path(segment).exists()
    assert await spool.outbox.unpark() == 1
    assert await spool.outbox.lease() is not None


async def test_what_keeps_being_refused_goes_behind_the_others(spool: Spool) -> None:
    first, second = await put_clip(spool), await put_clip(spool)
    sent = []
    for _ in range(4):
        entry = await spool.outbox.lease()
        assert entry is not None
        sent.append(entry.subject_id)
        await spool.outbox.release(entry, refused=True)
    assert sent[:3] == [first.segment_id] * 3
    assert sent[3] == second.segment_id


async def test_small_things_are_sent_before_media(spool: Spool) -> None:
    segment = await put_clip(spool)
    await spool.catalog.tagged(Tags(segment_id=segment.segment_id))
    await spool.outbox.put(outbox.REQUEST, "key", "{}", 1)
    order = []
    while (entry := await spool.outbox.lease()) is not None:
        order.append(entry.kind)
    assert order == [outbox.REQUEST, outbox.TAGS, outbox.MEDIA]


async def test_tagging_is_parked_after_two_failures_and_the_clip_goes_on(spool: Spool) -> None:
    segment = await put_clip(spool)
    for _ in range(2):
        found = await spool.catalog.untagged()
        assert found is not None
        await spool.catalog.tag_failed(segment.segment_id, "it hung")
    assert await spool.catalog.untagged() is None
    assert await spool.outbox.waiting() == 1


async def test_an_interrupted_recording_is_mended_at_the_next_start(spool: Spool, tmp_path: Path, clock: FakeClock) -> None:
    cut_short = await spool.begin(Segment(segment_id=uuid7(1), kind=Kind.VIDEO))
    spool.media.part_path(cut_short).write_bytes(b"half a clip")
    empty = await spool.begin(Segment(segment_id=uuid7(2), kind=Kind.VIDEO))
    await spool.close()
    after = Spool(tmp_path / "spool", clock)
    mended = await after.open(keep_as_it_is)
    assert [segment.segment_id for segment in mended] == [cut_short.segment_id]
    assert after.media.path(cut_short).read_bytes() == b"half a clip"
    assert [clip.segment_id for clip in await after.catalog.custody()] == [cut_short.segment_id]
    assert not list((tmp_path / "spool" / "media").glob(f"{empty.segment_id}*"))
    assert await after.outbox.waiting() == 1
    await after.close()


async def test_the_catalogue_is_rebuilt_from_files_when_the_database_is_gone(spool: Spool, tmp_path: Path, clock: FakeClock) -> None:
    kept = [await put_clip(spool, content=b"clip %d" % number) for number in range(3)]
    running = await spool.begin(Segment(segment_id=uuid7(9), kind=Kind.VIDEO))
    spool.media.part_path(running).write_bytes(b"not closed")
    await spool.close()
    for file in (tmp_path / "spool").glob(f"{NAME}*"):
        file.unlink()
    after = Spool(tmp_path / "spool", clock)
    await after.open(keep_as_it_is)
    clips = await after.catalog.custody()
    assert [(clip.sequence, clip.sha256) for clip in clips[:3]] == [(clip.sequence, clip.sha256) for clip in kept]
    assert clips[3].segment_id == running.segment_id
    assert await after.outbox.waiting() == 4
    assert (await put_clip(after)).sequence == 5
    await after.close()


async def test_a_database_of_a_newer_program_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageDamagedError, match="version 99"):
        await Spool(tmp_path, clock).open(keep_as_it_is)


async def test_a_transaction_that_fails_leaves_nothing(spool: Spool) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO settings VALUES ('half', 'done')")
        raise RuntimeError("power loss")

    with pytest.raises(RuntimeError):
        await spool.db.write(half)
    assert await spool.settings.get("half") == ""


async def test_status_reads_beside_a_running_device(spool: Spool, tmp_path: Path) -> None:
    await put_clip(spool)
    reader = read_only(tmp_path / "spool")
    (count,) = reader.execute("SELECT count(*) FROM segments").fetchone()
    reader.close()
    assert count == 1


async def test_a_small_copy_is_no_clip_of_its_own(spool: Spool, tmp_path: Path, clock: FakeClock) -> None:
    segment = await put_clip(spool)
    spool.media.proxy_path(segment).write_bytes(b"small")
    await spool.add_proxy(segment.segment_id, 5, "5" * 64)
    await spool.close()
    after = Spool(tmp_path / "spool", clock)
    await after.open(keep_as_it_is)
    assert [clip.segment_id for clip in await after.catalog.custody()] == [segment.segment_id]
    after.media.evict(segment)
    assert not after.media.proxy_path(segment).exists()
    await after.close()
