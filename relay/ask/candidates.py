"""What may begin at a word of a request: a time, a person, a place or a thing, and how likely each is."""

from __future__ import annotations

from msgspec import structs

from glasses.wire.memory import Term, TermKind
from relay.ask import clauses, vocabulary
from relay.ask.context import AskContext
from relay.ask.days import BY_THE_SUN
from relay.ask.ledger import Ledger
from relay.ask.names import GIVEN_NAMES
from relay.ask.people import OWNER, PersonReading, people_of
from relay.ask.places import BEATS_A_WORD, KNOWN_WORLDWIDE, PlaceReading, Places
from relay.ask.spans import Candidate
from relay.ask.things import Things
from relay.ask.times import Calendar
from relay.ask.words import words_of

_CHILDREN = frozenset({"kids", "kid", "children", "child"})


class Candidates(Ledger):
    """Says, at each word, what would be read there."""

    def __init__(self, query: str, context: AskContext) -> None:
        super().__init__(words_of(query))
        self.context = context
        self.people = people_of(context.people)
        self.places = Places(context)
        self.things = Things(context.labels, context.neighbours)
        southern = context.home is not None and context.home[0] < 0
        self.calendar = Calendar(context.now_ms, context.timezone, country=context.country, southern=southern, birthdays=self._birthday)

    def _birthday(self, at: int) -> tuple[int, str, str] | None:
        return self.people.birthday(self.words, at)

    def _best(self, at: int) -> Candidate | None:
        listed = [self._time(at), self._person(at), self._place(at), self._thing(at)]
        found = [candidate for candidate in listed if candidate and self._free(at, candidate.took)]
        return max(found, key=lambda candidate: (candidate.took, candidate.rank)) if found else None

    def _free(self, at: int, took: int) -> bool:
        return all(use is None for use in self.uses[at : at + took])

    @property
    def _among_people(self) -> bool:
        where = self._where
        return where.lead in vocabulary.PERSON_PREPOSITIONS or where.joined == TermKind.PERSON

    def _time(self, at: int) -> Candidate | None:
        reading = self.calendar.read(self._folded, at)
        if reading is None:
            return None
        led = (
            self._where.lead in vocabulary.TIME_PREPOSITIONS | {"at", "every", "each", "around", "by"}
            or self._where.joined == TermKind.TIME
        )
        if reading.took == 1 and self._folded[at] in vocabulary.TIDE_WORDS and not led:
            return None
        if reading.took == 2 and self._folded[at] == "the" and self._folded[at + 1] in vocabulary.TIDE_WORDS and not led:
            return None
        if len(reading.value) < 3 or (reading.took == 1 and self._where.lead == "at" and reading.value.isdigit()):
            return None
        if reading.value in BY_THE_SUN and reading.value in self.context.labels:
            return None
        span = self.calendar.span(reading)
        term = Term(
            kind=TermKind.TIME, value=reading.value, ids=[*reading.repeats, *self.calendar.hints(reading)], heard=self._text(at,
            reading.took),
            start_at=span[0] if span else None, end_at=span[1] if span else None,
            resolved=not reading.unknown and (span is not None or bool(reading.repeats)), hint=reading.unknown,
            source="" if reading.unknown else reading.source,
        )  # fmt: skip
        named = not led and reading.took == 1 and self.people.is_name(self._folded[at])
        return Candidate(reading.took, 5 if (self._among_people and not led) or named else 6, term, reading)

    def _person(self, at: int) -> Candidate | None:
        where = self._where
        if self._folded[at] == "us" and where.article:
            return None
        joined, led = where.joined == TermKind.PERSON, self._is_led(at) or (at in self._absent and self._folded[at] in _CHILDREN)
        reading = self.people.read(self.words, at, after_relation=joined, led=led, before=self._last_person()) or self._speaker(at)
        if reading is None:
            return self._stranger(at)
        last = self.words[at + reading.took - 1]
        if self._folded[at] == "the" and reading.took == 2 and last.folded in self.context.labels:
            return None  # "the dog" is any dog, "our dog" may be Biscuit
        follows = at + reading.took < len(self.words) and not last.comma
        if last.owner and follows and self._owned(at + reading.took):
            return self._owner(reading, at)
        named = reading.took == 1 and self._folded[at] not in {"me", "us", "myself", "ourselves"} and bool(reading.term.ids)
        if named and where.article and at not in self._absent:
            return None
        if self._folded[at] in {"will", "may"} and self._folded[at - 1 : at] and self._folded[at - 1] in vocabulary.PRONOUNS:
            return None
        if not reading.certain and (self.things.read(self.words, at) or where.lead in vocabulary.PLACE_LEADS):
            return None
        if named and reading.partial and where.lead in {"of", ""} and not where.joined and self._is_visited(at):
            return Candidate(reading.took, 4, reading.term)
        if named and where.lead in vocabulary.PLACE_PREPOSITIONS and where.joined != TermKind.PERSON:
            return Candidate(reading.took, 3, reading.term)
        return Candidate(reading.took, 7 if self._among_people else 6, reading.term)

    def _owner(self, reading: PersonReading, at: int) -> Candidate | None:
        """ "Anna's dog": the dog is asked for, and best with Anna."""
        if not reading.term.ids or (not reading.certain and self.things.read(self.words, at)):
            return None
        return Candidate(reading.took, 6, structs.replace(reading.term, source=OWNER))

    def _last_person(self) -> list[str]:
        return next((span.term.ids for span in reversed(self.spans) if span.term.kind is TermKind.PERSON), [])

    def _is_led(self, at: int) -> bool:
        """Whether a bare relation is somebody, and no thing of the library: "with sister", "flatmate in the kitchen"."""
        sure = self._where.lead == "with" or self._folded[at] not in vocabulary.NOT_ONLY_PEOPLE
        return sure and not self._where.article and self._folded[at] not in self.context.labels

    def _speaker(self, at: int) -> PersonReading | None:
        """ "my wife and I", "I and Anna"."""
        after = self._folded[at + 1 : at + 2]
        joined = self._where.joined == TermKind.PERSON or (after == ["and"] and self.people.read(self.words, at + 2) is not None)
        seen = clauses.seen_self(self.words, at)
        return self.people.speaker(self.words[at]) if seen or (self._folded[at] == "i" and joined) else None

    def _is_visited(self, at: int) -> bool:
        reading = self.places.read(self.words, at)
        return reading is not None and reading.visited

    def _owned(self, at: int) -> bool:
        """Whether a possession follows: "Anna's dog" does not ask for Anna, but "Mia's party" does for Mia."""
        word = self._folded[at]
        if any(each in vocabulary.EVENT_WORDS for each in self._folded[at : at + 2]):
            return False
        return word not in vocabulary.BOUNDARIES and word not in vocabulary.CONJUNCTIONS and self.calendar.read(self._folded, at) is None

    def _stranger(self, at: int) -> Candidate | None:
        """A common given name that nobody here has."""
        word, where = self._folded[at], self._where
        if word not in GIVEN_NAMES or where.article or (self.words[at].owner and at + 1 < len(self.words) and self._owned(at + 1)):
            return None
        if word in {"will", "may", "art", "mark", "summer", "frank", "grant", "miles", "clay"} and not self._among_people:
            return None
        if where.lead in vocabulary.PLACE_LEADS | {"at"} and where.joined != TermKind.PERSON:
            return Candidate(1, 2, self.people.unknown(self.words, at))
        surname = at + 1 < len(self.words) and self.words[at].capital and self.words[at + 1].capital and self._is_surname(at + 1)
        took = 2 if surname else 1
        strong = where.lead in {"with", "featuring", "meeting", "including"} or where.joined == TermKind.PERSON
        return Candidate(took, 6 if strong else 3, self.people.unknown(self.words, at, took))

    def _is_surname(self, at: int) -> bool:
        word = self._folded[at]
        small = word in vocabulary.BOUNDARIES | vocabulary.FILLERS
        return not small and self.calendar.read(self._folded, at) is None and not self.words[at - 1].comma

    def _place(self, at: int) -> Candidate | None:
        where = self._where
        after = where.lead if where.lead in vocabulary.PLACE_PREPOSITIONS else ""
        if self.words[at].owner and at + 1 < len(self.words) and self._owned(at + 1) and not after:
            return None
        reading = self.places.read(self.words, at, after=after, article=where.article)
        if reading is None:
            return None
        if reading.own:
            return self._own_place(at, reading)
        if reading.took == 1 and self._folded[at] in GIVEN_NAMES and where.lead in {"with", "featuring", "meeting"}:
            return None
        if reading.took == 1 and not after and not reading.broad and self._folded[at].endswith("ing"):
            return None
        clear = reading.broad or reading.population >= BEATS_A_WORD
        thing = self.things.read(self.words, at)
        if where.article and not reading.visited and thing is not None and thing.took >= reading.took:
            return None
        beside_people = where.joined == TermKind.PERSON or where.lead in {"with", "featuring", "meeting"}
        if reading.took > 1 and beside_people and self.people.is_name(self._folded[at]):
            return None
        if after:
            return Candidate(
                reading.took, 5 if clear or (reading.population >= KNOWN_WORLDWIDE and not self._is_thing(at)) else 3, reading.term
            )
        if where.lead == "with" or (self._folded[at - 1 : at] and self._folded[at - 1] in vocabulary.EATEN):
            return Candidate(reading.took, 1, reading.term)
        return Candidate(reading.took, 5 if clear else 2, reading.term)

    def _own_place(self, at: int, reading: PlaceReading) -> Candidate | None:
        """By the wearer's own name; one that is a small word or a person too only where a place may stand."""
        where, last = self._where, self.words[at + reading.took - 1]
        word = self._folded[at]
        led = where.lead in vocabulary.PLACE_PREPOSITIONS or where.article
        if reading.took == 1 and not led and (word in vocabulary.SMALL_WORDS or self.people.is_name(word)):
            return None
        if last.owner and at + reading.took < len(self.words) and self._owned(at + reading.took) and not led:
            return None
        return Candidate(reading.took, 8, reading.term)

    def _is_thing(self, at: int) -> bool:
        return self.things.read(self.words, at) is not None

    def _thing(self, at: int) -> Candidate | None:
        reading = self.things.read(self.words, at)
        if reading is None or (self.words[at].owner and self._owner_is_known(at)):
            return None
        if reading.took == 1 and self._folded[at] in vocabulary.FILLERS and not reading.term.ids:
            return None
        if reading.took == 1 and self._folded[at] in vocabulary.NAMES_FOR_ANYONE and not self.context.labels & set(reading.term.ids):
            return None
        return Candidate(reading.took, 4, reading.term)

    def _owner_is_known(self, at: int) -> bool:
        return self.people.read(self.words, at) is not None
