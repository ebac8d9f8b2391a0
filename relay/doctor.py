"""Is everything well? Each finding says what is so, and what to do when it is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from glasses.wire.ids import made_at
from relay.catalog import pushes, users, videos
from relay.catalog.db import Database
from relay.config import RelayConfig
from relay.errors import NotFoundError, SouvenirError
from relay.ingest.blobs import BlobStore
from relay.ingest.stores import FOLDER, open_blobs
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobState
from relay.services import DATABASE

_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
"""No clock of a machine that runs this may say less."""
_SLACK_MS = 3_600_000
_LOW_BYTES = 2 << 30


class Finding(NamedTuple):
    name: str
    well: bool
    says: str
    do: str = ""
    """What to do; empty when it is well."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def examine(config: RelayConfig) -> list[Finding]:
    """Look at everything; a relay may be running meanwhile."""
    findings = [*await asyncio.to_thread(lambda: list(_models())), _disk(config), _port(config)]
    if not (config.data_dir / DATABASE).exists():
        return [*findings, _clock([]), Finding("database", True, f"none yet in {config.data_dir}; relay serve makes it")]
    try:
        database = Database(config.data_dir / DATABASE)
    except SouvenirError as problem:
        return [*findings, _clock([]), Finding("database", False, problem.detail, _RESTORE)]
    with contextlib.closing(database):
        findings.append(_clock([user.user_id for user in await database.read(users.everyone)]))
        findings += [await _database(database), *await _media(config, database), await _jobs(config, database)]
        findings.append(await _messages(config, database))
    return findings


def shown(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{'ok   ' if finding.well else 'WRONG'}  {finding.name:<22} {finding.says}")
        if not finding.well:
            lines.append(f"       {'':<22} Try: {finding.do}")
    return "\n".join(lines)


def _models() -> Iterator[Finding]:
    from models.store import ModelStore

    for checked in ModelStore().check("relay"):
        yield Finding(f"model {checked.name}", checked.ok, checked.wrong or "whole", "" if checked.ok else "Run scripts/fetch-models.")


def _disk(config: RelayConfig) -> Finding:
    folder = config.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    enough = free > max(_LOW_BYTES, config.storage.keep_free_bytes)
    return Finding(
        "disk", enough, f"{free / (1 << 30):.1f} GiB free in {folder}", "" if enough else "Free some space, or move the data: --data DIR."
    )


def _port(config: RelayConfig) -> Finding:
    where = f"{config.server.host}:{config.server.port}"
    with socket.socket() as probe:
        probe.settimeout(0.5)
        taken = config.server.port != 0 and probe.connect_ex((config.server.host, config.server.port)) == 0
    if not taken:
        return Finding("port", True, f"{where} is free")
    if _is_relay(config.server.host, config.server.port):
        return Finding("port", True, f"a relay answers at {where}")
    return Finding("port", False, f"another program listens at {where}", "Stop it, or choose another port: relay serve --port 0.")


def _is_relay(host: str, port: int) -> bool:
    import http.client

    asked = http.client.HTTPConnection(host, port, timeout=1.0)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().headers.get("Souvenir-Protocol") is not None
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _clock(ids: list[str]) -> Finding:
    now = now_ms()
    newest = max((made_at(identifier) for identifier in ids), default=0)
    says = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="seconds")
    well = now >= _EARLIEST.timestamp() * 1000 and now + _SLACK_MS >= newest
    return Finding(
        "clock",
        well,
        says if well else f"{says}: earlier than what is stored",
        "" if well else "Set the clock; time synchronisation does it by itself.",
    )


_RESTORE = "Stop the relay, keep the file, put the newest backup in its place (relay backup makes one)."


async def _database(database: Database) -> Finding:
    wrong = await database.check()
    return Finding("database", not wrong, "; ".join(wrong[:3]) or f"healthy: {database.path}", _RESTORE if wrong else "")


async def _media(config: RelayConfig, database: Database) -> list[Finding]:
    blobs = open_blobs(config)
    where = f"bucket {config.storage.s3.bucket}" if config.storage.s3.bucket else f"folder {config.data_dir / FOLDER}"
    if wrong := await blobs.check():
        return [
            Finding(
                "store of media", False, f"{where}: {wrong}", "Check [storage] and [storage.s3] of relay.toml, and that it is reachable."
            )
        ]
    found = await database.read(videos.everything)
    missing = await _missing(blobs, [(video.blob_key, video.size_bytes) for video in found])
    says = f"{len(found)} clips, all there" if not missing else f"{len(missing)} of {len(found)} clips are missing or cut, as {missing[0]}"
    do = "Put them back from a backup; the glasses may still have them." if missing else ""
    return [Finding("store of media", True, f"{where} takes and gives"), Finding("media", not missing, says, do)]


async def _missing(blobs: BlobStore, wanted: list[tuple[str, int]]) -> list[str]:
    missing = []
    for key, size_bytes in wanted:
        try:
            whole = (await blobs.facts(key)).size_bytes == size_bytes
        except NotFoundError:
            whole = False
        if not whole:
            missing.append(key)
    return missing


async def _jobs(config: RelayConfig, database: Database) -> Finding:
    dead = await Bus(database, config.jobs, now_ms).list(JobState.DEAD)
    if not dead:
        return Finding("jobs", True, "none given up")
    return Finding(
        "jobs",
        False,
        f"{len(dead)} given up, as {dead[0].message.operation}: {dead[0].error}",
        "relay jobs list --state dead; then relay jobs replay.",
    )


async def _messages(config: RelayConfig, database: Database) -> Finding:
    """Apple's service takes none from a sender without an address."""
    found = await database.read(pushes.everyone)
    nameless = not config.push.contact and not config.server.public_url.startswith("https:")
    refused = nameless and any(".apple.com/" in one.endpoint for one in found)
    says = f"{len(found)} browsers are told when a film is ready"
    if refused:
        do = 'Set contact = "mailto:..." of [push] in relay.toml.'
        return Finding("messages", False, f"{says}; Apple's take none without a contact", do)
    return Finding("messages", True, says)
