"""Days that people name, in the countries that they are kept in, for any year."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from relay.ask.feasts import Feasts, country_of
from relay.ask.reading import title
from relay.ask.times import Calendar

DAYS = """
GB  mothers day             2025  2025-03-30 2025-03-31
US  mothers day             2025  2025-05-11 2025-05-12
NZ  father's day            2024  2024-09-01 2024-09-02
DE  fathers day             2025  2025-05-29 2025-05-30
CA  thanksgiving            2025  2025-10-13 2025-10-14
US  thanksgiving            2019  2019-11-28 2019-11-29
DE  thanksgiving            2025  2025-11-27 2025-11-28
GR  easter sunday           2024  2024-05-05 2024-05-06
FR  easter sunday           2024  2024-03-31 2024-04-01
IN  diwali                  2024  2024-10-31 2024-11-01
US  diwali                  2023  2023-11-12 2023-11-13
DE  tag der deutschen einheit 2025 2025-10-03 2025-10-04
IL  hanukkah                2025  2025-12-15 2025-12-23
GB  ramadan                 2024  2024-03-11 2024-04-10
NZ  matariki                2025  2025-06-20 2025-06-21
US  labor day               2025  2025-09-01 2025-09-02
FR  labour day              2025  2025-05-01 2025-05-02
IN  independence day        2025  2025-08-15 2025-08-16
US  independence day        2025  2025-07-04 2025-07-05
SE  midsummer               2025  2025-06-20 2025-06-23
GB  st patrick's day        2025  2025-03-17 2025-03-18
    christmas               2031  2031-12-24 2031-12-27
"""


@pytest.mark.parametrize("line", DAYS.strip("\n").splitlines())
def test_the_days_of_a_feast(line: str) -> None:
    country, rest = line[:2].strip(), line[2:].split()
    words, year, (first, end) = rest[:-3], int(rest[-3]), rest[-2:]
    feast = Feasts(country, 2025).named(tuple(word.removesuffix("'s") for word in words))
    assert feast is not None
    period = feast(year)
    assert period is not None
    assert (period.first, period.end) == (date.fromisoformat(first), date.fromisoformat(end))


@pytest.mark.parametrize("words", ["dog", "afternoon", "the", "evening", "monday", "family", "holiday", "may", "summer", "children"])
def test_ordinary_words_are_no_feasts(words: str) -> None:
    assert Feasts("IN", 2025).named((words,)) is None


@pytest.mark.parametrize(("timezone", "country"), [("Europe/London", "GB"), ("Asia/Kolkata", "IN"), ("UTC", ""), ("Nowhere/Land", "")])
def test_the_country_of_a_time_zone(timezone: str, country: str) -> None:
    assert country_of(timezone) == country


ONCE = """
GB  platinum jubilee                            2022-06-03
GB  platinum jubilee of elizabeth ii            2022-06-03
US  platinum jubilee                            2022-06-03
GB  coronation of charles iii                   2023-05-06 3
US  coronation of king charles iii              2023-05-06 3
GB  king's coronation                           2023-05-06 3
GB  coronation of king charles                  2023-05-06 3
GB  state funeral of queen elizabeth ii         2022-09-19
GB  queen's funeral                             2022-09-19
GB  diamond jubilee                             2012-06-05
GB  wedding of william and catherine            2011-04-29
NZ  queen elizabeth ii memorial day             2022-09-26
JP  enthronement ceremony                       1990-11-12
IE  day of remembrance and recognition          2022-03-18
"""


@pytest.mark.parametrize("line", ONCE.strip().splitlines())
def test_a_day_that_a_country_kept_only_once(line: str) -> None:
    country, words, first, length = re.fullmatch(r"(..)  (.*?)\s+([\d-]{10}) ?(\d*)", line).groups()
    feast = Feasts(country, 2026).named(tuple(word.removesuffix("'s") for word in words.split()))
    assert feast is not None
    day = date.fromisoformat(first)
    period = feast(day.year)
    assert period is not None
    assert (period.first, period.days) == (day, int(length or 1))
    assert [year for year in range(1900, 2100) if feast(year)] == [day.year]


ONCE_ASKED = [("GB", "", "platinum jubilee"), ("US", "GB", "platinum jubilee"), ("AU", "NZ", "queen elizabeth ii memorial day")]


def test_a_day_kept_only_once_is_found_without_its_year_and_by_the_country_that_is_named() -> None:
    now_ms = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)
    for home, there, words in ONCE_ASKED:
        calendar = Calendar(now_ms, "UTC", country=home)
        calendar.in_country(there)
        reading = calendar.read(words.split(), 0)
        assert reading is not None
        assert reading.took == len(words.split())
        assert reading.period is not None
        assert reading.period.first.year == 2022


@pytest.mark.parametrize(
    ("country", "words"),
    [("US", "flora duffy"), ("BM", "flora duffy"), ("GB", "public health"), ("VC", "public health"), ("KR", "tree planting"),
     ("GB", "coronation"), ("GB", "wedding"), ("TH", "special in lieu holiday"), ("MY", "malaysia cup"), ("GB", "state funeral")],
)  # fmt: skip
def test_what_only_happens_to_be_in_a_law_is_no_feast(country: str, words: str) -> None:
    assert Feasts(country, 2026).named(tuple(words.split())) is None


@pytest.mark.parametrize("country", ["GB", "US", "IN", "MY"])
def test_what_is_kept_every_year_is_not_taken_for_a_day_that_was_kept_once(country: str) -> None:
    for words in ("christmas eve", "new year eve", "boxing day", "labour day", "good friday"):
        feast = Feasts(country, 2026).named(tuple(words.split()))
        assert feast is not None
        assert all(feast(year) for year in (2019, 2022, 2023, 2025)), words


def test_a_kings_number_is_written_as_one() -> None:
    assert [title(name) for name in ("coronation of charles iii", "state funeral of queen elizabeth ii", "day of the dead")] == [
        "Coronation of Charles III", "State Funeral of Queen Elizabeth II", "Day of The Dead",
    ]  # fmt: skip
