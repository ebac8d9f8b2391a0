"""What the tests of uploads share: begin one, go on with it, and read its receipt."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from glasses.wire.codec import decode_json
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def begin(relay: Any, tus_headers: Any) -> Callable[..., Awaitable[tuple[Segment, str, dict[str, str]]]]:
    """(data) -> the segment, the upload's address, and the headers of its next requests."""

    async def new(data: bytes, **changes: Any) -> tuple[Segment, str, dict[str, str]]:
        segment = relay.segment(data, **changes)
        auth = await relay.as_glasses()
        answer = await relay.http.post("/api/v1/uploads", headers={**auth, **tus_headers(segment)})
        assert answer.status_code == 201, answer.text
        return segment, answer.headers["Location"], {**auth, **TUS}

    return new


@pytest.fixture
def patch(relay: Any) -> Callable[..., Awaitable[httpx.Response]]:
    """(url, headers, offset, data, **more headers) -> the answer."""

    async def send(url: str, auth: dict[str, str], offset: int, data: Any, **more: str) -> httpx.Response:
        return await relay.http.patch(url, headers={**auth, **CHUNK, "Upload-Offset": str(offset), **more}, content=data)

    return send


@pytest.fixture
def receipt() -> Callable[[httpx.Response], Receipt]:
    return lambda answer: decode_json(base64.b64decode(answer.headers["Souvenir-Receipt"]), Receipt)
