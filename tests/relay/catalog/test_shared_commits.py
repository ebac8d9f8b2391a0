"""Writes that wait at the same time share a commit, and nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from relay.catalog import settings
from relay.catalog.db import Database
from relay.catalog.writer import MOST_AT_ONCE
from relay.errors import SouvenirError


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture
async def held(database):
    """Holds the writer, so that what is asked for meanwhile comes together; call it to let go."""
    go_on = threading.Event()
    first = asyncio.ensure_future(database.write(lambda connection: go_on.wait(20)))
    yield go_on
    go_on.set()
    await first


async def count(database):
    return await database.read(lambda connection: connection.execute("SELECT count(*) FROM settings").fetchone()[0])


async def asked(database, works):
    tasks = [asyncio.ensure_future(database.write(work)) for work in works]
    await asyncio.sleep(0)
    return tasks


async def test_many_share_few_commits(database, held):
    commits = []
    database._writer_connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    tasks = await asked(database, [lambda c, n=n: settings.put(c, str(n), "x") for n in range(2 * MOST_AT_ONCE)])
    held.set()
    await asyncio.gather(*tasks)
    assert await count(database) == 2 * MOST_AT_ONCE
    assert len(commits) <= 4


async def test_one_that_fails_takes_nobody_with_it(database, held):
    def half(connection):
        settings.put(connection, "half", "1")
        raise RuntimeError("no")

    tasks = await asked(database, [lambda c: settings.put(c, "a", "1"), half, lambda c: settings.put(c, "b", "1")])
    held.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), RuntimeError, type(None)]
    assert await count(database) == 2


async def test_a_later_one_sees_the_one_before(database, held):
    def more(connection):
        settings.put(connection, "n", str(int(settings.get(connection, "n") or 0) + 1))

    tasks = await asked(database, [more] * 30)
    held.set()
    await asyncio.gather(*tasks)
    assert await database.read(lambda c: settings.get(c, "n")) == "30"


async def test_when_sqlite_gives_the_whole_up_each_is_tried_alone(database, held):
    def spoils(connection):
        connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    tasks = await asked(database, [lambda c: settings.put(c, "a", "1"), spoils, lambda c: settings.put(c, "b", "1")])
    held.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[1], SouvenirError)
    assert results[1].code == "storage.full"
    assert await count(database) == 2


async def test_one_that_nobody_waits_for_any_more_is_not_begun(database, held):
    tasks = await asked(database, [lambda c: settings.put(c, "a", "1"), lambda c: settings.put(c, "b", "1")])
    tasks[1].cancel()
    await asyncio.sleep(0)
    held.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await count(database) == 1
