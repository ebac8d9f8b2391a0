"""One writer, whole transactions, snapshots for readers, migrations once."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from relay.catalog import memories, settings
from relay.catalog.db import Database, DatabaseDamagedError
from relay.catalog.schema import MIGRATIONS, SchemaNewerError
from relay.errors import SouvenirError


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


async def test_a_write_that_fails_leaves_nothing(database):
    def half(connection):
        settings.put(connection, "a", "1")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await database.write(half)
    assert await database.read(lambda c: settings.get(c, "a")) is None
    await database.write(lambda c: settings.put(c, "a", "2"))
    assert await database.read(lambda c: settings.get(c, "a")) == "2"


async def test_writers_take_turns_and_lose_nothing(database):
    await database.write(lambda c: settings.put(c, "n", "0"))

    def more(connection):
        settings.put(connection, "n", str(int(settings.get(connection, "n")) + 1))

    await asyncio.gather(*(database.write(more) for _ in range(50)))
    assert await database.read(lambda c: settings.get(c, "n")) == "50"


async def test_a_reader_cannot_write(database):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.read(lambda c: settings.put(c, "a", "1"))


async def test_promises_are_kept_on_disk(database):
    """WAL with synchronous=FULL: a commit returns after fsync."""
    mode, level = await database.write(
        lambda c: (c.execute("PRAGMA journal_mode").fetchone()[0], c.execute("PRAGMA synchronous").fetchone()[0])
    )
    assert (mode, level) == ("wal", 2)
    assert await database.check() == []
    assert await database.well() == ""


async def test_two_processes_may_write_the_same_file(tmp_path, database):
    other = Database(tmp_path / "catalog.sqlite")
    await asyncio.gather(*(one.write(lambda c, n=n: settings.put(c, str(n), "x")) for n in range(20) for one in (database, other)))
    assert await other.read(lambda c: c.execute("SELECT count(*) FROM settings").fetchone()[0]) == 20
    other.close()


def test_a_file_of_a_newer_relay_is_not_touched(tmp_path):
    path = tmp_path / "catalog.sqlite"
    Database(path).close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    raw.close()
    with pytest.raises(SchemaNewerError, match="newer"):
        Database(path)


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path):
    (tmp_path / "catalog.sqlite").write_bytes(b"x" * 10_000)
    with pytest.raises(DatabaseDamagedError):
        Database(tmp_path / "catalog.sqlite")


async def test_a_full_disk_is_said_in_our_words(database):
    def full(connection):
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("CREATE TABLE big (x)")
        connection.executemany("INSERT INTO big VALUES (?)", [("y" * 4000,)] * 100)

    with pytest.raises(SouvenirError) as problem:
        await database.write(full)
    assert problem.value.code == "storage.full"


async def test_a_memory_of_another_account_is_not_found(database):
    with pytest.raises(SouvenirError, match="memory m"):
        await database.read(lambda c: memories.get(c, "ben", "m"))
