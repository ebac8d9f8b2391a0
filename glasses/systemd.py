"""Tells systemd how the program is, by the datagrams of sd_notify(3). Without systemd nothing is sent."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class SystemdNotifier:
    """Reads NOTIFY_SOCKET from ``environment``. A socket that does not take a datagram is not waited for."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        path = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self._said = ""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) if path else None
        if self._socket is not None:
            self._socket.setblocking(False)

    def ready(self) -> None:
        self._send("READY=1")

    def alive(self) -> None:
        """Without one of these within WatchdogSec systemd restarts the program."""
        self._send("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """Shown by ``systemctl status``. The same sentence is sent once."""
        if sentence != self._said:
            self._said = sentence
            self._send("STATUS=" + sentence.replace("\n", " "))

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(message.encode(), self._address)
        except OSError:  # systemd is going down or its queue is full: the watchdog says so if it lasts
            return
