from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from glasses.clock import FakeClock
from glasses.tag.pace import PacedLooker
from glasses.turn import Turn
from glasses.wire.segment import Segment
from glasses.wire.tag import Tags


class Looker:
    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.at_s, self.closed = clock, [0.0][:0], 0

    async def tag(self, path: Path, segment: Segment) -> Tags:
        self.at_s.append(self.clock.monotonic_s())
        await self.clock.sleep(2.0)
        return Tags(segment_id=segment.segment_id)

    async def close(self) -> None:
        self.closed += 1


async def passes(clock: FakeClock, seconds: int) -> None:
    for _ in range(seconds):
        for _ in range(5):
            await asyncio.sleep(0)
        await clock.advance(1.0)
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("share", "second_at_s"), [(1.0, 2.0), (0.5, 4.0), (0.25, 8.0)])
async def test_after_a_look_comes_as_much_rest_as_the_plan_wants(share: float, second_at_s: float) -> None:
    clock = FakeClock()
    looker = Looker(clock)
    paced = PacedLooker(looker, lambda: share, clock, Turn())

    async def two() -> None:
        await paced.tag(Path("a"), Segment())
        await paced.tag(Path("b"), Segment())

    working = asyncio.create_task(two())
    await passes(clock, 12)
    await working
    assert looker.at_s == [0.0, second_at_s]
    await paced.close()


async def test_a_process_with_nothing_to_do_is_let_go_and_one_with_work_is_not() -> None:
    clock = FakeClock()
    looker = Looker(clock)
    paced = PacedLooker(looker, lambda: 1.0, clock, Turn(), idle_s=10.0)
    for _ in range(2):
        working = asyncio.create_task(paced.tag(Path("a"), Segment()))
        await passes(clock, 9)
        await working
    assert looker.closed == 0
    await passes(clock, 12)
    assert looker.closed == 1
    await paced.close()
