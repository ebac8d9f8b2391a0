"""Signed, expiring links: a player opens them without a header. One that a device was given ends with the device's session."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from urllib.parse import quote, urlencode

from relay.auth.sessions import Sessions
from relay.errors import SouvenirError
from relay.exchange import whole

_ASKING = ContextVar("asking", default="")
"""The session whose request is being answered: links that are made meanwhile are its own."""


@contextmanager
def asked_by(session_id: str) -> Iterator[None]:
    before = _ASKING.set(session_id)
    try:
        yield
    finally:
        _ASKING.reset(before)


class LinkRefusedError(SouvenirError):
    code = "auth.invalid"


class LinkExpiredError(SouvenirError):
    code = "auth.expired"


class Links:
    def __init__(
        self, key: bytes, now_ms: Callable[[], int], lifetime_s: int, public_url: Callable[[], str], sessions: Sessions
    ) -> None:  # fmt: skip
        self._key, self._now_ms, self._lifetime_s, self._public_url = key, now_ms, lifetime_s, public_url
        self._sessions = sessions

    def to(self, blob_key: str, under: str = "blobs") -> str:
        """An address that works for the configured time; empty for no blob. The same one for a while, so that caches work."""
        if not blob_key:
            return ""
        step = max(1, self._lifetime_s // 4)
        expires = (self._now_ms() // 1000 // step + 1) * step + self._lifetime_s
        session_id = _ASKING.get()
        query = urlencode(
            {"expires": expires, "signature": self._sign(blob_key, expires, session_id), **({"session": session_id} if session_id else {})}
        )
        return f"{self._public_url()}/api/v1/{under}/{quote(blob_key)}?{query}"

    @asynccontextmanager
    async def opened(self, blob_key: str, query: Mapping[str, str]) -> AsyncIterator[None]:
        """While what the link leads to is sent. Raises LinkRefusedError, LinkExpiredError, DeviceRevokedError, also in its midst."""
        session_id = query.get("session", "")
        self.check(blob_key, query.get("expires", ""), query.get("signature", ""), session_id)
        with self._sessions.visits.stay(session_id) if session_id else nullcontext(), asked_by(session_id):
            if session_id:
                await self._sessions.check_alive(session_id)
            yield

    def check(self, blob_key: str, expires: str, signature: str, session_id: str = "") -> None:
        """Raises LinkRefusedError, LinkExpiredError."""
        if not whole(expires) or not hmac.compare_digest(self._sign(blob_key, int(expires), session_id).encode(), signature.encode()):
            raise LinkRefusedError("the link's signature does not fit", hint="Ask for the thing again: its answer has a fresh link.")
        if self._now_ms() // 1000 > int(expires):
            raise LinkExpiredError("the link's time is over", hint="Ask for the thing again: its answer has a fresh link.")

    def signature(self, text: str) -> str:
        """For a link of another kind: 32 letters that only this relay can make."""
        return hmac.new(self._key, f"other\n{text}".encode(), hashlib.sha256).hexdigest()[:32]

    def _sign(self, blob_key: str, expires: int, session_id: str) -> str:
        what = f"{blob_key}\n{expires}\n{session_id}" if session_id else f"{blob_key}\n{expires}"
        return hmac.new(self._key, what.encode(), hashlib.sha256).hexdigest()
