"""A push service and a browser behind it, as RFC 8030, 8291 and 8292 have them: checks who sends, and reads what was sealed."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Self

import http_ece
import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(eq=False)
class PushService:
    now_s: int
    """By which signatures are judged."""
    answers: list[int] = field(default_factory=list)
    """Statuses of the next messages; 201 when there is none left."""
    retry_after: str | None = None
    """The header of answers that are not 201."""
    said: list[dict] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    public_keys: set[str] = field(default_factory=set)
    """Of those who sent."""

    def __post_init__(self) -> None:
        self._key, self._auth = generate_private_key(SECP256R1()), os.urandom(16)
        app = web.Application()
        app.router.add_post("/push/{browser}", self._take)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_ended: object) -> None:
        await self._server.close()

    def subscription(self, browser: str = "one") -> dict:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": str(self._server.make_url(f"/push/{browser}")), "keys": {"p256dh": _plain(point), "auth": _plain(self._auth)}}

    async def _take(self, request: web.Request) -> web.Response:
        status = self.answers.pop(0) if self.answers else 201
        self._check(request)
        if status == 201:
            text = http_ece.decrypt(await request.read(), private_key=self._key, auth_secret=self._auth, version="aes128gcm")
            self.said.append(json.loads(text))
        self.headers.append(dict(request.headers))
        later = {"Retry-After": self.retry_after} if status != 201 and self.retry_after is not None else {}
        return web.Response(status=status, headers=later)

    def _check(self, request: web.Request) -> None:
        scheme, _, fields = request.headers["Authorization"].partition(" ")
        named = dict(part.strip().split("=", 1) for part in fields.split(","))
        key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), base64.urlsafe_b64decode(named["k"] + "=="))
        origin = str(self._server.make_url("")).rstrip("/")
        claims = jwt.decode(named["t"], key, algorithms=["ES256"], audience=origin, options={"verify_exp": False})
        assert scheme == "vapid"
        assert self.now_s < claims["exp"] <= self.now_s + 86_400
        assert claims["sub"].startswith(("mailto:", "https:"))
        assert request.headers["Content-Encoding"] == "aes128gcm"
        assert int(request.headers["TTL"]) > 0
        self.public_keys.add(named["k"])


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
