"""Requests put together from parts: their order changes nothing, and every word is in a term, said to be left, or a small one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.ask.context import AskContext
from relay.ask.understand import understand

PARTS = {
    "with anna": ("person", "anna"), "in paris": ("place", "city:paris"), "last summer": ("time", "last summer"),
    "with a dog": ("thing", "dog"), "without the cat": ("without", "cat"), "at least three people": ("count", "faces>=3"),
    "at the beach": ("thing", "beach"), "where someone says good morning": ("speech", "good morning"),
    "with a sign that says exit": ("text", "exit"), "but not tom": ("without", "tom"), "in the evening": ("time", "evening"),
}  # fmt: skip


def shape(query: str, context: AskContext) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    plan = understand(query, context)
    terms = {(str(term.kind), term.ids[0] if term.ids and term.kind != "time" else term.value) for term in plan.terms}
    return frozenset(terms), frozenset(plan.leftover)


@given(parts=st.permutations(list(PARTS)), count=st.integers(1, 5), frame=st.sampled_from(["", "show me videos ", "create a film "]))
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_parts_changes_nothing(parts: list[str], count: int, frame: str, context: AskContext) -> None:
    chosen = parts[:count]
    assert shape(frame + " ".join(chosen), context) == (frozenset(PARTS[part] for part in chosen), frozenset())


@given(parts=st.permutations(list(PARTS)), count=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_each_term_says_where_in_the_request_it_stands(parts: list[str], count: int, context: AskContext) -> None:
    query = " ".join(parts[:count])
    for term in understand(query, context).terms:
        start, end = term.span
        assert query[start:end] == term.heard
        assert term.source
