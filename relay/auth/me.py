"""Routes of one's own account: who am I, my password, my second factor. And of the one who looks after the accounts."""

from __future__ import annotations

from aiohttp import web

from glasses.wire.account import (
    AccountEdit,
    AccountInfo,
    AccountList,
    Confirmation,
    Consent,
    FactorCode,
    Home,
    Me,
    PasswordChange,
)
from relay.auth.accounts import Accounts
from relay.auth.factors import SecondFactors
from relay.auth.gate import who
from relay.auth.http import NOT_KEPT
from relay.auth.throttle import Guesser, Kind, Throttle
from relay.catalog import devices, factors, users, videos
from relay.catalog.db import Database
from relay.catalog.records import User
from relay.catalog.rows import Connection
from relay.config import RelayConfig
from relay.exchange import MalformedRequestError, answer, body


class MeHttp:
    def __init__(self, database: Database, accounts: Accounts, factors_: SecondFactors, throttle: Throttle, config: RelayConfig) -> None:
        self._database, self._accounts, self._factors, self._throttle, self._config = database, accounts, factors_, throttle, config

    async def me(self, request: web.Request) -> web.Response:
        identity = who(request)

        def look(connection: Connection) -> Me:
            user = users.get(connection, identity.user_id)
            factor = factors.get(connection, user.user_id)
            return Me(
                user_id=user.user_id, name=user.name, timezone=user.timezone, device_id=identity.device_id, scope=identity.scope.value,
                consent=Consent(faces=user.faces_consent_at is not None), home=Home(lat=user.home_lat, lon=user.home_lon),
                second_factor=factor is not None and factor.confirmed_at is not None,
                recovery_codes_left=factors.recovery_codes_left(connection, user.user_id), admin=user.admin, tier=user.tier,
                quota_bytes=self._config.quota_bytes(user.tier), stored_bytes=videos.held_bytes(connection, user.user_id),
            )  # fmt: skip

        return answer(await self._database.read(look))

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

    async def change_password(self, request: web.Request) -> web.Response:
        identity, asked = who(request), await body(request, PasswordChange)
        await self._accounts.confirm(identity.user_id, asked.password, asked.otp)
        await self._accounts.change_password(identity.user_id, identity.device_id, asked.new_password)
        return web.Response(status=204)

    async def offer_factor(self, request: web.Request) -> web.Response:
        identity, asked = who(request), await body(request, Confirmation)
        await self._accounts.confirm(identity.user_id, asked.password, asked.otp)
        user = await self._database.read(lambda connection: users.get(connection, identity.user_id))
        return answer(await self._factors.begin(user.user_id, user.name), headers=NOT_KEPT)

    async def confirm_factor(self, request: web.Request) -> web.Response:
        identity, asked = who(request), await body(request, FactorCode)
        guesser = Guesser(Kind.FACTOR, identity.user_id)
        await self._throttle.begin(guesser)
        codes = await self._factors.confirm(identity.user_id, asked.otp)
        await self._throttle.passed(guesser)
        return answer(codes, headers=NOT_KEPT)

    async def drop_factor(self, request: web.Request) -> web.Response:
        identity, asked = who(request), await body(request, Confirmation)
        await self._accounts.confirm(identity.user_id, asked.password, asked.otp)
        await self._factors.drop(identity.user_id)
        return web.Response(status=204)


class AdminHttp:
    """Accounts, as the one sees them who looks after the relay: names and sizes, nothing of what is in them."""

    def __init__(self, database: Database, config: RelayConfig) -> None:
        self._database, self._config = database, config

    async def accounts(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- the shape of a handler
        def look(connection: Connection) -> AccountList:
            return AccountList(
                accounts=[self._info(connection, user) for user in sorted(users.everyone(connection), key=lambda user: user.name)]
            )

        return answer(await self._database.read(look))

    async def edit(self, request: web.Request) -> web.Response:
        user_id, asked = request.match_info["user_id"], await body(request, AccountEdit)
        if asked.tier not in self._config.uploads.quota_bytes:
            raise MalformedRequestError(f"tier: it is {' or '.join(self._config.uploads.quota_bytes)}")

        def change(connection: Connection) -> AccountInfo:
            user = users.get(connection, user_id)
            user.tier = asked.tier
            users.save(connection, user)
            return self._info(connection, user)

        return answer(await self._database.write(change))

    def _info(self, connection: Connection, user: User) -> AccountInfo:
        paired = [device for device in devices.of_user(connection, user.user_id) if device.revoked_at is None]
        factor = factors.get(connection, user.user_id)
        return AccountInfo(
            user_id=user.user_id, name=user.name, created_at=user.created_at, tier=user.tier,
            quota_bytes=self._config.quota_bytes(user.tier), stored_bytes=videos.held_bytes(connection, user.user_id), devices=len(paired),
            second_factor=factor is not None and factor.confirmed_at is not None,
        )  # fmt: skip
