"""The Link to a relay over HTTP."""

from __future__ import annotations

from pathlib import Path

import msgspec

from glasses.sync.http import API, RelayClient
from glasses.sync.links import Uploads
from glasses.sync.tus import TusUpload
from glasses.wire.change import FeedEntry, Op, OpBatch, OpResult, OpResults
from glasses.wire.codec import decode_json, encode_json, from_builtins
from glasses.wire.memory import Memory, MemoryRequest
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt

JSON = {"Content-Type": "application/json"}


class RelayLink:
    def __init__(self, client: RelayClient, chunk_bytes: int) -> None:
        self._client, self._chunk_bytes = client, chunk_bytes

    async def send_media(self, segment: Segment, path: Path, uploads: Uploads) -> Receipt:
        return await TusUpload(self._client, segment, path, uploads, self._chunk_bytes).run()

    async def send_ops(self, ops: list[Op]) -> list[OpResult]:
        answer = await self._client.request("POST", f"{API}/sync/changes", content=encode_json(OpBatch(ops=ops)), headers=JSON)
        return decode_json(answer.content, OpResults).results

    async def request_memory(self, request: MemoryRequest) -> Memory:
        answer = await self._client.request("POST", f"{API}/memories/create", content=encode_json(request), headers=JSON)
        return from_builtins(msgspec.json.decode(answer.content), Memory)

    async def memory(self, memory_id: str) -> Memory:
        answer = await self._client.request("GET", f"{API}/memories/{memory_id}")
        return decode_json(answer.content, Memory)

    async def changes(self, cursor: int) -> list[FeedEntry]:
        answer = await self._client.request("GET", f"{API}/sync/changes", params={"cursor": cursor})
        return [decode_json(line, FeedEntry) for line in answer.content.splitlines() if line.strip()]

    async def fetch(self, url: str, path: Path) -> None:
        """A film or poster into a file, whole or not at all."""
        await self._client.download(url, path)

    async def close(self) -> None:
        await self._client.close()
