"""What a stranger asks who wants it to fail: dates in every form, feasts by country, nicknames, whose sister, slang, shorthand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from glasses.wire.memory import Term
from relay.ask.context import AskContext, KnownPerson
from relay.ask.understand import understand

PEOPLE = (
    KnownPerson("me", "Lukas Weber", ("me",), "11-05"),
    KnownPerson("anna", "Anna-Lena", ("wife",), "02-28"),
    KnownPerson("max", "Max", ("son",), "06-17"),
    KnownPerson("mo", "Maria José", ("daughter",), "06-17"),
    KnownPerson("emeka", "Chukwuemeka Eze", ("cousin",)),
    KnownPerson("robert", "Robert", ("brother",)),
    KnownPerson("juergen", "Jürgen Weber", ("father",)),
    KnownPerson("mia", "Mia", ("sister",)),
    KnownPerson("jl", "Jean-Luc Moreau", ("friend",)),
    KnownPerson("ha", "Thanh-Ha", ("godmother of Max",)),
    KnownPerson("leo", "Leo", ("stepson",)),
    KnownPerson("juergen2", "Rudi", ("father-in-law",)),
)

TIMES = """
12/25                              | 2024-12-25
25/12                              | 2024-12-25
on 25.12. in paris                 | 2024-12-25
25/12 last year                    | 2024-12-25
25.12.24                           | 2024-12-25
3/5/2025                           | 2025-05-03
3rd of june                        | 2025-06-03
from the 3rd to the 9th of february | 2025-02-03..2025-02-09
february 3-9                       | 2025-02-03..2025-02-09
3-9 february 2024                  | 2024-02-03..2024-02-09
between may 3 and 5                | 2025-05-03..2025-05-05
q1 2025                            | 2025-01-01..2025-03-31
the second quarter of 2024         | 2024-04-01..2024-06-30
the first half of 2025             | 2025-01-01..2025-06-30
the second half of may             | 2025-05-16..2025-05-31
over the holidays                  | 2024-12-20..2025-01-03
for the holidays last year         | 2024-12-20..2025-01-03
at the turn of the year            | 2024-12-31..2025-01-01
the summer holidays                | 2025-06-01..2025-08-31
on st. nicholas day                | 2024-12-06
three weeks ago on sunday          | 2025-11-02
last week on tuesday               | 2025-11-11
on tuesday last week               | 2025-11-11
on friday three weeks ago          | 2025-10-31
last friday night                  | 2025-11-21
at oktoberfest                     | 2025-09-20..2025-10-05
oktoberfest 2024                   | 2024-09-21..2024-10-06
greek easter 2024                  | 2024-05-03..2024-05-06
republic day in turkey              | 2025-10-29
canadian thanksgiving 2024         | 2024-10-14
mexican independence day           | 2025-09-16
x-mas 2024                         | 2024-12-24..2024-12-26
the twins' birthday                | 2025-06-17
republic day in italy              | 2025-06-02
last year's obon                   | 2024-08-13..2024-08-16
thanksgiving eve 2024              | 2024-11-27
eid el-fitr 2025                   | 2025-03-30..2025-04-01
in the first three months of 2025  | 2025-01-01..2025-03-31
2025-06                            | 2025-06-01..2025-06-30
06/2025                            | 2025-06-01..2025-06-30
on the 24th of last month          | 2025-10-24
on the 3rd                         | 2025-11-03
two summers back                   | 2023-06-01..2023-08-31
the past fortnight                 | 2025-11-09..2025-11-22
new year's 2025                    | 2024-12-31..2025-01-01
chinese new year 2024              | 2024-02-10..2024-02-12
pfingsten                          | 2025-06-08..2025-06-09
my 40th birthday                   | 2025-11-05
the last two weeks of may          | 2025-05-18..2025-05-31
"""

TABLE = """
weekday mornings                             | time
at sunrise with max                          | time; person max
in the small hours                           | time
emeka in paris                               | person emeka; place
my cousin emeka                              | person emeka
bob in paris                                 | person robert; place
emeka's dog                                  | person emeka; thing
jean luc's clips from rome                   | person jl; place
max and his sister                           | person max; person mo
maria jose with her brother                  | person mo; person leo,max
max with his uncle                           | person max; person robert
anna-lena with her father-in-law             | person anna; person juergen
max's godmother                              | person ha
my step-son                                  | person leo
my old man with a dog                        | person juergen; thing
dad and sis in rome                          | person juergen; person mia; place
the beach without any kids                   | thing; without leo,max,mo
at least two kids on the beach               | count; person leo,max,mo; thing
a couple of people                           | count
at most two people                           | count
fewer than three people in paris             | count; place
two or three people                          | count
max all by himself                           | person max; count
just max, nobody else                        | person max; count
where the word kindergarten is mentioned     | speech
a menu with ramen on it                      | text
it said gleis 7 on the sign                  | text
pls find vids w/ anna-lena n max             | person anna; person max
wat did we do in paris                       | place
remind me what max did in rome               | person max; place
the newest ones with max                     | person max
our italian trip                             | place country:IT
the italian restaurant                       | thing; left italian
paris holiday                                | place
a boat but no people                         | thing; count
strangers in paris                           | place; thing
every friday night                           | time weekday:4,hours:18-29
at 7 in the morning                          | time hours:6-9
between 6 and 8 pm in paris                  | time hours:18-20; place
before noon                                  | time hours:5-12
after dark                                   | time hours:19-29
mid-afternoon                                | time hours:14-17
the kids only                                | person leo,max,mo; count
beaches in west africa                       | thing; place
my wife's family in paris                    | person juergen2; place
bring back paris                             | place
max from next door                           | person max
max telling us he passed the test            | person max; speech
not more than two people in paris            | count; place
our trip to italy before we moved            | place; time?
on our anniversary                           | time?
"""


@pytest.fixture(scope="module")
def strangers(context: AskContext) -> AskContext:
    return replace(context, people=PEOPLE)


@pytest.mark.parametrize("row", TIMES.strip().splitlines())
def test_days(row: str, strangers: AskContext) -> None:
    query, _, expected = (part.strip() for part in row.partition("|"))
    terms = [term for term in understand(f"max {query}", strangers).terms if term.kind == "time"]
    assert len(terms) == 1, terms
    assert days_of(terms[0]) == expected, terms
    assert understand(f"max {query}", strangers).leftover == []


def days_of(term: Term) -> str:
    assert term.start_at is not None
    assert term.end_at is not None
    zone = ZoneInfo("Europe/Berlin")
    first, last = (datetime.fromtimestamp(at / 1000, zone).date() for at in (term.start_at, term.end_at - 1 - 6 * 3600_000))
    return str(first) if first == last else f"{first}..{last}"


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_reading(row: str, strangers: AskContext) -> None:
    query, _, expected = (part.strip() for part in row.partition("|"))
    plan = understand(query, strangers)
    got = [
        f"{term.kind}{'' if term.resolved else '?'} {','.join(term.ids if term.kind == 'time' else sorted(term.ids))}".strip()
        for term in plan.terms
    ]
    got += [f"left {word}" for word in plan.leftover]
    want = expected.split("; ")
    assert len(got) == len(want), got
    for each in want:
        assert any(have == each if " " in each and not each.startswith("place ") else have.startswith(each) for have in got), got
