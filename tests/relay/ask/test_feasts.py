"""Days that people name, in the countries that they are kept in, for any year."""

from __future__ import annotations

from datetime import date

import pytest

from relay.ask.feasts import Feasts, country_of

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
