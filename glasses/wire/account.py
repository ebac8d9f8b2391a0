"""Accounts, their devices, and what an account has agreed to."""

from __future__ import annotations

import msgspec

from glasses.wire.codec import Wire


class AuthorizeRequest(Wire):
    """RFC 8628 device authorization: sent by glasses that want to be paired."""

    device_id: str = ""
    """The id that the device gave itself."""
    device_name: str = ""


class ApproveRequest(Wire):
    user_code: str = ""
    deny: bool = False


class TokenRequest(Wire):
    """RFC 6749 token request (form or JSON). ``grant_type``: the device code URN, refresh_token or password."""

    grant_type: str = ""
    device_code: str = ""
    refresh_token: str = ""
    username: str = ""
    password: str = ""
    device_id: str = ""
    """For the password grant: the id that the companion gave itself; empty: a new one."""
    device_name: str = ""


class DeviceInfo(Wire):
    device_id: str = ""
    name: str = ""
    kind: str = ""
    """"glasses" or "companion"."""
    scope: str = ""
    created_at: int = 0
    seen_at: int = 0
    revoked_at: int | None = None


class DeviceList(Wire):
    devices: list[DeviceInfo] = []


class Consent(Wire):
    faces: bool = False
    """May people be recognised by their faces? Withdrawing erases every stored face."""


class Home(Wire):
    """Where the wearer lives, in degrees (WGS 84): home, holidays and seasons of a request are those of there. None: not known."""

    lat: float | None = None
    lon: float | None = None


class Me(Wire):
    user_id: str = ""
    name: str = ""
    timezone: str = "UTC"
    device_id: str = ""
    scope: str = ""
    consent: Consent = msgspec.field(default_factory=Consent)
    home: Home = msgspec.field(default_factory=Home)
