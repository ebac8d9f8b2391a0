"""Documents made by rule, and an index that is thrown away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from relay.catalog.records import MomentDoc, PlaceName
from relay.index.base import Floats
from relay.index.local import LocalIndex

THINGS = ("dog", "cat", "car", "boat", "tree", "cake", "book", "train")


class HashedEmbedder:
    """Each word is a fixed random direction; a text is their sum, brought to length 1."""

    def embed(self, texts: list[str]) -> Floats:
        rows = np.zeros((len(texts), 32), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.split():
                row += np.random.default_rng(sum(word.encode()) * 7919 + len(word)).normal(size=32).astype(np.float32)
            length = float(np.linalg.norm(row))
            if length:
                row /= length
        return rows


def make_docs(videos: int, user_id: str = "u1", moments: int = 2, seed: int = 1) -> list[MomentDoc]:
    """``moments`` of five seconds in each of ``videos``, an hour apart, in two cities, with random things, people and words."""
    random = np.random.default_rng(seed)
    made = []
    for video in range(videos):
        place = PlaceName(name="Paris", ids=["city:1", "country:FR"]) if video % 2 else PlaceName(name="Rome", ids=["city:2", "country:IT"])
        for number in range(moments):
            people = [f"p{index}" for index in range(3) if random.random() < 0.4]
            objects = [str(thing) for thing in random.choice(THINGS, 3)] + [f"item{random.integers(500)}"]
            speech = f"we say word{random.integers(50)} here" if number else ""
            doc = MomentDoc(
                user_id=user_id, video_id=f"v{video}", moment_id=f"v{video}.{number}", people=people, objects=objects, speech=speech
            )
            doc.captured_at, doc.start_s, doc.end_s = 1_700_000_000_000 + video * 3_600_000, 5.0 * number, 5.0 * number + 5
            doc.place, doc.lat, doc.lon, doc.caption = place, 48.0 + video % 2, 2.0, "" if video else "a note"
            made.append(doc)
    return made


@pytest.fixture
def docs() -> list[MomentDoc]:
    return make_docs(40)


@pytest.fixture
def open_index(tmp_path: Path) -> Iterator[Callable[[], LocalIndex]]:
    """Opens the same folder as often as asked: closing one and opening another is a restart."""
    opened: list[LocalIndex] = []

    def make() -> LocalIndex:
        opened.append(LocalIndex(tmp_path / "index", HashedEmbedder()))
        return opened[-1]

    yield make
    for index in opened:
        index.close()
