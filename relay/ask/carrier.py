"""The words around a request: wake phrase, politeness, and the verb that says what is wanted."""

from __future__ import annotations

from relay.ask.wordlist import listed, phrases
from relay.ask.words import Word

CREATE, SEARCH = "create_memory", "search"

_WAKE = phrases("okay glasses, ok glasses, hey glasses, hi glasses")
_POLITE = phrases(
    "can you, could you, would you, will you, please, i want you to, i would like you to, i want to, i would like to, id "
    "like to, id love to, i would like, id like, i want, i need, lets, now, so, then, also, and, um, uh, well, "
    "help me, try to, go ahead and "
)
_CREATE = listed("create make build assemble compose produce generate cut edit prepare put compile craft do")
_SEARCH = phrases(
    "remind me of what, remind me of, remind me about, remind me what, remind me how, remind me when, remind me, how about, give us, "
    "bring back, round up, fish out, i am after, im after, got any, have you got any, pick out, single out, surface, scan for, "
    "hit me with, "
    "show us, show me, show, find me, find, search for, search my, search, look for, look up, play me, play, get me, get, give "
    "me, bring up, pull up, see, watch, rewatch, list, display, do i have, do we have, have i got, are there, is there, "
    "what did we do, what did i do, what did we, what did i, what happened, when did we, when did i, "
    "where did we, where did i, who was, who is, who did we, what about, where is, where are, open, fetch, remember, recall, relive, "
    "dig up, dig out, locate, track down, hunt down, gather, collect, view, revisit, browse, grab, load up, load, queue up, cue up, "
    "take me back to, have a look at, take a look at, look through, retrieve "
)
_ENDS = phrases(
    "please, thanks, thank you, thank you very much, if you can, if you could, if possible, right now, would you, will you, for me, for us "
)
_ASKING = listed(
    "i id im ive you we was were am be been is there any way chance wondering wonder hoping hope trying try if whether could can would "
    "will able to possible possibly maybe perhaps like love want wanna gonna going need think mind know let lets me us just please so um "
    "uh well kindly do does ok okay hey hi hello thinking it "
)
"""What may stand before the verb that says what is wanted: "I was wondering if you could find"."""
_IF_ANY = listed("there is are any we i you have got find found one ones some it that can could possible exist exists do dont mind")
"""What may follow "if" at the end: "if there are any"."""
_QUOTES = listed(
    "say says saying said shout shouts shouting shouted whisper whispers read reads reading word words hear hears sing sings singing sang"
)
_SELF_GOES_ON = frozenset({"and", "with", "in", "at", "on", "alone", "near", "by", "or", "but", "without", "not", "except"})
"""After "show me", these make "me" somebody to be seen: "show me and my wife"."""
_KINDS = listed(
    "video videos film films movie movies clip clips memory memories montage compilation reel highlight highlights slideshow recap "
    "footage recording recordings photo photos picture pictures pic pics image images shot shots moment moments story collage "
    "summary everything anything something all vlog snap snaps snapshot snapshots "
)
_BEFORE_KIND = listed(
    "a an the me us some my our any all every short long nice little quick new good great beautiful best favorite favourite few of "
    "those these that together up one two three minute second big lovely sweet funny special another more lots "
)
_AFTER_KIND = phrases(
    "that we took, that i took, i took, we took, that show, that shows, that has, that have, of, about, showing, "
    "featuring, where, when, in which, containing, that, which, for "
)


def carrier_length(words: list[Word]) -> tuple[int, str]:
    """How many leading words only carry the request, and the intent they give."""
    folded = [word.folded for word in words]
    at, intent = _preamble(folded, _skip(folded, 0, _WAKE)), ""
    while True:
        polite = _skip(folded, at, _POLITE)
        if polite > at:
            at = polite
            continue
        if folded[at : at + 1] == ["just"] and not intent and _is_verb(folded, at + 1):
            at += 1
            continue
        if not intent and at < len(folded) and folded[at] in _CREATE and _creates(folded, at):
            at, intent = at + 1, CREATE
            continue
        searched = _search_verb(folded, at) if not intent else at
        if searched > at:
            at, intent = searched, SEARCH
            continue
        break
    return _kind(words, folded, at), intent or CREATE


def farewell(words: list[Word]) -> int:
    """Where the politeness at the end begins; the number of words when there is none."""
    end, going = _if_any(words), True
    while going and end:
        took = next((len(phrase) for phrase in _ENDS if tuple(word.folded for word in words[max(0, end - len(phrase)) : end]) == phrase), 0)
        end, going = end - took, took > 0
    spoken = 0 < end < len(words) and words[end - 1].folded in _QUOTES
    return len(words) if spoken else end


def _preamble(folded: list[str], at: int) -> int:
    """Past the roundabout words before the verb that says what is wanted; ``at`` where there is no such verb."""
    end = at
    while end < len(folded) and folded[end] in _ASKING and not _verb_stands(folded, end):
        end += 1
    return end if _verb_stands(folded, end) else at


def _verb_stands(folded: list[str], at: int) -> bool:
    verb = at < len(folded) and folded[at] in _CREATE and folded[at] not in {"do", "cut", "edit", "put"}
    return verb or _skip(folded, at, _SEARCH, once=True) > at


def _if_any(words: list[Word]) -> int:
    """Where "if there are any" begins at the end, politeness after it left aside; the number of words when it is not there."""
    folded = [word.folded for word in words]
    for at in range(max(1, len(folded) - 8), len(folded) - 1):
        rest = [word for word in folded[at + 1 :] if word not in {"please", "thanks"}]
        if folded[at] == "if" and rest and all(word in _IF_ANY for word in rest):
            return at
    return len(words)


def _is_verb(folded: list[str], at: int) -> bool:
    return at < len(folded) and (folded[at] in _CREATE or any(folded[at] == phrase[0] for phrase in _SEARCH))


def _creates(folded: list[str], at: int) -> bool:
    """ "do" and "put" only with what is to be done; "make a wish" is not asked for here."""
    return folded[at] not in {"do", "cut", "edit"} or any(word in _KINDS for word in folded[at + 1 : at + 6])


def _search_verb(folded: list[str], at: int) -> int:
    end = _skip(folded, at, _SEARCH, once=True)
    if end > at and folded[end - 1] == "me" and (end >= len(folded) or folded[end] in _SELF_GOES_ON):
        return end - 1
    return end


def _skip(folded: list[str], at: int, phrases: tuple[tuple[str, ...], ...], *, once: bool = False) -> int:
    """Past every one of ``phrases`` that stands at ``at``."""
    while True:
        took = next((len(phrase) for phrase in phrases if tuple(folded[at : at + len(phrase)]) == phrase), 0)
        at += took
        if not took or once:
            return at


def _kind(words: list[Word], folded: list[str], at: int) -> int:
    """Past "a short memory video of", if that is what stands there."""
    end, kinds = at, 0
    while end < len(folded) and (folded[end] in _KINDS or folded[end] in _BEFORE_KIND):
        if folded[end] in {"me", "us"} and not kinds and end + 1 < len(folded) and folded[end + 1] in _SELF_GOES_ON:
            break
        if folded[end] in _KINDS:
            kinds += 1
        elif kinds and not any(word in _KINDS for word in folded[end : end + 3]):
            break
        end += 1
        if words[end - 1].owner:
            return at
    if not kinds:
        return at
    last = max(index for index in range(at, end) if folded[index] in _KINDS) + 1
    return _skip(folded, last, _AFTER_KIND, once=True)
