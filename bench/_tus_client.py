"""A tus client that costs next to nothing: raw sockets, bodies sent from a file by the kernel (sendfile)."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from glasses.wire.codec import encode_json
from glasses.wire.ids import uuid7
from glasses.wire.segment import Segment

API = "/api/v1/uploads"
ANSWER_S = 120.0
_UNPACED = hasattr(socket, "TCP_CONGESTION")
RULE = "reno from the first byte, unpaced as another machine's pacing costs the relay nothing" if _UNPACED else "the system's own rule"
"""Of congestion, by which it sends."""


class Answer:
    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status, self.headers = status, headers

    @property
    def offset_bytes(self) -> int:
        return int(self.headers["upload-offset"])

    @property
    def receipted(self) -> bool:
        return "souvenir-receipt" in self.headers


class TusClient:
    """One connection to a relay."""

    def __init__(self, url: str, token: str) -> None:
        where = urlsplit(url)
        self._address, self._token = (where.hostname or "127.0.0.1", where.port or 80), token
        self.socket = _connected(self._address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.socket.close()

    def create(self, segment: Segment) -> str:
        """The address of a new upload."""
        metadata = base64.b64encode(encode_json(segment)).decode()
        answer = self.ask("POST", API, {"Upload-Length": str(segment.size_bytes), "Upload-Metadata": f"segment {metadata}"})
        if answer.status != 201:
            raise RuntimeError(f"creation was answered {answer.status} {answer.headers.get('souvenir-code', '')}")
        return answer.headers["location"]

    def offset_bytes(self, url: str) -> int:
        return self.ask("HEAD", url, {}).offset_bytes

    def patch(self, url: str, file: Path, start: int, stop: int, checksum: str = "") -> Answer:
        """The file's bytes from ``start`` to before ``stop``."""
        self.begin_patch(url, start, stop - start, checksum)
        self.send(file, start, stop)
        return self.answer("PATCH")

    def send(self, file: Path, start: int, stop: int) -> None:
        with file.open("rb") as opened:
            self.socket.sendfile(opened, start, stop - start)

    def begin_patch(self, url: str, offset_bytes: int, size_bytes: int, checksum: str = "") -> None:
        headers = {"Upload-Offset": str(offset_bytes), "Content-Type": "application/offset+octet-stream"}
        self._say("PATCH", url, {**headers, **({"Upload-Checksum": checksum} if checksum else {})}, size_bytes)

    def ask(self, method: str, url: str, headers: dict[str, str]) -> Answer:
        self._say(method, url, headers, 0)
        return self.answer(method)

    def answer(self, method: str) -> Answer:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.socket.recv(1 << 16)
            if not more:
                raise ConnectionResetError("the relay hung up")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        left = 0 if method == "HEAD" else int(headers.get("content-length", 0)) - len(body)
        while left > 0:
            left -= len(self.socket.recv(left))
        return Answer(int(first.split(" ")[1]), headers)

    def reset(self) -> None:
        """Cut it off as a dying network does: what is on its way is lost."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _say(self, method: str, url: str, headers: dict[str, str], length: int) -> None:
        lines = {"Host": "relay", "Authorization": f"Bearer {self._token}", "Tus-Resumable": "1.0.0", "Content-Length": str(length)}
        text = "".join(f"{name}: {value}\r\n" for name, value in {**lines, **headers}.items())
        self.socket.sendall(f"{method} {url} HTTP/1.1\r\n{text}\r\n".encode("latin-1"))


def _connected(address: tuple[str, int]) -> socket.socket:
    """Sends as fast as the relay takes it.

    BBR, to which some machines are set, paces by timers, and a loopback would measure those: they run in the receiver's processor time.
    Reno is open to everybody on every Linux. It has to be chosen before the connection is made: one that BBR has begun is paced for good.
    """
    unpaced = socket.socket()
    unpaced.settimeout(ANSWER_S)
    unpaced.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if _UNPACED:
        unpaced.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
    unpaced.connect(address)
    return unpaced


def segment_of(file: Path) -> Segment:
    """As a device would announce it."""
    now = time.time_ns() // 1_000_000
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return Segment(segment_id=uuid7(now), device_id="bench", captured_at=now, size_bytes=file.stat().st_size, sha256=sha256)
