"""``glasses doctor``: each line says what is well, or what is wrong and what to do about it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from glasses.config import Config
from glasses.wire.errors import SouvenirError

EARLIEST_MS = 1_750_000_000_000
"""June 2025: a clock that is earlier has not been set."""
ENOUGH_BYTES = 1_000_000_000
PARTS = 8.0
"""Seconds that one check may take."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    well: bool
    detail: str
    hint: str = ""


def examine(config: Config, spec: str | None) -> int:
    """Print the findings; 0 when all is well, else 1."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True)
    findings = list(findings_of(config, spec or config.hardware))
    for finding in findings:
        mark = "[green]ok   [/]" if finding.well else "[red]WRONG[/]"
        console.print(f"{mark} {finding.name:<14} {escape(finding.detail)}", highlight=False)
        if not finding.well:
            console.print(f"      {'':<14} Try: {escape(finding.hint)}", highlight=False)
    return 0 if all(finding.well for finding in findings) else 1


def findings_of(config: Config, spec: str) -> Iterator[Finding]:
    yield from _models()
    yield _checked("disk", lambda: _disk(config))
    yield _clock()
    yield _checked("database", lambda: _database(config))
    yield _checked("camera", lambda: asyncio.run(_camera(config, spec)))
    yield _checked("microphone", lambda: asyncio.run(_microphone(spec)))
    yield _power()
    yield _checked("relay", lambda: asyncio.run(_relay(config)))


def _checked(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except SouvenirError as error:
        return Finding(name, False, f"{error.kind.title}: {error.detail}", error.hint)


def _models() -> Iterator[Finding]:
    from models.store import ModelStore

    for check in ModelStore().check("glasses"):
        yield Finding(f"model {check.name}", check.ok, check.wrong or "whole", "Run scripts/fetch-models.")


def _disk(config: Config) -> str:
    import os

    from glasses.errors import StorageFullError

    folder = config.data_path
    folder.mkdir(parents=True, exist_ok=True)
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < ENOUGH_BYTES:
        raise StorageFullError(f"{free / 1e9:.2f} GB are free in {folder}")
    return f"{free / 1e9:.1f} GB are free in {folder}"


def _clock() -> Finding:
    now_ms = time.time_ns() // 1_000_000
    if now_ms < EARLIEST_MS:
        return Finding("clock", False, f"the clock says {time.ctime(now_ms / 1000)}", "Set it, or connect to a network with a time server.")
    return Finding("clock", True, f"{time.ctime(now_ms / 1000)}")


def _database(config: Config) -> str:
    from glasses.errors import StorageDamagedError
    from glasses.spool.db import read_only

    try:
        connection = read_only(config.data_path)
    except FileNotFoundError:
        return "none yet: nothing has been recorded"
    try:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        (clips,) = connection.execute("SELECT count(*) FROM segments").fetchone()
        (parked,) = connection.execute("SELECT count(*) FROM outbox WHERE parked_code != ''").fetchone()
    except sqlite3.DatabaseError as problem:
        raise StorageDamagedError(f"{config.data_path / 'spool.db'}: {problem}") from problem
    finally:
        connection.close()
    if verdict != "ok":
        raise StorageDamagedError(f"{config.data_path / 'spool.db'}: {verdict}")
    return f"healthy, {clips} clips" + (f", {parked} parked: glasses status" if parked else "")


def _power() -> Finding:
    from glasses.power.now import plan_sentence, read_senses
    from glasses.power.policy import Heat, next_bands

    reading = read_senses()
    too_hot = next_bands(None, reading).heat is Heat.TOO_HOT
    return Finding(
        "power", not too_hot, plan_sentence(reading), "Let the board cool: nothing is filmed above this heat." if too_hot else ""
    )


async def _camera(config: Config, spec: str) -> str:
    """Through the guard: a picture that is only looked at is not taken in the dark either."""
    from glasses.capture.forbidden import Forbidden
    from glasses.capture.guard import GuardedCamera
    from glasses.hw.spec import open_hardware

    hardware = open_hardware(spec, config.recording.light)
    camera = GuardedCamera(hardware.camera, hardware.light, Forbidden(config.recording), hardware.gps, hardware.clock)
    try:
        async with asyncio.timeout(PARTS):
            picture = await camera.still()
    finally:
        await camera.close()
    return f"{picture.shape[1]}x{picture.shape[0]} from {spec}"


async def _microphone(spec: str) -> str:
    from glasses.errors import MicrophoneMissingError
    from glasses.hw.spec import open_hardware

    hardware = open_hardware(spec)
    try:
        async with asyncio.timeout(PARTS):
            async for chunk in hardware.microphone.chunks():
                return f"{hardware.microphone.rate_hz} Hz from {spec}, {len(chunk.pcm) // 2} samples heard"
    except TimeoutError as problem:
        raise MicrophoneMissingError(f"{spec} opens, but gives no sound") from problem
    finally:
        await hardware.microphone.close()
    raise MicrophoneMissingError(f"{spec} gives no sound")


async def _relay(config: Config) -> str:
    from glasses.clock import RealClock
    from glasses.sync.credentials import CredentialFile
    from glasses.sync.http import API, RelayClient

    file = CredentialFile(config.data_path)
    client = RelayClient(file, RealClock())
    try:
        await client.request("GET", f"{API}/sync/status")
    finally:
        await client.close()
    return f"{file.load().relay_url} answers and knows this device"
