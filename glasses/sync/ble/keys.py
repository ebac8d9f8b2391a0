"""The library's key store over our file of bonds. What was not paired well enough never gets into it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bumble.keys import KeyStore, PairingKeys

from glasses.sync.ble.bonds import Bonds


def strong(keys: PairingKeys) -> bool:
    """Made with LE Secure Connections (legacy pairing leaves no common key) and with a passkey or comparison."""
    return keys.ltk is not None and keys.ltk.authenticated


class BondStore(KeyStore):
    """``gone`` is told of phones that had to make room."""

    def __init__(self, bonds: Bonds, gone: Callable[[str], None] = lambda _phone: None) -> None:
        self._bonds, self._gone = bonds, gone

    async def get(self, name: str) -> PairingKeys | None:
        bond = await asyncio.to_thread(self._bonds.get, name)
        return PairingKeys.from_dict(bond.keys) if bond else None

    async def get_all(self) -> list[tuple[str, PairingKeys]]:
        return [(bond.address, PairingKeys.from_dict(bond.keys)) for bond in await asyncio.to_thread(self._bonds.all)]

    async def update(self, name: str, keys: PairingKeys) -> None:
        """A weak pairing neither makes a bond nor replaces one: who only claims an address cannot end the bond of its owner."""
        if not strong(keys):
            return
        for phone in await asyncio.to_thread(self._bonds.keep, name, keys.to_dict()):
            self._gone(phone)

    async def delete(self, name: str) -> None:
        await asyncio.to_thread(self._bonds.forget, name)
