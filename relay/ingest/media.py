"""A blob as an HTTP answer: ranges, conditions by its hash, for ever cacheable. RFC 9110, sections 13 and 14."""

from __future__ import annotations

import base64
import hashlib
import logging
import mimetypes
from collections.abc import AsyncIterator
from typing import Protocol

from aiohttp import ETag, web

from relay.ingest.blobs import BlobFacts, BlobStore, BlobStoreError

log = logging.getLogger(__name__)

CACHE_FOREVER = "private, max-age=31536000, immutable"


class Hashes:
    """The hash of a blob that no row knows it of: read once, remembered while it is not put again."""

    def __init__(self, blobs: BlobStore, most: int = 4096) -> None:
        self._blobs, self._most = blobs, most
        self._known: dict[str, tuple[str, str]] = {}

    async def of(self, key: str) -> str:
        """Hexadecimal SHA-256. Raises NotFoundError, BlobStoreError."""
        version = (await self._blobs.facts(key)).version
        known = self._known.pop(key, ("", ""))
        if known[0] != version:
            digest = hashlib.sha256()
            async for piece in self._blobs.read(key):
                digest.update(piece)
            known = (version, digest.hexdigest())
        if len(self._known) >= self._most:
            self._known.pop(next(iter(self._known)))
        self._known[key] = known
        return known[1]


class Readable(Protocol):
    """What there is to send."""

    async def facts(self, key: str) -> BlobFacts: ...
    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]: ...


async def media(request: web.Request, blobs: Readable, key: str, sha256: str, *, caching: str = CACHE_FOREVER) -> web.StreamResponse:
    """The bytes under ``key``; ``sha256``: empty while they still grow. Answers 200, 206, 304, 412 or 416.

    They are sent by whoever calls, and end with it: aiohttp's FileResponse sends after the handler has returned, when no gate can cut it.
    Raises NotFoundError, BlobStoreError.
    """
    headers = {**_headers(key, sha256), "Cache-Control": caching}
    if (unmet := _unmet(request, sha256)) is not None:
        return web.Response(status=unmet, headers=headers)
    size_bytes = (await blobs.facts(key)).size_bytes
    part = _range(request, size_bytes, sha256)
    if part is not None and not part:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size_bytes}"})
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size_bytes}"
    response = web.StreamResponse(status=200 if part is None else 206, headers=headers)
    wanted = range(size_bytes) if part is None else part
    response.content_length = len(wanted)
    await _send(request, response, blobs.read(key, wanted.start, wanted.stop))
    return response


async def _send(request: web.Request, response: web.StreamResponse, pieces: AsyncIterator[bytes]) -> None:
    body = request.method != "HEAD"
    first = await anext(pieces, b"") if body else b""  # so that what fails at once has a status
    await response.prepare(request)
    try:
        if body:
            await response.write(first)
            async for piece in pieces:
                await response.write(piece)
        await response.write_eof()
    except BlobStoreError:
        log.exception("the store stopped in the middle", extra={"path": request.path})
        if request.transport is not None:
            request.transport.abort()  # a short answer must not look whole


def _headers(key: str, sha256: str) -> dict[str, str]:
    headers = {"Accept-Ranges": "bytes", "Content-Type": mimetypes.guess_type(key)[0] or "application/octet-stream"}
    if sha256:
        headers |= {"ETag": f'"{sha256}"', "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"}
    return headers


def _unmet(request: web.Request, sha256: str) -> int | None:
    if request.if_match is not None and not _named(request.if_match, sha256):
        return 412
    if request.if_none_match is not None and _named(request.if_none_match, sha256):
        return 304
    return None


def _range(request: web.Request, size_bytes: int, sha256: str) -> range | None:
    """What of it is asked for, perhaps nothing that exists; None for all. Several ranges at once are answered with the whole."""
    if "Range" not in request.headers or request.headers.get("If-Range", f'"{sha256}"') != f'"{sha256}"':
        return None
    try:
        asked = request.http_range
    except ValueError:  # malformed, or several
        return None
    start = asked.start or 0
    if start < 0:
        start = max(0, size_bytes + start)
    return range(start, size_bytes if asked.stop is None else min(asked.stop, size_bytes))


def _named(tags: tuple[ETag, ...], sha256: str) -> bool:
    return any(tag.value == "*" or (tag.value == sha256 and sha256) for tag in tags)
