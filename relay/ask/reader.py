"""Reads a request word by word: at each word the longest and likeliest of person, place, time and thing."""

from __future__ import annotations

from glasses.wire.memory import Term, TermKind
from relay.ask import clauses, vocabulary
from relay.ask.candidates import Candidates
from relay.ask.carrier import carrier_length, farewell
from relay.ask.context import AskContext
from relay.ask.counts import Count, count_of, faces_of
from relay.ask.feasts import country_of
from relay.ask.relations import RELATIONS, canonical
from relay.ask.spans import Standing, Use
from relay.ask.things import CLOSE_IN_MEANING
from relay.ask.words import cardinal, is_plural, singular

_WHERE = frozenset({"in", "to", "at", "from", "around", "visiting"})


class Reader(Candidates):
    """One pass over one request. Afterwards ``spans`` holds the terms and ``uses`` what became of each word."""

    def __init__(self, query: str, context: AskContext) -> None:
        super().__init__(query, context)
        self.vague = False
        self.only_these: list[int] = []
        """Words that say that nobody else is there."""
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
        if self._folded[at] == "only" and self._where.last_kind == TermKind.PERSON and self._ends(at + 1):
            self.only_these.append(at)
            return self._stop(at, 1)
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

    def _ends(self, at: int) -> bool:
        return at >= self._end or self._folded[at] in vocabulary.BOUNDARIES

    def _number(self, at: int, count: Count) -> Term:
        ids = faces_of(count)
        me = self.people.me() if count.ours else None
        ids += [f"prefer:{me.person_id}"] if me else []
        value = f"{count.number}-{count.most}" if count.most else str(count.number)
        return Term(kind=TermKind.COUNT, value=value, ids=ids, heard=self._text(at, count.took), source="words")

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
