"""The relay as a process: listens, says where, and ends quickly when told to."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

from relay import journal
from relay.app import make_app
from relay.config import RelayConfig, ServerConfig
from relay.errors import SouvenirError
from relay.services import open_services
from relay.work.stages import make_stages

log = logging.getLogger(__name__)
_SHUTDOWN_S = 2.0
_MOST_HEADERS = 100
_RECEIVE_BUFFER_BYTES = 768 << 10
"""The kernel makes it twice as many. Left to itself it lets a connection hold up to 32 MiB, which a kill of the relay would lose."""


class PortTakenError(SouvenirError):
    code = "config.invalid"


class TlsConfigError(SouvenirError):
    code = "config.invalid"


class DataTakenError(SouvenirError):
    code = "config.invalid"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def serve(config: RelayConfig, port_file: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT. ``port_file`` gets the port once requests are taken. Raises PortTakenError."""
    journal.start(config.server.log_level)
    with only_one(config.data_dir):
        await _serve(config, port_file)


async def _serve(config: RelayConfig, port_file: Path | None) -> None:
    listening = _listen(config.server.host, config.server.port)
    port = listening.getsockname()[1]
    secure = tls_context(config.server)
    relay = await open_services(config, now_ms)
    if not config.server.public_url:
        relay.address.url = f"{'https' if secure else 'http'}://{_shown(config.server.host)}:{port}"
    runner = make_runner(make_app(relay, make_stages(relay)), config)
    await runner.setup()
    try:
        await web.SockSite(runner, listening, ssl_context=secure).start()
        if port_file is not None:
            _write_whole(port_file, f"{port}\n")
        log.info("listening", extra={"url": relay.address.url, "data": str(relay.folder)})
        await _until_told_to_end()
        log.info("ending")
    finally:
        await runner.cleanup()


def make_runner(app: web.Application, config: RelayConfig) -> web.AppRunner:
    """Requests with headers over the limit are refused before a handler sees them."""
    most = config.limits.header_bytes
    return web.AppRunner(
        app, shutdown_timeout=_SHUTDOWN_S, access_log=None, max_line_size=most, max_field_size=most, max_headers=_MOST_HEADERS,
    )  # fmt: skip


def tls_context(config: ServerConfig) -> ssl.SSLContext | None:
    """TLS 1.3 and nothing older; None without a certificate. Raises TlsConfigError."""
    if not config.tls_certificate and not config.tls_key:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(config.tls_certificate, config.tls_key or None)
    except OSError as problem:  # ssl.SSLError is one
        raise TlsConfigError(f"server.tls_certificate, server.tls_key: {problem}") from problem
    return context


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Locks of uploads and jobs are this process's own. Raises DataTakenError when another relay serves the folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "serving.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise DataTakenError(f"another relay serves {folder}", hint="Stop it first, or choose another folder: --data DIR.") from problem
        yield


async def _until_told_to_end() -> None:
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=128)
    except OSError as problem:
        raise PortTakenError(
            f"{host}:{port}: {problem.strerror}", hint="Choose another port: relay serve --port 0 takes any that is free."
        ) from problem
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)  # its connections have it from here
    return listening


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 -- compared, not bound


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text)
    temporary.replace(path)
