"""Blobs in an object store, by obstore: what a local folder and a bucket have in common."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, GenericError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, MemoryStore, S3Store

from glasses.wire.ids import uuid7
from relay.config import S3Config
from relay.errors import NotFoundError
from relay.ingest.blobs import BlobFacts, BlobStoreError, checked

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import S3Config as Given

GIVE_UP_S = 30
PIECE_BYTES = 256 << 10
Store = LocalStore | S3Store | MemoryStore


def folder_store(root: Path) -> Store:
    return LocalStore(prefix=root, mkdir=True)


def bucket_store(config: S3Config) -> S3Store:
    """What is not configured comes from the AWS_... variables of the environment, as everywhere."""
    given: Given = {"virtual_hosted_style_request": config.virtual_hosted}
    for name in ("region", "access_key_id", "secret_access_key", "endpoint"):
        if value := getattr(config, name):
            given[name] = value
    return S3Store(
        config.bucket,
        prefix=config.prefix or None,
        config=given,
        client_options={"allow_http": config.endpoint.startswith("http://"), "timeout": timedelta(minutes=30)},
        retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=GIVE_UP_S)},
    )


class ObjectBlobs:
    """Every key in one store. ``put_file`` is as durable as the store's own put is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put_file(self, key: str, source: Path, storage_class: str = "") -> None:
        attributes = {"Storage-Class": storage_class} if storage_class else None
        with _translated(key):
            await obstore.put_async(self._store, checked(key), source, attributes=attributes)

    async def put_bytes(self, key: str, data: bytes) -> None:
        with _translated(key):
            await obstore.put_async(self._store, checked(key), data)

    async def adopt(self, incoming: str, key: str) -> None:
        with _translated(incoming):
            await obstore.copy_async(self._store, checked(incoming), checked(key))

    async def facts(self, key: str) -> BlobFacts:
        with _translated(key):
            found = await obstore.head_async(self._store, checked(key))
        return BlobFacts(int(found["size"]), f"{found['e_tag']} {found['last_modified'].isoformat()}")

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if end is not None and end <= start:
            await self.facts(key)
            return
        path = checked(key)
        with _translated(key):
            try:
                got, skip = await obstore.get_async(self._store, path, options=_range(start, end)), 0
            except GenericError as problem:
                if "non-partial response" not in str(problem):
                    raise
                got, skip = await obstore.get_async(self._store, path), start  # some servers send the whole; RFC 9110 lets them
            left = got.meta["size"] - start if end is None else end - start
            async for piece in got.stream(PIECE_BYTES):
                data = bytes(piece)[skip : skip + left]
                skip, left = max(0, skip - len(piece)), left - len(data)
                if data:
                    yield data
                if not left:
                    return

    async def fetch(self, key: str, path: Path) -> None:
        """Into a file of that name, whole or not at all."""
        part = path.with_name(f"{path.name}.{uuid7(0)}.tmp")
        try:
            with part.open("wb") as file:
                async for piece in self.read(key):
                    await asyncio.to_thread(file.write, piece)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    async def delete(self, key: str) -> None:
        path = checked(key)
        with contextlib.suppress(NotFoundError), _translated(key):
            await obstore.delete_async(self._store, path)

    async def keys(self, prefix: str = "") -> AsyncIterator[str]:
        with _translated(prefix):
            async for found in obstore.list(self._store, prefix.rstrip("/") or None):
                for each in found:
                    yield str(each["path"])

    async def check(self) -> str:
        key = f"check/{uuid7(0)}.bin"
        try:
            await self.put_bytes(key, b"?")
            found = [piece async for piece in self.read(key)]
            await self.delete(key)
        except (BlobStoreError, NotFoundError) as problem:
            return problem.detail
        return "" if found == [b"?"] else "it gives other bytes than it took"

    def signed_put(self, key: str, lifetime_s: int) -> str:
        if not isinstance(self._store, S3Store):
            raise TypeError("only a bucket signs")
        with _translated(key):
            return obstore.sign(self._store, "PUT", checked(key), timedelta(seconds=lifetime_s))


def _range(start: int, end: int | None) -> GetOptions:
    if end is not None:
        return {"range": (start, end)}
    return {"range": {"offset": start}} if start else {}


@contextlib.contextmanager
def _translated(key: str) -> Iterator[None]:
    """Raises NotFoundError, BlobStoreError."""
    try:
        yield
    except FileNotFoundError as problem:
        raise NotFoundError(f"blob {key}") from problem
    except (PermissionDeniedError, UnauthenticatedError, PermissionError) as problem:
        raise BlobStoreError(f"it refuses: {_first_line(problem)}", hint="Check the bucket's name and keys: [storage.s3].") from problem
    except (BaseError, OSError) as problem:
        raise BlobStoreError(_first_line(problem)) from problem


def _first_line(problem: Exception) -> str:
    lines = str(problem).splitlines()
    return lines[0][:300] if lines else type(problem).__name__
