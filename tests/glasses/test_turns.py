"""One at a time, in the order of asking; what a taker leaves behind is ended only for somebody else."""

from __future__ import annotations

import asyncio

import pytest

from glasses.turn import Turn


class Worker:
    """Leaves its process behind after its work, as the tagger does."""

    def __init__(self, turn: Turn, alive: set[Worker]) -> None:
        self._turn, self._alive, self.started, self.may_end = turn, alive, 0, asyncio.Event()
        self.most_alive = 0

    async def work(self) -> None:
        async with self._turn.take(self.leave):
            self.started += self not in self._alive
            self._alive.add(self)
            self.most_alive = max(self.most_alive, len(self._alive))
            await self.may_end.wait()

    async def leave(self) -> None:
        self._alive.discard(self)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def pair() -> tuple[Worker, Worker]:
    turn, alive = Turn(), set[Worker]()
    return Worker(turn, alive), Worker(turn, alive)


async def test_two_never_live_at_once(pair: tuple[Worker, Worker]) -> None:
    first, second = pair
    tasks = [asyncio.create_task(worker.work()) for worker in (first, second, first)]
    await settle()
    assert (first.started, second.started) == (1, 0)
    first.may_end.set()
    await settle()
    assert (first.started, second.started) == (1, 1)
    second.may_end.set()
    await asyncio.gather(*tasks)
    assert (first.started, second.started) == (2, 1)
    assert (first.most_alive, second.most_alive) == (1, 1)


async def test_the_same_taker_finds_what_it_left(pair: tuple[Worker, Worker]) -> None:
    first, _ = pair
    first.may_end.set()
    await first.work()
    await first.work()
    assert first.started == 1


async def test_work_that_fails_or_is_cut_off_gives_the_turn_on(pair: tuple[Worker, Worker]) -> None:
    first, second = pair
    cut = asyncio.create_task(first.work())
    await settle()
    cut.cancel()
    await asyncio.gather(cut, return_exceptions=True)
    second.may_end.set()
    await second.work()
    assert (second.started, second.most_alive) == (1, 1)
