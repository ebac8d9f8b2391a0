"""Work in a thread of its own."""

from __future__ import annotations

import asyncio
import threading

import pytest

from glasses.thread import OwnThread


async def test_what_never_comes_back_lets_nobody_else_in_and_keeps_nobody_elsewhere_waiting() -> None:
    thread, entered, done = OwnThread("listener"), threading.Event(), threading.Event()

    def stuck() -> None:
        entered.set()
        done.wait()

    first = asyncio.create_task(thread.run(stuck))
    await asyncio.to_thread(entered.wait)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    entered.clear()
    again = asyncio.create_task(thread.run(stuck))
    for _ in range(20):
        assert await asyncio.to_thread(lambda: 7) == 7
    assert not entered.is_set()
    done.set()
    await again
    assert entered.is_set()


async def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await OwnThread("sums").run(divmod, 1, 0)
