"""The bytes of one PATCH on their way to the disk: received, written, made durable and told, each while the next comes in."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiohttp import ClientPayloadError

from relay.catalog.uploads import Upload
from relay.errors import SouvenirError
from relay.ingest.body import Body
from relay.ingest.locks import EvictedError
from relay.ingest.part import Digest, PartFile

FLUSH_BYTES, MOST_AT_RISK_BYTES = 4 << 20, 10 << 20
"""A stream without a checksum is made durable after so many bytes, later if the disk is still busy with those before; then it waits."""
CUT = (EvictedError, TimeoutError, ConnectionError, ClientPayloadError, asyncio.IncompleteReadError)


Promise = Callable[[int], Awaitable[None]]
"""The bytes up to there are durable, and so is the word, for somebody is told."""
Jotting = Callable[[int], None]
"""The bytes up to there are durable, a kill cannot take back the word, and nobody has been told. For any thread but the event loop's."""


class ChecksumMismatchError(SouvenirError):
    code = "upload.checksum_mismatch"


class UploadLengthError(SouvenirError):
    code = "upload.length"


class UploadInterruptedError(SouvenirError):
    code = "upload.locked"


class Checksum:
    """Of one PATCH: ``algorithm`` is sha1 or sha256."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self.digest: Digest = hashlib.new(algorithm, usedforsecurity=False)
        self._expected, self._algorithm = expected, algorithm
        if len(expected) != self.digest.digest_size:
            raise ValueError(f"{len(expected)} bytes are no {algorithm}")

    def verify(self) -> None:
        """Raises ChecksumMismatchError."""
        if self.digest.digest() != self._expected:
            raise ChecksumMismatchError(f"{self._algorithm} of the piece is {self.digest.hexdigest()}")


class Receiving:
    """Of one PATCH. It is also the pace at which the body comes: no more than may be at risk."""

    def __init__(self, upload: Upload, part: PartFile, checksum: Checksum | None, promise: Promise, jot: Jotting) -> None:
        self._upload, self._part, self._checksum, self._promise, self._jot = upload, part, checksum, promise, jot
        self._received_bytes = self._flushed_bytes = upload.offset_bytes
        self._flushing = False
        """Off the event loop, whose turn would come late while others keep the processors busy."""

    async def run(self, until: Callable[[Coroutine[Any, Any, None]], Awaitable[None]], body: Body) -> Exception | None:
        """Take in the body; ``until`` runs it and may cut it short. Returns what cut it. Raises UploadLengthError, DiskFullError."""
        try:
            await until(self._receive(body))
        except CUT as problem:
            return problem
        finally:
            await self._part.synced()
        return None

    def check(self, count: int) -> None:
        if self._received_bytes + count > self._upload.length_bytes:
            raise UploadLengthError(f"more than the {self._upload.length_bytes} bytes that were announced")

    def room_bytes(self) -> int:
        if self._checksum is not None:
            return self._upload.length_bytes - self._received_bytes
        return self._upload.offset_bytes + MOST_AT_RISK_BYTES - self._received_bytes

    def added(self, count: int) -> None:
        self._received_bytes += count
        if self._checksum is None and self._received_bytes - self._flushed_bytes >= FLUSH_BYTES:
            self._flush_behind()

    async def keep(self, cut: Exception | None, graceful_s: float) -> None:
        """Make durable what has come and tell it; of a cut piece with a checksum nothing.

        Raises ChecksumMismatchError, UploadInterruptedError, DiskFullError.
        """
        if cut is None:
            offset_bytes = await self._durable()
            if self._checksum is not None:
                self._checksum.verify()
            await self._promise(offset_bytes)
            return
        if self._checksum is None:
            try:
                async with asyncio.timeout(graceful_s):
                    await self._promise(await self._durable())
            except TimeoutError as problem:
                raise UploadInterruptedError(f"the disk is slow; durable up to {self._upload.offset_bytes}") from problem
        raise UploadInterruptedError(f"the connection was cut or taken over at {self._upload.offset_bytes}") from cut

    async def _receive(self, body: Body) -> None:
        while await body.into(self._part, self):
            while self._checksum is None and self.room_bytes() <= 0:
                self._flush_behind()
                await self._part.synced()

    async def _durable(self) -> int:
        """Up to where: all of it. The disk does not wait for what is still hashed."""
        await self._part.written()
        offset_bytes = await self._part.sync()
        await self._part.settle()
        return offset_bytes

    def _flush_behind(self) -> None:
        """Unless the disk is still busy with what came before."""
        if not self._flushing:
            self._flushing = True
            self._part.sync_behind(self._flushed)

    def _flushed(self, offset_bytes: int) -> None:
        """The bytes first, then the word that they are there."""
        self._jot(offset_bytes)
        self._flushed_bytes, self._flushing = offset_bytes, False
