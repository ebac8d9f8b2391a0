"""Tables of the spool, and how an older spool becomes a newer one."""

from __future__ import annotations

import sqlite3

from glasses.errors import StorageDamagedError

VERSION = 3


class NewerSpoolError(StorageDamagedError):
    """Made by a program that is newer than this one: healthy, and not ours to touch."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to VERSION. Raises StorageDamagedError for one from a newer program."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found == VERSION:
        return
    if found > VERSION:
        raise NewerSpoolError(f"the spool is of version {found}; this program knows up to {VERSION}", hint="Update the glasses.")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if found == 0:
            _create(connection)
        if found == 1:
            connection.execute("ALTER TABLE segments ADD COLUMN evicted_at INTEGER")
        _create_records(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _create(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database

    tables = Database(connection)
    tables.table("segments").create(
        {
            "sequence": int, "segment_id": str, "kind": str, "captured_at": int, "custody": str, "changed_at": int,
            "sidecar": str, "tags": str, "tag_failures": int, "tag_parked": str, "upload_url": str, "receipt": str,
            "evicted_at": int,
        },
        pk="sequence", not_null={"segment_id", "kind", "custody", "sidecar"},
        defaults={"tag_failures": 0, "tag_parked": "", "upload_url": ""},
    ).create_index(["segment_id"], unique=True)  # fmt: skip
    tables.table("outbox").create(
        {
            "entry_id": int, "kind": str, "subject_id": str, "payload": str, "priority": int, "owner": str,
            "attempts": int, "parked_code": str, "parked_detail": str, "created_at": int,
        },
        pk="entry_id", not_null={"kind", "subject_id"},
        defaults={"payload": "", "owner": "", "attempts": 0, "parked_code": "", "parked_detail": ""},
    ).create_index(["kind", "subject_id"], unique=True)  # fmt: skip
    tables.table("settings").create({"key": str, "value": str}, pk="key")
    tables.table("vocabulary").create({"kind": str, "id": str, "name": str, "detail": str}, pk=("kind", "id"))
    tables.table("memories").create({"memory_id": str, "body": str, "changed_at": int}, pk="memory_id")


def _create_records(connection: sqlite3.Connection) -> None:
    """What a phone may read; AUTOINCREMENT, because a sequence that was read must never mean something else."""
    connection.execute(
        "CREATE TABLE records (sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject_id TEXT NOT NULL, "
        "mark TEXT NOT NULL, payload BLOB, "
        "size_bytes INTEGER NOT NULL, crc32 INTEGER NOT NULL, made_at INTEGER NOT NULL, UNIQUE (kind, subject_id))"
    )
    connection.execute("CREATE TABLE taken (sequence INTEGER NOT NULL, phone TEXT NOT NULL, PRIMARY KEY (sequence, phone)) WITHOUT ROWID")
