"""Searching by sets against looking at every clip: the same clips, the same order, the same near misses."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from glasses.wire.memory import Plan, Term, TermKind
from relay.ask.search import MOST_NEAR_MISSES, Searcher
from relay.catalog.records import MomentDoc, PlaceName
from relay.index.documents import local_ms
from relay.index.local import LocalIndex
from tests.relay.ask.conftest import ConceptEmbedder

START = 1_750_000_000_000
HOUR_MS = 3_600_000
WEIGHTS = {TermKind.PERSON: 3, TermKind.PLACE: 3, TermKind.TIME: 2, TermKind.WITHOUT: 1, TermKind.COUNT: 1}
PEOPLE = (["a", "b"], ["a"], ["b"], ["a", "c"], [])
Video = list[MomentDoc]
Check = Callable[[MomentDoc], bool]


@st.composite
def libraries(draw: st.DrawFn) -> list[Video]:
    made = []
    for number in range(draw(st.integers(1, 20))):
        captured_at, city = START + draw(st.integers(0, 8)) * HOUR_MS, draw(st.sampled_from(["1", "2"]))
        zone = draw(st.sampled_from(["", "Atlantic/Azores", "Europe/Berlin"]))
        made.append(
            [
                MomentDoc(
                    user_id="u", video_id=f"v{number}", moment_id=f"v{number}.{at}", captured_at=captured_at, timezone=zone,
                    quality=draw(st.floats(0, 1)),
                    people=draw(st.sampled_from(PEOPLE)), objects=draw(st.sampled_from([[], ["dog"]])),
                    place=PlaceName(name=f"City {city}", ids=[f"city:{city}", "country:X"]),
                )
                for at in range(draw(st.integers(1, 3)))
            ]
        )  # fmt: skip
    return made


def _clock(doc: MomentDoc) -> int:
    """What the clock of the place showed, as if it were UTC, which is home's here."""
    return local_ms(doc.captured_at, doc.timezone or "UTC")


TERMS: list[tuple[Term, Check]] = [
    (Term(kind=TermKind.PERSON, value="A", ids=["a"]), lambda doc: "a" in doc.people),
    (Term(kind=TermKind.PERSON, value="B", ids=["b"]), lambda doc: "b" in doc.people),
    (Term(kind=TermKind.PERSON, value="B, C", ids=["b", "c"]), lambda doc: bool({"b", "c"} & set(doc.people))),
    (Term(kind=TermKind.PLACE, value="City 1", ids=["city:1"]), lambda doc: "city:1" in doc.place.ids),
    (
        Term(kind=TermKind.TIME, value="then", start_at=START + HOUR_MS, end_at=START + 6 * HOUR_MS),
        lambda doc: START + HOUR_MS <= _clock(doc) < START + 6 * HOUR_MS,
    ),
    (Term(kind=TermKind.TIME, value="early", ids=["hours:15-18"]), lambda doc: 15 <= _clock(doc) // HOUR_MS % 24 < 18),
    (Term(kind=TermKind.WITHOUT, value="dog", ids=["dog"]), lambda doc: "dog" in doc.objects),
    (Term(kind=TermKind.COUNT, value="2"), lambda doc: len(doc.people) == 2),
]


OF_MOMENTS = {TermKind.PERSON, TermKind.COUNT, TermKind.WITHOUT}


def _in(term: Term, check: Check, doc: MomentDoc) -> bool:
    return check(doc) != (term.kind is TermKind.WITHOUT)


class Scan:
    """The rules of the search, by looking at each clip. ``order``: keys of the index follow the order of putting."""

    def __init__(self, library: list[Video], chosen: list[tuple[Term, Check]]) -> None:
        self._library, self._chosen = library, chosen

    def hits(self) -> list[str]:
        found = [(number, video) for number, video in enumerate(self._library) if self._fits(video)]
        found.sort(key=lambda each: self._rank(*each), reverse=True)
        return [video[0].video_id for _, video in found]

    def misses(self) -> list[str]:
        near = []
        for number, video in enumerate(self._library):
            met = [term for term, check in self._chosen if self._met(term, check, video)]
            if not self._fits(video) and any(term.kind is not TermKind.WITHOUT for term in met):
                near.append((sum(WEIGHTS[term.kind] for term in met), video[0].captured_at, number, video[0].video_id))
        return [name for *_, name in sorted(near, reverse=True)[:MOST_NEAR_MISSES]]

    def _fits(self, video: Video) -> bool:
        together = [check for term, check in self._chosen if term.kind in {TermKind.PERSON, TermKind.COUNT}]
        counted = {term.kind for term, _ in self._chosen} >= {TermKind.PERSON, TermKind.COUNT}
        one = not counted or any(all(check(doc) for check in together) for doc in video)
        meeting = any(all(_in(term, check, doc) for term, check in self._chosen if term.kind in OF_MOMENTS) for doc in video)
        return one and (self._free(video) or meeting) and all(self._met(term, check, video) for term, check in self._chosen)

    def _exact(self, video: Video) -> bool:
        """What is to be absent is so from the whole clip, and a time holds by the clock of the place; else it is taken widely."""
        timely = all(check(video[0]) for term, check in self._chosen if term.kind is TermKind.TIME)
        return timely and self._free(video)

    def _free(self, video: Video) -> bool:
        return not any(check(doc) for term, check in self._chosen if term.kind is TermKind.WITHOUT for doc in video)

    def _preferred(self, video: Video) -> float:
        """A little more for the middle of the hours asked for, and for what is absent from the whole clip."""
        liked = [
            _clock(video[0]) // HOUR_MS % 24 == 16 if "hours:15-18" in term.ids else self._free(video)
            for term, _ in self._chosen
            if term.kind is TermKind.WITHOUT or (term.kind is TermKind.TIME and term.start_at is None)
        ]
        liked += [check(video[0]) for term, check in self._chosen if term.start_at is not None]
        return 0.05 * sum(liked) / max(len(liked), 1)

    def _met(self, term: Term, check: Check, video: Video) -> bool:
        at_home = term.start_at is not None and term.start_at <= video[0].captured_at < (term.end_at or 0)
        return at_home or any(_in(term, check, doc) for doc in video)

    def _rank(self, number: int, video: Video) -> tuple[float, ...]:
        of_moments = [(term, check) for term, check in self._chosen if term.kind in OF_MOMENTS]
        met = max(sum(_in(term, check, doc) for term, check in of_moments) for doc in video)
        share = met / len(of_moments) if len(of_moments) > 1 else 1.0
        points, quality = round(share + self._preferred(video), 6), round(max(doc.quality for doc in video) * 10)
        return self._exact(video) + points, quality, video[0].captured_at, number


@given(libraries(), st.lists(st.sampled_from(range(len(TERMS))), min_size=1, max_size=4, unique=True), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_same_as_looking_at_every_clip(library: list[Video], numbers: list[int], at_once: bool) -> None:
    chosen = [TERMS[number] for number in sorted(numbers)]
    with tempfile.TemporaryDirectory() as folder:
        index = LocalIndex(Path(folder), ConceptEmbedder())
        for videos in [library] if at_once else [[video] for video in library]:
            index.put(doc for video in videos for doc in video)
        searcher, scan = Searcher(index, ConceptEmbedder()), Scan(library, chosen)
        plan = Plan(query="?", terms=[term for term, _ in chosen], timezone="UTC")
        result, expected = searcher.search("u", plan), scan.hits()
        assert [hit.video_id for hit in result.hits] == expected
        assert result.total == len(expected)
        assert [hit.video_id for hit in searcher.search("u", plan, limit=3).hits] == expected[:3]
        wanted = any(term.kind is not TermKind.WITHOUT for term, _ in chosen)
        assert [miss.video_id for miss in result.near_misses] == (scan.misses() if wanted else [])
        index.close()
