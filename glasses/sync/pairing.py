"""Pairs the glasses with a relay (RFC 8628): show a code, wait until its owner approves it, keep the tokens."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from glasses.clock import Clock
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.device_key import DeviceKeyFile
from glasses.sync.http import API, TIMEOUT, KeySession
from glasses.wire.codec import decode_json
from glasses.wire.errors import SouvenirError
from glasses.wire.pairing import DeviceAuthorization, TokenGrant

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def pair(
    relay_url: str, device_id: str, name: str, credentials: CredentialFile, clock: Clock, show: Callable[[DeviceAuthorization], None]
) -> Credentials:
    """``show`` is called once, with the code. Raises SouvenirError when it expires or is denied, RelayUnreachableError."""
    key = DeviceKeyFile(credentials.path.parent).load_or_make()
    async with httpx.AsyncClient(base_url=relay_url, timeout=TIMEOUT) as http:
        session = KeySession(http, key, device_id, clock)
        asked = {"device_id": device_id, "device_name": name}
        offered = decode_json((await session.post(f"{API}/devices/authorize", asked)).content, DeviceAuthorization)
        show(offered)
        grant = await _wait(session, offered, clock)
    paired = Credentials(
        relay_url=relay_url, access_token=grant.access_token, refresh_token=grant.refresh_token, user_id=grant.user_id,
        device_id=grant.device_id or device_id,
    )  # fmt: skip
    credentials.save(paired)
    return paired


async def _wait(session: KeySession, offered: DeviceAuthorization, clock: Clock) -> TokenGrant:
    interval_s = float(offered.interval)
    while True:
        await clock.sleep(interval_s)
        try:
            asked = {"grant_type": GRANT, "device_code": offered.device_code}
            answer = await session.post(f"{API}/oauth/token", asked, secret=offered.device_code)
        except SouvenirError as error:
            if error.code == "auth.pairing_slow_down":
                interval_s += 5
            elif error.code not in ("auth.pairing_pending", "relay.unreachable"):
                raise
        else:
            return decode_json(answer.content, TokenGrant)
