"""A file that is being received: in order whatever the sizes, written beside being hashed, and honest about what went wrong."""

import asyncio
import errno
import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay import faults
from relay.catalog.db import DiskFullError
from relay.ingest.body import Parsed
from relay.ingest.lane import Lane
from relay.ingest.locks import EvictedError, UploadLocks
from relay.ingest.part import PartFile, hashed
from relay.ingest.receiving import MOST_AT_RISK_BYTES, Receiving, UploadInterruptedError

DATA = bytes(range(256)) * 5000
BATCH = 10_000
READ = 256 << 10
LAG = 3 << 20


@pytest.fixture(scope="module")
def threads():
    with ThreadPoolExecutor(4) as pool:
        yield pool


class Noticed:
    """A digest that says when it is fed."""

    digest_size = 32

    def __init__(self):
        self.fed = threading.Event()

    def update(self, _data):
        self.fed.set()


async def test_a_part_file_takes_bytes_of_any_size_in_order(tmp_path, threads):
    data = DATA
    part = PartFile(tmp_path / "p", 0, hashlib.sha256(), None, BATCH, threads)
    at, step = 0, 1
    while at < len(data):
        await part.add(data[at : at + step])
        at, step = at + step, step % 7000 + 613
    await part.settle()
    assert await part.sync() == len(data)
    assert part.whole.hexdigest() == hashlib.sha256(data).hexdigest()
    await part.close()
    assert hashed(tmp_path / "p") == (hashlib.sha256(data).hexdigest(), len(data))
    again = PartFile(tmp_path / "p", 1000, None, None, BATCH, threads)
    await again.close()
    assert (tmp_path / "p").read_bytes() == data[:1000], "what was never told is cut off"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 40_000), steps=st.lists(st.integers(1, 35_000), max_size=8))
async def test_it_goes_on_wherever_it_stopped(tmp_path, threads, at, steps):
    path = tmp_path / "p"
    path.write_bytes(DATA[: at + 777])
    part, end = PartFile(path, at, hashlib.sha256(DATA[:at]), None, BATCH, threads), at
    for step in steps:
        await part.add(DATA[end : end + step])
        end += step
    await part.settle()
    assert (part.written_bytes, part.whole.hexdigest()) == (end, hashlib.sha256(DATA[:end]).hexdigest())
    await part.close()
    assert path.read_bytes() == DATA[:end]


async def test_what_the_disk_takes_in_small_bites_is_whole(tmp_path, threads, monkeypatch):
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda descriptor, data, at: real(descriptor, data[:999], at))
    part = PartFile(tmp_path / "p", 0, None, None, BATCH, threads)
    await part.add(DATA[:25_001])
    await part.settle()
    await part.close()
    assert (tmp_path / "p").read_bytes() == DATA[:25_001]


async def test_hashing_does_not_wait_for_the_disk(tmp_path, threads, monkeypatch):
    noticed, seen = Noticed(), []
    monkeypatch.setattr(faults, "point", lambda _name: seen.append(noticed.fed.wait(20)))
    part = PartFile(tmp_path / "p", 0, noticed, None, BATCH, threads)
    await part.add(DATA[:BATCH])
    await part.settle()
    await part.close()
    assert seen == [True], "it was hashed while it was still being written"


async def test_the_disk_does_not_wait_for_hashing(tmp_path, threads, monkeypatch):
    written, seen = threading.Event(), []
    monkeypatch.setattr(faults, "point", lambda _name: written.set())
    part = PartFile(tmp_path / "p", 0, SimpleNamespace(update=lambda _data: seen.append(written.wait(20))), None, BATCH, threads)
    await part.add(DATA[:BATCH])
    await part.settle()
    await part.close()
    assert seen == [True], "it was written while it was still being hashed"


async def test_a_full_disk_is_told_and_nobody_trusts_a_hash_of_what_is_not_there(tmp_path, threads, monkeypatch):
    def full(_descriptor, _data, at):
        if at >= BATCH:
            raise OSError(errno.ENOSPC, "No space left on device")
        return BATCH

    monkeypatch.setattr(os, "pwrite", full)
    part = PartFile(tmp_path / "p", 0, hashlib.sha256(), None, BATCH, threads)
    with pytest.raises(DiskFullError):
        await part.add(DATA)
    with pytest.raises(DiskFullError):
        await part.settle()
    await part.close()
    assert part.written_bytes == BATCH
    assert part.whole is None or part.whole.hexdigest() == hashlib.sha256(DATA[:BATCH]).hexdigest()


async def test_memory_is_not_used_again_before_everybody_is_done_with_it(tmp_path, threads):
    go_on, digest = threading.Event(), hashlib.sha256()

    def slowly(data):
        go_on.wait(20)
        digest.update(data)

    part = PartFile(tmp_path / "p", 0, SimpleNamespace(update=slowly), None, BATCH, threads)
    adding = asyncio.create_task(part.add(DATA[: 8 * BATCH]))
    while part.written_bytes < 2 * BATCH:  # the disk is ahead as far as it may be
        await asyncio.sleep(0)
    assert not adding.done()
    go_on.set()
    await adding
    await part.settle()
    await part.close()
    assert digest.hexdigest() == hashlib.sha256(DATA[: 8 * BATCH]).hexdigest()


async def test_whoever_is_let_go_of_while_waiting_loses_nothing_that_was_taken(tmp_path, threads):
    go_on = threading.Event()
    digest = hashlib.sha256()
    part = PartFile(tmp_path / "p", 0, SimpleNamespace(update=lambda data: (go_on.wait(20), digest.update(data))), None, BATCH, threads)
    adding = asyncio.create_task(part.add(DATA[: 8 * BATCH]))
    while part.written_bytes < 2 * BATCH:
        await asyncio.sleep(0)
    adding.cancel()
    await asyncio.wait({adding})
    go_on.set()
    await part.settle()
    await part.close()
    assert part.written_bytes == 3 * BATCH
    assert hashed(tmp_path / "p") == (digest.hexdigest(), 3 * BATCH) == (hashlib.sha256(DATA[: 3 * BATCH]).hexdigest(), 3 * BATCH)


async def test_a_lane_keeps_the_order_over_many_turns(threads):
    lane, done = Lane(threads), []
    for number in range(100):
        lane.put(lambda number=number: done.append(number))
    await lane.fewer_than(1)
    assert done == list(range(100))


async def test_a_lane_stops_at_what_failed(threads):
    lane, done = Lane(threads), []
    for work in (lambda: done.append(1), lambda: 1 // 0, lambda: done.append(3)):
        lane.put(work)
    await lane.ended()
    with pytest.raises(ZeroDivisionError):
        await lane.fewer_than(1)
    assert done == [1]


class Behind:
    """A part file whose disk is now behind what it was given, now not, and whose fsync takes long."""

    def __init__(self, upload, fsync_turns):
        self._upload, self._fsync_turns, self._syncs = upload, fsync_turns, 0
        self.added_bytes, self._written_bytes, self.risked_bytes = 0, 0, []
        self.go_on, self._behind = asyncio.Event(), None

    @property
    def written_bytes(self):
        self._written_bytes = max(self._written_bytes, self.added_bytes - (0 if self._syncs % 2 else LAG))
        return self._written_bytes

    async def add(self, data):
        self.added_bytes += len(data)
        self.risked_bytes.append(self.added_bytes - self._upload.offset_bytes)

    async def sync(self):
        durable_bytes = self.written_bytes
        self._syncs += 1
        for _ in range(self._fsync_turns):
            await asyncio.sleep(0)
        return durable_bytes

    def sync_behind(self, then):
        async def behind():
            durable_bytes = await self.sync()
            await self.go_on.wait()
            then(durable_bytes)

        self._behind = asyncio.create_task(behind())

    async def synced(self):
        if self._behind is not None:
            await asyncio.shield(self._behind)

    async def written(self):
        await asyncio.sleep(0)

    settle = written


@pytest.mark.parametrize("fsync_turns", [1, 20, 45, 100, 1000])
async def test_no_more_is_at_risk_than_is_said_however_slow_the_disk(fsync_turns):
    upload = SimpleNamespace(offset_bytes=0, length_bytes=400 * READ)

    def jot(offset_bytes):
        upload.offset_bytes = offset_bytes

    pieces = iter([bytes(READ)] * 400)

    async def readany():
        await asyncio.sleep(0)
        return next(pieces, b"")

    part = Behind(upload, fsync_turns)
    part.go_on.set()
    receiving = Receiving(upload, part, None, None, jot)
    assert await receiving.run(lambda work: work, Parsed(SimpleNamespace(readany=readany), 60.0)) is None
    assert max(part.risked_bytes) <= MOST_AT_RISK_BYTES + READ


async def test_what_is_at_risk_is_kept_when_somebody_takes_over_while_the_disk_is_waited_for():
    """The wait ends, the fsync does not."""
    upload, holds, reached = SimpleNamespace(offset_bytes=0, length_bytes=400 * READ), UploadLocks(1.0), []

    def jot(offset_bytes):
        upload.offset_bytes = offset_bytes
        reached.append("jotted")

    async def promise(offset_bytes):
        upload.offset_bytes = offset_bytes
        reached.append("promised")

    async def readany():
        await asyncio.sleep(0)
        return bytes(READ)

    part = Behind(upload, 1)
    async with holds.hold("upload") as hold:
        receiving = Receiving(upload, part, None, promise, jot)
        running = asyncio.create_task(receiving.run(hold.unless_evicted, Parsed(SimpleNamespace(readany=readany), 60.0)))
        while receiving.room_bytes() > 0:
            await asyncio.sleep(0)
        await asyncio.sleep(0)  # it waits for the disk now
        hold.evict()
        await asyncio.sleep(0)
        part.go_on.set()
        cut = await running
        assert isinstance(cut, EvictedError)
        with pytest.raises(UploadInterruptedError):
            await receiving.keep(cut, 5.0)
    assert reached == ["jotted", "promised"]
    assert upload.offset_bytes == part.written_bytes > 0


async def test_what_fails_behind_is_told_to_whoever_waits_and_closes_nothing_too_early(tmp_path, threads, monkeypatch):
    go_on, at_close, real = threading.Event(), [], os.close
    part = PartFile(tmp_path / "p", 0, None, None, BATCH, threads)

    def full(_descriptor):
        go_on.wait(20)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(os, "close", lambda descriptor: (at_close.append(go_on.is_set()), real(descriptor)))
    part.sync_behind(lambda _offset_bytes: pytest.fail("it is not durable"))
    closing = asyncio.create_task(part.close())
    await asyncio.sleep(0)
    assert at_close == [], "the disk is still busy with it"
    go_on.set()
    await closing
    with pytest.raises(DiskFullError):
        await part.synced()
    assert at_close == [True]


async def test_the_disk_does_not_wait_for_the_last_hashes(threads, tmp_path, monkeypatch):
    upload, synced, seen, real = SimpleNamespace(offset_bytes=0, length_bytes=BATCH), threading.Event(), [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (real(descriptor), synced.set()))
    part = PartFile(tmp_path / "p", 0, SimpleNamespace(update=lambda _data: seen.append(synced.wait(20))), None, BATCH, threads)

    async def promise(offset_bytes):
        seen.append(offset_bytes)

    receiving = Receiving(upload, part, None, promise, None)
    await part.add(DATA[:BATCH])
    await receiving.keep(None, 5.0)
    await part.close()
    assert seen == [True, BATCH], "it was durable before it was hashed, and both before anybody was told"
