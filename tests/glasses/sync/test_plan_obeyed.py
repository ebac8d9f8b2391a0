"""Sending obeys the power plan, and begins when the device is paired."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.config import Config
from glasses.events import FilmFetched, MemoryChanged
from glasses.hud.presenter import Presenter
from glasses.hud.screens import Screens
from glasses.spool import outbox
from glasses.spool.spool import Spool
from glasses.sync.connection import Connection
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.wire.memory import Memory, MemoryStatus

from ..conftest import put_clip


async def test_what_the_plan_holds_back_waits_and_small_things_pass_it(spool: Spool) -> None:
    await put_clip(spool)
    await spool.outbox.put(outbox.REQUEST, "a-request", "{}", 1)
    first = await spool.outbox.lease(held_back=(outbox.MEDIA,))
    assert first is not None
    assert first.kind == outbox.REQUEST
    assert await spool.outbox.lease(held_back=(outbox.MEDIA,)) is None
    later = await spool.outbox.lease()
    assert later is not None
    assert later.kind == outbox.MEDIA


class Wire:
    def is_up(self) -> bool:
        return True

    def is_metered(self) -> bool:
        return False


async def test_pairing_is_noticed_while_the_glasses_run(spool: Spool, clock: FakeClock) -> None:
    config = Config(data_dir=str(spool.folder))
    connection = Connection(config, spool, Wire(), Bus(), clock, tuple, lambda: True)
    assert not connection.paired()
    CredentialFile(spool.folder).save(Credentials(relay_url="http://127.0.0.1:9"))
    assert connection.paired()
    sending = asyncio.create_task(connection.send())
    async with asyncio.timeout(20):
        while connection._link is None:
            await asyncio.sleep(0.005)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await connection.close()


class Shown:
    def __init__(self) -> None:
        self.titles = [""][:0]

    def show(self, title: str, lines: tuple[str, ...]) -> None:
        self.titles.append(title)


async def test_a_film_is_announced_once_in_words_and_then_played(spool: Spool, clock: FakeClock) -> None:
    bus, terminal = Bus(), Shown()
    screens = Screens([], lambda: None, lambda: 1.0, clock)  # type: ignore[arg-type,return-value]  # nothing is drawn
    presenter = Presenter(terminal, spool, bus, screens=screens)
    film = Memory(memory_id="m", status=MemoryStatus.COMPLETED)
    bus.publish(MemoryChanged(film))
    bus.publish(FilmFetched(film, "films/m.mp4", "films/m.jpg"))
    await presenter.step()
    await presenter.step()
    assert terminal.titles == ["Film ready"]
    assert (screens._film, screens._card.poster if screens._card else "") == (Path("films/m.mp4"), "films/m.jpg")


def test_freed_memory_goes_back_to_the_system() -> None:
    script = """
import re
from glasses.malloc import give_back_freed_memory
assert give_back_freed_memory()
def pss(): return int(re.search(r"Pss:\\s+(\\d+)", open("/proc/self/smaps_rollup").read())[1])
bytearray(24 << 20)  # the first large block that is freed would raise glibc's own threshold
before = pss()
pieces = [b"x" * (3 << 20) for _ in range(20)]
kept = [bytes(1000) for _ in range(100)]
del pieces
print(pss() - before < 4000)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert told.stdout.strip() == "True"
