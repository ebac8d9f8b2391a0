"""Routes of accounts, devices and tokens."""

from __future__ import annotations

import msgspec
from aiohttp import web

from glasses.wire.account import ApproveRequest, AuthorizeRequest, Consent, DeviceInfo, DeviceList, Home, Me, TokenRequest
from relay.auth.accounts import Accounts
from relay.auth.gate import who
from relay.auth.limits import Limit
from relay.auth.pairing import GRANT, Pairings
from relay.auth.sessions import Sessions
from relay.auth.tokens import Tokens
from relay.catalog import users
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.errors import SouvenirError
from relay.exchange import MalformedRequestError, answer, body, refusal

_OAUTH_ERRORS = {
    "auth.pairing_pending": "authorization_pending", "auth.pairing_slow_down": "slow_down", "auth.pairing_expired": "expired_token",
    "auth.pairing_denied": "access_denied", "wire.malformed": "invalid_request", "request.media_type": "invalid_request",
}  # fmt: skip
"""RFC 6749 and RFC 8628 names of our codes; all others are invalid_grant."""


class AuthHttp:
    def __init__(
        self, database: Database, accounts: Accounts, pairings: Pairings, sessions: Sessions, tokens: Tokens, tries: Limit
    ) -> None:
        self._database, self._accounts, self._pairings, self._sessions = database, accounts, pairings, sessions
        self._tokens, self._tries = tokens, tries

    async def authorize(self, request: web.Request) -> web.Response:
        self._tries.take(f"authorize {request.remote}")
        asked = await body(request, AuthorizeRequest, form=True)
        return answer(await self._pairings.begin(asked.device_id, asked.device_name))

    async def token(self, request: web.Request) -> web.Response:
        """Refusals are problem+json with RFC 6749's ``error`` beside."""
        try:
            asked = await body(request, TokenRequest, form=True)
            match asked.grant_type:
                case "refresh_token":
                    grant = await self._sessions.refresh(asked.refresh_token)
                case "password":
                    self._tries.take(f"login {request.remote}")
                    grant = await self._accounts.login(
                        asked.username, asked.password, device_id=asked.device_id, device_name=asked.device_name
                    )
                case kind if kind == GRANT:
                    grant = await self._pairings.redeem(asked.device_code)
                case kind:
                    raise MalformedRequestError(f"grant_type: {kind or 'missing'}; it is refresh_token, password or {GRANT}")
        except SouvenirError as error:
            return refusal(error, request, {"error": _OAUTH_ERRORS.get(error.code, "invalid_grant")})
        return answer(grant, headers={"Cache-Control": "no-store"})

    async def approve(self, request: web.Request) -> web.Response:
        identity = who(request)
        self._tries.take(f"approve {identity.user_id}")
        asked = await body(request, ApproveRequest)
        device_id = await self._pairings.approve(asked.user_code, identity.user_id, deny=asked.deny)
        return answer(DeviceInfo(device_id=device_id, kind="glasses", scope="device"))

    async def devices(self, request: web.Request) -> web.Response:
        found = await self._sessions.list(who(request).user_id)
        return answer(
            DeviceList(
                devices=[
                    DeviceInfo(
                        device_id=device.device_id, name=device.name, kind=device.kind, scope=device.scope,
                        created_at=device.created_at, seen_at=device.seen_at, revoked_at=device.revoked_at,
                    )
                    for device in found
                ]
            )
        )  # fmt: skip

    async def revoke(self, request: web.Request) -> web.Response:
        await self._sessions.revoke(who(request).user_id, request.match_info["device_id"])
        return web.Response(status=204)

    async def jwks(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- the shape of a handler
        return web.Response(body=msgspec.json.encode(self._tokens.jwks()), content_type="application/json")

    async def me(self, request: web.Request) -> web.Response:
        identity = who(request)
        user = await self._database.read(lambda connection: users.get(connection, identity.user_id))
        consent = Consent(faces=user.faces_consent_at is not None)
        return answer(
            Me(
                user_id=user.user_id, name=user.name, timezone=user.timezone, device_id=identity.device_id,
                scope=identity.scope.value, consent=consent, home=Home(lat=user.home_lat, lon=user.home_lon),
            )
        )  # fmt: skip

    async def home(self, request: web.Request) -> web.Response:
        """Both numbers, or neither to forget it."""
        home, identity = await body(request, Home), who(request)
        given = home.lat is not None and home.lon is not None
        inside = given and -90 <= (home.lat or 0) <= 90 and -180 <= (home.lon or 0) <= 180
        if not inside and (home.lat is not None or home.lon is not None):
            raise MalformedRequestError("home: lat from -90 to 90 and lon from -180 to 180, both or neither")

        def keep(connection: Connection) -> None:
            user = users.get(connection, identity.user_id)
            user.home_lat, user.home_lon = home.lat, home.lon
            users.save(connection, user)

        await self._database.write(keep)
        return answer(home)
