"""A third life: bare relations, a family's own names for its people, what is left out, and places by what they are called there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.ask.context import AskContext, KnownPerson, PlaceMatch, VisitedPlace
from relay.ask.understand import understand
from tests.relay.ask.conftest import Atlas

PEOPLE = (
    KnownPerson("me", "Jordan Okafor", ("me",), "06-01"),
    KnownPerson("will", "Will Byrne", ("husband",)),
    KnownPerson("florence", "Florence", ("daughter", "twin"), "09-09"),
    KnownPerson("paris", "Paris", ("daughter", "twin"), "09-09"),
    KnownPerson("april", "April O'Brien", ("godmother",)),
    KnownPerson("siobhan", "Siobhán", ("mother-in-law",)),
    KnownPerson("rose", "Rose Chukwu", ("flatmate",)),
    KnownPerson("brid", "Bríd", ("nan", "grandmother")),
    KnownPerson("lukasz", "Łukasz Żak", ("boss",)),
)

TABLE = """
mother in law and flatmate in paris          | person siobhan; person rose; place city:paris
a girl on the beach                          | thing girl; thing beach
my boss lukasz                               | person lukasz
my daughter                                  | person florence,paris
the twins with their nan                     | person florence,paris; person brid
my kids' godmother                           | person april
the twins' birthday                          | time
my twins' dog                                | person florence,paris; thing dog
everyone but will in paris                   | without will; place city:paris
everything but the dog                       | without dog
nobody on the beach                          | count 0; thing beach
without any faces                            | count 0
nobody but me in paris                       | person me; place city:paris; count 1
me and someone else                          | person me
just us                                      | person me
working on the car                           | thing car
brushing the dog                             | thing dog
the summer of 23                             | time 2023-06-01
christmas '24 with nan                       | time 2024-12-24; person brid
a fortnight ago                              | time 2025-11-03
on this day last year                        | time 2024-11-22
christmas holidays 2024                      | time 2024-12-20
with platform 3 written on it                | text platform 3
outside italy                                | without country:IT
outside of paris with will                   | without city:paris; person will
outside paris                                | place city:paris
abroad with will                             | without country:DE; person will
in africa                                    | place
the opera house                              | place Sydney Opera House
at the opera house with will                 | place Sydney Opera House; person will
the harbor bridge                            | place Harbour Bridge
the arc de triumph                           | place Arc de Triomphe
at belém tower                               | place Belem Tower
"""


class Farther(Atlas):
    """With Sydney."""

    def named(self, text: str) -> list[PlaceMatch]:
        here = PlaceMatch("Sydney", "city", ("city:sydney", "country:AU"), -33.8688, 151.2093, 5_000_000, "Australia", "AU")
        return [here] if text.casefold() == "sydney" else super().named(text)


@pytest.fixture(scope="module")
def household(context: AskContext) -> AskContext:
    visited = (*context.visited, VisitedPlace("Sydney", ("city:sydney", "country:AU"), 3))
    return replace(context, people=PEOPLE, visited=visited, gazetteer=Farther())


def read(query: str, context: AskContext) -> str:
    plan = understand(query, context)
    parts = []
    for term in plan.terms:
        first = ",".join(sorted(term.ids)) if term.kind == "person" else term.value
        if term.kind == "time":
            first = "" if term.start_at is None else day_of(term.start_at)
        elif term.kind == "without" or (term.kind == "place" and term.ids[0].startswith(("city:", "country:"))):
            first = term.ids[0]
        parts.append(f"{term.kind}{'' if term.resolved else '?'} {first}".strip())
    return "; ".join([*parts, *(f"left {word}" for word in plan.leftover)])


def day_of(at_ms: int) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo("Europe/Berlin")).date().isoformat()


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_reading(row: str, household: AskContext) -> None:
    query, _, expected = (part.strip() for part in row.partition("|"))
    got, want = sorted(read(query, household).split("; ")), sorted(expected.split("; "))
    assert [each if " " in meant else each.split()[0] for each, meant in zip(got, want, strict=False)] == want, got
    assert len(got) == len(want), got
