"""Accounts, their devices, and what an account has agreed to."""

from __future__ import annotations

import msgspec

from glasses.wire.codec import Wire


class AuthorizeRequest(Wire):
    """RFC 8628 device authorization: sent by glasses that want to be paired."""

    device_id: str = ""
    """The id that the device gave itself."""
    device_name: str = ""
    scope: str = "device"
    """"device" (glasses) or "companion" (a phone: may do all that its owner may)."""
    client_assertion_type: str = ""
    client_assertion: str = ""
    """Signed by the device's own key (RFC 7523), which is in its header; the session that begins is that key's."""


class ApproveRequest(Wire):
    user_code: str = ""
    deny: bool = False


class PendingRequest(Wire):
    user_code: str = ""


class PendingDevice(Wire):
    """Who shows a pairing code."""

    device_id: str = ""
    name: str = ""
    scope: str = ""
    expires_at: int = 0


class TokenRequest(Wire):
    """RFC 6749 token request (form or JSON). ``grant_type``: the device code URN, refresh_token or password."""

    grant_type: str = ""
    device_code: str = ""
    refresh_token: str = ""
    username: str = ""
    password: str = ""
    otp: str = ""
    """For the password grant, where a second factor is on: six digits, or a recovery code."""
    device_id: str = ""
    """For the password grant: the id that the companion gave itself; empty: a new one."""
    device_name: str = ""
    scope: str = ""
    """For the password grant: empty or "companion", or "admin"."""
    client_assertion_type: str = ""
    client_assertion: str = ""
    """Signed by the device's own key (RFC 7523); with a refresh token or a device code it carries that one's hash as ``ath``."""


class DeviceInfo(Wire):
    device_id: str = ""
    name: str = ""
    kind: str = ""
    """"glasses" or "companion"."""
    scope: str = ""
    has_key: bool = False
    """True when its session can be renewed only by the device's own key."""
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
    second_factor: bool = False
    recovery_codes_left: int = 0
    admin: bool = False
    tier: str = ""
    quota_bytes: int = 0
    """What the account may store; 0: without limit."""
    stored_bytes: int = 0


class Confirmation(Wire):
    """It is still the owner who asks."""

    password: str = ""
    otp: str = ""


class PasswordChange(Wire):
    password: str = ""
    otp: str = ""
    new_password: str = ""


class FactorOffer(Wire):
    """A second factor to put into an authenticator; nothing changes before it is confirmed by a code."""

    secret: str = ""
    otpauth_uri: str = ""
    qr_svg: str = ""


class FactorCode(Wire):
    otp: str = ""


class RecoveryCodes(Wire):
    """Each opens the account once, in place of a code of the authenticator. Shown this one time."""

    recovery_codes: list[str] = []


class AccountInfo(Wire):
    """What an administrator sees of an account."""

    user_id: str = ""
    name: str = ""
    created_at: int = 0
    tier: str = ""
    quota_bytes: int = 0
    stored_bytes: int = 0
    devices: int = 0
    second_factor: bool = False


class AccountList(Wire):
    accounts: list[AccountInfo] = []


class AccountEdit(Wire):
    tier: str = ""
