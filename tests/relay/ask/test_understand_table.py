"""What people say, and how it must be read. One line a sentence."""

from __future__ import annotations

import pytest

from glasses.wire.memory import Plan, Term, TermKind
from relay.ask.context import AskContext
from relay.ask.understand import account_of, correct, understand

TABLE = """
okay glasses create a memory video of my wife and me in paris         | person anna; person martin; place city:paris
Create a memory video of my wife and me in Paris.                     | person anna; person martin; place city:paris
my wife and me in paris                                               | person anna; person martin; place city:paris
in paris with me and my wife                                          | place city:paris; person martin; person anna
make a film of anna and me in paris france                            | person anna; person martin; place city:paris
paris texas with anna                                                 | place city:paris-tx; person anna
with Anna in Paris, Texas                                             | person anna; place city:paris-tx
florence south carolina                                               | place city:florence-sc
show me paris                                                         | place city:paris
show me me and anna                                                   | person martin; person anna
show me and my wife in rome                                           | person martin; person anna; place city:rome
show me with tom                                                      | person martin; person tom
show me videos of tom                                                 | person tom
hey glasses i was wondering if you could find tom for me              | person tom
let me see tom and mia if there is any                                | person tom; person mia
could you dig up the footage of mia                                   | person mia
where I am in Rome                                                    | person martin; place city:rome
tom on the beach with me in it                                        | person tom; thing beach; person martin
the clips I appear in                                                 | person martin
when I was in Rome                                                    | place city:rome
find me a video of the dog                                            | thing dog
give me tom and mia                                                   | person tom; person mia
can you please make me a short video of mia                           | person mia
a video of me                                                         | person martin
a film about our kids on the beach                                    | person tom,mia; thing beach
my children and my wife                                               | person tom,mia; person anna
our son at the beach                                                  | person tom; thing beach
my daughter mia                                                       | person mia
my mom and my brother                                                 | person katherine; person jordan
mom in rome                                                           | person katherine; place city:rome
my mother and dad                                                     | person katherine; person ?
my siblings                                                           | person florence,jordan
my uncle                                                              | person ?
my wife's mother                                                      | person ?
my wife's dog                                                         | person anna; thing dog
anna's dog in berlin                                                  | person anna; thing dog; place city:berlin
april in paris                                                        | person april; place city:paris
in april                                                              | time 2025-04-01..2025-05-01
with april in april                                                   | person april; time 2025-04-01..2025-05-01
april 2024                                                            | time 2024-04-01..2024-05-01
april jones last april                                                | person april; time 2025-04-01..2025-05-01
paris hilton in paris                                                 | person paris; place city:paris
with paris in rome                                                    | person paris; place city:rome
florence in florence                                                  | person florence; place city:florence
with florence and anna                                                | person florence; person anna
jordan in jordan                                                      | person jordan; place country:JO
with georgia in georgia                                               | person ?; place country:GE
videos from georgia                                                   | place country:GE
will and me in may                                                    | person will; person martin; time 2025-05-01..2025-06-01
with grace                                                            | person grace
we will go to rome                                                    | place city:rome
turkey last year                                                      | place country:TR; time 2024-01-01..2025-01-01
eating turkey with anna                                               | thing turkey; person anna
with a turkey                                                         | thing turkey
in nice                                                               | place city:nice
nice videos of tom                                                    | person tom
a nice beach                                                          | thing beach
tom reading a book in reading                                         | person tom; thing book; place city:reading
in new york                                                           | place city:nyc
in paris and rome                                                     | place city:paris; place city:rome
in paris or in rome                                                   | place city:paris; place city:rome|
near paris                                                            | place city:paris,near:48.8566,2.3522,40.0
at the eiffel tower                                                   | place near:48.8584,2.2945,1
at home with tom                                                      | place near:52.5,13.4,0.5; person tom
in atlantisville                                                      | place ?
in the park                                                           | thing park
with bob                                                              | person ?
anna and bob in rome                                                  | person anna; person ?; place city:rome
bartholomew and me                                                    | person ?; person martin
with katharine                                                        | person katherine
with joan                                                             | person ?
with snow                                                             | thing snow
with fireworks                                                        | thing fireworks
without the dog                                                       | without dog
paris without the dog and the cat                                     | place city:paris; without dog; without cat
my wife but not in rome                                               | person anna; without city:rome
tom without mia in berlin                                             | person tom; without mia; place city:berlin
anna with no cars                                                     | person anna; without car
not in paris                                                          | without city:paris
just the two of us                                                    | count 2
just the two of us in rome                                            | count 2; place city:rome
anna and me just the two of us                                        | person anna; person martin; count 2
just my wife and me                                                   | person anna; person martin; count 2
tom alone on the beach                                                | person tom; thing beach; count 1
three people in a car                                                 | count 3; thing car
the four of us in berlin                                              | count 4; place city:berlin
dogs                                                                  | thing dog
the dogs and the cats                                                 | thing dog; thing cat
a dog or a cat                                                        | thing dog; thing cat|
anna or tom in paris                                                  | person anna; person tom|; place city:paris
a park bench                                                          | thing park bench
gloves                                                                | thing glove
a red car                                                             | thing car
where we talk about the new car                                       | speech new car
find the video where anna talks about the exam in paris               | person anna; speech exam; place city:paris
where I said happy birthday                                           | speech happy birthday
talking about moving to berlin last week                              | speech moving to berlin; time 2025-11-10..2025-11-17
a sign that says no parking                                           | text no parking
where it says exit                                                    | text exit
today                                                                 | time 2025-11-22..2025-11-23
yesterday                                                             | time 2025-11-21..2025-11-22
yesterday evening with anna                                           | time 2025-11-21T17..2025-11-22; person anna
last night                                                            | time 2025-11-21T18..2025-11-22T05
last summer                                                           | time 2025-06-01..2025-09-01
last winter                                                           | time 2024-12-01..2025-03-01
summer 2023                                                           | time 2023-06-01..2023-09-01
in the summer of twenty twenty three                                  | time 2023-06-01..2023-09-01
in june 2025                                                          | time 2025-06-01..2025-07-01
june fifth                                                            | time 2025-06-05..2025-06-06
on the 5th of june 2024                                               | time 2024-06-05..2024-06-06
on 2025-06-10                                                         | time 2025-06-10..2025-06-11
last week                                                             | time 2025-11-10..2025-11-17
last weekend                                                          | time 2025-11-15..2025-11-17
this weekend                                                          | time 2025-11-22..2025-11-24
the weekend before easter                                             | time 2025-04-12..2025-04-14
easter weekend                                                        | time 2025-04-18..2025-04-22
the weekend before last                                               | time 2025-11-08..2025-11-10
the day after christmas                                               | time 2024-12-26..2024-12-27
on christmas eve 2023                                                 | time 2023-12-24..2023-12-25
at christmas last year                                                | time 2024-12-24..2024-12-27
last year at christmas                                                | time 2024-12-24..2024-12-27
thanksgiving 2024                                                     | time 2024-11-28..2024-11-29
two weeks ago                                                         | time 2025-11-03..2025-11-10
a year ago                                                            | time 2024-01-01..2025-01-01
three days ago                                                        | time 2025-11-19..2025-11-20
in the last three days                                                | time 2025-11-20..2025-11-23
on monday                                                             | time 2025-11-17..2025-11-18
between june and august 2025                                          | time 2025-06-01..2025-09-01
since october                                                         | time 2025-10-01..2025-11-23
in 2024                                                               | time 2024-01-01..2025-01-01
late june 2025                                                        | time 2025-06-21..2025-07-01
on anna's birthday                                                    | time 2025-05-14..2025-05-15
on my birthday                                                        | time 2025-09-02..2025-09-03
my wife's birthday last year                                          | time 2024-05-14..2024-05-15
tom's birthday                                                        | time ?
in the evening                                                        | time hours:17-24
on sundays                                                            | time weekday:6
on our trip to rome last summer                                       | place city:rome; time 2025-06-01..2025-09-01
last summer in italy with our kids and a dog                   | time 2025-06-01..2025-09-01; place country:IT; person tom,mia; thing dog
please find the clip with my sister in munich on new years eve        | person florence; place city:munich; time 2024-12-31..2025-01-01
my wife and i in rome                                                 | person anna; person martin; place city:rome
more than two people                                                  | count faces>=3
mia's birthday party                                                  | time 2024-12-03..2024-12-04; thing party
show me the time when mia said she wants a dog | person mia; speech she wants a dog
mia's graduation party                                                  | person mia; thing graduation; thing party
the summer before last                                                | time 2024-06-01..2024-09-01
"""
ROWS = [tuple(part.strip() for part in line.split("|", 1)) for line in TABLE.strip().splitlines()]


def shown(term: Term, context: AskContext) -> str:
    """A term as the table writes it."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    def day(at: int) -> str:
        moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(context.timezone))
        return f"{moment:%Y-%m-%d}" + (f"T{moment:%H}" if moment.hour else "")

    bar = "|" if term.alternative else ""
    if not term.resolved and term.kind is not TermKind.THING:
        return f"{term.kind} ?"
    if term.start_at is not None and term.end_at is not None:
        return f"{term.kind} {day(term.start_at)}..{day(term.end_at)}"
    if term.kind is TermKind.THING or (term.kind is TermKind.WITHOUT and term.value in term.ids):
        return f"{term.kind} {term.value}{bar}"
    ids = [each for each in term.ids if not each.startswith("prefer:")]
    return f"{term.kind} {','.join(ids) or term.value}{bar}"


@pytest.mark.parametrize(("query", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_reading(query: str, expected: str, context: AskContext) -> None:
    plan = understand(query, context)
    assert "; ".join(shown(term, context) for term in plan.terms) == expected, plan.said


def test_the_table_is_large() -> None:
    assert len(ROWS) >= 80


@pytest.mark.parametrize(
    ("query", "intent"),
    [
        ("okay glasses create a memory video of tom", "create_memory"),
        ("tom in paris", "create_memory"),
        ("make a film of tom", "create_memory"),
        ("show me tom", "search"),
        ("find the video where we talk about the exam", "search"),
        ("hey glasses show me the dog", "search"),
        ("what did we do yesterday", "search"),
    ],
)
def test_intent(query: str, intent: str, context: AskContext) -> None:
    assert understand(query, context).intent == intent


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("create a memory video of my wife and me in paris", "My wife & me · Paris"),
        ("anna and tom last summer", "Anna & Tom · Last summer"),
        ("the dog on the beach", "Dog & beach"),
        ("create a memory video", "Memories"),
    ],
)
def test_title(query: str, title: str, context: AskContext) -> None:
    assert understand(query, context).title == title


def test_said(context: AskContext) -> None:
    plan = understand("create a memory video of my wife and me in paris last summer without the dog", context)
    assert plan.said == "A film of Anna Berg and you in Paris, last summer (1 Jun 2025 to 31 Aug 2025), without dog."


def test_an_unknown_person_is_said_with_those_who_are_known(context: AskContext) -> None:
    (term,) = [term for term in understand("with marian in paris", context).terms if term.kind is TermKind.PERSON]
    assert not term.resolved
    assert term.alternatives
    assert "Marian" in term.hint


def test_a_place_that_was_spelt_another_way_is_taken_and_said(context: AskContext) -> None:
    plan = understand("in bejing", context)
    (term,) = plan.terms
    assert (term.ids, term.source) == (["city:beijing"], "spelling")
    assert "'bejing' is taken for Beijing" in plan.said


def test_an_unknown_place_offers_a_near_spelling(context: AskContext) -> None:
    (term,) = understand("in bajiang", context).terms
    assert not term.resolved
    assert term.alternatives == ["Beijing"]


def test_a_place_of_a_common_name_is_where_the_clips_are(context: AskContext) -> None:
    from dataclasses import replace

    from relay.ask.context import VisitedPlace

    texan = replace(context, visited=(VisitedPlace("Paris", ("city:paris-tx",), 1),))
    (term,) = understand("in paris", texan).terms
    assert term.ids == ["city:paris-tx"]
    assert "United States" in term.hint


def test_nobody_enrolled_as_me_is_said(context: AskContext) -> None:
    from dataclasses import replace

    (term,) = understand("a video of me", replace(context, people=())).terms
    assert not term.resolved
    assert "enrolled" in term.hint


def test_words_nobody_can_use_are_left_over(context: AskContext) -> None:
    plan = understand("the red car in paris", context)
    assert plan.leftover == ["red"]
    assert "red" in plan.said


def test_summer_is_in_december_in_the_south(context: AskContext) -> None:
    from dataclasses import replace

    (term,) = understand("last summer", replace(context, home=(-33.9, 151.2))).terms
    assert shown(term, context) == "time 2024-12-01..2025-03-01"


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("my wife and me in paris", "no, my sister", "person martin; place city:paris; person florence"),
        ("my wife and me in paris", "no, in rome", "person anna; person martin; place city:rome"),
        ("my wife in paris last summer", "i said last winter", "person anna; place city:paris; time 2024-12-01..2025-03-01"),
        ("my wife in paris", "and tom", "person anna; place city:paris; person tom"),
        ("my wife in paris", "without the dog", "person anna; place city:paris; without dog"),
        ("tom and mia", "without mia", "person tom; without mia"),
        ("my wife in paris", "hmm", "person anna; place city:paris"),
    ],
)
def test_a_correction_edits_the_plan(first: str, then: str, expected: str, context: AskContext) -> None:
    plan = correct(understand(first, context), then, context)
    assert "; ".join(shown(term, context) for term in plan.terms) == expected
    assert isinstance(plan, Plan)


def test_uses_cover_every_word(context: AskContext) -> None:
    account = account_of("please show me the spotted dog in paris", context)
    assert [str(use) for use in account.uses] == ["carrier", "carrier", "carrier", "stop", "left", "term", "stop", "term"]
