"""What people are told of, while it becomes true: a job for each browser that wants to know."""

from __future__ import annotations

from typing import Protocol

from relay.catalog import pushes
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message, Priority

FILM_READY, DEVICE_PAIRED, DEVICE_REVOKED = "film_ready", "device_paired", "device_revoked"


class PublishIn(Protocol):
    def __call__(self, connection: Connection, message: Message, due_at: int = 0) -> None: ...


def tell_in(
    connection: Connection, publish_in: PublishIn, user_id: str, kind: str, subject_id: str, name: str = "", *, but: str = ""
) -> None:  # fmt: skip
    """In the write that makes it true. ``but``: the session that did it, and knows."""
    for subscription in pushes.of_user(connection, user_id):
        if subscription.session_id == but:
            continue
        about = f"{subscription.subscription_id}/{kind}/{subject_id}"
        parameters = {"subscription_id": subscription.subscription_id, "kind": kind, "subject_id": subject_id, "name": name, "about": about}
        publish_in(connection, Message(user_id=user_id, operation=JobKind.PUSH, parameters=parameters, priority=Priority.HIGH))


class Notices:
    def __init__(self, database: Database, bus: Bus) -> None:
        self._database, self._bus = database, bus

    async def device(self, user_id: str, kind: str, device_id: str, name: str, but: str = "") -> None:
        await self._database.write(lambda connection: tell_in(connection, self._bus.publish_in, user_id, kind, device_id, name, but=but))
        self._bus.announce()
