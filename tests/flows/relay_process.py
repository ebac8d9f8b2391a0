"""A relay in a process that may be killed at a point: real files and HTTP, no models. Forked, so that it starts at once."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from argon2 import PasswordHasher

from glasses.wire.video import SearchAnswer, SearchRequest
from relay import faults
from relay.app import Stages, make_app
from relay.auth.passwords import Passwords
from relay.config import RelayConfig
from relay.jobs.workers import Workers
from relay.library.people import PeopleBook
from relay.services import open_services

FORKS = multiprocessing.get_context("forkserver")
PASSWORD = "correct horse battery"


class Address(NamedTuple):
    url: str
    token: str


class RelayProcess:
    """Over ``folder``; with ``fault`` as relay.faults.parsed takes it."""

    def __init__(self, folder: Path, fault: str = "") -> None:
        FORKS.set_forkserver_preload([__name__])
        here, there = FORKS.Pipe()
        self._process = FORKS.Process(target=_serve, args=(folder, fault, there), daemon=True)
        self._process.start()
        there.close()
        self.address: Address = Address(*here.recv())

    def died(self, patience_s: float = 20.0) -> bool:
        """Of a kill, and not of anything else."""
        self._process.join(patience_s)
        return self._process.exitcode == -9

    def stop(self) -> None:
        self._process.kill()
        self._process.join()


def _serve(folder: Path, fault: str, told: Connection) -> None:
    asyncio.run(_run(folder, fault, told))


async def _run(folder: Path, fault: str, told: Connection) -> None:
    config = RelayConfig()
    config.storage.data_dir, config.storage.keep_free_bytes = str(folder), 0
    relay = await open_services(config, _now_ms, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    if await relay.database.read(lambda connection: connection.execute("SELECT count(*) FROM users").fetchone()[0]) == 0:
        await relay.accounts.add("anna", PASSWORD)
    grant = await relay.accounts.login("anna", PASSWORD, device_id="glasses", device_name="glasses")
    people: Any = PeopleBook(relay.database, relay.blobs, relay.bus, _nobody, _now_ms)
    runner = web.AppRunner(make_app(relay, Stages(find=_find, people=people, workers=Workers(relay.bus, {}, config.jobs))))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    if fault:
        faults.arm(faults.parsed(fault))
    told.send((f"http://127.0.0.1:{runner.addresses[0][1]}", grant.access_token))
    await asyncio.Event().wait()


async def _find(_user_id: str, _asked: SearchRequest) -> SearchAnswer:
    return SearchAnswer()


async def _nobody(_image: bytes) -> Any:
    return None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
