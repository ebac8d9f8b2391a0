"""What requests look like with names in them, and which of the wearer's own one may have been that looks like none. Pure."""

from __future__ import annotations

import re

from glasses.capture.phrases import Phrases
from glasses.capture.requests import Names

WHO = "{who}"


class Forms:
    """The templates of ``phrases``, with the names of ``names`` and those of strangers in them."""

    def __init__(self, phrases: Phrases, names: Names) -> None:
        words = phrases.request
        self._own = [*words.people, *names.people]
        lists = {
            WHO: _any_of([*self._own, *words.other_people]),
            "{where}": _any_of([*names.places, *words.other_places]),
            "{when}": _any_of(words.times),
        }
        self._whole = [_pattern(template, lists) for template in words.templates]
        self._after_who = [_pattern(template.removeprefix(WHO).strip(), lists) for template in words.templates if template.startswith(WHO)]

    def fits(self, said: list[str]) -> bool:
        """Whether the words are a template with names in it."""
        text = " ".join(said)
        return any(pattern.fullmatch(text) for pattern in self._whole)

    def likely(self, said: list[str]) -> list[list[str]]:
        """Requests that end as this one does and begin with one of the wearer's own people; a list for each end that may follow a name."""
        ends = [" ".join(said[at:]) for at in range(len(said) + 1)]
        known = [end for end in ends if any(pattern.fullmatch(end) for pattern in self._after_who)]
        return [[f"{name} {end}".strip() for name in self._own] for end in known]


def _any_of(names: list[str]) -> str:
    return f"(?:{'|'.join(re.escape(name) for name in sorted(names, key=len, reverse=True))})" if names else "(?!)"


def _pattern(template: str, lists: dict[str, str]) -> re.Pattern[str]:
    return re.compile("".join(lists.get(piece, re.escape(piece)) for piece in re.split(r"(\{\w+\})", template)))
