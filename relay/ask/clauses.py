"""Clauses of a request: words said, words seen, and what must be absent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relay.ask.counts import count_of, nobody
from relay.ask.wordlist import listed, phrases
from relay.ask.words import Word

ABOUT_VERBS = listed(
    "talk talks talking talked speak speaks speaking spoke chat chats chatting chatted argue argues arguing argued joke jokes "
    "joking joked tell tells telling told complain complains complaining conversation conversations discussion discussions "
    "dialogue dialog speech hear hears heard hearing ask asks asking asked talkin story stories "
)
_DIRECT_VERBS = listed(
    "say says saying said mention mentions mentioning mentioned discuss discusses discussing discussed sing sings singing sang "
    "shout shouts shouting shouted whisper whispers whispering yell yells yelling yelled "
)
_TELLS = listed("tell tells telling told warn warns warning warned remind reminds reminding reminded promises promising")
_TOLD = listed("us me him her them everyone everybody you")
_HEARD = listed("hear hears heard hearing")
_ASKED = listed("ask asks asking asked")
_QUESTIONS = listed("who what where when why how whether if which")
_PASSIVE = listed("mentioned said discussed spoken uttered")
_READ_VERBS = listed("says saying said reads reading say read shows showing displays displaying spells spelling")
_WRITTEN_ON = listed(
    "it sign signs poster posters banner banners board screen shirt label menu page note billboard plaque card paper signboard "
    "whiteboard wall door letter text notice display ticket card bottle box book cover mug cup bag t-shirt tshirt jersey cap newspaper "
)
_PLATES = listed("sign poster banner billboard notice label sticker plaque signboard")
"""What carries the words before it: "a no entry sign"."""
_CARRIES = _PLATES | listed("menu page note label screen t-shirt tshirt shirt plaque board whiteboard")
"""What has words on it: "a menu with ramen on it"."""
_ENDS_TOPIC = listed("with without but where when while except")
_MAY_END_TOPIC = listed("to in at on near during over last this yesterday today since before after from and recently")
_LEADING = listed("the a an our my his her their that how about of to some")

_WORDS = frozenset({"word", "words"})
_WITHOUT = phrases(
    "without, excluding, except for, except, minus, but not, but no, and no, with no, but without, not with, neither, "
    "nor, not, no, leave out, leaving out, other than, apart from, everyone but, everybody but, anyone but, anybody but, "
    "all of us but, all but, everything but, anything but, everywhere but, anywhere but "
)
_UNSURE = phrases(
    "i think, i guess, i believe, i am not sure, im not sure, not sure, maybe, perhaps, probably, possibly, something like, sort of, "
    "kind of, roughly, or so, or something like that, or something, or somewhere like that, or around then, or thereabouts, more or less "
)
_IDLE = phrases(
    "by the way, of course, you know, if you remember, and so on, and stuff, and things, from next door, next door, up close, in general, "
    "for example, as well, at all, so far, in total, in particular, in the background, in the foreground, in the picture, in the frame, "
    "in the shot, in shot, in frame, in view, on camera, on film, on video, on tape, in action, having fun, having a good time, in them, "
    "at the same time, side by side, arm in arm, hand in hand, in one go, all the way, if i recall, as far as i know, from back then, "
    "back in the day, in real life, for real, for instance, to be precise, to be exact, in full, from start to finish, i have, we have, "
    "that i have, that we have, we have got, i have got, in my library, in our library, in the archive, from the archive"
)
_ENDS_WITHOUT = listed(
    "in at on near from during since between until over around last this next yesterday today tonight but with where when while who "
    "that which before after to "
)
_ONLY_THESE = phrases(
    "nobody but, no one but, noone but, nobody except, no one except, nobody other than, no one other than, "
    "nobody else, no one else, noone else, no other people, no others, without anyone else, without anybody else, "
    "without other people, without others, and nobody else, and no one else, alone, by myself, by himself, by herself, "
    "by ourselves, by themselves, on my own, on our own, on his own, on her own, on their own, and no others, with no one else, "
    "with nobody else, and no other people, not anyone else, no other person, without any other people, without any others, no other faces "
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
    found = _passive(words, start)
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


def text_clauses(
    words: list[Word], start: int, ends: Callable[[int], bool], known: Callable[[int, int], bool] = lambda _first, _end: False
) -> list[Clause]:
    """ "a sign that says exit", "where it says sale", "with the words open late". ``known(i, j)``: words i to j name a thing."""
    found = _plates(words, start, known) + _written_on(words, start)
    at = start
    while at < len(words):
        lead = _text_lead(words, at)
        clause = _topic(words, at, lead, ends) if lead else None
        if clause and words[at + 1].folded == "with" and known(at + clause.lead, clause.end):
            clause = None  # a poster with a dog is no poster that says "dog"
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
        folded = [word.folded for word in words[at : at + 4]]
        lead = next((len(phrase) for phrase in _WITHOUT if tuple(folded[: len(phrase)]) == phrase), int(at == start and folded[0] == "but"))
        but_for = " ".join(word.folded for word in words[max(0, at - 2) : at]).endswith(("nobody", "no one", "noone", "nothing"))
        if (
            lead
            and not but_for
            and not only_these(words, at)
            and not nobody(words, at)
            and not count_of(words, at)
            and not (folded[0] in {"but", "and", "with"} and nobody(words, at + 1))
            and not (folded[0] == "not" and folded[1:2] in (["only"], ["just"]))
        ):
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


def seen_self(words: list[Word], at: int) -> bool:
    """Whether "I" at ``at`` is somebody to be seen: "where I am in Lisbon", "the clips I appear in"; not "when I was in Lisbon"."""
    folded = [word.folded for word in words[at : at + 2]]
    before = words[at - 1].folded if at else ""
    is_there = folded[:1] == ["im"] or (folded[:1] == ["i"] and folded[1:] in (["am"], ["appear"], ["feature"], ["show"]))
    return is_there and before in {"where", "which", "that", "ones", "one", "clips", "videos", "footage", "everything", "something"}


def idle(words: list[Word], at: int) -> int:
    """How many words at ``at`` say nothing that could be looked for."""
    folded = tuple(word.folded for word in words[at : at + 5])
    return max((len(phrase) for phrase in _IDLE if folded[: len(phrase)] == phrase), default=0)


def unsure(words: list[Word], at: int) -> int:
    """How many words at ``at`` say that the wearer is not certain."""
    folded = tuple(word.folded for word in words[at : at + 4])
    return max((len(phrase) for phrase in _UNSURE if folded[: len(phrase)] == phrase), default=0)


def _passive(words: list[Word], start: int) -> list[Clause]:
    """ "where the exam is mentioned"."""
    found = []
    for at in range(start + 2, len(words)):
        if words[at].folded not in _PASSIVE or words[at - 1].folded not in {"is", "are", "was", "were", "gets", "got", "being"}:
            continue
        first = at - 2
        while first > max(start - 1, 0) and words[first - 1].folded not in {"where", "which", "when", "that", "with", "while"}:
            first -= 1
        lead = next((count for count, word in enumerate(words[first : at - 1]) if word.folded not in _LEADING | _WORDS), 0)
        asked = first > 0 and words[first - 1].folded in {"where", "which", "when", "that"}
        if (first > start or asked) and at - 1 - first <= 6 and lead < at - 1 - first:
            found.append(Clause(first, at + 1, lead, " ".join(word.text for word in words[first + lead : at - 1])))
    return found


def _speech_lead(words: list[Word], at: int) -> int:
    """How many words from a verb of speaking to its topic; 0: none."""
    word = words[at].folded
    after = words[at + 1].folded if at + 1 < len(words) else ""
    before = words[at - 1].folded if at else ""
    if word in _HEARD and after and after != "about" and before in {"you", "we", "i", "can", "one", "where", "could", "they"}:
        return 3 if after == "the" and at + 2 < len(words) and words[at + 2].folded in {"word", "words"} else 1
    if word in _ASKED and after in _QUESTIONS:
        return 1
    if word in _ASKED and after == "for" and at + 2 < len(words):
        return 2
    if word == "about" and any(each.folded in ABOUT_VERBS for each in words[max(0, at - 3) : max(0, at - 1)]):
        return 1
    if word in _TELLS and after in _TOLD and at + 2 < len(words):
        return 3 if words[at + 2].folded in {"about", "that", "how"} and at + 3 < len(words) else 2
    if word in ABOUT_VERBS:
        if after == "about":
            return 2
        return 2 if word in {"hear", "heard"} and after in {"the", "word", "words"} else 0
    if word in _DIRECT_VERBS and after:
        return 2 if after in {"about", "that", "to"} and at + 2 < len(words) else 1
    return 0


def _is_written(words: list[Word], at: int) -> bool:
    """Whether the speaker is a sign."""
    before = [word.folded for word in words[max(0, at - 2) : at]]
    return words[at].folded in _READ_VERBS and any(word in _WRITTEN_ON for word in before)


def _plates(words: list[Word], start: int, known: Callable[[int, int], bool]) -> list[Clause]:
    """ "a no entry sign": unless it is a thing of its own, as a stop sign is."""
    found = []
    for at in range(start + 2, len(words)):
        follows = words[at + 1].folded if at + 1 < len(words) else ""
        if words[at].folded not in _PLATES or follows in _READ_VERBS | {"that", "which"}:
            continue
        first = at
        while first > start and at - first < 4 and words[first - 1].folded not in {"a", "an", "the", "with"}:
            first -= 1
        if start < first < at and words[first - 1].folded in {"a", "an", "the"} and not known(first, at + 1):
            found.append(Clause(first, at + 1, 0, " ".join(word.text for word in words[first:at])))
    return found


def _written_on(words: list[Word], start: int) -> list[Clause]:
    """ "with platform 3 written on it"."""
    found = []
    for at in range(start + 2, len(words) - 1):
        if words[at].folded not in {"written", "printed", "painted"} or words[at + 1].folded != "on":
            continue
        first = max((index for index in range(start, at) if words[index].folded in {"with", "has", "have", "having"}), default=-1)
        lead = first + 1 + (first + 1 < at and words[first + 1].folded in _LEADING)
        if first >= 0 and lead < at <= first + 7:
            end = min(at + 3 + (words[at + 2 : at + 3] != [] and words[at + 2].folded in {"a", "the", "an"}), len(words))
            found.append(Clause(first, end, lead - first, " ".join(word.text for word in words[lead:at])))
    return found


def _text_lead(words: list[Word], at: int) -> int:
    """How many words from "sign" or "the words" to the text."""
    folded = [word.folded for word in words[at : at + 4]]
    before = words[at - 1].folded if at else ""
    if before in _HEARD | _DIRECT_VERBS:
        return 0
    if folded[0] == "read" and before in {"can", "could", "you", "we", "to"} and len(folded) > 1 and folded[1] not in {"a", "the"}:
        return 1
    if folded[0] in {"labelled", "labeled", "titled", "entitled", "captioned", "lettered"} and len(folded) > 1:
        return 1
    if folded[0] in _CARRIES and folded[1:2] == ["with"] and len(folded) > 2:
        return 2
    if folded[0] in _WRITTEN_ON:
        skip = 2 if folded[1:2] in (["that"], ["which"]) else 1
        if folded[skip : skip + 1] and folded[skip] in _READ_VERBS:
            return skip + 1
        return 0
    if folded[:2] in (["the", "word"], ["the", "words"], ["the", "text"], ["written", "words"], ["the", "letters"]):
        if any(word.folded in _PASSIVE | _HEARD for word in words[at + 2 : at + 8]):
            return 0
        return 3 if folded[2:3] in (["saying"], ["of"]) and len(folded) > 3 else 2
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
    if end - 2 > first and words[end - 1].folded in {"it", "them"} and words[end - 2].folded == "on":
        return Clause(start, end, first - start, " ".join(word.text for word in words[first : end - 2]))
    if (
        end - 3 >= first
        and words[end - 1].folded in _WRITTEN_ON
        and words[end - 2].folded in {"a", "the", "an"}
        and words[end - 3].folded == "on"
    ):
        return Clause(start, end, first - start, " ".join(word.text for word in words[first : end - 3])) if end - 3 > first else None
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
