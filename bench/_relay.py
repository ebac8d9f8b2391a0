"""A relay in a process of its own, with an account and a token: what benches of its door send to."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from bench._processes import pss_mb
from demo.processes import add_account, start_detached, wait_for_port

NAME, PASSWORD = "bench", "a bench needs a door"
QUIET = "[jobs]\nworkers = 0\n[auth]\naccess_token_s = 86400\n[storage]\nkeep_free_bytes = 0\n"


class Relay:
    """``pid``, ``url`` and ``token`` of the one that runs."""

    def __init__(self, folder: Path, config: str = QUIET) -> None:
        self._data, self._config = folder / "relay", folder / "relay.toml"
        self._config.write_text(config)
        self._data.mkdir()
        self._log = (folder / "relay.log").open("ab")
        self.url = self.token = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        add_account(self._data, NAME, PASSWORD)
        self._start()
        grant: dict[str, Any] = {"grant_type": "password", "username": NAME, "password": PASSWORD, "device_id": "", "device_name": NAME}
        self.token = httpx.post(f"{self.url}/api/v1/oauth/token", json=grant, trust_env=False).raise_for_status().json()["access_token"]
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        self._log.close()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def rss_mb(self) -> float:
        return round(pss_mb(self.pid), 1)

    def kill(self) -> None:
        """SIGKILL: it can save nothing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        self.kill()
        self._start()

    def _start(self) -> None:
        port_file = self._data / "port"
        port_file.unlink(missing_ok=True)
        words = ["serve", "--config", str(self._config), "--data", str(self._data), "--port", "0", "--port-file", str(port_file)]
        self._process = start_detached("relay", words, self._log)
        self.url = f"http://127.0.0.1:{wait_for_port(self._process, port_file, self._log)}"
