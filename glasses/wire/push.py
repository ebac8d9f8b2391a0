"""Browsers that are told when something happens (Web Push: RFC 8030, 8291, 8292)."""

from __future__ import annotations

import msgspec

from glasses.wire.codec import Wire


class PushKeys(Wire):
    """Base64url without padding, as a browser's PushSubscription says them."""

    p256dh: str = ""
    """Its public key: an uncompressed point of P-256."""
    auth: str = ""
    """16 secret bytes."""


class PushSubscription(Wire):
    """What a browser's ``PushSubscription.toJSON()`` says."""

    endpoint: str = ""
    keys: PushKeys = msgspec.field(default_factory=PushKeys)


class PushSubscriptionInfo(Wire):
    subscription_id: str = ""
    service: str = ""
    """Host of the push service."""
    device_id: str = ""
    """The companion that asked for it; when that is shut out, it is told nothing more."""
    created_at: int = 0
    delivered_at: int | None = None


class PushInfo(Wire):
    public_key: str = ""
    """The browser's ``applicationServerKey``."""
    subscriptions: list[PushSubscriptionInfo] = []


class PushNotice(Wire):
    """What the companion's service worker gets, and shows."""

    kind: str = ""
    """"film_ready", "device_paired" or "device_revoked"."""
    subject_id: str = ""
    title: str = ""
    body: str = ""
    url: str = "/"
    image: str = ""
    """Address of a picture; works for a while."""
    at: int = 0
