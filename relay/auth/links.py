"""Signed, expiring links: a player opens them without a header."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import quote, urlencode

from relay.errors import SouvenirError
from relay.exchange import whole


class LinkRefusedError(SouvenirError):
    code = "auth.invalid"


class LinkExpiredError(SouvenirError):
    code = "auth.expired"


class Links:
    def __init__(self, key: bytes, now_ms: Callable[[], int], lifetime_s: int, public_url: Callable[[], str]) -> None:
        self._key, self._now_ms, self._lifetime_s, self._public_url = key, now_ms, lifetime_s, public_url

    def to(self, blob_key: str, under: str = "blobs") -> str:
        """An address that works for the configured time; empty for no blob. The same one for a while, so that caches work."""
        if not blob_key:
            return ""
        step = max(1, self._lifetime_s // 4)
        expires = (self._now_ms() // 1000 // step + 1) * step + self._lifetime_s
        query = urlencode({"expires": expires, "signature": self._sign(blob_key, expires)})
        return f"{self._public_url()}/api/v1/{under}/{quote(blob_key)}?{query}"

    def check(self, blob_key: str, expires: str, signature: str) -> None:
        """Raises LinkRefusedError, LinkExpiredError."""
        if not whole(expires) or not hmac.compare_digest(self._sign(blob_key, int(expires)).encode(), signature.encode()):
            raise LinkRefusedError("the link's signature does not fit", hint="Ask for the thing again: its answer has a fresh link.")
        if self._now_ms() // 1000 > int(expires):
            raise LinkExpiredError("the link's time is over", hint="Ask for the thing again: its answer has a fresh link.")

    def signature(self, text: str) -> str:
        """For a link of another kind: 32 letters that only this relay can make."""
        return hmac.new(self._key, f"other\n{text}".encode(), hashlib.sha256).hexdigest()[:32]

    def _sign(self, blob_key: str, expires: int) -> str:
        return hmac.new(self._key, f"{blob_key}\n{expires}".encode(), hashlib.sha256).hexdigest()
