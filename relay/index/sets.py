"""Sets of keys as roaring bitmaps (Chambi, Lemire, Kaser and Godin): 300,000 of a million are intersected in microseconds."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap, FrozenBitMap

KeySet = FrozenBitMap
"""Never changes: may be cached and handed out. ``&``, ``|``, ``-``, ``in``, ``len`` and iteration in ascending order."""
Keys = npt.NDArray[np.int64]

EMPTY = KeySet()


def keys_of(keys: Iterable[int] | npt.NDArray[Any]) -> KeySet:
    return KeySet(array("I", keys.astype(np.uint32).tobytes())) if isinstance(keys, np.ndarray) else KeySet(keys)


def array_of(keys: KeySet) -> Keys:
    """Ascending."""
    return np.asarray(keys.to_array(), np.int64) if keys else np.empty(0, np.int64)


def union(sets: Iterable[KeySet]) -> KeySet:
    listed = [each for each in sets if each]
    return (KeySet.union(*listed) if len(listed) > 1 else listed[0]) if listed else EMPTY


def between(first: int, end: int) -> KeySet:
    """``first`` up to, not with, ``end``."""
    return KeySet(range(first, end)) if end > first else EMPTY


def last(keys: KeySet, limit: int) -> list[int]:
    """The highest ``limit`` keys, highest first."""
    return list(keys[max(0, len(keys) - limit) :])[::-1] if keys and limit > 0 else []


def packed(keys: Iterable[int]) -> bytes:
    made = BitMap(keys)
    made.run_optimize()
    return bytes(made.serialize())


def unpacked(blob: bytes) -> KeySet:
    return KeySet.deserialize(blob)
