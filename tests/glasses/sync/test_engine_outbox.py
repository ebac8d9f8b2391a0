"""What becomes of an outbox entry for each kind of answer: nothing is dropped, whatever the relay says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.errors import RelayUnreachableError
from glasses.events import CustodyChanged, FaultRaised, LinkChanged, MemoryChanged
from glasses.spool import outbox
from glasses.spool.spool import Spool
from glasses.sync.engine import Engine, memory_request
from glasses.sync.links import Uploads
from glasses.wire.change import FeedEntry, Op, OpResult
from glasses.wire.errors import ERRORS, Action, SouvenirError
from glasses.wire.memory import Memory, MemoryRequest
from glasses.wire.segment import Segment
from glasses.wire.status import Custody
from glasses.wire.tag import Tags
from glasses.wire.upload import Receipt

from ..conftest import put_clip, receipt_for


class FakeLink:
    """A relay that answers as it is told, and remembers what it was sent."""

    def __init__(self, *answers: SouvenirError | None) -> None:
        self.answers = list(answers)
        self.media: list[str] = []
        self.ops: list[Op] = []
        self.requests: list[MemoryRequest] = []
        self.garble = False

    def _answer(self) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer

    async def send_media(self, segment: Segment, path: Path, uploads: Uploads) -> Receipt:
        self._answer()
        self.media.append((await asyncio.to_thread(path.read_bytes)).decode())
        receipt = receipt_for(segment)
        if self.garble:
            receipt.size_bytes += 1
        return receipt

    async def send_ops(self, ops: list[Op]) -> list[OpResult]:
        self._answer()
        self.ops += ops
        return [OpResult(op_id=op.op_id, accepted=True) for op in ops]

    async def request_memory(self, request: MemoryRequest) -> Memory:
        self._answer()
        self.requests.append(request)
        return Memory(memory_id="m", query=request.query)

    async def memory(self, memory_id: str) -> Memory:
        return Memory(memory_id=memory_id)

    async def changes(self, cursor: int) -> list[FeedEntry]:
        return []

    async def close(self) -> None:
        return


async def test_a_clip_is_stored_once_its_receipt_has_come(spool: Spool, clock: FakeClock) -> None:
    bus, link = Bus(), FakeLink()
    changed = bus.subscribe(CustodyChanged)
    segment = await put_clip(spool)
    engine = Engine(spool, link, bus, clock)
    assert await engine.step()
    assert not await engine.step()
    assert link.media == ["a clip"]
    assert await changed.next() == CustodyChanged(segment.segment_id, Custody.STORED)
    assert await spool.outbox.waiting() == 0


@pytest.mark.parametrize("code", sorted(ERRORS))
async def test_no_answer_of_a_relay_loses_a_clip(spool: Spool, clock: FakeClock, code: str) -> None:
    segment = await put_clip(spool)
    engine = Engine(spool, FakeLink(SouvenirError("no", code=code)), Bus(), clock)
    assert not await engine.step()
    (clip,) = await spool.catalog.custody()
    assert clip.custody == Custody.KEPT
    assert spool.media.path(segment).exists()
    assert (clip.parked == "") == (ERRORS[code].action == Action.RETRY)
    await spool.outbox.unpark()
    assert await engine.step()
    assert (await spool.catalog.custody())[0].custody == Custody.STORED


async def test_an_outage_is_said_once_and_its_end_once(spool: Spool, clock: FakeClock) -> None:
    bus = Bus()
    said = bus.subscribe(LinkChanged, FaultRaised)
    await put_clip(spool)
    engine = Engine(spool, FakeLink(*[RelayUnreachableError("no route")] * 5), bus, clock)
    for _ in range(5):
        assert not await engine.step()
    await engine.step()
    assert await said.next() == LinkChanged(up=False, detail="no route")
    assert await said.next() == LinkChanged(up=True)
    assert said.poll() is None


async def test_a_receipt_for_other_bytes_is_not_believed(spool: Spool, clock: FakeClock) -> None:
    link = FakeLink()
    link.garble = True
    await put_clip(spool)
    engine = Engine(spool, link, Bus(), clock)
    assert not await engine.step()
    assert (await spool.catalog.custody())[0].custody == Custody.KEPT
    assert await spool.outbox.waiting() == 1


async def test_tags_travel_as_an_operation_that_is_the_same_on_every_try(spool: Spool, clock: FakeClock) -> None:
    segment = await put_clip(spool)
    await spool.catalog.tagged(Tags(segment_id=segment.segment_id, tagged_at=5))
    link = FakeLink()
    engine = Engine(spool, link, Bus(), clock)
    await engine.step()
    await spool.catalog.tagged(Tags(segment_id=segment.segment_id, tagged_at=5))
    await engine.step()
    assert link.ops[0].op_id == link.ops[1].op_id
    assert link.ops[0].subject_id == segment.segment_id


async def test_a_request_survives_having_no_network(spool: Spool, clock: FakeClock) -> None:
    bus, link = Bus(), FakeLink(RelayUnreachableError("no route"))
    made = bus.subscribe(MemoryChanged)
    key, payload = memory_request("my wife in paris", spool.device_id, clock.now_ms())
    await spool.outbox.put(outbox.REQUEST, key, payload, clock.now_ms())
    engine = Engine(spool, link, bus, clock)
    assert not await engine.step()
    assert await engine.step()
    assert [(request.query, request.idempotency_key) for request in link.requests] == [("my wife in paris", key)]
    assert (await made.next()).memory.memory_id == "m"


async def test_a_clip_that_has_changed_on_the_disk_is_parked_not_sent_for_ever(spool: Spool, clock: FakeClock) -> None:
    segment = await put_clip(spool)
    spool.media.path(segment).write_bytes(b"a clap")
    refused = SouvenirError("other bytes", code="upload.hash_mismatch")
    engine = Engine(spool, FakeLink(refused), Bus(), clock)
    await engine.step()
    (clip,) = await spool.catalog.custody()
    assert (clip.parked, clip.custody) == ("storage.damaged", Custody.KEPT)


async def test_a_clip_whose_file_is_gone_does_not_stop_the_others(spool: Spool, clock: FakeClock) -> None:
    link = FakeLink()
    lost, kept = await put_clip(spool), await put_clip(spool)
    spool.media.path(lost).unlink()
    engine = Engine(spool, link, Bus(), clock)
    assert not await engine.step()
    assert await engine.step()
    assert link.media == ["a clip"]
    assert [clip.parked for clip in await spool.catalog.custody()] == ["storage.damaged", ""]
    assert (await spool.catalog.get(kept.segment_id)) is not None
