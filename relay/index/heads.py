"""Which video a moment is of. The moments of a video have consecutive keys, and the first one's is the video's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from relay.index.postings import Postings
from relay.index.sets import Keys, KeySet, array_of, keys_of

FOLLOWERS = "follower:"
"""Term: the keys of moments that are not the first of their video."""
_CACHED = 512
_LARGE = 1000


class Heads:
    """Not thread-safe: its shard holds the lock."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings
        self._made_of: KeySet | None = None
        self._followers: Keys = np.empty(0, np.int64)
        self._heads: npt.NDArray[np.int32] = np.empty(0, np.int32)
        self._videos: dict[int, tuple[KeySet, KeySet]] = {}

    def videos_of(self, moments: KeySet) -> KeySet:
        followers = self._postings.of(FOLLOWERS)
        if moments.isdisjoint(followers):
            return moments
        known = self._videos.get(id(moments))
        if known and known[0] is moments:
            return known[1]
        self._refresh(followers)
        videos = (moments - followers) | keys_of(self._heads[array_of(moments & followers)])
        if len(moments) > _LARGE:
            if len(self._videos) >= _CACHED:
                self._videos.clear()
            self._videos[id(moments)] = (moments, videos)  # holds the set, so that no other gets its id
        return videos

    def moments_of(self, videos: KeySet) -> KeySet:
        followers = self._postings.of(FOLLOWERS)
        if not followers or not videos:
            return videos
        self._refresh(followers)
        asked = np.zeros(len(self._heads) + 1, bool)
        listed = array_of(videos)
        asked[listed[listed < len(asked)]] = True
        return videos | keys_of(self._followers[asked[self._heads[self._followers]]])

    def forget(self) -> None:
        self._made_of = None
        self._videos.clear()

    def _refresh(self, followers: KeySet) -> None:
        if self._made_of is followers:
            return
        self._followers = array_of(followers)
        heads = np.arange(int(followers.max()) + 1, dtype=np.int32)
        heads[self._followers] = 0
        self._heads, self._made_of = np.maximum.accumulate(heads), followers
