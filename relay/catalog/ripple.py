"""Tells whoever waits in this process that the catalogue has changed."""

from __future__ import annotations

import asyncio


class Ripple:
    """For one event loop."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self.ended = False

    def announce(self) -> None:
        stirred, self._next = self._next, asyncio.Event()
        stirred.set()

    def ahead(self) -> asyncio.Event:
        """Is set at the next change: take it before you look, so that none is missed."""
        return self._next

    def end(self) -> None:
        """There will be no more: the relay stops."""
        self.ended = True
        self.announce()
