"""Records to JSON text and back."""

from __future__ import annotations

import sqlite3
from typing import TypeVar

import msgspec

Connection = sqlite3.Connection
S = TypeVar("S")


def text(record: object) -> str:
    return msgspec.json.encode(record).decode()


def record(row: sqlite3.Row | None, kind: type[S], column: str = "record") -> S | None:
    return None if row is None else msgspec.json.decode(row[column], type=kind)


def records(rows: list[sqlite3.Row], kind: type[S], column: str = "record") -> list[S]:
    return [msgspec.json.decode(row[column], type=kind) for row in rows]
