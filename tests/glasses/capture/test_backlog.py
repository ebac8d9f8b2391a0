"""What is heard is recorded at once, and understood when there is time."""

from __future__ import annotations

import asyncio

import pytest

from glasses.bus import Bus
from glasses.capture.backlog import LAG_CHUNKS, Backlog
from glasses.events import FaultRaised
from glasses.hw.base import AudioChunk
from glasses.pulse import Pulse


class Puzzled:
    """Hears, but is done with a chunk only when it is let."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.done = asyncio.Semaphore(0)

    async def hear(self, chunk: AudioChunk) -> None:
        await self.done.acquire()
        self.heard.append(chunk.first_sample)


class Broken:
    async def hear(self, _chunk: AudioChunk) -> None:
        raise RuntimeError("it understands nothing")


def chunk(number: int) -> AudioChunk:
    return AudioChunk(b"", number)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def pulse(now: list[float]) -> Pulse:
    return Pulse(60.0, lambda: now[0])


async def test_who_makes_the_sound_does_not_wait_for_who_understands_it() -> None:
    listener, now = Puzzled(), [0.0]
    backlog = Backlog(listener.hear, beats := pulse(now), Bus(), waits=False)
    listening = asyncio.create_task(backlog.run())
    for number in range(LAG_CHUNKS):
        await backlog.add(chunk(number))
    await settle()
    now[0] = 61.0
    assert beats.silent, "it has been at one chunk for a minute"
    for _ in range(LAG_CHUNKS):
        listener.done.release()
    while len(listener.heard) < LAG_CHUNKS:
        await asyncio.sleep(0)
    await settle()
    assert listener.heard == list(range(LAG_CHUNKS))
    assert not beats.silent, "there is nothing to be heard"
    listening.cancel()


async def test_of_too_much_the_oldest_is_lost() -> None:
    listener = Puzzled()
    backlog = Backlog(listener.hear, pulse([0.0]), Bus(), waits=False)
    for number in range(LAG_CHUNKS + 3):
        await backlog.add(chunk(number))
    listening = asyncio.create_task(backlog.run())
    listener.done.release()
    while not listener.heard:
        await asyncio.sleep(0)
    assert listener.heard == [3]
    listening.cancel()


async def test_what_goes_unheard_is_told_once_until_all_is_heard() -> None:
    listener, bus = Puzzled(), Bus()
    faults = bus.subscribe(FaultRaised)
    backlog = Backlog(listener.hear, pulse([0.0]), bus, waits=False)
    listening = asyncio.create_task(backlog.run())
    await settle()
    for _ in range(2):
        for number in range(LAG_CHUNKS + 1):
            await backlog.add(chunk(number))
            await settle()
        assert faults.poll() is None, "one is being heard, the others wait"
        for number in range(3):
            await backlog.add(chunk(number))
        fault = faults.poll()
        assert fault is not None
        assert fault.code == "listening.behind"
        assert faults.poll() is None
        before = len(listener.heard)
        for _ in range(LAG_CHUNKS + 1):
            listener.done.release()
        while len(listener.heard) < before + LAG_CHUNKS + 1:
            await asyncio.sleep(0)
        await settle()
    listening.cancel()


async def test_who_does_not_listen_at_all_is_not_behind() -> None:
    bus = Bus()
    faults = bus.subscribe(FaultRaised)
    backlog = Backlog(Broken().hear, pulse([0.0]), bus, waits=False)
    for number in range(LAG_CHUNKS + 3):
        await backlog.add(chunk(number))
    assert faults.poll() is None


async def three_said(listener: Puzzled) -> tuple[asyncio.Task[None], asyncio.Task[None]]:
    """On a simulated day, while it is still at the first: its listening, and the saying of the third."""
    backlog = Backlog(listener.hear, pulse([0.0]), Bus(), waits=True)
    listening = asyncio.create_task(backlog.run())
    await settle()
    await backlog.add(chunk(0))
    await settle()
    await backlog.add(chunk(1))
    third = asyncio.create_task(backlog.add(chunk(2)))
    await settle()
    return listening, third


async def test_a_simulated_day_waits_so_that_a_fast_one_is_heard_in_time() -> None:
    listening, third = await three_said(listener := Puzzled())
    assert not third.done()
    listener.done.release()
    await third
    await settle()
    assert listener.heard == [0]
    listening.cancel()


async def test_nobody_waits_for_who_has_died() -> None:
    backlog = Backlog(Broken().hear, pulse([0.0]), Bus(), waits=True)
    listening = asyncio.create_task(backlog.run())
    for number in range(5):
        await backlog.add(chunk(number))
    with pytest.raises(RuntimeError):
        await listening


async def test_who_waits_when_it_dies_is_let_go_on() -> None:
    listening, third = await three_said(Puzzled())
    assert not third.done()
    listening.cancel()
    async with asyncio.timeout(5):
        await third
