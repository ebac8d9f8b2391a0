"""A disk that lies, tears, fills up or fails: what the spool says, keeps and makes anew."""

from __future__ import annotations

import errno
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glasses import faults
from glasses.clock import FakeClock
from glasses.errors import SpoolTakenError, StorageDamagedError, StorageFullError
from glasses.spool import outbox
from glasses.spool.db import NAME
from glasses.spool.files import write_atomic
from glasses.spool.spool import Spool
from glasses.wire.errors import SouvenirError
from glasses.wire.ids import uuid7
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import Custody
from glasses.wire.tag import Tags

from ..conftest import keep_as_it_is, put_clip, receipt_for


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    faults.disarm()


async def reopened(folder: Path, clock: FakeClock | None = None) -> Spool:
    after = Spool(folder, clock or FakeClock())
    await after.open(keep_as_it_is)
    return after


async def full_of(folder: Path, clips: int = 4) -> list[Segment]:
    """A closed spool: the first clip is filmed, the second stored, the others kept; one request waits."""
    spool = await reopened(folder)
    made = [await put_clip(spool, b"clip %d" % number * 40) for number in range(clips)]
    for segment in made[:2]:
        spool.media.write_receipt(receipt_for(segment))
        await spool.catalog.store_receipt(receipt_for(segment))
    await spool.catalog.filmed([made[0].segment_id])
    for segment in made:
        await spool.catalog.tagged(Tags(segment_id=segment.segment_id))
    await spool.ask("01976d73-0000-7000-8000-000000000000", "{}")
    await spool.close()
    return made


async def holds_everything(spool: Spool, made: list[Segment]) -> None:
    clips = await spool.catalog.custody()
    assert [(clip.sequence, clip.segment_id, clip.sha256) for clip in clips] == [
        (each.sequence, each.segment_id, each.sha256) for each in made
    ]
    assert [clip.custody in (Custody.STORED, Custody.FILMED) for clip in clips] == [True, True, False, False]
    waiting = set()
    while (entry := await spool.outbox.lease()) is not None:
        waiting.add((entry.kind, entry.subject_id))
    assert {(outbox.MEDIA, each.segment_id) for each in made[2:]} == {each for each in waiting if each[0] == outbox.MEDIA}
    assert [kind for kind, _ in waiting].count(outbox.REQUEST) == 1
    assert (await put_clip(spool)).sequence == len(made) + 1


Damage = Callable[[Path], None]


def aside(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def noise(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311  # the same noise each time


def gone(path: Path) -> None:
    for each in path.parent.glob(f"{NAME}*"):
        each.unlink()


def not_a_database(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 300)


def cut_off(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def torn_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 + 100)
        file.write(noise(1, 1900))


def torn_cells(path: Path) -> None:
    """Letters change inside of rows; the tree around them stays whole."""
    path.write_bytes(path.read_bytes().replace(b'"sequence"', b'"sequenc\xff"'))


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("damage", [gone, not_a_database, cut_off, torn_page, torn_cells, zeroed])
async def test_whatever_becomes_of_the_database_clips_custody_and_requests_come_back(tmp_path: Path, damage: Damage) -> None:
    made = await full_of(tmp_path)
    before = (tmp_path / "device").read_text()
    damage(tmp_path / NAME)
    after = await reopened(tmp_path)
    await holds_everything(after, made)
    assert after.device_id == before
    if damage is not gone:
        assert [name for name in aside(tmp_path) if name.startswith(f"{NAME}.damaged-")]
        assert "made anew" in after.problems[0]
    await after.close()


async def test_stamps_go_on_after_the_database_was_lost_and_the_clock_jumped_back(tmp_path: Path, clock: FakeClock) -> None:
    made = await full_of(tmp_path)
    gone(tmp_path / NAME)
    clock.jump(-1_000_000)
    after = await reopened(tmp_path, clock)
    assert (await put_clip(after)).stamp > made[-1].stamp
    await after.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), size=st.integers(1, 600), seed=st.integers(0, 10**6), wal=st.booleans())
async def test_no_garbled_stretch_of_the_database_or_its_log_loses_a_clip(
    tmp_path_factory: pytest.TempPathFactory, at: float, size: int, seed: int, wal: bool
) -> None:
    folder = tmp_path_factory.mktemp("garbled")
    spool = await reopened(folder)
    made = [await put_clip(spool, b"clip %d" % number) for number in range(3)]
    left = {path.name: path.read_bytes() for path in folder.glob(f"{NAME}*")}
    await spool.close()
    for name, data in left.items():  # as a crash leaves them, before the log was merged into the database
        (folder / name).write_bytes(data)
    path = folder / (f"{NAME}-wal" if wal else NAME)
    data = bytearray(path.read_bytes())
    start = round(at * max(0, len(data) - size))
    data[start : start + size] = noise(seed, min(size, len(data)))
    path.write_bytes(data)
    after = await reopened(folder)
    clips = await after.catalog.custody()
    assert [(clip.sequence, clip.segment_id, clip.sha256) for clip in clips] == [
        (each.sequence, each.segment_id, each.sha256) for each in made
    ]
    assert await after.outbox.waiting() == 3
    await after.close()


@pytest.mark.parametrize("keep_bytes", [0, 32, 4_000, 5_000, 9_000])
async def test_a_log_cut_off_by_dropped_writes_loses_no_clip(tmp_path: Path, keep_bytes: int) -> None:
    spool = await reopened(tmp_path)
    made = [await put_clip(spool, b"clip %d" % number) for number in range(3)]
    log = (tmp_path / f"{NAME}-wal").read_bytes()
    data = (tmp_path / NAME).read_bytes()
    await spool.close()
    (tmp_path / NAME).write_bytes(data)
    (tmp_path / f"{NAME}-wal").write_bytes(log[:keep_bytes])
    after = await reopened(tmp_path)
    assert [clip.segment_id for clip in await after.catalog.custody()] == [each.segment_id for each in made]
    await after.close()


async def test_writes_that_were_never_fsynced_may_vanish(tmp_path: Path) -> None:
    """Power loss: the new sidecar and the renaming were not durable yet; the old ones come back."""
    spool = await reopened(tmp_path)
    kept = await put_clip(spool)
    running = await spool.begin(Segment(segment_id=uuid7(5), kind=Kind.VIDEO))
    spool.media.part_path(running).write_bytes(b"one whole second")
    begun = (spool.media.folder / f"{running.segment_id}.json").read_bytes()
    running.sha256, running.size_bytes = "0" * 64, 99
    faults.arm(faults.Fault("EIO", "media.renamed"))
    with pytest.raises(StorageDamagedError):
        await spool.close_segment(running)
    await spool.close()
    spool.media.path(running).rename(spool.media.part_path(running))
    (spool.media.folder / f"{running.segment_id}.json").write_bytes(begun)
    after = await reopened(tmp_path)
    assert [clip.segment_id for clip in await after.catalog.custody()] == [kept.segment_id, running.segment_id]
    assert after.media.path(running).read_bytes() == b"one whole second"
    await after.close()


FILE_STEPS = ("created", "written", "synced", "renamed")


@pytest.mark.parametrize(("number", "error"), [("ENOSPC", StorageFullError), ("EIO", StorageDamagedError)])
@pytest.mark.parametrize("step", FILE_STEPS)
def test_a_file_that_cannot_be_written_leaves_the_old_or_the_new_one(
    tmp_path: Path, step: str, number: str, error: type[SouvenirError]
) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old", at="photo")
    faults.arm(faults.Fault(number, f"photo.{step}"))
    with pytest.raises(error):
        write_atomic(path, b"new", at="photo")
    assert path.read_bytes() == (b"new" if step == "renamed" else b"old")
    assert not (tmp_path / "file.tmp").exists()


CLOSING = [point for point in faults.POINTS if point.startswith(("close.", "media."))]


@pytest.mark.parametrize("point", CLOSING)
async def test_a_disk_that_fails_while_a_clip_is_closed_says_so_and_the_next_start_has_it(tmp_path: Path, point: str) -> None:
    spool = await reopened(tmp_path)
    faults.arm(faults.Fault("EIO", point))
    with pytest.raises((StorageDamagedError, OSError)):
        await put_clip(spool, b"a clip")
    await spool.close()
    faults.disarm()
    after = await reopened(tmp_path)
    (clip,) = await after.catalog.custody()
    assert (clip.custody, await after.outbox.waiting()) == (Custody.KEPT, 1)
    await after.close()


async def fill(spool: Spool) -> None:
    for number in range(200):
        await spool.settings.set(f"key {number}", "x" * 500)


@pytest.mark.parametrize("pages", [17, 18, 20])
async def test_a_full_disk_is_said_and_what_is_kept_stays_kept(tmp_path: Path, pages: int) -> None:
    """The database may not grow beyond so many pages: the disk is full at that very byte."""
    spool = await reopened(tmp_path)
    first = await put_clip(spool)
    await spool.db.read(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(StorageFullError):
        await fill(spool)
    assert [clip.segment_id for clip in await spool.catalog.custody()] == [first.segment_id]
    await spool.db.read(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    assert (await put_clip(spool)).sequence == 2
    await spool.close()


async def test_a_commit_that_the_disk_refuses_has_not_happened(tmp_path: Path) -> None:
    spool = await reopened(tmp_path)
    faults.arm(faults.Fault("ENOSPC", "begin.uncommitted"))
    with pytest.raises(StorageFullError):
        await spool.begin(Segment(segment_id=uuid7(1)))
    assert await spool.catalog.custody() == []
    assert (await put_clip(spool)).sequence == 1
    await spool.close()


async def test_a_damaged_sidecar_is_set_aside_and_written_anew_from_the_row(tmp_path: Path) -> None:
    made = await full_of(tmp_path)
    path = tmp_path / "media" / f"{made[2].segment_id}.json"
    path.write_bytes(b'{"segment_id": "half')
    after = await reopened(tmp_path)
    await holds_everything(after, made)
    assert path.with_name(path.name + ".damaged").exists()
    assert b"half" not in path.read_bytes()
    await after.close()


async def test_a_row_that_disagrees_with_its_sidecar_is_set_right(tmp_path: Path) -> None:
    made = await full_of(tmp_path)
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("UPDATE segments SET sidecar = replace(sidecar, ?, ?)", (made[3].sha256, "0" * 64))
    connection.commit()
    connection.close()
    after = await reopened(tmp_path)
    await holds_everything(after, made)
    await after.close()


async def test_media_that_nobody_knows_are_taken_up_with_the_next_numbers(tmp_path: Path) -> None:
    made = await full_of(tmp_path)
    gone(tmp_path / NAME)
    for segment in made[2:]:
        (tmp_path / "media" / f"{segment.segment_id}.json").unlink()
    after = await reopened(tmp_path)
    clips = await after.catalog.custody()
    assert {clip.sha256 for clip in clips} == {segment.sha256 for segment in made}
    assert [clip.sequence for clip in clips] == [1, 2, 3, 4]
    await after.close()


@pytest.mark.parametrize("left_bytes", [None, 3])
async def test_a_clip_damaged_before_a_relay_had_it_is_said_and_shown(tmp_path: Path, left_bytes: int | None) -> None:
    made = await full_of(tmp_path)
    path = tmp_path / "media" / f"{made[3].segment_id}.mp4"
    if left_bytes is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:left_bytes])
    for _ in range(2):
        after = await reopened(tmp_path)
        assert "clip 4 is damaged" in after.problems[0]
        clip = (await after.catalog.custody())[3]
        assert (clip.custody, clip.parked) == (Custody.KEPT, "storage.damaged")
        await after.close()


async def test_one_process_at_a_time(tmp_path: Path) -> None:
    spool = await reopened(tmp_path)
    with pytest.raises(SpoolTakenError):
        await reopened(tmp_path)
    await spool.close()
    await (await reopened(tmp_path)).close()


def test_every_errno_that_means_full_is_full(tmp_path: Path) -> None:
    from glasses.spool.files import disk_error

    for number, error in ((errno.ENOSPC, StorageFullError), (errno.EDQUOT, StorageFullError), (errno.EROFS, StorageDamagedError)):
        assert isinstance(disk_error(OSError(number, "no"), tmp_path), error)
