"""Pairs the glasses with a relay (RFC 8628): show a code, wait until its owner approves it, keep the tokens."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from glasses.clock import Clock
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.http import API, TIMEOUT, exchange
from glasses.wire.codec import decode_json
from glasses.wire.errors import SouvenirError
from glasses.wire.pairing import DeviceAuthorization, TokenGrant

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def pair(
    relay_url: str, device_id: str, name: str, credentials: CredentialFile, clock: Clock, show: Callable[[DeviceAuthorization], None]
) -> Credentials:
    """``show`` is called once, with the code. Raises SouvenirError when it expires or is denied, RelayUnreachableError."""
    async with httpx.AsyncClient(base_url=relay_url, timeout=TIMEOUT) as http:
        answer = await exchange(http, "POST", f"{API}/devices/authorize", json={"device_id": device_id, "device_name": name})
        offered = decode_json(answer.content, DeviceAuthorization)
        show(offered)
        grant = await _wait(http, offered, clock)
    paired = Credentials(relay_url=relay_url, access_token=grant.access_token, refresh_token=grant.refresh_token, user_id=grant.user_id)
    credentials.save(paired)
    return paired


async def _wait(http: httpx.AsyncClient, offered: DeviceAuthorization, clock: Clock) -> TokenGrant:
    interval_s = float(offered.interval)
    while True:
        await clock.sleep(interval_s)
        try:
            answer = await exchange(http, "POST", f"{API}/oauth/token", json={"grant_type": GRANT, "device_code": offered.device_code})
        except SouvenirError as error:
            if error.code == "auth.pairing_slow_down":
                interval_s += 5
            elif error.code != "auth.pairing_pending":
                raise
        else:
            return decode_json(answer.content, TokenGrant)
