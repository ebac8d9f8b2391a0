"""One message to one browser: sealed so that only it can read it (RFC 8291), and handed to its push service (RFC 8030)."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from urllib.parse import urlsplit

import http_ece
from aiohttp import ClientError, ClientSession, ClientTimeout
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key

from relay.catalog.pushes import Subscription
from relay.errors import LaterError, SouvenirError
from relay.push.vapid import Vapid, padded

_GONE, _NOT_OURS = (404, 410), (401, 403)


class PushUnreachableError(LaterError):
    """It may go later; when, the service may have said."""

    code = "push.unreachable"


class PushRefusedError(SouvenirError):
    """It will not go later either."""

    code = "push.refused"


class Posted(Enum):
    DELIVERED = auto()
    GONE = auto()
    """The browser is not there any more, or wants nothing: it is not asked again."""


async def post(subscription: Subscription, text: bytes, vapid: Vapid, now_ms: int, *, keep_s: int, timeout_s: float) -> Posted:
    """``keep_s``: how long the service keeps it for a browser that is off, and the longest that it may have us wait.

    Raises PushUnreachableError, PushRefusedError.
    """
    headers = {
        "Authorization": vapid.authorization(subscription.endpoint), "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream", "TTL": str(keep_s), "Urgency": "normal",
    }  # fmt: skip
    service = urlsplit(subscription.endpoint).hostname or ""
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=timeout_s)) as client,
            client.post(subscription.endpoint, data=sealed(subscription, text), headers=headers, allow_redirects=False) as answer,
        ):
            status, later = answer.status, answer.headers.get("Retry-After", "")
    except (ClientError, TimeoutError, OSError) as problem:
        raise PushUnreachableError(f"{service}: {type(problem).__name__} {problem}") from problem
    if status in _GONE or status in _NOT_OURS:
        return Posted.GONE
    if status == 429 or status >= 500:
        raise PushUnreachableError(f"{service} answered {status}", min(keep_s, wait_s(later, now_ms)))
    if not 200 <= status < 300:
        raise PushRefusedError(f"{service} answered {status}")
    return Posted.DELIVERED


def wait_s(later: str, now_ms: int) -> float:
    """What a Retry-After asks for, from ``now_ms`` on: seconds, or a date in any form of HTTP (RFC 9110, 10.2.3). 0 for neither."""
    text = later.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, at.replace(tzinfo=at.tzinfo or UTC).timestamp() - now_ms / 1000)


def sealed(subscription: Subscription, text: bytes) -> bytes:
    made: bytes = http_ece.encrypt(
        text, private_key=generate_private_key(SECP256R1()), dh=padded(subscription.p256dh), auth_secret=padded(subscription.auth),
        version="aes128gcm",
    )  # fmt: skip
    return made


def wrong_with(p256dh: str, auth: str) -> str:
    """Why nobody could read what is sealed with these; empty when somebody can."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), padded(p256dh))
        return "" if len(padded(auth)) == 16 else "keys.auth: 16 bytes are needed"
    except ValueError as problem:
        return f"keys: {problem}"
