"""The phone link: how fast records come over a simulated air, how well a slow link is used, and how long control waits beside bulk."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

NAME = "ble"
HELP = "the phone link on a simulated air: MB/s, use of a paced 60 kB/s link, control latency beside bulk, gaps and duplicates after losses"
BARS = {
    "notify_MBps": "", "coc_MBps": "", "paced_60kBps_efficiency": ">= 0.9", "control_latency_p95_ms": "< 200", "resume_gaps": "0",
    "resume_duplicates": "0", "cpu_s_per_MB": "",
}  # fmt: skip
PACE_BYTES_PER_S = 60_000.0
FAST_BYTES, PACED_BYTES, RESUMED_BYTES = 2_000_000, 600_000, 1_000_000
LOSSES = 8
ASK_EVERY_S = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--paced-seconds", type=float, default=10.0, metavar="S", help="of bulk on the paced link (default: %(default)s)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    return asyncio.run(_run(round(arguments.paced_seconds * PACE_BYTES_PER_S)))


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title="The phone link (simulated air: no radio, no encryption)", title_justify="left")
    for heading in ("What", "Measured", "Bar"):
        shown.add_column(heading)
    for name, value in result.items():
        shown.add_row(name, str(value), BARS.get(name, ""))
    return shown


async def _run(paced_bytes: int) -> dict[str, Any]:
    notify, cpu_s_per_mb = await _fast(channel=False)
    coc, _ = await _fast(channel=True)
    efficiency, waits_ms = await _paced(paced_bytes, channel=False)
    coc_efficiency, coc_waits_ms = await _paced(paced_bytes, channel=True)
    gaps, duplicates = await _resumed()
    return {
        "notify_MBps": round(notify, 3), "coc_MBps": round(coc, 3),
        "paced_60kBps_efficiency": round(efficiency, 3), "control_latency_p95_ms": round(_p95(waits_ms), 1),
        "resume_gaps": gaps, "resume_duplicates": duplicates, "cpu_s_per_MB": round(cpu_s_per_mb, 3),
        "coc_paced_efficiency": round(coc_efficiency, 3), "coc_control_latency_p95_ms": round(_p95(coc_waits_ms), 1),
        "control_questions": len(waits_ms), "losses": LOSSES, "cores": os.cpu_count(),
    }  # fmt: skip


async def _fast(*, channel: bool) -> tuple[float, float]:
    """MB/s, and CPU seconds for each MB, of both hosts and both virtual controllers together."""
    async with _pair(None) as (house, radio):
        await house.put(os.urandom(FAST_BYTES))
        async with house.link(radio, channel=channel) as link:
            (info,) = (await link.records()).records
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            async for _ in link.read(info):
                pass
            return FAST_BYTES / 1e6 / (time.perf_counter() - began_s), (time.process_time() - began_cpu_s) / (FAST_BYTES / 1e6)


async def _paced(size_bytes: int, *, channel: bool) -> tuple[float, list[float]]:
    """Which part of the link's bytes is the record's, and how long each question waited for its answer, in ms."""
    async with _pair(PACE_BYTES_PER_S) as (house, radio):
        await house.put(os.urandom(size_bytes))
        async with house.link(radio, channel=channel) as link:
            (info,) = (await link.records()).records
            waits_ms: list[float] = []

            async def ask() -> None:
                while True:
                    asked_s = time.perf_counter()
                    await link.control("how are you")
                    waits_ms.append((time.perf_counter() - asked_s) * 1000)
                    await asyncio.sleep(ASK_EVERY_S)

            asking = asyncio.create_task(ask())
            began_s = time.perf_counter()
            async for _ in link.read(info):
                pass
            took_s = time.perf_counter() - began_s
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return size_bytes / took_s / PACE_BYTES_PER_S, waits_ms


async def _resumed() -> tuple[int, int]:
    """Bytes that are missing, and bytes that came twice, after losses at random places by either side and by silence."""
    from glasses.wire.errors import SouvenirError

    data, got, twice = os.urandom(RESUMED_BYTES), bytearray(), 0
    async with _pair(None) as (house, radio):
        await house.put(data)
        for attempt in track(range(LOSSES + 1), "Losing the link", console=Console(stderr=True), transient=True):
            until = len(data) if attempt == LOSSES else len(data) * (attempt + 1) // (LOSSES + 2)
            try:
                async with house.link(radio) as link:
                    (info,) = (await link.records()).records
                    async for offset, piece in link.read(info, len(got)):
                        twice += len(got) - offset
                        got += piece
                        if len(got) >= until and attempt < LOSSES:
                            await house.lose(attempt)
                    twice += link.duplicate_bytes
            except SouvenirError as error:
                if error.code != "phone.lost":
                    raise
            await house.until_advertising()
    gaps = len(data) - len(got) + (zlib.crc32(got) != zlib.crc32(data))
    return gaps, twice


class _House:
    """Glasses with a log of records and nothing else, and the air around them."""

    def __init__(self, folder: Path, pace_bytes_per_s: float | None) -> None:
        from glasses.bus import Bus
        from glasses.clock import RealClock
        from glasses.spool.spool import Spool
        from glasses.sync.ble.air import Air, Pace
        from glasses.sync.ble.shelf import Shelf

        self.folder, self.clock = folder, RealClock()
        self.air = Air(Pace(pace_bytes_per_s, self.clock) if pace_bytes_per_s else None)
        self.spool = Spool(folder / "spool", self.clock)
        self.shelf = Shelf(self.spool, Bus())
        self.shown: asyncio.Queue[str] = asyncio.Queue()
        self.radio: Any = None

    async def open(self) -> None:
        from bumble.host import Host

        from glasses.sync.ble.bonds import Bonds
        from glasses.sync.ble.peripheral import Peripheral, Standing
        from glasses.sync.ble.radio import Radio
        from glasses.sync.ble.session import Session
        from glasses.wire.record import Brief

        await self.spool.open(lambda _path, segment: segment)
        bonds = Bonds(self.folder, 2, self.clock.now_ms)
        self.peripheral = Peripheral(
            Radio(Host(*self.air.radio("glasses")), _nothing), bonds, Standing("glasses", lambda: Brief().pack(), lambda: 100),
            lambda phone, pipe: Session(phone, pipe, self.shelf, _act, self.clock), self.shown.put_nowait, lambda _reason: None, self.clock,
        )  # fmt: skip
        self.running = asyncio.create_task(self.peripheral.run())

    async def phone(self) -> Any:
        from bumble.host import Host

        from glasses.sync.ble.radio import Radio
        from phone.radio import OwnRadio

        async def ask() -> int | None:
            return int(await self.shown.get())

        radio = OwnRadio("", self.folder / "phone", self.clock, ask)
        await radio.open_on(Radio(Host(*self.air.radio("phone")), _nothing))
        self.device = await radio.find()
        return radio

    def link(self, radio: Any, *, channel: bool = False) -> Any:
        from phone.link import GlassesLink

        return GlassesLink(radio, self.device, channel=channel)

    async def put(self, data: bytes) -> None:
        from glasses.spool.records import NewRecord
        from glasses.wire.record import RecordKind

        await self.spool.records.put(NewRecord(RecordKind.PROXY, "clip", "", data, len(data), zlib.crc32(data)))

    async def lose(self, attempt: int) -> None:
        if attempt % 2:
            self.air.lose()
        else:
            for connection in list(self.peripheral.device.connections.values()):
                await connection.disconnect()

    async def until_advertising(self) -> None:
        while not self.peripheral.device.is_advertising:  # noqa: ASYNC110  # the library tells nobody
            await asyncio.sleep(0.01)
        self.device = await self.radio.find()

    async def close(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.spool.close()


@asynccontextmanager
async def _pair(pace_bytes_per_s: float | None) -> AsyncIterator[tuple[_House, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        house = _House(Path(folder), pace_bytes_per_s)
        await house.open()
        house.radio = await house.phone()
        try:
            yield house, house.radio
        finally:
            await house.radio.close()
            await house.close()


async def _nothing() -> None:
    return


async def _act(_command: str, _body: dict[str, Any]) -> dict[str, Any]:
    return {}


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]
