"""People, relations and phrasings of another life: names that are also words, names of many parts, relations of the account's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.ask.context import AskContext, KnownPerson
from relay.ask.understand import understand

PEOPLE = (
    KnownPerson("me", "Grace Bell", ("me",), "03-15"),
    KnownPerson("will", "Will Bell", ("husband",)),
    KnownPerson("may", "May", ("daughter",), "06-01"),
    KnownPerson("summer", "Summer", ("daughter",)),
    KnownPerson("yoga", "Nguyen Thi Hoa", ("yoga teacher",)),
    KnownPerson("ji", "Ji-hoon Kim", ("friend",)),
    KnownPerson("rahman", "Abd al-Rahman", ("friend",)),
    KnownPerson("fang", "王芳", ("roommate",)),
    KnownPerson("bilal", "Bilal", ("best friend",)),
    KnownPerson("rose", "Rose", ("grandmother",)),
)

TABLE = """
will and may in may                          | person will; person may; time
summer at the beach last summer              | person summer; thing; time
will you show me will                        | person will
my yoga teacher                              | person yoga
hoa in berlin                                | person yoga; place
jihoon                                       | person ji
ji hoon and me                               | person ji; person me
abd al rahman in rome                        | person rahman; place
my roommate 王芳                             | person fang
my girls                                     | person may,summer
with roommate in berlin                      | person fang; place
my best mate and my better half              | person bilal; person will
grandma with roses                           | person rose; thing
on mays birthday                             | time
rose's sister                                | person ?
only will and me                             | person will; person me; count
me with nobody else                          | person me; count
just us two                                  | count
a no entry sign                              | text
where the exam is mentioned                  | speech
where i say thank you                        | speech
videos with the word sale on a sign          | text
two christmases ago                          | time
the first week of august                     | time
the last friday in june                      | time
half a year ago                              | time
at 8 pm                                      | time
christmas morning                            | time
late at night                                | time
nobody but will                              | person will; count
on saturday mornings                         | time
on 25.12.2024                                | time
clips in which you can hear the word pizza   | speech
will talking to may about the dog            | person will; person may; speech
videos that have the word exit in them       | text
maybe in rome i think                        | place
close to rome                                | place
at our place                                 | place
by the pool                                  | thing
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines(), ids=[line.split("|")[0].strip() for line in TABLE.strip().splitlines()])
def test_another_life(line: str, context: AskContext) -> None:
    query, expected = (part.strip() for part in line.split("|"))
    plan = understand(query, replace(context, people=PEOPLE))
    read = []
    for term in plan.terms:
        who = ",".join(term.ids) if term.resolved else "?"
        read.append(f"{term.kind} {who}" if term.kind == "person" else str(term.kind))
    assert "; ".join(read) == expected, plan
    assert plan.leftover == []
