"""``glasses status``: where every clip is, from the same custody record that the spoken answer uses."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter
from typing import Any

from glasses.config import Config
from glasses.spool.catalog import custody_of
from glasses.spool.db import read_only
from glasses.wire.codec import encode_json
from glasses.wire.status import ClipCustody, DeviceStatus


def print_status(config: Config, *, as_json: bool) -> int:
    status = read_status(config)
    if as_json:
        print(encode_json(status).decode())  # noqa: T201  # a command's answer
    else:
        _print_table(status)
    return 0


def read_status(config: Config) -> DeviceStatus:
    """Beside a running device or without one; empty when nothing was ever recorded."""
    folder = config.data_path
    try:
        connection = read_only(folder)
    except FileNotFoundError:
        return DeviceStatus(at=time.time_ns() // 1_000_000)
    try:
        clips = custody_of(connection)
        device_id = _device_id(connection)
    finally:
        connection.close()
    disk = os.statvfs(folder)
    return DeviceStatus(
        device_id=device_id, at=time.time_ns() // 1_000_000, free_bytes=disk.f_bavail * disk.f_frsize,
        recording=any(clip.custody == "recording" for clip in clips),
        counts=dict(Counter(str(clip.custody) for clip in clips)), clips=clips, **_power(config, disk.f_bavail * disk.f_frsize),
    )  # fmt: skip


def _power(config: Config, free_bytes: int) -> dict[str, Any]:
    from glasses.power.now import outlook, plan_sentence, read_senses

    reading = read_senses()
    room = free_bytes - config.recording.reserve_bytes
    return {"battery_fraction": reading.battery_fraction, "plan": f"{plan_sentence(reading)} {outlook(reading, room).sentence}"}


def _device_id(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM settings WHERE key = 'device_id'").fetchone()
    return row["value"] if row else ""


def _print_table(status: DeviceStatus) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{len(status.clips)} clips; room for {status.free_bytes / 1e9:.1f} GB more", caption=status.plan, caption_justify="left"
    )
    for heading in ("No.", "Clip", "Size", "Custody", "Parked"):
        table.add_column(heading)
    for clip in status.clips:
        table.add_row(*_row(clip))
    Console().print(table)


def _row(clip: ClipCustody) -> tuple[str, ...]:
    return (str(clip.sequence), clip.segment_id, f"{clip.size_bytes / 1e6:.1f} MB", str(clip.custody), clip.parked)
