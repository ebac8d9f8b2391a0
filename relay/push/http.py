"""Routes of messages to browsers: what they need to ask for them, who has asked, and no more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fnmatch import fnmatch
from urllib.parse import urlsplit

from aiohttp import web

from glasses.wire.push import PushInfo, PushSubscription, PushSubscriptionInfo
from relay.auth.gate import who
from relay.catalog import pushes
from relay.catalog.db import Database
from relay.catalog.pushes import Subscription
from relay.catalog.rows import Connection
from relay.config import PushConfig
from relay.errors import NotFoundError, SouvenirError
from relay.exchange import answer, body
from relay.push.post import wrong_with
from relay.push.vapid import Vapid

MOST = 20
"""Browsers of one account."""
_LONGEST_ENDPOINT = 2000
_HERE = ("127.0.0.1", "localhost")


class PushSubscriptionError(SouvenirError):
    code = "push.subscription"


class PushHttp:
    def __init__(self, database: Database, vapid: Vapid, config: PushConfig, now_ms: Callable[[], int]) -> None:
        self._database, self._vapid, self._config, self._now_ms = database, vapid, config, now_ms

    async def list(self, request: web.Request) -> web.Response:
        user_id = who(request).user_id
        found = await self._database.read(lambda connection: pushes.of_user(connection, user_id))
        return answer(PushInfo(public_key=self._vapid.public, subscriptions=[_info(one) for one in found]))

    async def subscribe(self, request: web.Request) -> web.Response:
        """The same browser again is the same subscription."""
        identity, asked = who(request), await body(request, PushSubscription)
        self._check(asked)
        subscription = Subscription(
            subscription_id=hashlib.sha256(asked.endpoint.encode()).hexdigest()[:32], user_id=identity.user_id,
            device_id=identity.device_id, session_id=identity.session_id, endpoint=asked.endpoint, p256dh=asked.keys.p256dh,
            auth=asked.keys.auth, created_at=self._now_ms(),
        )  # fmt: skip

        def keep(connection: Connection) -> None:
            others = [one for one in pushes.of_user(connection, identity.user_id) if one.subscription_id != subscription.subscription_id]
            for oldest in others[: max(0, len(others) + 1 - MOST)]:
                pushes.drop(connection, identity.user_id, oldest.subscription_id)
            pushes.put(connection, subscription)

        await self._database.write(keep)
        return answer(_info(subscription), status=201)

    async def unsubscribe(self, request: web.Request) -> web.Response:
        user_id, subscription_id = who(request).user_id, request.match_info["subscription_id"]
        if not await self._database.write(lambda connection: pushes.drop(connection, user_id, subscription_id)):
            raise NotFoundError(f"subscription {subscription_id}")
        return web.Response(status=204)

    def _check(self, asked: PushSubscription) -> None:
        """The relay sends to push services only: an address of anybody's choice could be one inside its own network."""
        try:
            where = urlsplit(asked.endpoint)
            host = where.hostname or ""
            where.port  # noqa: B018 -- raises for one that is none
        except ValueError as problem:
            raise PushSubscriptionError(f"endpoint: {problem}") from problem
        if len(asked.endpoint) > _LONGEST_ENDPOINT or not asked.endpoint.isascii() or not asked.endpoint.isprintable():
            raise PushSubscriptionError("endpoint: no address of a push service")
        if where.username is not None or (where.scheme != "https" and not (where.scheme == "http" and host in _HERE)):
            raise PushSubscriptionError(f"endpoint: {where.scheme or 'nothing'} instead of https")
        if not any(fnmatch(host, pattern) for pattern in self._config.services):
            raise PushSubscriptionError(f"endpoint: {host or 'nothing'} is none of the push services that are known here")
        if wrong := wrong_with(asked.keys.p256dh, asked.keys.auth):
            raise PushSubscriptionError(wrong)


def _info(one: Subscription) -> PushSubscriptionInfo:
    return PushSubscriptionInfo(
        subscription_id=one.subscription_id, service=urlsplit(one.endpoint).hostname or "", device_id=one.device_id,
        created_at=one.created_at, delivered_at=one.delivered_at,
    )  # fmt: skip
