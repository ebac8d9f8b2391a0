"""RFC 8628 device pairing, as the relay answers it."""

from __future__ import annotations

from glasses.wire.codec import Wire


class DeviceAuthorization(Wire):
    device_code: str = ""
    user_code: str = ""
    """Eight letters, spoken and shown by the glasses: 'BCDF-GHJK'."""
    verification_uri: str = ""
    verification_uri_complete: str = ""
    expires_in: int = 600
    interval: int = 5


class TokenGrant(Wire):
    access_token: str = ""
    token_type: str = "Bearer"  # noqa: S105  # the kind of token, not one
    expires_in: int = 900
    refresh_token: str = ""
    scope: str = ""
    device_id: str = ""
    user_id: str = ""
