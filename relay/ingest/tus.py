"""tus 1.0.0: core, creation, creation-with-upload, checksum, expiration, termination."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from glasses.wire.codec import decode_json, encode_json
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt
from relay.auth.gate import who
from relay.catalog.uploads import Upload
from relay.errors import SouvenirError
from relay.exchange import MalformedRequestError, MediaTypeError, whole
from relay.ingest.body import is_spent
from relay.ingest.intake import UploadMetadataError, check_segment
from relay.ingest.receiving import Checksum, UploadLengthError
from relay.ingest.uploads import Uploads

VERSION = "1.0.0"
CHUNK_TYPE = "application/offset+octet-stream"
RECEIPT_HEADER = "Souvenir-Receipt"
ALGORITHMS = ("sha1", "sha256")
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
PATH = "/api/v1/uploads"


class TusVersionError(SouvenirError):
    code = "upload.version"


class NotOfferedError(SouvenirError):
    code = "upload.unsupported"


class TusHttp:
    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    async def options(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- the shape of a handler
        return web.Response(
            status=204,
            headers={
                "Tus-Resumable": VERSION, "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS,
                "Tus-Max-Size": str(self._uploads.config.max_bytes), "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            },
        )  # fmt: skip

    async def create(self, request: web.Request) -> web.Response:
        _check_version(request)
        _check_offered(request)
        length_bytes = self._length(request)
        segment = _segment(request)
        check_segment(segment, length_bytes)
        checksum = _checksum(request)
        upload, receipt = await self._uploads.create(
            who(request), segment, length_bytes, metadata=request.headers.get("Upload-Metadata", "")
        )
        if receipt is None and (request.content_type == CHUNK_TYPE or length_bytes == 0):
            with self._uploads.body(request) as body:
                upload, receipt = await self._uploads.append(upload.user_id, upload.upload_id, 0, body, checksum)
        return web.Response(status=201, headers={"Location": f"{PATH}/{upload.upload_id}", **_headers(upload, receipt)})

    async def head(self, request: web.Request) -> web.Response:
        _check_version(request)
        upload, receipt = await self._uploads.status(who(request).user_id, request.match_info["upload_id"])
        said = {"Upload-Length": str(upload.length_bytes), "Upload-Metadata": upload.metadata}
        return web.Response(status=200, headers={"Cache-Control": "no-store", **said, **_headers(upload, receipt)})

    async def patch(self, request: web.Request) -> web.Response:
        _check_version(request)
        if request.content_type != CHUNK_TYPE:
            raise MediaTypeError(f"{request.content_type} instead of {CHUNK_TYPE}")
        offset = request.headers.get("Upload-Offset", "")
        if not whole(offset):
            raise MalformedRequestError(f"Upload-Offset: {offset or 'missing'}")
        identity, upload_id, checksum = who(request), request.match_info["upload_id"], _checksum(request)
        with self._uploads.body(request) as body:
            upload, receipt = await self._uploads.append(identity.user_id, upload_id, int(offset), body, checksum)
        return web.Response(status=204, headers=_headers(upload, receipt))

    async def delete(self, request: web.Request) -> web.Response:
        _check_version(request)
        await self._uploads.terminate(who(request).user_id, request.match_info["upload_id"])
        return web.Response(status=204, headers={"Tus-Resumable": VERSION})

    async def override(self, request: web.Request) -> web.Response:
        """For clients that can only GET and POST: X-HTTP-Method-Override names the method that is meant."""
        meant = request.headers.get("X-HTTP-Method-Override", "").upper()
        methods = {"HEAD": self.head, "PATCH": self.patch, "DELETE": self.delete}
        if meant not in methods:
            await self._uploads.check(who(request).user_id, request.match_info["upload_id"])
            raise SouvenirError(f"POST {request.path} with X-HTTP-Method-Override: {meant or 'missing'}", code="request.method")
        return await methods[meant](request)

    def _length(self, request: web.Request) -> int:
        text = request.headers.get("Upload-Length", "")
        if not whole(text):
            raise UploadLengthError(f"Upload-Length: {text or 'missing'}")
        if int(text) > self._uploads.config.max_bytes:
            raise SouvenirError(f"{text} bytes; the most is {self._uploads.config.max_bytes}", code="request.too_large")
        return int(text)


async def say_version(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """On every answer of this protocol, refusals included."""
    if request.path == PATH or request.path.startswith(f"{PATH}/"):
        response.headers.setdefault("Tus-Resumable", VERSION)
        if response.status == 412:
            response.headers["Tus-Version"] = VERSION
        if response.status == 423 or is_spent(request):
            response.force_close()
            response.headers["Connection"] = "close"  # the rest of a body may be stuck in this one: go on with another


def receipt_header(receipt: Receipt | None) -> dict[str, str]:
    return {} if receipt is None else {RECEIPT_HEADER: base64.b64encode(encode_json(receipt)).decode()}


def _headers(upload: Upload, receipt: Receipt | None) -> dict[str, str]:
    headers = {"Tus-Resumable": VERSION, "Upload-Offset": str(upload.offset_bytes), **receipt_header(receipt)}
    if receipt is None:
        headers["Upload-Expires"] = format_datetime(datetime.fromtimestamp(upload.expires_at / 1000, UTC), usegmt=True)
    return headers


def _check_version(request: web.Request) -> None:
    if (version := request.headers.get("Tus-Resumable")) != VERSION:
        raise TusVersionError(f"Tus-Resumable: {version or 'missing'}")


def _check_offered(request: web.Request) -> None:
    for header, extension in (("Upload-Defer-Length", "creation-defer-length"), ("Upload-Concat", "concatenation")):
        if header in request.headers:
            raise NotOfferedError(f"{header}: the extension {extension} is not offered")


def _segment(request: web.Request) -> Segment:
    metadata = dict(_pairs(request.headers.get("Upload-Metadata", "")))
    if "segment" not in metadata:
        raise UploadMetadataError("segment: missing")
    try:
        return decode_json(base64.b64decode(metadata["segment"], validate=True), Segment)
    except (binascii.Error, UnicodeDecodeError, SouvenirError) as problem:
        raise UploadMetadataError(f"segment: {problem.detail if isinstance(problem, SouvenirError) else problem}") from problem


def _pairs(header: str) -> list[tuple[str, str]]:
    return [(key, value.strip()) for key, _, value in (pair.strip().partition(" ") for pair in header.split(",")) if key]


def _checksum(request: web.Request) -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, digest = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise MalformedRequestError(f"Upload-Checksum: {algorithm}; it is {' or '.join(ALGORITHMS)}")
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except ValueError as problem:
        raise MalformedRequestError(f"Upload-Checksum: {problem}") from problem
