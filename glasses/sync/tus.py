"""Resumable uploads by tus 1.0.0: create, continue where the relay is, and end with its receipt."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from glasses import faults
from glasses.errors import RelayUnreachableError
from glasses.sync.http import API, RelayClient
from glasses.sync.links import Uploads
from glasses.wire.codec import decode_json, encode_json
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt

TUS = {"Tus-Resumable": "1.0.0"}
RECEIPT = "Souvenir-Receipt"
LOST = ("upload.gone", "request.not_found", "upload.hash_mismatch")
"""Answers after which the upload starts afresh."""


class TusUpload:
    """One segment's upload. ``run`` may be called again after any failure; it sends nothing twice that the relay has."""

    def __init__(self, client: RelayClient, segment: Segment, path: Path, uploads: Uploads, chunk_bytes: int) -> None:
        self._client, self._segment, self._path, self._uploads = client, segment, path, uploads
        self._chunk_bytes = chunk_bytes

    async def run(self) -> Receipt:
        """Returns the relay's receipt. Raises SouvenirError."""
        url = await self._uploads.upload_url(self._segment.segment_id)
        try:
            offset = await self._offset(url) if url else None
            if offset is None:
                url, offset, receipt = await self._create()
                if receipt is not None:
                    return receipt
            return await self._send(url, offset)
        except SouvenirError as error:
            if error.code in LOST and url:
                await self._uploads.remember_upload(self._segment.segment_id, "")
            raise

    async def _create(self) -> tuple[str, int, Receipt | None]:
        metadata = base64.b64encode(encode_json(self._segment)).decode()
        faults.point("tus.creating")
        answer = await self._client.request(
            "POST", f"{API}/uploads",
            headers={**TUS, "Upload-Length": str(self._segment.size_bytes), "Upload-Metadata": f"segment {metadata}"},
        )  # fmt: skip
        faults.point("tus.created")
        url = answer.headers["Location"]
        await self._uploads.remember_upload(self._segment.segment_id, url)
        return url, int(answer.headers.get("Upload-Offset", 0)), _receipt(answer.headers.get(RECEIPT))

    async def _offset(self, url: str) -> int | None:
        """How far the relay is; None when it no longer knows the upload."""
        faults.point("tus.asking")
        try:
            answer = await self._client.request("HEAD", url, headers=TUS)
        except SouvenirError as error:
            if error.code in LOST:
                return None
            raise
        faults.point("tus.asked")
        return int(answer.headers["Upload-Offset"])

    async def _send(self, url: str, offset: int) -> Receipt:
        with self._path.open("rb") as file:
            while True:
                file.seek(offset)
                piece = file.read(self._chunk_bytes)
                checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
                headers = {
                    **TUS,
                    "Upload-Offset": str(offset),
                    "Content-Type": "application/offset+octet-stream",
                    "Upload-Checksum": f"sha256 {checksum}",
                }
                faults.point("tus.sending")
                answer = await self._client.request("PATCH", url, content=piece, headers=headers)
                faults.point("tus.sent")
                receipt = _receipt(answer.headers.get(RECEIPT))
                if receipt is not None:
                    return receipt
                offset = int(answer.headers["Upload-Offset"])
                if offset >= self._segment.size_bytes:
                    raise RelayUnreachableError("the relay has every byte but gave no receipt")


def _receipt(header: str | None) -> Receipt | None:
    return decode_json(base64.b64decode(header), Receipt) if header else None
