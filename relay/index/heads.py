"""Which video a moment is of. The moments of a video have consecutive keys, and the first one's is the video's.

So a whole set is moved by one key at a time, until nothing of it is in the middle of a video; what is left after a few steps is of videos
with many moments, and is looked up.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from relay.index.postings import Postings
from relay.index.sets import Keys, KeySet, array_of, keys_of

FOLLOWERS = "follower:"
"""Term: the keys of moments that are not the first of their video."""
_STEPS = 8


class Heads:
    """Not thread-safe: its shard holds the lock."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings
        self._made_of: KeySet | None = None
        self._followers: Keys = np.empty(0, np.int64)
        self._heads: npt.NDArray[np.int32] = np.empty(0, np.int32)

    def videos_of(self, moments: KeySet) -> KeySet:
        followers = self._postings.of(FOLLOWERS)
        inside = moments & followers
        if not inside:
            return moments
        videos = moments - followers
        for _ in range(_STEPS):
            before = inside.shift(-1)
            inside = before & followers
            videos |= before - followers
            if not inside:
                return videos
        self._refresh(followers)
        return videos | keys_of(self._heads[array_of(inside)])

    def moments_of(self, videos: KeySet) -> KeySet:
        followers = self._postings.of(FOLLOWERS)
        moments = last = videos
        for _ in range(_STEPS):
            last = last.shift(1) & followers
            if not last:
                return moments
            moments |= last
        self._refresh(followers)
        return moments | self._of_heads(self._heads[array_of(last)])

    def forget(self) -> None:
        self._made_of = None

    def _of_heads(self, heads: npt.NDArray[np.int32]) -> KeySet:
        asked = np.zeros(len(self._heads), bool)
        asked[heads] = True
        return keys_of(self._followers[asked[self._heads[self._followers]]])

    def _refresh(self, followers: KeySet) -> None:
        if self._made_of is followers:
            return
        self._followers = array_of(followers)
        heads = np.arange(int(followers.max()) + 1, dtype=np.int32)
        heads[self._followers] = 0
        self._heads, self._made_of = np.maximum.accumulate(heads), followers
