"""What tests of the device share: an open spool with a clock that is turned by hand, and clips to put into it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from glasses.clock import FakeClock
from glasses.spool.spool import Spool
from glasses.wire.ids import uuid7
from glasses.wire.segment import Kind, Segment
from glasses.wire.upload import Receipt


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def spool(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Spool]:
    opened = Spool(tmp_path / "spool", clock)
    await opened.open(keep_as_it_is)
    yield opened
    await opened.close()


def keep_as_it_is(path: Path, segment: Segment) -> Segment | None:
    """Mends nothing: for spools whose files are not media."""
    segment.size_bytes, segment.sha256 = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    return segment


async def put_clip(spool: Spool, content: bytes = b"a clip", captured_at: int = 1_750_000_000_000) -> Segment:
    """A closed clip of any bytes."""
    segment = await spool.begin(Segment(segment_id=uuid7(captured_at), kind=Kind.VIDEO, captured_at=captured_at))
    spool.media.part_path(segment).write_bytes(content)
    segment.size_bytes, segment.sha256 = len(content), hashlib.sha256(content).hexdigest()
    await spool.close_segment(segment)
    return segment


def receipt_for(segment: Segment) -> Receipt:
    return Receipt(segment_id=segment.segment_id, video_id=segment.segment_id, size_bytes=segment.size_bytes, sha256=segment.sha256)
