"""The phone's way to the relay: clips by tus, from wherever the relay is; and the errands that the glasses ask for."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import msgspec

from glasses.clock import Clock
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.http import API, RelayClient
from glasses.wire.codec import decode_json, encode_json
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import Memory
from glasses.wire.people import PeopleList
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt

TUS = {"Tus-Resumable": "1.0.0"}
JSON = {"Content-Type": "application/json"}
LOST = ("upload.gone", "request.not_found", "upload.hash_mismatch")
FEED_ENTRIES = 50
"""Of one errand: what fits a message over Bluetooth many times."""


class Upload:
    """One clip's upload, as the relay says it is."""

    def __init__(self, url: str, offset: int, receipt: Receipt | None) -> None:
        self.url, self.offset, self.receipt = url, offset, receipt


class Relay:
    """Raises RelayUnreachableError, or the error that the relay answers with."""

    def __init__(self, client: RelayClient) -> None:
        self._client = client

    async def close(self) -> None:
        await self._client.close()

    async def reachable(self) -> bool:
        try:
            await self._client.request("GET", f"{API}/me")
        except SouvenirError:
            return False
        return True

    # clips
    async def upload(self, segment: Segment, url: str) -> Upload:
        """Where the upload at ``url`` is; a new one when there is none, or when the relay no longer knows it."""
        if url:
            try:
                answer = await self._client.request("HEAD", url, headers=TUS)
            except SouvenirError as error:
                if error.code not in LOST:
                    raise
            else:
                return Upload(url, int(answer.headers["Upload-Offset"]), _receipt(answer.headers))
        metadata = base64.b64encode(encode_json(segment)).decode()
        answer = await self._client.request(
            "POST", f"{API}/uploads",
            headers={**TUS, "Upload-Length": str(segment.size_bytes), "Upload-Metadata": f"segment {metadata}"},
        )  # fmt: skip
        return Upload(answer.headers["Location"], int(answer.headers.get("Upload-Offset", 0)), _receipt(answer.headers))

    async def send(self, upload: Upload, data: bytes) -> None:
        """The next bytes; ``upload`` then says how far the relay is, and holds its receipt after the last."""
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        answer = await self._client.request(
            "PATCH", upload.url, content=data,
            headers={
                **TUS, "Upload-Offset": str(upload.offset), "Content-Type": "application/offset+octet-stream",
                "Upload-Checksum": f"sha256 {checksum}",
            },
        )  # fmt: skip
        upload.offset, upload.receipt = int(answer.headers["Upload-Offset"]), _receipt(answer.headers)

    # for the glasses
    async def errand(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the glasses would ask the relay themselves. Raises SouvenirError."""
        if name == "ops":
            return await self._posted("sync/changes", body)
        if name == "memory.create":
            return await self._posted("memories/create", body)
        if name == "memory":
            return await self._got(f"memories/{body.get('memory_id', '')}")
        if name == "changes":
            params = {"cursor": int(body.get("cursor", 0)), "limit": FEED_ENTRIES}
            answer = await self._client.request("GET", f"{API}/sync/changes", params=params)
            return {"entries": [msgspec.json.decode(line) for line in answer.content.splitlines() if line.strip()]}
        raise SouvenirError(f"an errand {name!r}", code="phone.request")

    # for its owner
    async def people(self) -> PeopleList:
        return decode_json((await self._client.request("GET", f"{API}/people")).content, PeopleList)

    async def places(self) -> dict[str, str]:
        """Ids to names, from the feed."""
        found, cursor = dict[str, str](), 0
        while True:
            answer = await self._client.request("GET", f"{API}/sync/changes", params={"cursor": cursor})
            entries = [msgspec.json.decode(line) for line in answer.content.splitlines() if line.strip()]
            if not entries:
                return found
            found |= {each["subject_id"]: each["value"].get("name", "") for each in entries if each["kind"] == "place"}
            cursor = entries[-1]["cursor"]

    async def memory(self, memory_id: str) -> Memory:
        return decode_json((await self._client.request("GET", f"{API}/memories/{memory_id}")).content, Memory)

    async def _posted(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.request("POST", f"{API}/{path}", content=msgspec.json.encode(body), headers=JSON)
        return dict(msgspec.json.decode(answer.content))

    async def _got(self, path: str) -> dict[str, Any]:
        return dict(msgspec.json.decode((await self._client.request("GET", f"{API}/{path}")).content))


def open_relay(folder: Path, clock: Clock) -> Relay | None:
    """None while the phone has not logged in anywhere."""
    file = CredentialFile(folder)
    return Relay(RelayClient(file, clock)) if file.path.exists() else None


async def log_in(folder: Path, url: str, name: str, password: str) -> None:
    """As a person's companion. Raises SouvenirError (auth.credentials), RelayUnreachableError."""
    import httpx

    from glasses.sync.http import TIMEOUT, exchange
    from glasses.wire.pairing import TokenGrant

    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
        body = {"grant_type": "password", "username": name, "password": password, "device_id": "", "device_name": "phone"}
        grant = decode_json((await exchange(http, "POST", f"{API}/oauth/token", json=body)).content, TokenGrant)
    CredentialFile(folder).save(
        Credentials(relay_url=url, access_token=grant.access_token, refresh_token=grant.refresh_token, user_id=grant.user_id)
    )


def _receipt(headers: Any) -> Receipt | None:
    header = headers.get("Souvenir-Receipt")
    return decode_json(base64.b64decode(header), Receipt) if header else None
