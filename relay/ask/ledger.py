"""What became of each word of a request: the terms that were taken, and where the reader stands."""

from __future__ import annotations

from glasses.wire.memory import Term, TermKind
from relay.ask import vocabulary
from relay.ask.reading import TimeReading
from relay.ask.spans import Span, Standing, Use
from relay.ask.words import Word


class Ledger:
    """``spans`` holds the terms, ``uses`` what became of each word."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.uses: list[Use | None] = [None] * len(words)
        self.spans: list[Span] = []
        self._folded = [word.folded for word in words]
        self._absent: set[int] = set()
        self._where = Standing()

    def _take(self, start: int, end: int, term: Term, time: TimeReading | None = None) -> int:
        for index in range(start, end):
            self.uses[index] = Use.TERM
        where = self._where
        kind = str(term.kind)
        if start > 0 and self._folded[start - 1 : start] and self._either(start):
            term.alternative = True
        term.span = [self.words[start].start, self.words[end - 1].end]
        self.spans.append(Span(start, end, term, time, negated=start in self._absent and term.kind is not TermKind.COUNT))
        self._where = Standing(lead="", last_lead=where.lead, last_kind=kind)
        return end - start

    def _either(self, at: int) -> bool:
        """Whether "or" joins the term at ``at`` to the one before it."""
        back = at - 1
        while back > 0 and self._folded[back] in vocabulary.ARTICLES | vocabulary.PLACE_PREPOSITIONS | vocabulary.POSSESSIVES | {"with"}:
            back -= 1
        return self._folded[back] == "or" and bool(self.spans)

    def _leave(self, at: int) -> int:
        self.uses[at] = Use.LEFT
        return 1

    def _stop(self, at: int, took: int) -> int:
        """Small words, and what they change for the words after them."""
        for index in range(at, at + took):
            self.uses[index] = Use.STOP
        word, where = self._folded[at], self._where
        leads = vocabulary.PLACE_PREPOSITIONS | vocabulary.PERSON_PREPOSITIONS | vocabulary.TIME_PREPOSITIONS | {"every", "each"}
        if word in vocabulary.CONJUNCTIONS or (self.words[at].comma and where.last_kind):
            where.joined, where.lead, where.article = where.last_kind, where.last_lead, False
        elif word in leads:
            where.lead, where.joined, where.article = word, "", False
        elif word in vocabulary.ARTICLES or word in vocabulary.POSSESSIVES:
            where.article = True
        elif word in vocabulary.EATEN:
            where.lead, where.joined, where.article = "with", TermKind.THING, False
        elif word not in vocabulary.ADJECTIVES:
            where.article = False
        return took

    def _text(self, at: int, took: int) -> str:
        return " ".join(word.text for word in self.words[at : at + took])
