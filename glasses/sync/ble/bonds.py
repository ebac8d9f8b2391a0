"""The phones that the glasses are paired with, and who the glasses are to them: one file that only its owner can read."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from glasses.spool.files import write_atomic
from glasses.wire.codec import Wire, decode_json, encode_json

NAME = "bonds.json"
KEY_BYTES = 16


class Bond(Wire, omit_defaults=True):
    address: str = ""
    """The phone's identity address."""
    keys: dict[str, Any] = {}
    """As the radio's library writes them."""
    made_at: int = 0
    used_at: int = 0


class BondFile(Wire, omit_defaults=True):
    irk: str = ""
    """Identity resolving key, hex: phones that have it know the glasses behind every address."""
    address: str = ""
    """Static random identity address, of this file's making."""
    bonds: list[Bond] = []


class Bonds:
    """Every method reads the file anew: a command that forgets a phone is heeded by the glasses that run."""

    def __init__(self, folder: Path, most: int, now_ms: Callable[[], int]) -> None:
        self.path, self._most, self._now_ms = folder / NAME, most, now_ms

    def identity(self) -> tuple[bytes, str]:
        """The IRK and the identity address; random, made with the first call, then always the same."""
        file = self._load()
        if not file.irk:
            file.irk, file.address = secrets.token_hex(KEY_BYTES), _static_address()
            self._save(file)
        return bytes.fromhex(file.irk), file.address

    def all(self) -> list[Bond]:
        return self._load().bonds

    def get(self, address: str) -> Bond | None:
        return next((bond for bond in self.all() if bond.address == address), None)

    def keep(self, address: str, keys: dict[str, Any]) -> list[str]:
        """Add or renew a bond. Returns the addresses of those that had to go for it: the longest unused."""
        file, now = self._load(), self._now_ms()
        others = [bond for bond in file.bonds if bond.address != address]
        others.sort(key=lambda bond: bond.used_at)
        gone = others[: max(0, len(others) + 1 - self._most)]
        file.bonds = [*others[len(gone) :], Bond(address=address, keys=keys, made_at=now, used_at=now)]
        self._save(file)
        return [bond.address for bond in gone]

    def used(self, address: str) -> None:
        file = self._load()
        for bond in file.bonds:
            if bond.address == address:
                bond.used_at = self._now_ms()
                self._save(file)

    def forget(self, address: str) -> bool:
        """False when there is no such bond."""
        file = self._load()
        left = [bond for bond in file.bonds if bond.address != address]
        if len(left) == len(file.bonds):
            return False
        file.bonds = left
        self._save(file)
        return True

    def reset(self) -> int:
        """As new: no bonds, and another identity at the next start, so that nobody knows the glasses again. Returns how many there were."""
        count = len(self.all())
        self._save(BondFile())
        return count

    def _load(self) -> BondFile:
        """Raises WireMalformedError for a damaged file."""
        try:
            return decode_json(self.path.read_bytes(), BondFile)
        except FileNotFoundError:
            return BondFile()

    def _save(self, file: BondFile) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(self.path, encode_json(file), mode=0o600, at="bonds")


def _static_address() -> str:
    """Random, its two highest bits set (Bluetooth Core 5.4, Vol 6, Part B, 1.3.2.1)."""
    digits = bytearray(secrets.token_bytes(6))
    digits[0] |= 0xC0
    return ":".join(f"{each:02X}" for each in digits)
