"""The device's tokens, in a file that only its owner can read."""

from __future__ import annotations

from pathlib import Path

from glasses.errors import NotPairedError
from glasses.spool.files import write_atomic
from glasses.wire.codec import Wire, decode_json, encode_json


class Credentials(Wire):
    relay_url: str = ""
    access_token: str = ""
    refresh_token: str = ""
    user_id: str = ""
    device_id: str = ""


class CredentialFile:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "credentials.json"

    def load(self) -> Credentials:
        """Raises NotPairedError when the device has never been paired."""
        try:
            return decode_json(self.path.read_bytes(), Credentials)
        except FileNotFoundError as problem:
            raise NotPairedError(f"{self.path} is not there") from problem

    def save(self, credentials: Credentials) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(self.path, encode_json(credentials), mode=0o600, at="credentials")
