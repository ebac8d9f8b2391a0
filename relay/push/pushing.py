"""The job that tells one browser of one thing."""

from __future__ import annotations

import logging
from collections.abc import Callable

from glasses.wire.codec import encode_json
from glasses.wire.memory import Memory
from glasses.wire.push import PushNotice
from relay.auth.links import Links, asked_by
from relay.catalog import devices, memories, pushes
from relay.catalog.db import Database
from relay.catalog.pushes import Subscription
from relay.catalog.rows import Connection
from relay.config import PushConfig
from relay.errors import NotFoundError
from relay.jobs.kinds import JobHandler, JobKind, Message
from relay.push.notices import DEVICE_PAIRED, DEVICE_REVOKED, FILM_READY
from relay.push.post import Posted, post
from relay.push.vapid import Vapid

log = logging.getLogger(__name__)
_DEVICES = {
    DEVICE_PAIRED: ("A device was let in", "{} may now use your account. Was that not you? Shut it out."),
    DEVICE_REVOKED: ("A device was shut out", "{} has no way into your account any more."),
}


class Pushing:
    def __init__(self, database: Database, links: Links, vapid: Vapid, config: PushConfig, now_ms: Callable[[], int]) -> None:
        self._database, self._links, self._vapid, self._config, self._now_ms = database, links, vapid, config, now_ms

    def handlers(self) -> dict[JobKind, JobHandler]:
        return {JobKind.PUSH: self.push}

    async def push(self, message: Message) -> None:
        """Raises PushUnreachableError, PushRefusedError. What has nobody to go to any more, or nothing to say, is done."""
        subscription, notice = await self._database.read(lambda connection: self._due(connection, message))
        if subscription is None or notice is None:
            return
        posted = await post(
            subscription, encode_json(notice), self._vapid, self._now_ms(), keep_s=self._config.keep_s, timeout_s=self._config.timeout_s
        )  # fmt: skip
        if posted is Posted.DELIVERED:
            await self._database.write(lambda connection: pushes.delivered(connection, subscription.subscription_id, self._now_ms()))
            return
        log.info("browser wants no messages any more", extra={"subscription_id": subscription.subscription_id})
        await self._database.write(lambda connection: pushes.drop(connection, message.user_id, subscription.subscription_id))

    def _due(self, connection: Connection, message: Message) -> tuple[Subscription | None, PushNotice | None]:
        """A browser whose session has ended is told nothing."""
        subscription = pushes.find(connection, str(message.parameters["subscription_id"]))
        if subscription is None or subscription.user_id != message.user_id:
            return None, None
        if not devices.alive(connection, [subscription.session_id]):
            return None, None
        kind, subject_id = str(message.parameters["kind"]), str(message.parameters["subject_id"])
        notice = PushNotice(kind=kind, subject_id=subject_id, at=message.timestamp)
        if kind == FILM_READY:
            return subscription, self._film(connection, notice, subscription)
        notice.title, text = _DEVICES[kind]
        notice.body = text.format(message.parameters["name"] or "A device")
        return subscription, notice

    def _film(self, connection: Connection, notice: PushNotice, subscription: Subscription) -> PushNotice | None:
        try:
            row = memories.get(connection, subscription.user_id, notice.subject_id)
        except NotFoundError:  # deleted meanwhile
            return None
        notice.title, notice.body = "Your film is ready", _named(row.memory)
        with asked_by(subscription.session_id):
            notice.image = self._links.to(row.poster_key)
        return notice


def _named(memory: Memory) -> str:
    title = memory.plan.title if memory.plan is not None and memory.plan.title else memory.query
    return f"{title} · {round(memory.duration_s)} s"
