"""Routes of devices and their tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from glasses.wire.account import ApproveRequest, AuthorizeRequest, DeviceInfo, DeviceList, PendingDevice, PendingRequest, TokenRequest
from glasses.wire.pairing import TokenGrant
from relay.auth.accounts import Accounts
from relay.auth.gate import who
from relay.auth.origin import ADDRESS
from relay.auth.pairing import GRANT, Asking, Pairings
from relay.auth.proofs import Proof
from relay.auth.sessions import Sessions
from relay.auth.tokens import Scope, Tokens
from relay.config import AuthConfig
from relay.errors import SouvenirError
from relay.exchange import MalformedRequestError, answer, body, refusal

_OAUTH_ERRORS = {
    "auth.pairing_pending": "authorization_pending", "auth.pairing_slow_down": "slow_down", "auth.pairing_expired": "expired_token",
    "auth.pairing_denied": "access_denied", "wire.malformed": "invalid_request", "request.media_type": "invalid_request",
    "auth.proof": "invalid_client", "auth.proof_stale": "invalid_client", "auth.key_required": "invalid_client",
    "auth.forbidden": "invalid_scope",
}  # fmt: skip
"""RFC 6749 and RFC 8628 names of our codes; all others are invalid_grant."""
TIME_HEADER = "Souvenir-Time"
"""UTC milliseconds of the relay, told to a device whose clock is off."""
NOT_KEPT = {"Cache-Control": "no-store"}


Tell = Callable[[str, str, str, str, str], Awaitable[None]]
"""(user, what happened, device, its name, the session that did it): tells the account's people who are not looking."""


class KeyRequiredError(SouvenirError):
    code = "auth.key_required"


class AuthHttp:
    def __init__(
        self, accounts: Accounts, pairings: Pairings, sessions: Sessions, tokens: Tokens, config: AuthConfig, now_ms: Callable[[], int],
        tell: Tell,
    ) -> None:  # fmt: skip
        self._accounts, self._pairings, self._sessions, self._tokens = accounts, pairings, sessions, tokens
        self._config, self._now_ms, self._tell = config, now_ms, tell

    async def authorize(self, request: web.Request) -> web.Response:
        try:
            asked = await body(request, AuthorizeRequest, form=True)
            scope = _scope(asked.scope or Scope.DEVICE, (Scope.DEVICE, Scope.COMPANION))
            proof = self._sessions.proofs.read(asked.client_assertion_type, asked.client_assertion)
            if proof is None and self._config.require_device_key:
                raise KeyRequiredError("client_assertion: missing")
            return answer(
                await self._pairings.begin(asked.device_id[:100], asked.device_name[:100], scope=scope, proof=proof), headers=NOT_KEPT
            )
        except SouvenirError as error:
            return self._refusal(error, request)

    async def token(self, request: web.Request) -> web.Response:
        """Refusals are problem+json with RFC 6749's ``error`` beside."""
        try:
            return answer(await self._grant(await body(request, TokenRequest, form=True), request), headers=NOT_KEPT)
        except SouvenirError as error:
            return self._refusal(error, request)

    async def pending(self, request: web.Request) -> web.Response:
        asked = await body(request, PendingRequest)
        found = await self._pairings.asking(asked.user_code, who(request).user_id)
        return answer(PendingDevice(device_id=found.device_id, name=found.name, scope=found.scope.value, expires_at=found.expires_at))

    async def approve(self, request: web.Request) -> web.Response:
        asked = await body(request, ApproveRequest)
        identity = who(request)
        device = _device(await self._pairings.approve(asked.user_code, identity.user_id, deny=asked.deny))
        if not asked.deny:
            await self._tell(identity.user_id, "device_paired", device.device_id, device.name, identity.session_id)
        return answer(device)

    async def devices(self, request: web.Request) -> web.Response:
        found = await self._sessions.list(who(request).user_id)
        return answer(
            DeviceList(
                devices=[
                    DeviceInfo(
                        device_id=device.device_id, name=device.name, kind=device.kind, scope=device.scope,
                        has_key=bool(device.key_thumbprint), created_at=device.created_at, seen_at=device.seen_at,
                        revoked_at=device.revoked_at,
                    )
                    for device in found
                ]
            )
        )  # fmt: skip

    async def revoke(self, request: web.Request) -> web.Response:
        identity, device_id = who(request), request.match_info["device_id"]
        names = {device.device_id: device.name for device in await self._sessions.list(identity.user_id)}
        await self._sessions.revoke(identity.user_id, device_id)
        await self._tell(identity.user_id, "device_revoked", device_id, names.get(device_id, ""), identity.session_id)
        return web.Response(status=204)

    async def jwks(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- the shape of a handler
        headers = {"Cache-Control": "public, max-age=60"}
        return web.Response(body=msgspec.json.encode(self._tokens.jwks()), content_type="application/json", headers=headers)

    async def _grant(self, asked: TokenRequest, request: web.Request) -> TokenGrant:
        match asked.grant_type:
            case "refresh_token":
                return await self._sessions.refresh(asked.refresh_token, self._proof(asked, asked.refresh_token))
            case "password":
                scope = _scope(asked.scope or Scope.COMPANION, (Scope.COMPANION, Scope.ADMIN))
                return await self._accounts.login(
                    asked.username, asked.password, device_id=asked.device_id[:100], device_name=asked.device_name[:100], code=asked.otp,
                    address=request[ADDRESS], proof=self._proof(asked), scope=scope,
                )  # fmt: skip
            case kind if kind == GRANT:
                return await self._pairings.redeem(asked.device_code, self._proof(asked, asked.device_code))
            case kind:
                raise MalformedRequestError(f"grant_type: {kind or 'missing'}; it is refresh_token, password or {GRANT}")

    def _proof(self, asked: TokenRequest, secret: str = "") -> Proof | None:
        return self._sessions.proofs.read(asked.client_assertion_type, asked.client_assertion, secret)

    def _refusal(self, error: SouvenirError, request: web.Request) -> web.Response:
        answered = refusal(error, request, {"error": _OAUTH_ERRORS.get(error.code, "invalid_grant")})
        if error.code == "auth.proof_stale":
            answered.headers[TIME_HEADER] = str(self._now_ms())
        return answered


def _device(found: Asking) -> DeviceInfo:
    kind = "glasses" if found.scope is Scope.DEVICE else "companion"
    return DeviceInfo(device_id=found.device_id, name=found.name, kind=kind, scope=found.scope.value)


def _scope(name: str, allowed: tuple[Scope, ...]) -> Scope:
    if name not in allowed:
        raise MalformedRequestError(f"scope: it is {' or '.join(allowed)}")
    return Scope(name)
