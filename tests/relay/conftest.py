"""A real relay in this process: real SQLite, real files, real HTTP; a clock that stands still, and stages that are plain functions."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from argon2 import PasswordHasher

from glasses.sync.device_key import DeviceKey
from glasses.wire.codec import encode_json, to_builtins
from glasses.wire.ids import uuid7
from glasses.wire.pairing import TokenGrant
from glasses.wire.segment import Segment
from glasses.wire.tag import FaceTag
from glasses.wire.video import SearchAnswer, SearchRequest
from relay.app import Stages, make_app
from relay.auth.passwords import Passwords
from relay.auth.proofs import Proof
from relay.auth.tokens import Scope
from relay.catalog.records import User
from relay.config import RelayConfig
from relay.jobs.kinds import JobKind, Message
from relay.jobs.workers import Workers
from relay.library.people import PeopleBook
from relay.services import Services, open_services

START_MS = 1_760_000_000_000
PASSWORD = "correct horse battery"


@dataclass
class FakeClock:
    ms: int = START_MS

    def __call__(self) -> int:
        return self.ms

    def forward(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


@dataclass
class Account:
    user: User
    glasses: TokenGrant
    companion: TokenGrant
    glasses_key: DeviceKey = field(default_factory=DeviceKey.generate)
    companion_key: DeviceKey = field(default_factory=DeviceKey.generate)


@dataclass
class RunningRelay:
    services: Services
    clock: FakeClock
    http: httpx.AsyncClient
    app: web.Application
    url: str
    jobs: list[Message]
    workers: Workers
    accounts: dict[str, Account] = field(default_factory=dict)

    async def account(self, name: str = "anna") -> Account:
        if name not in self.accounts:
            user = await self.services.accounts.add(name, PASSWORD)
            phone, glasses = DeviceKey.generate(), DeviceKey.generate()
            companion = await self.services.accounts.login(
                name, PASSWORD, device_id=f"phone-of-{name}", device_name="phone", proof=self.proof(phone)
            )
            begun = await self.services.pairings.begin(f"glasses-of-{name}", "glasses", proof=self.proof(glasses))
            await self.services.pairings.approve(begun.user_code, user.user_id)
            grant = await self.services.pairings.redeem(begun.device_code, self.proof(glasses, begun.device_code))
            self.accounts[name] = Account(user, grant, companion, glasses, phone)
        return self.accounts[name]

    def proof(self, key: DeviceKey, secret: str = "") -> Proof | None:
        """As the relay reads what a device signs."""
        signed = key.signed("any", self.clock.ms, secret)
        return self.services.sessions.proofs.read(signed["client_assertion_type"], signed["client_assertion"], secret)

    async def as_admin(self) -> dict[str, str]:
        """Of an administrator who has an account of their own."""
        if "root" not in self.accounts:
            user = await self.services.accounts.add("root", PASSWORD, admin=True)
            grant = await self.services.accounts.login("root", PASSWORD, device_id="desk", device_name="desk", scope=Scope.ADMIN)
            self.accounts["root"] = Account(user, grant, grant)
        return {"Authorization": f"Bearer {self.accounts['root'].companion.access_token}"}

    async def as_glasses(self, name: str = "anna") -> dict[str, str]:
        return {"Authorization": f"Bearer {(await self.account(name)).glasses.access_token}"}

    async def as_companion(self, name: str = "anna") -> dict[str, str]:
        return {"Authorization": f"Bearer {(await self.account(name)).companion.access_token}"}

    def segment(self, data: bytes, **changes: Any) -> Segment:
        made = Segment(
            segment_id=uuid7(self.clock.ms), device_id="glasses-of-anna", sequence=1, captured_at=self.clock.ms, duration_s=2.0,
            frames=60, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), correlation_id="c-1",
        )  # fmt: skip
        for name, value in changes.items():
            setattr(made, name, value)
        return made

    async def store(self, data: bytes = b"a clip", name: str = "anna", **changes: Any) -> Segment:
        """A clip of the account, stored by one request."""
        segment = self.segment(data, **changes)
        headers = {**await self.as_glasses(name), **tus(segment), "Content-Type": "application/offset+octet-stream"}
        answer = await self.http.post("/api/v1/uploads", headers=headers, content=data)
        assert answer.status_code == 201, answer.text
        return segment

    async def film(self, query: str, **more: Any) -> dict[str, Any]:
        """A film that the companion asks for, as it is told of when all work is done."""
        headers = await self.as_companion()
        made = await self.http.post("/api/v1/memories/create", headers=headers, json={"query": query, **more})
        assert made.status_code == 202, made.text
        await self.work()
        told: dict[str, Any] = (await self.http.get(f"/api/v1/memories/{made.json()['memory_id']}", headers=headers)).json()
        return told

    async def work(self) -> None:
        """Run every job that is due."""
        while await self.workers.step():
            pass


def tus(segment: Segment, length: int | None = None) -> dict[str, str]:
    metadata = base64.b64encode(encode_json(segment)).decode()
    return {
        "Tus-Resumable": "1.0.0", "Upload-Length": str(segment.size_bytes if length is None else length),
        "Upload-Metadata": f"segment {metadata}",
    }  # fmt: skip


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def relay_config(tmp_path: Path) -> RelayConfig:
    config = RelayConfig()
    config.storage.data_dir, config.storage.keep_free_bytes = str(tmp_path / "relay"), 0
    config.auth.tries_per_minute, config.limits.requests_per_minute = 100_000, 100_000
    config.uploads.graceful_s = 2.0
    return config


@pytest.fixture
async def relay(relay_config: RelayConfig, clock: FakeClock) -> AsyncIterator[RunningRelay]:
    async for running in run_relay(relay_config, clock):
        yield running


async def run_relay(config: RelayConfig, clock: FakeClock) -> AsyncIterator[RunningRelay]:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    services = await open_services(config, clock, passwords=passwords)
    jobs: list[Message] = []

    async def note(message: Message) -> None:
        jobs.append(message)

    async def find(_user_id: str, asked: SearchRequest) -> SearchAnswer:
        return SearchAnswer(total=0, plan=None, unknown={"query": asked.query})

    async def enrol(image: bytes) -> FaceTag:
        return FaceTag(embedding=[float(len(image))] * 128, height_px=100)

    workers = Workers(services.bus, dict.fromkeys(JobKind, note), config.jobs)
    idle = Workers(services.bus, {}, config.jobs)  # the app's own do nothing: tests step the others
    people = PeopleBook(services.database, services.blobs, services.bus, enrol, clock)
    app = make_app(services, Stages(find=find, people=people, workers=idle))
    async with _listening(services, web.AppRunner(app, shutdown_timeout=0.2, access_log=None), workers, clock) as relay:
        relay.jobs = jobs
        yield relay


@asynccontextmanager
async def _listening(services: Services, runner: web.AppRunner, workers: Workers, clock: FakeClock) -> AsyncIterator[RunningRelay]:
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        services.address.url = url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
            yield RunningRelay(services, clock, http, runner.app, url, [], workers)
    finally:
        await runner.cleanup()


@pytest.fixture
async def joined(relay_config: RelayConfig, clock: FakeClock) -> AsyncIterator[RunningRelay]:
    """The relay with its real stages; jobs are stepped by the test."""
    from relay.work.stages import make_stages

    services = await open_services(relay_config, clock, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    stages = make_stages(services)
    stages.workers.start = lambda: None  # type: ignore[method-assign]
    async with _listening(services, web.AppRunner(make_app(services, stages), shutdown_timeout=0.2), stages.workers, clock) as relay:
        yield relay


@pytest.fixture
def running() -> Callable[..., AbstractAsyncContextManager[RunningRelay]]:
    """(services, runner, workers, clock) -> the relay, listening."""
    return _listening


@pytest.fixture
def tus_headers() -> Callable[..., dict[str, str]]:
    return tus


@pytest.fixture
def plain() -> Callable[..., dict[str, Any]]:
    return to_builtins


@pytest.fixture
def run() -> Callable[[RelayConfig, FakeClock], AsyncIterator[RunningRelay]]:
    """For tests that run a relay elsewhere than in their own loop."""
    return run_relay
