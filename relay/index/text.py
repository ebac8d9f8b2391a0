"""Full text of one account: postings of stems for what must be there, FTS5 with BM25 for the order."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from relay.index.base import TextField
from relay.index.postings import Postings
from relay.index.sets import EMPTY, KeySet, keys_of, union
from relay.index.tokens import Tokens, word_term

COMMON = 2048
"""Words in more moments than this rank nothing: they say little of any one, and BM25 would look at all of them (Elasticsearch calls
it a cut-off frequency)."""
_WEIGHTS = {TextField.SPEECH: 1.0, TextField.WRITTEN: 1.0, TextField.NOTES: 2.0, TextField.LABELS: 1.5, TextField.PLACE: 0.5}
"""A wearer's own note says most of a clip."""


class FullText:
    def __init__(self, db: sqlite3.Connection, postings: Postings) -> None:
        self._db = db
        self._postings = postings
        self.tokens = Tokens()

    def matching(self, words: Sequence[str], fields: Sequence[TextField]) -> KeySet:
        """All moments with every word in one of the fields; empty for no words."""
        words = self._spoken(words)
        stems = [self.tokens.of_word(word) for word in words]
        if not stems or not fields:
            return EMPTY
        met = sorted((self._having(each, fields) for each in stems), key=len)
        result = met[0]
        for each in met[1:]:
            result &= each
        if result and any(len(each) > 1 for each in stems):  # "don't" is two stems, side by side: only the full text knows where
            return keys_of(
                row[0] for row in self._db.execute("SELECT rowid FROM words WHERE words MATCH ?", (_query(words, fields, "AND"),))
            )
        return result

    def ranked(self, words: Sequence[str], fields: Sequence[TextField], *, every: bool, limit: int) -> list[tuple[int, float]]:
        """(moment key, score: higher is better), best first; empty for no words. Of several words those that are not ``COMMON`` rank."""
        words = self._spoken(words)
        telling = words if every else [word for word in words if self._frequency(word, fields) <= COMMON]
        match = _query(telling, fields, "AND" if every else "OR")
        if not match:
            return []
        weights = ", ".join(str(weight) for weight in _WEIGHTS.values())
        sql = f"SELECT rowid, -bm25(words, {weights}) AS score FROM words WHERE words MATCH ? ORDER BY score DESC, rowid DESC LIMIT ?"  # noqa: S608 - constants only
        return [(int(key), float(score)) for key, score in self._db.execute(sql, (match, limit))]

    def _spoken(self, words: Sequence[str]) -> list[str]:
        """Those that the full text takes for words: marks alone are none."""
        return [word for word in words if self.tokens.of_word(word)]

    def _having(self, stems: tuple[str, ...], fields: Sequence[TextField]) -> KeySet:
        """Moments with every one of the stems in the same field."""
        found = []
        for field in fields:
            sets = [self._postings.of(word_term(field, stem)) for stem in stems]
            found.append(KeySet.intersection(*sets) if len(sets) > 1 else sets[0])
        return union(found)

    def _frequency(self, word: str, fields: Sequence[TextField]) -> int:
        stems = self.tokens.of_word(word)
        return min((sum(self._postings.size(word_term(field, stem)) for field in fields) for stem in stems), default=0)


def _query(words: Sequence[str], fields: Sequence[TextField], joined_by: str) -> str:
    """In FTS5's language, each word quoted; empty when there is nothing to ask."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words if word.strip()]
    if not quoted or not fields:
        return ""
    return f"{{{' '.join(fields)}}} : ({f' {joined_by} '.join(quoted)})"
