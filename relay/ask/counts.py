"""How many people a request asks for: "just the two of us", "at least three people", "nobody in the kitchen"."""

from __future__ import annotations

from dataclasses import dataclass

from relay.ask.relations import RELATIONS, canonical
from relay.ask.wordlist import listed, phrases
from relay.ask.words import Word, cardinal, singular

FACES_FROM, FACES_TO = "faces>=", "faces<="
"""Prefixes of a count's ids when more, or fewer, are welcome too: "at least three people", "at most two"."""
_NOBODY = phrases(
    "no people, with no people, without people, without any people, without faces, without any faces, with no faces, "
    "without anyone, without anybody, no one in it, nobody in it, nobody "
    "in view, "
    "no one in view, nobody at all, no one at all, no faces, no persons, with nobody, with no one, with noone, empty of people "
)
_NOBODY_IS = listed("in on at by near around there")
"""What may follow "nobody" when it is meant of the picture: "nobody in the kitchen"."""
_PERSONS = listed("people persons person faces folks adults guys humans")
_BOUNDS: dict[tuple[str, ...], tuple[int, bool | None]] = {
    ("at", "least"): (0, True), ("more", "than"): (1, True), ("over",): (1, True), ("exactly",): (0, False), ("precisely",): (0, False),
    ("no", "more", "than"): (0, None), ("at", "most"): (0, None), ("up", "to"): (0, None), ("not", "more", "than"): (0, None),
    ("fewer", "than"): (-1, None), ("less", "than"): (-1, None), ("under",): (-1, None), ("a", "maximum", "of"): (0, None),
    ("a", "minimum", "of"): (0, True), ("minimum",): (0, True), ("no", "fewer", "than"): (0, True), ("no", "less", "than"): (0, True),
}  # fmt: skip
"""What stands before a number: what it adds to it, and whether more are welcome (None: fewer are)."""
_ABOUT = {("a", "couple", "of"): (2, False), ("a", "few"): (3, True), ("several",): (3, True), ("a", "bunch", "of"): (4, True),
          ("lots", "of"): (4, True), ("a", "lot", "of"): (4, True), ("many",): (4, True), ("loads", "of"): (4, True),
          ("a", "single"): (1, False)}  # fmt: skip
""" "A couple of people", "several people": the number, and whether more are welcome."""


@dataclass(frozen=True)
class Count:
    """A number of people, and how many words said it."""

    took: int
    number: int
    more: bool = False
    """More are welcome: "at least"."""
    fewer: bool = False
    """Fewer are welcome: "at most"."""
    ours: bool = False
    """The wearer is among them: "the two of us"."""
    most: int = 0
    """From ``number`` to so many: "two or three people"."""


def count_of(words: list[Word], at: int) -> Count | None:
    """ "just the two of us", "at least three people", "no people", "a group of five"."""
    folded = [word.folded for word in words[at : at + 8]]
    empty = nobody(words, at)
    if empty:
        return Count(empty, 0)
    if folded[:1] in (["us"], ["we"]) and len(folded) > 1 and (number := cardinal(folded[1])) and folded[2:3] != ["people"]:
        return Count(2, number, ours=True)
    for lead, (extra, more) in _BOUNDS.items():
        if tuple(folded[: len(lead)]) == lead:
            inner = _number_of(folded[len(lead) :], bounded=True)
            found = inner or _of_these(folded[len(lead) :])
            return Count(found.took + len(lead), found.number + extra, bool(more), more is None, ours=found.ours) if found else None
    for lead, (number, more) in _ABOUT.items():
        if tuple(folded[: len(lead)]) == lead and folded[len(lead) : len(lead) + 1] and folded[len(lead)] in _PERSONS:
            return Count(len(lead) + 1, number, bool(more))
    if len(folded) > 3 and folded[1] == "or" and folded[3] in _PERSONS and (low := cardinal(folded[0])) and cardinal(folded[2]) == low + 1:
        return Count(4, low, most=low + 1)
    return _number_of(folded, bounded=False)


def _of_these(folded: list[str]) -> Count | None:
    """ "two kids", after a bound: of people who are something to the wearer."""
    number = cardinal((folded or [""])[0])
    return Count(1, number) if number and folded[1:2] and canonical(singular(folded[1])) in RELATIONS else None


def faces_of(count: Count) -> list[str]:
    """The ids of its term; none for just so many."""
    if count.most:
        return [f"{FACES_FROM}{count.number}", f"{FACES_TO}{count.most}"]
    return [f"{FACES_FROM}{count.number}"] if count.more else [f"{FACES_TO}{count.number}"] if count.fewer else []


def nobody(words: list[Word], at: int) -> int:
    """How many words at ``at`` say that there is nobody at all."""
    folded = [word.folded for word in words[at : at + 6]]
    alone = 2 if folded[:2] == ["no", "one"] else int(folded[:1] in (["nobody"], ["noone"]))
    if alone and not _NOBODY_IS.isdisjoint(folded[alone : alone + 1] or ["in"]):
        return alone
    found = (len(phrase) for phrase in _NOBODY if tuple(folded[: len(phrase)]) == phrase)
    return next((took for took in found if folded[took : took + 1] not in (["else"], ["other"])), 0)


def _number_of(folded: list[str], *, bounded: bool) -> Count | None:
    at = 0
    while at < len(folded) and folded[at] in {"just", "only", "the", "all", "exactly"}:
        at += 1
    if folded[at : at + 1] == ["a"] and folded[at + 1 : at + 3] in (["group", "of"], ["party", "of"], ["family", "of"]):
        number, took, more = cardinal((folded[at + 3 :] or [""])[0]), at + 4, False
        took += folded[took : took + 1] == ["people"]
        return Count(took, number, more) if number and number <= 50 else None
    number = 2 if folded[at : at + 1] == ["both"] else cardinal((folded[at:] or [""])[0])
    if number is None or not 0 <= number <= 50:
        return None
    more = folded[at + 1 : at + 3] == ["or", "more"]
    after = folded[at + 1 + 2 * more :]
    took = at + 1 + 2 * more
    if len(after) >= 2 and after[0] == "of" and after[1] in {"us", "them", "you"}:
        return Count(took + 2, number, more, ours=after[1] == "us")
    if after[:1] and after[0] in _PERSONS and (at == 0 or bounded or folded[at - 1] in {"just", "only", "exactly"}):
        return Count(took + 1, number, more)
    if after[:2] == ["other", "people"]:
        return None
    return None
