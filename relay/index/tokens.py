"""Words as the full text stems them: FTS5's own tokenizer is asked, so that postings and full text never disagree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import lru_cache

from relay.index.base import TextField

_FIELDS = tuple(TextField)


class Tokens:
    """A small full-text table in memory that is filled, read and emptied."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        names = ", ".join(_FIELDS)
        options = 'content = "", tokenize = "porter unicode61 remove_diacritics 2"'
        self._db.execute(f"CREATE VIRTUAL TABLE words USING fts5 ({names}, {options})")
        self._db.execute("CREATE VIRTUAL TABLE stem USING fts5vocab (words, instance)")
        self.of_word = lru_cache(maxsize=4096)(self._of_word)

    def of_texts(self, texts: Iterable[tuple[int, tuple[str, ...]]]) -> list[tuple[str, int]]:
        """(term "speech.walk", key) for each different stem of each text's columns, which are those of ``TextField``."""
        marks = ", ".join("?" * len(_FIELDS))
        sql = f"INSERT INTO words (rowid, {', '.join(_FIELDS)}) VALUES (?, {marks})"  # noqa: S608 - own names only
        self._db.execute("BEGIN")
        try:
            self._db.executemany(sql, ((key, *columns) for key, columns in texts))
            found = self._db.execute("SELECT DISTINCT col, term, doc FROM stem").fetchall()
            self._db.execute("INSERT INTO words (words) VALUES ('delete-all')")
        finally:
            self._db.execute("COMMIT")
        return [(word_term(field, stem), key) for field, stem, key in found]

    def _of_word(self, word: str) -> tuple[str, ...]:
        """The stems of a word: usually one, of "don't" two, of a mark none."""
        self._db.execute("INSERT INTO words (rowid, speech) VALUES (1, ?)", (word,))
        found = self._db.execute("SELECT term FROM stem ORDER BY offset").fetchall()
        self._db.execute("INSERT INTO words (words) VALUES ('delete-all')")
        return tuple(row[0] for row in found)

    def close(self) -> None:
        self._db.close()


def word_term(field: str, stem: str) -> str:
    """The term under which a stem's moments stand."""
    return f"in-{field}:{stem}"
