"""How the C library keeps memory: on a small board, freed memory goes back to the system at once."""

from __future__ import annotations

import asyncio
import ctypes
import ctypes.util
from collections.abc import Awaitable, Callable
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Parameters of mallopt(3)."""
LEAST_BYTES = 1 << 20
PICTURE_BYTES = 8 << 20
"""Above a picture of 1080p (6 MB), which comes and goes thirty times a second: mapping each afresh would cost more than it saves."""
ARENAS = 2
EVERY_S = 20.0


def give_back_freed_memory(from_bytes: int = LEAST_BYTES) -> bool:
    """Blocks of ``from_bytes`` and more are mapped on their own and unmapped when freed, and threads share two arenas.

    Setting the thresholds also stops glibc from raising them by itself after the first large block was freed, which is
    what makes a process keep what its largest moment needed. False where it is not glibc.
    """
    library = _c_library()
    if not hasattr(library, "mallopt"):
        return False
    settings = ((M_ARENA_MAX, ARENAS), (M_MMAP_THRESHOLD, from_bytes), (M_TRIM_THRESHOLD, from_bytes))
    accepted = [int(library.mallopt(parameter, value)) for parameter, value in settings]
    return accepted == [1] * len(settings)


def give_back_now() -> bool:
    """What was freed in the middle of the heap too: after work that needed much for a moment. False where nothing could be given back.

    malloc_trim(3); a few milliseconds.
    """
    library = _c_library()
    return hasattr(library, "malloc_trim") and bool(library.malloc_trim(0))


async def keep_giving_back(sleep: Callable[[float], Awaitable[None]]) -> None:
    """``give_back_now`` every ``EVERY_S``: ten minutes of recording, sending and dictating leave 40 MB of holes between what is in use."""
    while True:
        await sleep(EVERY_S)
        await asyncio.to_thread(give_back_now)


@cache
def _c_library() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("c") or None)
