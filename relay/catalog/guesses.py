"""Wrong guesses at secrets: kept on the disk, so that a restart does not give a guesser new tries."""

from __future__ import annotations

import msgspec

from relay.catalog.rows import Connection


class Guesses(msgspec.Struct, kw_only=True):
    who: str
    """A hash of who is guessed at, or of who guesses."""
    failures: int = 0
    failed_at: int = 0
    blocked_until: int = 0


def of(connection: Connection, who: str) -> Guesses:
    row = connection.execute("SELECT * FROM guesses WHERE who = ?", (who,)).fetchone()
    return msgspec.convert(dict(row), Guesses) if row else Guesses(who=who)


def put(connection: Connection, guesses: Guesses) -> None:
    connection.execute("INSERT OR REPLACE INTO guesses VALUES (:who, :failures, :failed_at, :blocked_until)", msgspec.to_builtins(guesses))


def forget(connection: Connection, who: str) -> None:
    connection.execute("DELETE FROM guesses WHERE who = ?", (who,))


def drop_before(connection: Connection, at: int) -> None:
    connection.execute("DELETE FROM guesses WHERE failed_at < ? AND blocked_until < ?", (at, at))
