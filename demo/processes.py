"""Starts the relay and the glasses as a user would, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

START_S = 60.0


class DemoFailedError(Exception):
    """The demo cannot go on; the message says where and why."""


def start_relay(data: Path, log: IO[bytes]) -> tuple[subprocess.Popen[bytes], str]:
    """A relay on a free port. Returns its process and its address."""
    port_file = data / "port"
    port_file.unlink(missing_ok=True)
    relay = start_detached("relay", ["serve", "--data", str(data), "--port", "0", "--port-file", str(port_file)], log)
    return relay, f"http://127.0.0.1:{wait_for_port(relay, port_file, log)}"


def wait_for_port(relay: subprocess.Popen[bytes], port_file: Path, log: IO[bytes]) -> int:
    """Until it takes requests. Raises DemoFailedError when it does not start."""
    deadline = time.monotonic() + START_S
    while not (port_file.exists() and port_file.read_text().strip()):
        if relay.poll() is not None or time.monotonic() > deadline:
            raise DemoFailedError(f"the relay did not start; see {getattr(log, 'name', 'its log')}")
        time.sleep(0.05)
    return int(port_file.read_text())


def start_detached(program: str, arguments: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that it may outlive the demo and a Ctrl-C is the demo's alone."""
    return subprocess.Popen([*_program(program), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def play(data: Path) -> None:
    """The glasses on this terminal, until Ctrl-C or an empty line."""
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run([*_program("glasses"), "--log", "error", "--data", str(data), "run", "--hw", "sim:"], check=False)


def add_account(data: Path, name: str, password: str) -> None:
    done = subprocess.run(
        [*_program("relay"), "user", "add", name, "--password-stdin", "--data", str(data)],
        input=password.encode(), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise DemoFailedError(done.stderr.decode())


class Glasses:
    """One run of the ``glasses`` command; its lines go to ``on_line`` as they come."""

    def __init__(self, data: Path, arguments: list[str], on_line: Callable[[str], None], log: IO[bytes]) -> None:
        self._process = subprocess.Popen(
            [*_program("glasses"), "--log", "info", "--log-json", "--data", str(data), *arguments], stdout=subprocess.PIPE, stderr=log
        )
        self._heard_at = time.monotonic()
        self._reader = threading.Thread(target=self._read, args=(on_line,), daemon=True)
        self._reader.start()

    def wait(self, silent_s: float) -> None:
        """Until it is done, however slow the machine is. Raises DemoFailedError when it fails, or says nothing for so long."""
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(min(silent_s, 1.0))
                break
            if time.monotonic() - self._heard_at > silent_s:
                raise DemoFailedError(f"the glasses have said nothing for {silent_s:.0f} s, and are not done")
        self._reader.join()
        if code:
            raise DemoFailedError(f"the glasses ended with status {code}")

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(30)
        self._reader.join()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self, on_line: Callable[[str], None]) -> None:
        assert self._process.stdout is not None  # noqa: S101  # it was asked for above
        with self._process.stdout as lines:
            for line in lines:
                self._heard_at = time.monotonic()
                on_line(line.decode().rstrip())


def glasses_status(data: Path) -> bytes:
    """What ``glasses status --json`` says."""
    done = subprocess.run([*_program("glasses"), "--data", str(data), "status", "--json"], capture_output=True, check=False)
    if done.returncode:
        raise DemoFailedError(done.stderr.decode())
    return done.stdout


def _program(name: str) -> list[str]:
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    return [sys.executable, "-m", f"{name}.cli"]
