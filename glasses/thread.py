"""A thread of one's own, for work that must wait for nobody else's, and nobody else for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class OwnThread:
    """One piece of work at a time, in the order of asking, also where somebody no longer waits for one: it is done to its end."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, name)

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Raises what ``work`` raises."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *args)

    def close(self, *, wait: bool = True) -> None:
        """Take nothing more. ``wait``: until what was asked for is done."""
        self._executor.shutdown(wait=wait)
