"""``glasses status``: where every clip is, from the same custody record that the spoken answer uses."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

from glasses.config import Config
from glasses.errors import StorageDamagedError
from glasses.spool.catalog import custody_of, held_of
from glasses.spool.db import read_only
from glasses.spool.media import MediaFolder
from glasses.spool.retention import left_s, rate_bytes_per_s, told
from glasses.spool.settings import DEVICE_ID, LINK_PLAN
from glasses.spool.spool import is_taken
from glasses.wire.codec import encode_json
from glasses.wire.errors import WireMalformedError
from glasses.wire.status import ClipCustody, DeviceStatus


def print_status(config: Config, *, as_json: bool) -> int:
    status = read_status(config)
    if as_json:
        print(encode_json(status).decode())  # noqa: T201  # a command's answer
    else:
        _print_table(status)
    return 0


def read_status(config: Config) -> DeviceStatus:
    """Beside a running device or without one; empty when nothing was ever recorded. Raises StorageDamagedError."""
    folder = config.data_path
    try:
        connection = read_only(folder)
    except FileNotFoundError:
        return DeviceStatus(at=time.time_ns() // 1_000_000)
    try:
        clips, rate = custody_of(connection), rate_bytes_per_s(held_of(connection))
        device_id, link = _setting(connection, DEVICE_ID), _setting(connection, LINK_PLAN)
    except (sqlite3.DatabaseError, WireMalformedError) as problem:
        raise StorageDamagedError(f"{folder}: {problem}", hint="glasses run makes the list anew from the clips.") from problem
    finally:
        connection.close()
    room_bytes = MediaFolder(folder / "media", config.spool.quota_bytes).free_bytes()
    return DeviceStatus(
        device_id=device_id, at=time.time_ns() // 1_000_000, free_bytes=room_bytes,
        recording_left_s=round(left_s(room_bytes, config.recording.reserve_bytes, rate)),
        recording=any(clip.custody == "recording" for clip in clips),
        counts=dict(Counter(str(clip.custody) for clip in clips)), clips=clips,
        dropped_frames=sum(clip.dropped_frames for clip in clips), link=_link(folder, link), **_power(config, room_bytes),
    )  # fmt: skip


def _power(config: Config, free_bytes: int) -> dict[str, Any]:
    from glasses.power.now import outlook, plan_sentence, read_senses

    reading = read_senses()
    room = free_bytes - config.recording.reserve_bytes
    return {"battery_fraction": reading.battery_fraction, "plan": f"{plan_sentence(reading)} {outlook(reading, room).sentence}"}


def _setting(connection: sqlite3.Connection, key: str) -> str:
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return row["value"] if row else ""


def _link(folder: Path, said: str) -> str:
    """What the running glasses said last; that of glasses that are off is over."""
    return said if is_taken(folder) else "The glasses are off: nothing is sent."


def _print_table(status: DeviceStatus) -> None:
    from rich.console import Console
    from rich.table import Table

    room = f"room for {status.free_bytes / 1e9:.1f} GB"
    if status.recording_left_s is not None:
        room += f", {told(status.recording_left_s)} of recording"
    table = Table(title=f"{len(status.clips)} clips; {room} more", caption=f"{status.plan} {status.link}", caption_justify="left")
    for heading in ("No.", "Clip", "Size", "Proxy", "Dropped", "Custody", "Parked"):
        table.add_column(heading)
    for clip in status.clips:
        table.add_row(*_row(clip))
    Console().print(table)


def _row(clip: ClipCustody) -> tuple[str, ...]:
    custody = f"{clip.custody}, no longer here" if clip.evicted else str(clip.custody)
    proxy = f"{clip.proxy_size_bytes / 1e3:.0f} kB" if clip.proxy_size_bytes else ""
    dropped = str(clip.dropped_frames or "")
    return (str(clip.sequence), clip.segment_id, f"{clip.size_bytes / 1e6:.1f} MB", proxy, dropped, custody, clip.parked)
