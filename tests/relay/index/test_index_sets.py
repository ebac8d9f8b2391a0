"""What the index keeps beside its rows says exactly what the rows say, through any order of putting, replacing and removing."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.catalog.records import MomentDoc, PlaceName
from relay.index.base import TextField
from relay.index.documents import local_ms, terms_of
from relay.index.heads import FOLLOWERS, Heads
from relay.index.local import LocalIndex
from relay.index.positions import distance_km
from relay.index.postings import CHUNK_BITS, Postings
from relay.index.schema import TABLES
from relay.index.sets import KeySet, keys_of, last
from tests.relay.index.conftest import HashedEmbedder

KEYS = st.integers(1, 5 << CHUNK_BITS)
WORDS = ("walking", "walks", "dogs", "dog's", "don't", "Zürich", "the", "exam", "*", "co-op")
ZONES = ("Asia/Tokyo", "America/Los_Angeles", "Asia/Kathmandu", "")
HOME = "Africa/Nairobi"
CITIES = (("Paris", "city:1", 48.85, 2.35), ("Rome", "city:2", 41.9, 12.5), ("", "", None, None))


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a:1", "a:2", "b:1"]), st.lists(KEYS, min_size=1)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_postings_are_sets(changes: list[tuple[bool, str, list[int]]]) -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(TABLES)
    postings, expected = Postings(db), {}
    for adds, term, keys in changes:
        before = expected.get(term, set())
        expected[term] = before | set(keys) if adds else before - set(keys)
        (postings.add if adds else postings.remove)({term: keys})
        assert set(postings.of(term)) == expected[term]
    postings.forget()
    for term, keys in expected.items():
        assert set(postings.of(term)) == keys
        assert postings.size(term) == len(keys)
    assert postings.of_kind("a") == {term[2:]: len(keys) for term, keys in expected.items() if term.startswith("a:") and keys}
    db.close()


@given(st.sets(KEYS), st.integers(0, 9))
def test_the_last_keys(keys: set[int], limit: int) -> None:
    assert last(keys_of(keys), limit) == sorted(keys, reverse=True)[:limit]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.data())
@settings(max_examples=80, deadline=None)
def test_moments_and_their_videos(lengths: list[int], data: st.DataObject) -> None:
    """However many moments a video has, and wherever in a set of moments they lie."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(TABLES)
    video_of: dict[int, int] = {}
    for length in lengths:
        head = len(video_of) + 1
        video_of |= dict.fromkeys(range(head, head + length), head)
    gone = data.draw(st.sets(st.sampled_from(sorted(set(video_of.values())))))
    there = {moment: head for moment, head in video_of.items() if head not in gone}
    postings = Postings(db)
    postings.add({FOLLOWERS: [moment for moment, head in there.items() if moment != head]})
    heads = Heads(postings)
    for chosen in (data.draw(st.sets(st.sampled_from(sorted(there)))) if there else set(), set(there)):
        assert set(heads.videos_of(keys_of(chosen))) == {there[moment] for moment in chosen}
        videos = {there[moment] for moment in chosen}
        assert set(heads.moments_of(keys_of(videos))) == {moment for moment, head in there.items() if head in videos}
    db.close()


def test_sets_that_are_handed_out_never_change() -> None:
    first = keys_of([1, 2])
    second = first
    second |= keys_of([3])
    second &= keys_of([1])
    assert list(first) == [1, 2]


@st.composite
def videos(draw: st.DrawFn) -> list[MomentDoc]:
    number = draw(st.integers(0, 7))
    captured_at = 1_750_000_000_000 + draw(st.integers(0, 40)) * 5_000_000
    name, place_id, lat, lon = draw(st.sampled_from(CITIES))
    quality, zone = draw(st.sampled_from([0.0, 0.25, 0.449, 1.0])), draw(st.sampled_from(ZONES))
    return [
        MomentDoc(
            user_id="u1", video_id=f"v{number}", moment_id=f"v{number}.{at}", captured_at=captured_at, timezone=zone, start_s=at,
            lat=lat, lon=lon, place=PlaceName(name=name, ids=[place_id] if place_id else []), quality=quality,
            people=draw(st.lists(st.sampled_from(["p1", "p2"]), unique=True)), objects=draw(st.lists(st.sampled_from(["dog", "hot dog"]))),
            speech=" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3))),
        )
        for at in range(draw(st.integers(1, 3)))
    ]  # fmt: skip


def _ids(index: LocalIndex, keys: KeySet) -> list[str]:
    return sorted(row.video_id for row in index.rows("u1", list(keys)))


def _check(index: LocalIndex, store: dict[str, list[MomentDoc]]) -> None:
    docs = [doc for moments in store.values() for doc in moments]
    assert _ids(index, index.everything("u1")) == sorted(store)
    assert index.moments_of("u1", index.everything("u1")) == index.having("u1", "kind:video")
    for term in {term for doc in docs for term in terms_of(doc)} | {"label:never", "person:p1"}:
        assert len(index.having("u1", term)) == sum(term in terms_of(doc) for doc in docs)
        assert _ids(index, index.videos_of("u1", index.having("u1", term))) == sorted(
            {doc.video_id for doc in docs if term in terms_of(doc)}
        )
    labels = index.terms("u1", "label")
    assert labels == {name: count for name in ("dog", "hot dog") if (count := sum(name in doc.objects for doc in docs))}
    _check_time(index, store)
    near = {
        name for name, moments in store.items() if (at := moments[0]).lat and distance_km(48.9, 2.3, _one(at.lat), _one(at.lon))[0] <= 20
    }
    assert _ids(index, index.near("u1", 48.9, 2.3, 20.0)) == sorted(near)
    assert {(place.name, place.videos) for place in index.places("u1")} == {
        (name, count) for name, *_ in CITIES if name and (count := sum(moments[0].place.name == name for moments in store.values()))
    }


def _one(degrees: float | None):  # type: ignore[no-untyped-def]  # an array of one
    import numpy as np

    return np.array([degrees], float)


def _check_time(index: LocalIndex, store: dict[str, list[MomentDoc]]) -> None:
    times = {name: moments[0].captured_at for name, moments in store.items()}
    newest = [row.captured_at for row in index.rows("u1", index.newest("u1", index.everything("u1"), 5))]
    assert newest == sorted(times.values(), reverse=True)[:5]
    for start in (None, 1_750_000_000_000, 1_750_060_000_000):
        for end in (None, 1_750_000_000_000, 1_750_100_000_000):
            inside = [name for name, at in times.items() if (start is None or at >= start) and (end is None or at < end)]
            assert _ids(index, index.between("u1", start, end)) == sorted(inside)
            clocks = {name: local_ms(moments[0].captured_at, moments[0].timezone or HOME) for name, moments in store.items()}
            low, high = (at if at is None else local_ms(at, HOME) for at in (start, end))
            inside = [name for name, at in clocks.items() if (low is None or at >= low) and (high is None or at < high)]
            assert _ids(index, index.by_clock("u1", start, end, HOME)) == sorted(inside)
    for hour in range(24):
        there = [name for name, at in times.items() if local_ms(at, store[name][0].timezone) // 3_600_000 % 24 == hour]
        assert _ids(index, index.having("u1", f"hour:{hour}")) == sorted(there)


@given(st.lists(st.tuples(st.booleans(), videos()), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_sets_follow_the_rows_through_any_changes(changes: list[tuple[bool, list[MomentDoc]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index, store = LocalIndex(Path(folder), HashedEmbedder()), dict[str, list[MomentDoc]]()
        for puts, moments in changes:
            if puts:
                index.put(moments)
                store[moments[0].video_id] = moments
            else:
                index.remove("u1", moments[0].video_id)
                store.pop(moments[0].video_id, None)
            index.near("u1", 48.9, 2.3, 20.0)
        _check(index, store)
        index.close()
        again = LocalIndex(Path(folder), HashedEmbedder())
        _check(again, store)
        again.rebuild("u1", sorted((doc for moments in store.values() for doc in moments), key=lambda doc: doc.captured_at))
        _check(again, store)
        assert again.late("u1") == 0
        again.close()


@given(st.lists(videos(), min_size=1, max_size=6), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_words_match_as_the_full_text_says(clips: list[list[MomentDoc]], words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = LocalIndex(Path(folder), HashedEmbedder())
        index.put(doc for moments in {moments[0].video_id: moments for moments in clips}.values() for doc in moments)
        found = index.matching("u1", words, [TextField.SPEECH])
        told = index.text("u1", words, [TextField.SPEECH], every=True, limit=1000)
        assert set(found) == {key for key, _ in told}
        index.close()
