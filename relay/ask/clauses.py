"""Clauses of a request: words said, words seen, what must be absent, and how many people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relay.ask.wordlist import listed, phrases
from relay.ask.words import Word, cardinal

_ABOUT_VERBS = listed(
    "talk talks talking talked speak speaks speaking spoke chat chats chatting chatted argue argues arguing argued joke jokes "
    "joking joked tell tells telling told complain complains complaining conversation conversations discussion discussions "
    "dialogue dialog speech hear heard ask asks asking asked talkin story stories "
)
_DIRECT_VERBS = listed(
    "say says saying said mention mentions mentioning mentioned discuss discusses discussing discussed sing sings singing sang "
    "shout shouts shouting shouted whisper whispers whispering "
)
_READ_VERBS = listed("says saying reads reading say read")
_WRITTEN_ON = listed(
    "it sign signs poster posters banner banners board screen shirt label menu page note billboard plaque card paper signboard "
    "whiteboard wall door letter text "
)
_ENDS_TOPIC = listed("with without but where when while except")
_MAY_END_TOPIC = listed("in at on near during over last this yesterday today since before after from and recently")
_LEADING = listed("the a an our my his her their that how about of to some")

_WITHOUT = phrases(
    "without, excluding, except for, except, minus, but not, but no, and no, with no, but without, not with, neither, "
    "nor, not, no, leave out, leaving out, other than, apart from "
)
_ENDS_WITHOUT = listed(
    "in at on near from during since between until over around last this next yesterday today tonight but with where when while who "
    "that which before after to "
)
_ONLY_THESE = phrases(
    "nobody else, no one else, noone else, no other people, no others, without anyone else, without anybody else, "
    "without other people, without others, and nobody else, and no one else, alone, by myself, by himself, by herself, "
    "by ourselves, by themselves, on my own, on our own, on his own, on her own, on their own "
)


@dataclass(frozen=True)
class Clause:
    """Words ``start`` to ``end`` (exclusive); ``lead`` of them come before what it is about."""

    start: int
    end: int
    lead: int
    value: str


def speech_clauses(words: list[Word], start: int, ends: Callable[[int], bool]) -> list[Clause]:
    """ "where we talk about the exam", "saying happy birthday". ``ends(i)``: a place or time begins at word i."""
    found = []
    at = start
    while at < len(words):
        lead = _speech_lead(words, at)
        clause = _topic(words, at, lead, ends) if lead and not _is_written(words, at) else None
        if clause:
            found.append(clause)
            at = clause.end
        else:
            at += 1
    return found


def text_clauses(words: list[Word], start: int, ends: Callable[[int], bool]) -> list[Clause]:
    """ "a sign that says exit", "where it says sale", "with the words open late"."""
    found = []
    at = start
    while at < len(words):
        lead = _text_lead(words, at)
        clause = _topic(words, at, lead, ends) if lead else None
        if clause:
            found.append(clause)
            at = clause.end
        else:
            at += 1
    return found


def without_spans(words: list[Word], start: int) -> list[Clause]:
    """What must be absent: "without the dog", "but not in Rome"."""
    found = []
    at = start
    while at < len(words):
        folded = [word.folded for word in words[at : at + 2]]
        lead = next((len(phrase) for phrase in _WITHOUT if tuple(folded[: len(phrase)]) == phrase), 0)
        if lead and not only_these(words, at) and not (folded[0] == "not" and folded[1:] in (["only"], ["just"])):
            end = _without_end(words, at + lead)
            if end > at + lead:
                found.append(Clause(at, end, lead, ""))
                at = end
                continue
        at += 1
    return found


def only_these(words: list[Word], at: int) -> int:
    """How many words at ``at`` say that nobody else is there."""
    return next((len(phrase) for phrase in _ONLY_THESE if tuple(word.folded for word in words[at : at + len(phrase)]) == phrase), 0)


def count_of(words: list[Word], at: int) -> tuple[int, int] | None:
    """ "just the two of us", "three people", "both of us": how many, and words taken."""
    start = at
    while at < len(words) and words[at].folded in {"just", "only", "the", "all"}:
        at += 1
    if at >= len(words):
        return None
    number = 2 if words[at].folded == "both" else cardinal(words[at].folded)
    if number is None or not 1 <= number <= 50:
        return None
    after = [word.folded for word in words[at + 1 : at + 3]]
    if len(after) == 2 and after[0] == "of" and after[1] in {"us", "them", "you"}:
        return number, at + 3 - start
    if after[:1] and after[0] in {"people", "persons", "person", "faces"} and at == start:
        return number, 2
    return None


def at_least(folded: list[str], at: int) -> str:
    """ "more than" or "at least" right before ``at``; else empty."""
    before = " ".join(folded[max(0, at - 2) : at])
    return before if before in {"more than", "at least"} else ""


def _speech_lead(words: list[Word], at: int) -> int:
    """How many words from a verb of speaking to its topic; 0: none."""
    word = words[at].folded
    after = words[at + 1].folded if at + 1 < len(words) else ""
    if word in _ABOUT_VERBS:
        for skip in (1, 2, 3):
            if at + skip < len(words) and words[at + skip].folded == "about":
                return skip + 1
        return 2 if word in {"hear", "heard"} and after in {"the", "word", "words"} else 0
    if word in _DIRECT_VERBS and after:
        return 2 if after in {"about", "that", "to"} and at + 2 < len(words) else 1
    return 0


def _is_written(words: list[Word], at: int) -> bool:
    """Whether the speaker is a sign."""
    before = [word.folded for word in words[max(0, at - 2) : at]]
    return words[at].folded in _READ_VERBS and any(word in _WRITTEN_ON for word in before)


def _text_lead(words: list[Word], at: int) -> int:
    """How many words from "sign" or "the words" to the text."""
    folded = [word.folded for word in words[at : at + 4]]
    if folded[0] in _WRITTEN_ON:
        skip = 2 if folded[1:2] in (["that"], ["which"]) else 1
        if folded[skip : skip + 1] and folded[skip] in _READ_VERBS:
            return skip + 1
        return 0
    if folded[:2] in (["the", "word"], ["the", "words"], ["the", "text"], ["written", "words"]):
        return 2
    return 1 if folded[0] == "written" and folded[1:2] not in ([], ["on"]) else 0


def _topic(words: list[Word], start: int, lead: int, ends: Callable[[int], bool]) -> Clause | None:
    """The clause from its lead to where the topic ends; None when nothing is left for a topic."""
    first = start + lead
    while first < len(words) and words[first].folded in _LEADING and first + 1 < len(words):
        first += 1
    end = first
    while end < len(words):
        word = words[end].folded
        if end > first and (word in _ENDS_TOPIC or words[end - 1].comma or (word in _MAY_END_TOPIC and (ends(end) or ends(end + 1)))):
            break
        end += 1
    if end <= first or (first == end - 1 and words[first].folded in _ENDS_TOPIC | _MAY_END_TOPIC):
        return None
    return Clause(start, end, first - start, " ".join(word.text for word in words[first:end]))


def _without_end(words: list[Word], at: int) -> int:
    """Where the absent things end; a preposition right at the start belongs to them ("not in Rome")."""
    first = at
    while at < len(words):
        word = words[at].folded
        if at > first and (word in _ENDS_WITHOUT and words[at - 1].folded not in _ENDS_WITHOUT | {"the", "a"}):
            return at
        if at > first and words[at - 1].comma and word not in {"and", "or", "nor"}:
            return at
        at += 1
    return at
