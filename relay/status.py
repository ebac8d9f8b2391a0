"""What there is and how it goes: accounts and their devices, queues, custody, storage. For ``relay status``."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glasses.wire.status import Custody
from relay.catalog import changes, devices, memories, uploads, users, videos
from relay.catalog.db import Database
from relay.catalog.records import User, Video, VideoStatus
from relay.catalog.rows import Connection
from relay.config import RelayConfig
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobState
from relay.services import DATABASE

if TYPE_CHECKING:
    from rich.table import Table


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def numbers(config: RelayConfig) -> dict[str, Any]:
    """All of it as plain data; a relay may be running meanwhile."""
    path = config.data_dir / DATABASE
    if not path.exists():
        return {"data": str(config.data_dir), "accounts": 0}
    with contextlib.closing(Database(path)) as database:
        bus = Bus(database, config.jobs, now_ms)
        counts, queues = await bus.counts(), await bus.depths()
        looked = await database.read(_look)
    used = await asyncio.to_thread(_used_bytes, config.data_dir)
    free = shutil.disk_usage(config.data_dir).free
    return {
        "data": str(config.data_dir), **looked, **{f"jobs {state.value}": counts.get(state, 0) for state in JobState},
        "queues": queues, "storage": {**used, "free_bytes": free},
    }  # fmt: skip


def tables(found: dict[str, Any]) -> list[Table]:
    """For people."""
    from rich.table import Table

    totals = Table("What", "How much", title=found["data"], title_justify="left")
    for name, value in found.items():
        if not isinstance(value, dict | list) and name != "data":
            totals.add_row(name, _sized(name, value))
    for name, value in found.get("storage", {}).items():
        totals.add_row(name.removesuffix("_bytes"), _sized(name, value))
    shown = [totals, *(_devices(found["devices"]) for _ in [0] if found.get("devices"))]
    for title, rows in (("Where the clips are", found.get("custody", {})), ("Queues", found.get("queues", {}))):
        if rows:
            shown.append(_counts(title, rows))
    return shown


def _look(connection: Connection) -> dict[str, Any]:
    everyone, found = users.everyone(connection), videos.everything(connection)
    return {
        "accounts": len(everyone), "clips": len(found), "bytes": sum(video.size_bytes for video in found),
        **{f"clips {status.value}": sum(video.status is status for video in found) for status in VideoStatus},
        "films": memories.count(connection), "uploads running": sum(uploads.running(connection, user.user_id) for user in everyone),
        "devices": [one for user in everyone for one in _devices_of(connection, user)], "custody": _custody(connection, everyone, found),
    }  # fmt: skip


def _devices_of(connection: Connection, user: User) -> list[dict[str, Any]]:
    return [
        {
            "account": user.name, "device": device.name or device.device_id, "kind": device.kind, "device_id": device.device_id,
            "state": "revoked" if device.revoked_at else "paired", "seen_at": device.seen_at,
            "behind": changes.count_after(connection, user.user_id, changes.acknowledged(connection, user.user_id, device.device_id))[0],
        }
        for device in devices.of_user(connection, user.user_id)
    ]  # fmt: skip


def _custody(connection: Connection, everyone: list[User], found: list[Video]) -> dict[str, int]:
    """Clips by where they are: as the relay knows of those it has, as the devices say of the others."""
    counted: Counter[str] = Counter()
    here = {(video.user_id, video.video_id) for video in found}
    for user_id, video_id in here:
        counted[Custody.FILMED if videos.filmed(connection, user_id, video_id) else Custody.STORED] += 1
    for user in everyone:
        counted.update(
            clip.custody for clip in videos.custody(connection, user.user_id) if (user.user_id, clip.segment_id) not in here
        )  # fmt: skip
    return {state.value: counted[state] for state in Custody if counted[state]}


def _used_bytes(folder: Path) -> dict[str, int]:
    """By the folders of the relay's data."""
    return {
        f"{entry.name}_bytes": sum(path.stat().st_size for path in entry.rglob("*") if path.is_file())
        for entry in sorted(folder.iterdir())
        if entry.is_dir()
    }


def _devices(rows: list[dict[str, Any]]) -> Table:
    from rich.table import Table

    shown = Table("Account", "Device", "Kind", "State", "Seen", "Changes behind", title="Devices", title_justify="left")
    for row in rows:
        seen = datetime.fromtimestamp(row["seen_at"] / 1000, UTC).isoformat(sep=" ", timespec="minutes")
        shown.add_row(row["account"], row["device"], row["kind"], row["state"], seen, str(row["behind"]))
    return shown


def _counts(title: str, rows: dict[str, Any]) -> Table:
    from rich.table import Table

    shown = Table("", "", title=title, title_justify="left", show_header=False)
    for name, value in rows.items():
        said = ", ".join(f"{count} {what}" for what, count in value.items()) if isinstance(value, dict) else str(value)
        shown.add_row(name, said)
    return shown


def _sized(name: str, value: Any) -> str:
    return f"{value / 1e6:,.1f} MB" if name.endswith("bytes") else str(value)
