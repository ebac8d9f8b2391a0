"""Feasts by name, for any year: those of the home country first, then what everybody keeps, then those of the rest of the world.

Dates come from rules (``days``, Easter by ``dateutil``) and from the ``holidays`` library, which computes those of 250 countries and of
the Islamic, Hindu, Hebrew, Chinese and other calendars.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from relay.ask.continents import CONTINENTS
from relay.ask.days import DAY_PARTS, EVERYWHERE, MONTHS, RULES, SEASONS, WEEKDAYS, Period, Yearly, by_country
from relay.ask.observances import anchor_of, fixed_observance, moved
from relay.ask.once import known_elsewhere, listed, names_of
from relay.ask.wordlist import in_order, phrases
from relay.ask.words import key_of, singular

YEARS_BACK = 15
_ASKED_FIRST = in_order("US GB IN CN IL AE KR JP TH DE FR IT ES MX BR IR TR ID VN AU CA IE NZ SE FI NL ZA NG")
"""Whose feast a name is taken for when the home country has none of that name."""
_SAME = {
    "eid al kabir": "eid al adha", "bakrid": "eid al adha", "bakra eid": "eid al adha", "kurban bayrami": "eid al adha",
    "tabaski": "eid al adha", "sallah": "eid al adha", "ramazan bayrami": "eid al fitr", "hari raya": "eid al fitr",
    "lebaran": "eid al fitr",
    "three king day": "epiphany", "king day": "epiphany", "dia de los muerto": "day of the dead", "dia de muerto": "day of the dead",
    "semana santa": "holy week", "dia de la madre": "mother day", "mothering sunday": "mother day", "carnaval": "carnival",
    "fasching": "carnival", "pfingsten": "pentecost", "karneval": "carnival", "navidad": "christmas",
    "weihnachten": "christmas", "ostern": "easter", "nikolaus": "saint nicholas day", "nochebuena": "christmas eve",
    "dia de reye": "epiphany", "noche vieja": "new year eve", "hogmanay": "new year eve", "spring festival": "chinese new year",
    "festival of light": "diwali", "turkey day": "thanksgiving", "paddy day": "saint patrick day",
    "saint paddy day": "saint patrick day", "fete nationale": "national day", "guy fawke": "bonfire night",
    "deepavali": "diwali", "lunar new year": "chinese new year", "seollal": "korean new year", "eid": "eid al fitr",
    "passover": "pesach", "chanukah": "hanukkah", "moon festival": "mid autumn festival", "mlk day": "martin luther king jr day",
    "gandhi jayanti": "mahatma gandhi birthday", "eid ul fitr": "eid al fitr", "eid ul adha": "eid al adha", "ganesh": "ganesh chaturthi",
    "king coronation": "coronation of charle iii", "coronation of king charle": "coronation of charle iii",
    "coronation of king charle iii": "coronation of charle iii", "coronation of charle": "coronation of charle iii",
    "queen funeral": "state funeral of queen elizabeth ii", "funeral of queen elizabeth": "state funeral of queen elizabeth ii",
    "queen elizabeth funeral": "state funeral of queen elizabeth ii", "funeral of the queen": "state funeral of queen elizabeth ii",
    "eid al fitr": "eid al fitr holiday", "eid al adha": "eid al adha holiday",
}  # fmt: skip
"""Other names; tried only for a name that is not found."""
_NO_FEAST = re.compile(
    r"observed|in lieu|substitut|day off|additional|alternative|election|polling|bridge|from 1pm|mourning|partial", re.IGNORECASE
)
_NO_NAMES = (
    DAY_PARTS.keys()
    | WEEKDAYS.keys()
    | MONTHS.keys()
    | SEASONS.keys()
    | CONTINENTS.keys()
    | {"holiday", "public holiday", "independence", "family", "victory", "children"}
)
_SAME_WORDS = {"childrens": "child", "mens": "man", "womens": "woman", "st": "saint", "years": "year", "xmas": "christmas"}
_AL = {"el": "al", "ul": "al", "id": "eid"}
_EID = (("eid",), ("id",))
_ENDINGS = frozenset({"day", "festival", "holiday", "celebration"})
_OPENINGS = phrases("national, hm, the, international, catholic, orthodox, day of, feast of")


class Feasts:
    """``country``: ISO 3166 code of home, or empty. The first lookup takes about a second, later ones microseconds."""

    def __init__(self, country: str, year: int) -> None:
        self._country, self._year = country.upper(), year
        self.named = lru_cache(maxsize=4096)(self._named)

    def _named(self, words: tuple[str, ...]) -> Yearly | None:
        """The feast that folded words name."""
        key = _stemmed(words)
        own = by_country(key, self._country) or (RULES[key] if key in EVERYWHERE else None)
        if own:
            return own
        if key == "ramadan":
            return self._ramadan
        for name in (key, _SAME.get(key, "")):
            found = self._kept(name) or RULES.get(name) or self._abroad(name)
            if found:
                return _of_days(found, 3) if name.startswith("eid ") else found
        return fixed_observance(key) or self._counted(key) or self._once(key)

    def _counted(self, key: str) -> Yearly | None:
        anchor = anchor_of(key)
        feast = self.named(tuple(anchor[0].split())) if anchor else None
        return moved(feast, anchor[1], anchor[2]) if anchor and feast else None

    def own(self, words: tuple[str, ...]) -> Yearly | None:
        """The feast of that name as this country keeps it; None where it keeps none, or as everybody does."""
        key = _stemmed(words)
        found = by_country(key, self._country)
        return found or (None if key in EVERYWHERE else self._kept(key) or self._kept(_SAME.get(key, "")) or self._own_once(key))

    def _kept(self, name: str) -> Yearly | None:
        """A country's calendar of many years is loaded for a name that it, of all countries, keeps this year: no other word needs it."""
        if self._country not in _world(self._year).kept.get(name, ()) and name not in ("independence day", "national day"):
            return None
        return self._home().get(name) or (self._home().get("national day") if name == "independence day" else None)

    def _own_once(self, key: str) -> Yearly | None:
        once = _world(self._year).once
        return next((days for name in (key, _SAME.get(key, "")) if (days := once.get(name, {}).get(self._country))), None)

    def _once(self, key: str) -> Yearly | None:
        """Of this country, else of the likeliest one that kept it."""
        once = _world(self._year).once
        elsewhere = (days for name in (key, _SAME.get(key, "")) if known_elsewhere(name) for days in once.get(name, {}).values())
        return self._own_once(key) or next(elsewhere, None)

    def _ramadan(self, year: int) -> Period | None:
        """Thirty days from its first, which some countries keep."""
        first = self._home().get("ramadan") or self._abroad("ramadan")
        period = first(year) if first else None
        return Period(period.first, period.first + timedelta(30)) if period else None

    def _home(self) -> dict[str, Yearly]:
        return _of_country(self._country, self._year) if self._country else {}

    def _abroad(self, name: str) -> Yearly | None:
        first = ("TR",) if name.startswith("eid ") else ()
        for country in (*first, *_world(self._year).kept.get(name, ())):
            found = _of_country(country, self._year).get(name)
            if found:
                return found
        return None


def _of_days(feast: Yearly, days: int) -> Yearly:
    """At least so long: of feasts that laws give one day and people three."""

    def of(year: int) -> Period | None:
        period = feast(year)
        return Period(period.first, max(period.end, period.first + timedelta(days))) if period else None

    return of


def warm(year: int) -> None:
    """Loads what the first lookup would."""
    _world(year)


@lru_cache(maxsize=64)
def feasts_of(country: str, year: int) -> Feasts:
    return Feasts(country, year)


@cache
def country_of(timezone: str) -> str:
    """ISO 3166 code of the country that an IANA zone lies in; empty for "UTC" and unknown ones."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[0] for row in rows if len(row) > 2 and row[2] == timezone), "")


@cache
def _of_country(country: str, year: int) -> dict[str, Yearly]:
    """Every feast of a country by its names."""
    days: dict[str, list[date]] = {}
    for day, name in _days(country, range(year - YEARS_BACK, year + 2)):
        for key in _keys(name):
            days.setdefault(key, []).append(day)
    return {key: _yearly(listed) for key, listed in days.items()}


class _World(NamedTuple):
    """Countries are in the order of how likely they are meant."""

    kept: dict[str, tuple[str, ...]]
    """Name -> the countries that keep a feast of that name this year."""
    once: dict[str, dict[str, Yearly]]
    """Name that nobody keeps -> the countries that did in one year, with its days."""


@cache
def _world(year: int) -> _World:
    import holidays

    kept: dict[str, dict[str, None]] = {}
    once: dict[str, dict[str, Yearly]] = {}
    countries = sorted(holidays.list_supported_countries(include_aliases=False))
    ordered = [code for code in _ASKED_FIRST if code in countries] + [code for code in countries if code not in _ASKED_FIRST]
    for country in ordered:
        for calendar in _calendars(country, range(year, year + 1)):
            for _, name in _named_days(calendar):
                for key in _keys(name):
                    kept.setdefault(key, {})[country] = None
            for name, days in listed(calendar).items():
                for key in () if _NO_FEAST.search(name) else names_of(name, _keys):
                    once.setdefault(key, {}).setdefault(country, _yearly(days))
    return _World({key: tuple(found) for key, found in kept.items()}, {key: found for key, found in once.items() if key not in kept})


def _days(country: str, years: range) -> list[tuple[date, str]]:
    """Days and names, in the country's own language and in English."""
    return [day for calendar in _calendars(country, years) for day in _named_days(calendar)]


def _calendars(country: str, years: range) -> Iterator[Any]:
    """A ``HolidayBase`` for each of the languages."""
    import holidays

    try:
        known: Any = getattr(holidays, country)
    except AttributeError:
        return
    for language in {known.default_language, *(language for language in known.supported_languages if language.startswith("en"))}:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a country's moving feasts are known for some of the years only: the others have none
            calendar = holidays.country_holidays(country, years=years, language=language, categories=known.supported_categories)
        yield calendar


def _named_days(calendar: Any) -> list[tuple[date, str]]:
    return [(day, part) for day, name in calendar.items() for part in name.split("; ") if not _NO_FEAST.search(part)]


@cache
def _keys(name: str) -> frozenset[str]:
    """ "Chinese New Year (Spring Festival)" by either name, "National Day of Sweden" as it is, "Thanksgiving Day" without "Day" too."""
    parts = [part for part in re.split(r"[()/]| or ", name) if part.strip()]
    keys = set()
    for part in [*(part for part in parts if len(part.split()) > 1 or part == parts[0]), name]:
        words = tuple(word for word in _stemmed(tuple(key_of(part).split())).split() if word != "estimated")
        for opening in _OPENINGS:
            shorter = words[len(opening) :] if words[: len(opening)] == opening else ()
            keys |= {" ".join(shorter)} if len(shorter) > 1 else set()
        keys.add(" ".join(words))
        if words and words[-1] in _ENDINGS and len(words) > 2:
            keys.add(" ".join(words[:-1]))
    return frozenset(key for key in keys if len(key) > 3 and not key.isdigit() and key not in _NO_NAMES)


def _yearly(days: list[date]) -> Yearly:
    """The first run of days that begins in a year; it may end in the next."""
    runs: dict[int, Period] = {}
    ordered = sorted(set(days))
    first = last = ordered[0]
    for day in [*ordered[1:], date.max]:
        if day - last > timedelta(1):
            runs.setdefault(first.year, Period(first, last + timedelta(1)))
            first = day
        last = day
    return runs.get


def _stemmed(words: tuple[str, ...]) -> str:
    """Names are compared by the singulars of their words: "St Patricks day", "Saint Patrick's Day"."""
    same = _SAME_WORDS | (_AL if words[:1] in _EID else {})
    return " ".join(same.get(word, singular(word)) for word in words)
