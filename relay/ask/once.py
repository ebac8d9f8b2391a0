"""Days that a country kept in one year only ("the Platinum Jubilee"), as the ``holidays`` library lists them: read from its tables by year,
so that no other year has to be computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

Keys = Callable[[str], Iterable[str]]
"""A feast's name -> the folded names that it goes by."""
_OFFICE = re.compile(
    r"holiday|lockdown|decree|overlapping|transfer|preparation|census|referendum|sector|official|special|extended|day following|"
    r"inauguration|closure|changeover|half.day|feriado|asueto|festivo|férié|observance",
    re.IGNORECASE,
)
"""In names of days that were given off, and that nobody calls so."""
_JUBILEE = re.compile(r"^((?:\w+ )+jubilee) of ")
_AND_BEFORE = {date(2023, 5, 8): (date(2023, 5, 6), date(2023, 5, 7))}
"""Where the law gave the Monday off for what was on a Saturday: Charles III was crowned then."""
_FAMOUS = re.compile(r"jubilee|coronation|enthronement|funeral|wedding|millennium")
"""What people elsewhere speak of as well; others are known where they were kept."""


def listed(calendar: Any) -> dict[str, list[date]]:
    """Names that a country's tables have for one year, by the day or days of it; in the language of ``calendar``, a ``HolidayBase``."""
    found: dict[str, list[date]] = {}
    for category in calendar.categories:
        for year, rows in getattr(calendar, f"special_{category}_holidays", {}).items():
            for row in rows if rows and isinstance(rows[0], tuple) else (rows,):
                if len(row) == 3:  # others say which day was worked instead
                    month, day, name = row
                    said = calendar.tr(name[0]) % calendar.tr(name[1]) if isinstance(name, tuple) else calendar.tr(name)
                    given_off = date(year, month, day)
                    found.setdefault(said, []).extend([*_AND_BEFORE.get(given_off, ()), given_off])
    return {name: days for name, days in found.items() if len({day.year for day in days}) == 1 and not _OFFICE.search(name)}


def names_of(name: str, keys: Keys) -> set[str]:
    """Longer than a word, and with its "day": one word, or a person's name, would be taken for it in any request."""
    folded = set(keys(name))
    whole = {key for key in folded if " " in key and not any(f"{key} {ending}" in folded for ending in ("day", "celebration"))}
    return whole | {shorter[1] for key in whole if (shorter := _JUBILEE.match(key))}


def known_elsewhere(name: str) -> bool:
    return _FAMOUS.search(name) is not None
