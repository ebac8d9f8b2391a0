"""Kills a device at one point after another, starts it again, and holds what is left against what was promised before."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import av
from aiohttp import web
from argon2 import PasswordHasher

from glasses import faults
from glasses.config import Config
from glasses.spool.media import SUFFIX
from glasses.status import read_status
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.device_key import DeviceKey, DeviceKeyFile
from glasses.wire.change import OpKind
from glasses.wire.codec import decode_json, to_builtins
from glasses.wire.memory import ClipChoice, MemoryStatus
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import ClipCustody
from glasses.wire.tag import FaceTag
from glasses.wire.video import SearchAnswer, SearchRequest
from relay.app import Stages, make_app
from relay.auth.passwords import Passwords
from relay.auth.proofs import Proof
from relay.auth.tokens import Tokens
from relay.catalog import changes, memories, videos
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.config import RelayConfig
from relay.jobs.kinds import JobKind, Message
from relay.jobs.workers import Workers
from relay.library.people import PeopleBook
from relay.services import Services, open_services

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
KILLED = -9
QUERY = "my wife and me in paris"
FPS = 30
FIXED_KEY = "00000000-0000-7000-8000-000000000000"

Prelude = tuple[str, bool]
"""Where an earlier run was killed, and whether its database was lost too."""
PRELUDES: dict[str, Prelude] = {
    "adopt": ("kill close.committed", True),
    "mend": ("kill clip.fragment synced", False),
    "forget": ("kill begin.sidecar.durable", False),
    "discard": ("kill begin.sidecar.durable", False),
    "tus.ask": ("kill tus.sent", False),
}
"""Points that are only passed by a start after another kill."""


_ALL_OF, _NOT_SYNCED = ("clip.", "media.", "photo."), ("begin.sidecar", "close.sidecar", "receipt", "request", "credentials")
POWER_LOST_AT = [
    *(point for point in faults.POINTS if point.startswith(_ALL_OF) and not point.endswith("created")),
    *(f"{file}.{step}" for file in _NOT_SYNCED for step in ("written", "renamed")),
    "mend.repaired", "mend.sidecar.renamed", "evict.removed", "request.removed",
    "close.uncommitted", "close.committed", "receipt row.committed",
]  # fmt: skip
"""Where it matters whether what was written had been fsynced."""


@dataclass
class Outcome:
    point: str
    killed_while: str = ""
    survived: str = ""
    wrong: list[str] = field(default_factory=list)


class RelayThread:
    """A real relay, in a thread of this process; of its jobs only films are played: every clip of the account is in them."""

    def __init__(self, folder: Path) -> None:
        self.url = ""
        config = RelayConfig()
        config.storage.data_dir, config.storage.keep_free_bytes = str(folder), 0
        config.auth.tries_per_minute = 100_000  # all devices come from one address
        self._config, self._loop = config, asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.call(self._start())
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.call(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def read(self, work: Any) -> Any:
        return self.call(self.services.database.read(work))

    def pair(self, folder: Path) -> str:
        """A new account, whose glasses keep their tokens in ``folder``. The access token has expired already. Returns the user's id."""
        user_id, grant = self.call(self._account(folder.name, DeviceKeyFile(folder).load_or_make()))
        expired = self._long_ago.issue(self.services.tokens.read(grant.access_token))
        CredentialFile(folder).save(
            Credentials(
                relay_url=self.url, access_token=expired, refresh_token=grant.refresh_token, user_id=user_id, device_id=grant.device_id
            )
        )
        return user_id

    async def _start(self) -> None:
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.services: Services = await open_services(self._config, _now_ms, passwords=passwords)
        self._long_ago = Tokens(self.services.tokens.ring, lambda: _now_ms() - 86_400_000, self._config.auth.access_token_s)
        handlers = {**dict.fromkeys(JobKind, _nothing), JobKind.CREATE_MEMORY: self._film}
        people = PeopleBook(self.services.database, self.services.blobs, self.services.bus, _enrol, _now_ms)
        workers = Workers(self.services.bus, handlers, self._config.jobs)
        self._runner = web.AppRunner(make_app(self.services, Stages(find=_find, people=people, workers=workers)), shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = self.services.address.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _account(self, name: str, key: DeviceKey) -> tuple[str, Any]:
        user = await self.services.accounts.add(name, "correct horse battery")
        begun = await self.services.pairings.begin("", "glasses", proof=self._proof(key))
        await self.services.pairings.approve(begun.user_code, user.user_id)
        return user.user_id, await self.services.pairings.redeem(begun.device_code, self._proof(key, begun.device_code))

    def _proof(self, key: DeviceKey, secret: str = "") -> Proof | None:
        signed = key.signed("", _now_ms(), secret)
        return self.services.sessions.proofs.read(signed["client_assertion_type"], signed["client_assertion"], secret)

    async def _film(self, message: Message) -> None:
        user_id, memory_id = message.user_id, str(message.parameters["memory_id"])

        def keep(connection: Connection) -> None:
            row = memories.get(connection, user_id, memory_id)
            found = _videos(connection, user_id)
            row.memory.status, row.memory.completed_at = MemoryStatus.COMPLETED, _now_ms()
            row.memory.clips_used = [ClipChoice(video_id=video.video_id) for video in found]
            memories.save(connection, user_id, row)
            changes.append(connection, user_id, OpKind.MEMORY, memory_id, to_builtins(row.memory), _now_ms())

        await self.services.database.write(keep)


class Nursery:
    """Devices that run at once and die for themselves."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.device"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            text=True,
        )

    def run(self, folder: Path, what: str, fault: str = "") -> int:
        """The exit code of a device that does ``what``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "what": what, "fault": fault}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


class Sweep:
    """A relay, and ``workers`` nurseries that strike at once."""

    def __init__(self, workers: int = 2) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="souvenir-")
        self.folder = Path(self._scratch.name)
        self.relay = RelayThread(self.folder / "relay")
        self._nurseries = [Nursery() for _ in range(workers)]
        self._free: queue.Queue[Nursery] = queue.Queue()
        for nursery in self._nurseries:
            self._free.put(nursery)
        self._pool = ThreadPoolExecutor(workers)

    def __enter__(self) -> Self:
        self.relay.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)
        for nursery in self._nurseries:
            nursery.close()
        self.relay.__exit__(kind, problem, trace)
        self._scratch.cleanup()

    def begin(self, points: Iterable[str], act: str = "kill") -> dict[str, Future[Outcome]]:
        """An outcome to come for each point."""
        return {point: self._pool.submit(self.strike, point, act) for point in points}

    def run(self, folder: Path, what: str, fault: str = "") -> int:
        nursery = self._free.get()
        try:
            return nursery.run(folder, what, fault)
        finally:
            self._free.put(nursery)

    def device(self) -> tuple[Path, str]:
        """A folder for a device that is paired with an account of its own, and the account."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        return folder, self.relay.pair(folder)

    def strike(self, point: str, act: str = "kill") -> Outcome:
        """Kill a device at ``point``, start it again, and judge. ``act`` "power": what was not fsynced is gone, too."""
        outcome = Outcome(point)
        folder, user_id = self.device()
        prelude = next((each for start, each in PRELUDES.items() if point.startswith(start)), None)
        what = "live"
        if prelude is not None:
            fault, database_lost = prelude
            self._must_die(outcome, folder, "live", fault)
            if database_lost:
                lose_database(folder)
            what = "recover"
        promised = Promise.of(folder) if prelude else None
        self._must_die(outcome, folder, what, f"{act} {point}")
        promised = promised or Promise.of(folder)
        outcome.killed_while = f"{what} after {prelude[0].removeprefix('kill ')}" if prelude else what
        code = self.run(folder, "recover")
        if code != 0:
            outcome.wrong.append(f"the start after it ended with {code}")
        else:
            self.judge(outcome, folder, user_id, promised)
        return outcome

    def judge(self, outcome: Outcome, folder: Path, user_id: str, promised: Promise | None) -> None:
        """Nothing lost, nothing twice, order kept; and what was promised when it died, if that is known."""
        clips = read_status(Config(data_dir=str(folder))).clips
        stored: list[Video] = self.relay.read(lambda connection: _videos(connection, user_id))
        outcome.wrong += wrong_on_the_device(folder, clips)
        outcome.wrong += self._wrong_on_the_relay(clips, {video.video_id: video for video in stored})
        if promised is None:
            return
        spoken = self.relay.read(lambda connection: _spoken(connection, user_id))
        outcome.wrong += promised.broken(stored, spoken)
        outcome.survived = promised.told(stored, spoken)

    def _must_die(self, outcome: Outcome, folder: Path, what: str, fault: str) -> None:
        code = self.run(folder, what, fault)
        if code != KILLED:
            outcome.wrong.append(f"{fault}: the run ended with {code} instead of being killed")

    def _wrong_on_the_relay(self, clips: list[ClipCustody], stored: dict[str, Video]) -> list[str]:
        wrong = []
        if sorted(stored) != sorted(clip.segment_id for clip in clips):
            wrong.append(f"the relay has {len(stored)} clips, the glasses {len(clips)}")
        for clip in clips:
            if (video := stored.get(clip.segment_id)) is None:
                continue
            data = self.relay.services.blobs.local(video.blob_key).read_bytes()
            if hashlib.sha256(data).hexdigest() != clip.sha256:
                wrong.append(f"clip {clip.sequence} has other bytes on the relay")
            frames = video.frames if video.kind is Kind.VIDEO else 1
            if frames_of(self.relay.services.blobs.local(video.blob_key)) != frames:
                wrong.append(f"clip {clip.sequence} does not play")
        return wrong


@dataclass(frozen=True)
class Promise:
    """What was durable when the process died, read from the points it had passed."""

    frames: int
    photo: bool
    request: bool

    @classmethod
    def of(cls, folder: Path) -> Promise:
        passed = (folder / "trace").read_text().splitlines()
        return cls(passed.count("clip.fragment synced") * FPS, "photo.durable" in passed, "request.durable" in passed)

    def broken(self, stored: list[Video], spoken: int) -> list[str]:
        films = sorted((video for video in stored if video.kind is Kind.VIDEO), key=lambda video: video.sequence)
        wrong = []
        if not films or films[0].frames < self.frames:
            wrong.append(f"{self.frames} frames were durable, {films[0].frames if films else 'none'} are left")
        if self.photo and not any(video.kind is Kind.PHOTO for video in stored):
            wrong.append("the photo is lost")
        if spoken > 1 or (self.request and spoken != 1):
            wrong.append(f"the request arrived {spoken} times")
        return wrong

    def told(self, stored: list[Video], spoken: int) -> str:
        clips = sorted(stored, key=lambda video: video.sequence)
        kept = [f"{video.frames} frames" if video.kind is Kind.VIDEO else "photo" for video in clips[:-1]]
        return ", ".join([*kept, "request"] if spoken else kept) or "nothing was promised yet"


def wrong_on_the_device(folder: Path, clips: list[ClipCustody]) -> list[str]:
    wrong = []
    if [clip.sequence for clip in clips] != list(range(1, len(clips) + 1)):
        wrong.append(f"sequence {[clip.sequence for clip in clips]}")
    media = folder / "media"
    stamps = [decode_json((media / f"{clip.segment_id}.json").read_bytes(), Segment).stamp for clip in clips]
    if stamps != sorted(stamps):
        wrong.append("the order of sequence is not the order of capture")
    for clip in clips:
        if clip.custody not in ("stored", "filmed"):
            wrong.append(f"clip {clip.sequence} is {clip.custody} {clip.parked}")
        here = [path for suffix in SUFFIX.values() if (path := media / f"{clip.segment_id}{suffix}").exists()]
        if clip.evicted == bool(here):
            wrong.append(f"clip {clip.sequence} is {'' if clip.evicted else 'not '}evicted, and here are {here}")
        elif here and hashlib.sha256(here[0].read_bytes()).hexdigest() != clip.sha256:
            wrong.append(f"clip {clip.sequence} has other bytes on the glasses")
    known = {clip.segment_id for clip in clips}
    wrong += [
        f"{path.name} is left over" for path in media.iterdir() if path.name.split(".")[0] not in known or path.suffix in (".tmp", ".part")
    ]
    return wrong


def lose_database(folder: Path) -> None:
    for path in folder.glob("spool.db*"):
        path.unlink()


def frames_of(path: Path) -> int:
    """Decodes all of it."""
    try:
        with av.open(str(path)) as clip:
            return sum(1 for _ in clip.decode(video=0))
    except av.FFmpegError:
        return 0


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _nothing(message: Message) -> None:
    return


async def _find(_user_id: str, asked: SearchRequest) -> SearchAnswer:
    return SearchAnswer()


async def _enrol(image: bytes) -> FaceTag:
    return FaceTag()


def _videos(connection: Connection, user_id: str) -> list[Video]:
    ids = [row["video_id"] for row in connection.execute("SELECT video_id FROM videos WHERE user_id = ?", (user_id,))]
    return list(videos.many(connection, user_id, ids).values())


def _spoken(connection: Connection, user_id: str) -> int:
    """How often the film arrived that was asked for aloud; not one that was taken back, or was just about to be."""
    query = "SELECT count(*) FROM memories WHERE user_id = ? AND idempotency_key <> ? AND json_extract(record, '$.query') = ?"
    return int(connection.execute(query, (user_id, FIXED_KEY, QUERY)).fetchone()[0])
