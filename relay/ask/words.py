"""A request as words: folded, numbered, and each one accounted for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from relay.ask.wordlist import in_order, listed

_WORD = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{4}-\d{2}\b(?![-/])|\d{1,2}/\d{4}\b|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)\b|\d{1,2}/\d{1,2}(?![\d/])|\d{1,2}\.\d{1,2}\.(?!\d)|\d{1,2}:\d{2}"
    r"|(?:[^\W\d_]\.){2,}|[xX]-mas\b|[^\W_]+(?:['\u2019][^\W_]+)*"
)
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h"})
_QUOTED = re.compile(r"(?:^|\s)['\u2018\u2019]")
"""A word in single quotes begins: then one at an end is no possessive."""
_SHORTHAND = {
    "pls": "please", "plz": "please", "thx": "thanks", "vid": "video", "vids": "videos", "pix": "pics", "wat": "what", "n": "and",
    "x-mas": "christmas", "xmas": "christmas", "u": "you", "gimme": "give", "yday": "yesterday", "nite": "night", "grandmum": "grandma",
}  # fmt: skip
"""What is typed in a hurry, and what it stands for."""
_NOT_OWNERS = listed("it that let what where who there he she here how when")
_HAVE_YEARS = listed(
    "spring summer autumn fall winter christmas easter january february march april may june july august september october november "
    "december jan feb mar apr jun jul aug sep sept oct nov dec in of since before after "
)
_UNITS = in_order(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_CARDINALS = {word: number for number, word in enumerate(_UNITS)} | _TENS
_PLURALS = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "mice": "mouse", "geese": "goose", "feet": "foot",
    "teeth": "tooth", "wives": "wife", "knives": "knife", "wolves": "wolf", "leaves": "leaf", "loaves": "loaf", "shelves": "shelf",
    "movies": "movie", "cookies": "cookie", "selfies": "selfie", "grandchildren": "grandchild", "oxen": "ox", "puppies": "puppy",
    "buses": "bus", "glasses": "glasses", "skis": "skis", "bus": "bus", "christmas": "christmas", "christmases": "christmas",
    "texas": "texas", "nicholas": "nicholas", "thomas": "thomas", "nikolaus": "nikolaus", "dallas": "dallas",
    "kansas": "kansas", "vegas": "vegas",
    "bahamas": "bahamas", "douglas": "douglas", "lucas": "lucas", "mass": "mass", "holi": "holi", "news": "news", "tennis": "tennis",
    "movers": "mover", "horses": "horse", "houses": "house", "vases": "vase", "nurses": "nurse", "roses": "rose", "shoes": "shoe",
    "canoes": "canoe", "parents": "parent", "ties": "tie", "pies": "pie", "kisses": "kiss", "selves": "self",
}  # fmt: skip


_ENDING_IE = listed("plushies doggies birdies veggies hoodies smoothies brownies cuties sweeties kiddies aunties zombies genies")


@dataclass(frozen=True)
class Word:
    """One word of a request. ``folded`` has no case, accents, apostrophes or possessive ending."""

    text: str
    folded: str
    owner: bool = False
    """It was written with 's: "Anna's"."""
    capital: bool = False
    comma: bool = False
    """A comma or other stop follows."""
    start: int = 0
    end: int = 0
    """Letters of the text, in Unicode's composed form (NFC)."""


def words_of(text: str) -> list[Word]:
    """All words of ``text``, in order; what is not a letter or digit only separates."""
    found: list[Word] = []
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        raw = match.group()
        low = fold(raw)
        owner = low.endswith("'s") and low[:-2] not in _NOT_OWNERS
        owner = owner or (low.endswith("s") and text[match.end() : match.end() + 2] in {"' ", "\u2019 "} and not _QUOTED.search(text))
        folded = (low[:-2] if owner and low.endswith("'s") else low).replace("'", "") or low
        folded = folded.replace(".", "") if not folded[0].isdigit() else folded
        folded = "with" if folded == "w" and text[match.end() : match.end() + 1] == "/" else _SHORTHAND.get(folded, folded)
        after = text[match.end() : match.end() + 1]
        capital = raw[:1].isupper() and not raw.isupper()
        if len(raw) == 2 and raw.isdigit() and raw < "50" and _is_year(found, text[: match.start()]):
            folded = f"20{raw}"
        found.append(Word(raw, folded, owner, capital, after in {",", ";", ".", ":"}, match.start(), match.end()))
    return found


def _is_year(before: list[Word], text: str) -> bool:
    """Whether two digits are a year: "the summer of 23", "in May '24"."""
    last = [word.folded for word in before[-2:]]
    return bool(last) and ((last[-1] == "of" and last[0] in _HAVE_YEARS) or (text.endswith(("'", "\u2019")) and last[-1] in _HAVE_YEARS))


def fold(text: str) -> str:
    """Lower case, no accents, straight apostrophes; letters of their own as English writes them ("Łódź": "lodz")."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'").translate(_LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=16384)
def key_of(text: str) -> str:
    """The folded words of ``text`` joined by single blanks: how names are compared."""
    return " ".join(word.folded for word in words_of(text))


def singular(word: str) -> str:
    """The singular of an English noun by rule: "dogs" -> "dog", "beaches" -> "beach"."""
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word in _ENDING_IE:
        return word[:-1]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes", "toes")):
        return word[:-2]
    return word[:-1]


def is_plural(word: str) -> bool:
    return singular(word) != word


def cardinal(word: str) -> int | None:
    """The number a word says: "two", "2"."""
    if word.isascii() and word.isdigit() and len(word) <= 4:
        return int(word)
    return _CARDINALS.get(word)


def ordinal(word: str) -> int | None:
    """The number an ordinal says: "third", "3rd"."""
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", word, re.ASCII)
    return int(match.group(1)) if match else _ORDINALS.get(word)


def read_number(words: list[str], at: int) -> tuple[int, int] | None:
    """A number below one hundred at ``at``, plain or ordinal ("twenty first"): its value and how many words it took."""
    if at >= len(words):
        return None
    first = words[at]
    if first in _TENS and at + 1 < len(words):
        second = words[at + 1]
        rest = ordinal(second) if not second[:1].isdigit() else None
        rest = rest if rest is not None else (_CARDINALS.get(second) if second in _UNITS else None)
        if rest is not None and 1 <= rest <= 9:
            return _TENS[first] + rest, 2
    value = ordinal(first)
    value = value if value is not None else cardinal(first)
    return None if value is None else (value, 1)


def read_year(words: list[str], at: int) -> tuple[int, int] | None:
    """A year at ``at``: "2025", "twenty twenty five", "two thousand and five"; its value and how many words it took."""
    if at >= len(words):
        return None
    if re.fullmatch(r"(?:19|20)\d\d", words[at], re.ASCII):
        return int(words[at]), 1
    if words[at] in {"twenty", "nineteen"}:
        base = 2000 if words[at] == "twenty" else 1900
        rest = read_number(words, at + 1)
        if rest and 10 <= rest[0] <= 99 and ordinal(words[at + rest[1]]) is None:
            return base + rest[0], 1 + rest[1]
    if words[at : at + 2] == ["two", "thousand"]:
        skip = 3 if words[at + 2 : at + 3] == ["and"] else 2
        rest = read_number(words, at + skip)
        return (2000 + rest[0], skip + rest[1]) if rest else (2000, 2)
    return None
