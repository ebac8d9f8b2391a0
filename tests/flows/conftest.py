"""A whole house for flows: a relay and glasses in processes of their own, a companion, and days for the glasses to live through."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import pytest

from demo.cast import ROLES
from demo.companion import Companion
from demo.days import write_wav
from demo.footage import Cutout, Figure, backdrop, cut_out, place, read
from demo.processes import add_account
from glasses.hw.sim.voice import Voice
from glasses.wire.codec import decode_json
from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.status import DeviceStatus
from models.store import ModelStore

ROOT = Path(__file__).parents[2]
ACCOUNT, PASSWORD = "anna", "correct horse battery"
PATIENCE_S = 90.0
RECORD, STOP, PHOTO = "okay glasses, record a video", "okay glasses, stop recording", "okay glasses, take a picture"
PARIS, LONDON = (48.8584, 2.2945), (51.5081, -0.0759)


ASK_EVERY_S = 0.2
"""Who asks the relay more often than ten times a second is told to slow down, when it takes long."""


def until(true: Callable[[], object], what: str, patience_s: float = PATIENCE_S, every_s: float = 0.01) -> None:
    """Wait for another process: there is nothing here to be woken by."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, f"in vain for {patience_s:.0f} s: {what}"
        time.sleep(every_s)


@dataclass(frozen=True)
class Scene:
    """A recording of about four seconds, or what is said instead."""

    at: str
    where: tuple[float, float] = PARIS
    backdrop: str = ""
    figures: tuple[Figure, ...] = ()
    network: bool = True
    said: tuple[tuple[float, str], ...] = ((0.3, RECORD), (6.5, STOP))
    length_s: float = 10.5


class Days:
    """Writes simulated days: real pictures, and the commands in a synthetic voice."""

    def __init__(self, store: ModelStore) -> None:
        self._store, self._voice = store, Voice(words_per_minute=150)
        self._cutouts: dict[str, Cutout] = {}

    def write(self, folder: Path, scenes: list[Scene], speed: float = 8.0) -> Path:
        folder.mkdir(parents=True)
        parts = [self._scene(folder, number, scene) for number, scene in enumerate(scenes)]
        (folder / "day.toml").write_text(f"speed = {speed}\n" + "\n".join(parts))
        return folder

    def _scene(self, folder: Path, number: int, scene: Scene) -> str:
        write_wav(folder / f"{number}.wav", scene.length_s, [(at_s, self._voice.speak(text)) for at_s, text in scene.said])
        if scene.backdrop:
            cv2.imwrite(str(folder / f"{number}.jpg"), self._picture(scene))
        return (
            f'[[scenes]]\nat = "{scene.at}"\nduration_s = {scene.length_s}\nsound = "{number}.wav"\nlat = {scene.where[0]}\n'
            f'lon = {scene.where[1]}\npicture = "{f"{number}.jpg" if scene.backdrop else ""}"\nnetwork = {str(scene.network).lower()}\n'
        )

    def _picture(self, scene: Scene) -> object:
        seen = backdrop(read(self._store.media(scene.backdrop)))
        for figure in scene.figures:
            seen = place(seen, self._cutout(figure.portrait), figure)
        return seen

    def _cutout(self, name: str) -> Cutout:
        if name not in self._cutouts:
            self._cutouts[name] = cut_out(read(self._store.media(ROLES[name].portrait)), ROLES[name].outline)
        return self._cutouts[name]


class Process:
    """One run of the ``glasses`` command, and the lines it shows."""

    def __init__(self, command: list[str], log: Path) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with log.open("ab") as errors:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, env=environment)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, patience_s: float = PATIENCE_S) -> int:
        code = self._process.wait(patience_s)
        self._reader.join()
        return code

    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """As a power loss would."""
        os.kill(self._process.pid, signal.SIGKILL)
        self.wait()

    def end(self) -> None:
        if self.running():
            self._process.terminate()
        self.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as out:
            for line in out:
                self.lines.append(line.decode().rstrip())  # others look at them while they come


@dataclass
class House:
    """``relay_up`` and ``pair`` first."""

    folder: Path
    port: int = 0
    companion: Companion | None = None
    relay: subprocess.Popen[bytes] | None = None
    runs: list[Process] = field(default_factory=list)

    @property
    def glasses_data(self) -> Path:
        return self.folder / "glasses"

    @property
    def relay_data(self) -> Path:
        return self.folder / "relay"

    def relay_up(self) -> None:
        """On the same port each time."""
        if not self.relay_data.exists():
            self.relay_data.mkdir()
            add_account(self.relay_data, ACCOUNT, PASSWORD)
        config, port_file = self.folder / "relay.toml", self.folder / "port"
        config.write_text("[auth]\npairing_interval_s = 1\n")
        port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "relay.cli", "serve", "--config", str(config), "--data", str(self.relay_data)]
        with (self.folder / "relay.log").open("ab") as log:
            self.relay = subprocess.Popen(
                [*command, "--port", str(self.port), "--port-file", str(port_file)], stdout=log, stderr=log, cwd=ROOT
            )
        until(port_file.exists, "the relay listens")
        self.port = int(port_file.read_text())

    def relay_down(self) -> None:
        if self.relay is not None:
            self.relay.terminate()
            self.relay.wait(30)
            self.relay = None

    def pair(self) -> Companion:
        self.companion = Companion(f"http://127.0.0.1:{self.port}", ACCOUNT, PASSWORD)
        pairing = self.glasses("pair", "--relay", f"http://127.0.0.1:{self.port}")
        until(lambda: any(line.startswith("Code: ") for line in pairing.lines), "a pairing code")
        self.companion.approve(next(line for line in pairing.lines if line.startswith("Code: ")).removeprefix("Code: "))
        assert pairing.wait() == 0
        return self.companion

    def configure(self, *, width: int, height: int, chunk_bytes: int = 1 << 20) -> None:
        """Small pictures are quick to make."""
        sizes = f"[recording]\nwidth = {width}\nheight = {height}\n"
        (self.folder / "glasses.toml").write_text(f"{sizes}[relay]\npoll_s = 0.2\nchunk_bytes = {chunk_bytes}\n")

    def glasses(self, *arguments: str) -> Process:
        config = self.folder / "glasses.toml"
        options = ["--config", str(config)] if config.exists() else []
        logging = ["--log", "info", "--log-json"]
        command = [sys.executable, "-m", "glasses.cli", *logging, "--data", str(self.glasses_data), *options, *arguments]
        self.runs.append(Process(command, self.folder / "glasses.log"))
        return self.runs[-1]

    def status(self) -> DeviceStatus:
        status = self.glasses("status", "--json")
        assert status.wait() == 0
        return decode_json("\n".join(status.lines).encode(), DeviceStatus)

    def drain(self) -> None:
        """Everything that waits is sent, by a process of its own."""
        assert self.glasses("drain", "--timeout", "60").wait() == 0, (self.folder / "glasses.log").read_text()[-2000:]

    def until_looked_at(self) -> None:
        assert self.companion is not None
        until(
            lambda: all(each.searchable_at or each.status == "unreadable" for each in self.companion.videos()),
            "the relay has looked at every clip",
            every_s=ASK_EVERY_S,
        )

    def until_answered(self, requests: int) -> list[Memory]:
        """Films and refusals, in the order of the requests."""
        assert self.companion is not None
        found: list[Memory] = []

        def done() -> bool:
            found[:] = self.companion.memories()
            return len(found) == requests and all(memory.status != MemoryStatus.PROCESSING for memory in found)

        until(done, "answers to all requests", every_s=ASK_EVERY_S)
        return sorted(found, key=lambda memory: (memory.created_at, memory.memory_id))

    def until_shown(self, run: Process, *titles: str) -> None:
        """Cards of these titles have been on the display."""
        deadline = time.monotonic() + PATIENCE_S / 3
        while missing := [title for title in titles if not any(title in line for line in run.lines)]:
            assert run.running(), run.lines
            assert time.monotonic() < deadline, f"{missing} are not among {run.lines}"
            time.sleep(0.01)

    def close(self) -> None:
        for run in self.runs:
            with contextlib.suppress(ProcessLookupError):
                run.end()
        self.relay_down()
        if self.companion is not None:
            self.companion.close()


@pytest.fixture
def days(store: ModelStore) -> Days:
    return Days(store)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.close()


def custody_holds(house: House) -> None:
    """Every clip of the glasses is on the relay, with equal size and hash, once, and in order."""
    assert house.companion is not None
    clips, videos = house.status().clips, house.companion.videos()
    assert [clip.sequence for clip in clips] == list(range(1, len(clips) + 1))
    assert sorted(video.video_id for video in videos) == sorted(clip.segment_id for clip in clips)
    for clip in clips:
        receipt = house.companion.receipt(clip.segment_id)
        assert (receipt.sha256, receipt.size_bytes, clip.custody in ("stored", "filmed")) == (clip.sha256, clip.size_bytes, True)
    assert len({video.sha256 for video in videos}) == len(videos)


def frames_of(path: Path) -> int:
    """Decodes all of it."""
    with av.open(str(path)) as clip:
        return sum(1 for _ in clip.decode(video=0))
