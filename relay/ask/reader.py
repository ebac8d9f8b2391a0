"""Reads a request word by word: at each word the longest and likeliest of person, place, time and thing."""

from __future__ import annotations

from msgspec import structs

from glasses.wire.memory import Term, TermKind
from relay.ask import clauses, vocabulary
from relay.ask.carrier import carrier_length, farewell
from relay.ask.context import AskContext
from relay.ask.counts import Count, count_of, faces_of
from relay.ask.days import BY_THE_SUN
from relay.ask.feasts import country_of
from relay.ask.ledger import Ledger
from relay.ask.names import GIVEN_NAMES
from relay.ask.people import OWNER, PersonReading, people_of
from relay.ask.places import BEATS_A_WORD, KNOWN_WORLDWIDE, PlaceReading, Places
from relay.ask.relations import RELATIONS, canonical
from relay.ask.spans import Candidate, Standing, Use
from relay.ask.things import CLOSE_IN_MEANING, Things
from relay.ask.times import Calendar
from relay.ask.words import cardinal, is_plural, singular, words_of

_WHERE = frozenset({"in", "to", "at", "from", "around", "visiting"})
_CHILDREN = frozenset({"kids", "kid", "children", "child"})


class Reader(Ledger):
    """One pass over one request. Afterwards ``spans`` holds the terms and ``uses`` what became of each word."""

    def __init__(self, query: str, context: AskContext) -> None:
        super().__init__(words_of(query))
        self.context = context
        self.vague = False
        self.only_these: list[int] = []
        """Words that say that nobody else is there."""
        self.people = people_of(context.people)
        self.places = Places(context)
        self.things = Things(context.labels, context.neighbours)
        southern = context.home is not None and context.home[0] < 0
        self.calendar = Calendar(context.now_ms, context.timezone, country=context.country, southern=southern, birthdays=self._birthday)
        length, self.intent = carrier_length(self.words)
        self._end = max(length, farewell(self.words))
        for index in [*range(length), *range(self._end, len(self.words))]:
            self.uses[index] = Use.CARRIER
        self._clauses(length)
        self.calendar.in_country(self._country_named(length))
        self._scan(length)
        self.spans.sort(key=lambda span: span.start)

    def _country_named(self, start: int) -> str:
        """ISO 3166 code of the country that clips are asked from: its feasts are meant."""
        for at in range(start + 1, self._end):
            reading = self.places.read(self.words, at, after="in") if self.words[at - 1].folded in _WHERE and not self.uses[at] else None
            if reading and reading.country:
                return reading.country
        return ""

    def _birthday(self, at: int) -> tuple[int, str, str] | None:
        return self.people.birthday(self.words, at)

    def _clauses(self, start: int) -> None:
        """Marks what was said, what was written, and what must be absent."""
        for kind, found in (
            (TermKind.TEXT, clauses.text_clauses(self.words[: self._end], start, self._place_or_time, self._is_known)),
            (TermKind.SPEECH, clauses.speech_clauses(self.words[: self._end], start, self._place_or_time)),
        ):
            for clause in found:
                if all(self.uses[index] is None for index in range(clause.start, clause.end)):
                    heard = " ".join(word.text for word in self.words[clause.start : clause.end])
                    self._take(clause.start, clause.end, Term(kind=kind, value=clause.value, heard=heard, source="words"))
        for span in [each for each in self.spans if each.term.kind is TermKind.SPEECH]:
            for index in range(max(0, span.start - 3), span.start):
                if self.words[index].folded in clauses.ABOUT_VERBS:
                    self.uses[index] = self.uses[index] or Use.STOP
        for clause in clauses.without_spans(self.words, start):
            for index in range(clause.start, clause.start + clause.lead):
                self.uses[index] = self.uses[index] or Use.STOP
            self._absent |= set(range(clause.start + clause.lead, clause.end))
        self._elsewhere(start)
        self._folded = ["" if use else word.folded for use, word in zip(self.uses, self.words, strict=True)]

    def _elsewhere(self, start: int) -> None:
        """Marks the places that are named for what lies outside of them."""
        for at in range(start, self._end):
            outside = self.places.outside(self.words, at)
            if outside:
                first, reading = outside
                self.uses[at:first] = [Use.STOP] * (first - at)
                self._absent.add(first)
                self._take(first, first + reading.took, reading.term)
            home = self.places.abroad(self.words[at], self.context.country or country_of(self.context.timezone))
            if home and self.uses[at] is None:
                self._absent.add(at)
                self._take(at, at + 1, home)

    def _is_known(self, first: int, end: int) -> bool:
        """Whether words name one thing of the library: "stop sign"."""
        part = self.words[first : end - 2] if self._folded[end - 2 : end] == ["on", "it"] else self.words[first:end]
        part = part[1:] if len(part) > 1 and part[0].folded in vocabulary.ARTICLES | vocabulary.POSSESSIVES else part
        reading = self.things.read(part, 0) or self.people.read(part, 0)
        return reading is not None and reading.took == len(part)

    def _place_or_time(self, at: int) -> bool:
        if at >= len(self.words):
            return False
        after = self._folded[at - 1]
        if after == "to":
            return self.people.read(self.words, at) is not None
        if count_of(self.words[: self._end], at) or self._is_scene(at, after):
            return True
        time = self.calendar.read(self._folded, at)
        place = self.places.read(self.words, at, after=after) if after in vocabulary.PLACE_PREPOSITIONS else None
        return time is not None or place is not None or (self.people.read(self.words, at) is not None and after == "with")

    def _is_scene(self, at: int, after: str) -> bool:
        """ "at the beach": a thing that the library has, after an article."""
        if after not in {"at", "on", "in", "near"} or self._folded[at] not in vocabulary.ARTICLES or at + 1 >= self._end:
            return False
        reading = self.things.read(self.words, at + 1)
        return reading is not None and not self.context.labels.isdisjoint(reading.term.ids)

    def _scan(self, at: int) -> None:
        while at < self._end:
            if self.uses[at] is not None:
                self._where = Standing(lead="")
                at += 1
                continue
            at += self._step(at)

    def _step(self, at: int) -> int:
        """Reads what begins at ``at``; how many words it took."""
        exclusive = clauses.only_these(self.words, at)
        if exclusive:
            self.only_these += list(range(at, at + exclusive))
            return self._stop(at, exclusive)
        idle = clauses.idle(self.words[: self._end], at)
        if idle and self._free(at, idle):
            for index in range(at, at + idle):
                self.uses[index] = Use.STOP
            return idle
        unsure = clauses.unsure(self.words[: self._end], at)
        if unsure:
            self.vague = True
            for index in range(at, at + unsure):
                self.uses[index] = Use.STOP
            return unsure
        count = count_of(self.words[: self._end], at)
        if count and self._free(at, count.took):
            return self._take(at, at + count.took, self._number(at, count))
        best = self._best(at)
        if best:
            if self._folded[at - 1 : at] in (["just"], ["only"]) and best.term.kind is TermKind.PERSON:
                self.only_these.append(at - 1)
            return self._take(at, at + best.took, best.term, best.time)
        return self._other(at)

    def _number(self, at: int, count: Count) -> Term:
        ids = faces_of(count)
        me = self.people.me() if count.ours else None
        ids += [f"prefer:{me.person_id}"] if me else []
        value = f"{count.number}-{count.most}" if count.most else str(count.number)
        return Term(kind=TermKind.COUNT, value=value, ids=ids, heard=self._text(at, count.took), source="words")

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

    def _other(self, at: int) -> int:
        """A word that is no term by itself: a small word, an unknown name, an unknown thing, or one to leave over."""
        word, where = self._folded[at], self._where
        if word == "close" and self._folded[at + 1 : at + 2] == ["to"]:
            self._stop(at, 2)
            self._where = Standing(lead="near")
            return 2
        if self.words[at].owner and self._owner_is_known(at):
            return self._leave(at)
        if self._says_nothing(at):
            return self._stop(at, 1)
        if word in vocabulary.COLOURS or word.endswith("ly") or word.isdigit() or cardinal(word) or self._modifies(at):
            return self._leave(at)
        if canonical(singular(word)) in RELATIONS:
            return self._leave(at)
        if self._looks_like_place(at):
            took = self._run(at)
            return self._take(at, at + took, self.places.unknown(self.words, at, took))
        if self._looks_like_person(at):
            took = (
                2 if at + 1 < len(self.words) and self.words[at].capital and self.words[at + 1].capital and self._is_surname(at + 1) else 1
            )
            return self._take(at, at + took, self.people.unknown(self.words, at, took))
        guess = self.things.guess(self.words, at)
        if guess.resolved or where.article or where.lead:
            return self._take(at, at + 1, guess)
        return self._leave(at)

    def _says_nothing(self, at: int) -> bool:
        word = self._folded[at]
        if word in vocabulary.SMALL_WORDS or word in vocabulary.NAMES_FOR_ANYONE:
            return True
        return (word == "them" and self._where.lead in {"in", "of"}) or (word.endswith("ing") and self._is_done_to(at + 1))

    def _owner_is_known(self, at: int) -> bool:
        return self.people.read(self.words, at) is not None

    def _is_done_to(self, at: int) -> bool:
        """Whether a thing of the library follows, so that what is done with it says no more: "reading a book", "working on the laptop"."""
        skip = vocabulary.ARTICLES | vocabulary.POSSESSIVES | {"on", "at", "with", "to"}
        while at < min(self._end, len(self.words)) and self._folded[at] in skip:
            at += 1
        reading = self.things.read(self.words, at) if at < self._end else None
        return reading is not None and bool(reading.term.ids)

    def _modifies(self, at: int) -> bool:
        """Whether the next word is what this one describes: "spotted dog"."""
        if at + 1 >= len(self.words) or self.uses[at + 1] is not None or self.words[at].comma:
            return False
        return self.things.read(self.words, at + 1) is not None and self._folded[at + 1] not in vocabulary.FILLERS

    def _looks_like_place(self, at: int) -> bool:
        word, where = self._folded[at], self._where
        if where.lead not in vocabulary.PLACE_LEADS | {"at", "from"} or where.article or where.joined == TermKind.PERSON:
            return False
        if where.lead in {"at", "from"} and not self.words[at].capital:
            return False
        if self.places.alike(word):
            return True
        ordinary = word in vocabulary.MASS_NOUNS or is_plural(word) or word.endswith("ing") or self.places.is_ordinary(word)
        return not ordinary and self.things.near(word) < CLOSE_IN_MEANING

    def _looks_like_person(self, at: int) -> bool:
        """English nouns seldom stand bare in the singular: "with bartholomew" is somebody, "with snow" is not."""
        word, where = self._folded[at], self._where
        if where.article or is_plural(word) or word in vocabulary.MASS_NOUNS or word in vocabulary.NAMES_FOR_ANYONE or word.endswith("ing"):
            return False
        after = [each.folded for each in self.words[at + 1 : at + 3]]
        joins = (
            after[:1] == ["and"]
            and after[1:]
            and (after[1] in {"me", "my", "i", "myself"} or self.people.read(self.words, at + 2) is not None)
        )
        if where.lead == "of" and self.words[at].capital and any(not each.capital for each in self.words[:at]):
            joins = True
        led = where.lead in {"with", "featuring", "meeting", "including"} or where.joined == TermKind.PERSON
        return bool(joins or led) and self.things.near(word) < CLOSE_IN_MEANING

    def _run(self, at: int) -> int:
        """How many words an unknown place's name has."""
        end = at + 1
        while end < min(at + 3, len(self.words)) and self.uses[end] is None and not self.words[end - 1].comma:
            word = self._folded[end]
            if word in vocabulary.BOUNDARIES | vocabulary.FILLERS | vocabulary.CONJUNCTIONS | vocabulary.ARTICLES or self._best(end):
                break
            end += 1
        return end - at
