"""Times in a request: "last summer", "the weekend before Easter", "yesterday evening", "in June 2025"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from relay.ask import days
from relay.ask.days import DAY, DAY_PARTS, MONTHS, RULES, SEASONS, WEEKDAYS, Period, Yearly, one_day
from relay.ask.demonyms import country_of_adjective
from relay.ask.feasts import Feasts, country_of, feasts_of
from relay.ask.past import LAST, ago, earlier, past_amount
from relay.ask.reading import TimeReading, bare, day_and_month, title, zone_of
from relay.ask.repeats import repeating, unplaced
from relay.ask.today import Today
from relay.ask.words import cardinal, ordinal, read_year, singular
from relay.ask.written import written

MAX_YEARS = 120
_MONTH_FIRST = frozenset({"US", "PH", "CA"})
_COUNTED = frozenset({"day", "week", "weekend", "half", "quarter", *WEEKDAYS})
_OVER = frozenset({"over", "during", "for", "since", "after", "before", "until", "through"})
_EDGES = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}


Birthdays = Callable[[int], tuple[int, str, str] | None]
"""Reads "my wife's birthday" at a word: words taken, whose, MM-DD (empty: not known)."""


class Calendar:
    """Reads times against one moment in one time zone. ``words`` are folded; unknown zones count as UTC."""

    def __init__(
        self, now_ms: int, timezone: str, *, country: str = "", southern: bool = False, birthdays: Birthdays = lambda _at: None
    ) -> None:
        self.zone = zone_of(timezone)
        self.now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self.zone)
        self.today: date = self.now.date()
        self._today = Today(self.today, southern=southern)
        self._birthdays = birthdays
        self._country = country or country_of(timezone)
        self._feasts: Feasts = feasts_of(self._country, self.today.year)
        self._there: Feasts | None = None

    def in_country(self, country: str) -> None:
        """Feasts are those of ``country`` (ISO 3166) first: it was named in the request."""
        self._there = feasts_of(country, self.today.year) if country and country != self._country else None

    def read(self, words: list[str], at: int) -> TimeReading | None:
        """The longest time that begins at ``at``; None when there is none. Never raises for any words."""
        try:
            return self._read(words, at)
        except (OverflowError, ValueError):
            return None

    def span(self, reading: TimeReading) -> tuple[int, int] | None:
        """UTC milliseconds, start inclusive, end exclusive; None for times that only repeat."""
        if reading.period is None:
            return None
        if reading.hours:
            day = reading.period.first
            return days.to_ms(day, reading.hours[0], self.zone), days.to_ms(day, reading.hours[1], self.zone)
        return days.to_ms(reading.period.first, 0, self.zone), days.to_ms(reading.period.end, 0, self.zone)

    def hints(self, reading: TimeReading) -> list[str]:
        """What is meant most ("core:START-END", UTC ms), and the same days of the three years before where no year was said ("also:")."""
        if reading.period is None or reading.hours:
            return []
        if reading.parts:
            return [f"only:{self._limits(part)}" for part in reading.parts]
        core = reading.core or self._core(reading)
        if reading.period.days in range(88, 93) and any(name in reading.value for name in SEASONS):
            core = Period(reading.period.first + 20 * DAY, reading.period.end)
        found = [f"core:{self._limits(core)}"] if core != reading.period else []
        if reading.yearly is not None:
            earlier = (reading.yearly(reading.period.first.year - back) for back in (1, 2, 3))
            found += [f"also:{self._limits(period)}" for period in earlier if period]
        return found

    def _limits(self, period: Period) -> str:
        return f"{days.to_ms(period.first, 0, self.zone)}-{days.to_ms(period.end, 0, self.zone)}"

    def within(self, reading: TimeReading, outer: Period) -> TimeReading:
        """A time named without a year, moved into ``outer`` ("Christmas" and "last year")."""
        if reading.yearly is None:
            return reading
        for year in range(outer.first.year, outer.end.year + 1):
            period = reading.yearly(year)
            if period and outer.first <= period.first < outer.end:
                return replace(reading, period=period, value=f"{bare(reading.value)} {year}", yearly=None)
        return reading

    def _read(self, words: list[str], at: int) -> TimeReading | None:
        skip = 1 if words[at : at + 1] == ["the"] else 0
        found = [reading for reading in (rule(words, at + skip) for rule in self._rules()) if reading]
        if not found:
            return None
        best = max(found, key=lambda reading: reading.took)
        return self._on_weekday(replace(best, took=best.took + skip), words, at)

    def _on_weekday(self, reading: TimeReading, words: list[str], at: int) -> TimeReading:
        """ "three weeks ago on Sunday"."""
        after = at + reading.took
        after += words[after : after + 1] == ["on"]
        weekday = words[after] if after < len(words) else ""
        if weekday not in WEEKDAYS or reading.period is None or reading.period.days != 7 or reading.yearly:
            return reading
        day = reading.period.first + (WEEKDAYS[weekday] - reading.period.first.weekday()) % 7 * DAY
        on = TimeReading(after + 1 - at, f"{weekday.title()} {reading.value}", one_day(day))
        return self._day_part(on, words, at)

    def _rules(self) -> tuple[Callable[[list[str], int], TimeReading | None], ...]:
        return (
            self._written, self._unplaced, self._open_range, self._closed_range, self._ago, self._past_amount, self._relative, self._beside,
            self._edge, self._nth, self._day_words, self._date, self._yearly_named, self._year, self._repeating, self._recently,
        )  # fmt: skip

    def _written(self, words: list[str], at: int) -> TimeReading | None:
        return written(words, at, self._today, month_first=self._country in _MONTH_FIRST)

    def _open_range(self, words: list[str], at: int) -> TimeReading | None:
        """since / after / before / until A."""
        lead = words[at] if at < len(words) else ""
        if lead not in {"since", "after", "before", "until", "till"}:
            return None
        inner = self._read(words, at + 1)
        if inner is None or inner.period is None:
            return None
        early, late = date(self.today.year - MAX_YEARS, 1, 1), self.today + DAY
        period = {
            "since": Period(inner.period.first, late),
            "after": Period(inner.period.end, late),
            "before": Period(early, inner.period.first),
        }.get(lead, Period(early, inner.period.end))
        if period.first >= period.end:
            return None
        return TimeReading(inner.took + 1, f"{lead} {inner.value}", period)

    def _closed_range(self, words: list[str], at: int) -> TimeReading | None:
        """between A and B, from A to B."""
        lead = words[at] if at < len(words) else ""
        if lead not in {"between", "from"}:
            return None
        first = self._read(words, at + 1)
        if first is None or first.period is None:
            return None
        middle = at + 1 + first.took
        joins = {"and"} if lead == "between" else {"to", "until", "till", "through"}
        if middle >= len(words) or words[middle] not in joins:
            return None
        second = self._read(words, middle + 1)
        if second is None or second.period is None:
            return None
        if second.yearly is None and first.yearly is not None:
            first = self.within(first, days.year_of(second.period.first.year))
        start, end = first.period, second.period
        if start is None or start.first >= end.end:
            return None
        return TimeReading(first.took + second.took + 2, f"{first.value} to {second.value}", Period(start.first, end.end))

    def _ago(self, words: list[str], at: int) -> TimeReading | None:
        return ago(words, at, self._today, self._feasts)

    def _past_amount(self, words: list[str], at: int) -> TimeReading | None:
        return past_amount(words, at, self._today, self._feasts) if at < len(words) and words[at] in LAST else None

    def _relative(self, words: list[str], at: int) -> TimeReading | None:
        """last summer, this year, last Friday, next weekend, last Christmas."""
        lead = words[at] if at < len(words) else ""
        if lead not in LAST | {"this", "next"} or at + 1 >= len(words):
            return None
        unit = words[at + 1]
        if unit == "night" and lead in LAST:
            return TimeReading(2, "last night", one_day(self.today - DAY), (18, 29))
        if unit in DAY_PARTS and lead == "this":
            return TimeReading(2, f"this {unit}", one_day(self.today), DAY_PARTS[unit])
        step = -1 if lead in LAST else 1 if lead == "next" else 0
        period = self._today.stepped(unit, step)
        if period:
            reading = TimeReading(2, f"{lead} {unit}", period)
            return self._day_part(reading, words, at) if unit in WEEKDAYS else reading
        named = self._yearly_named(words, at + 1)
        if named is None or named.yearly is None:
            return None
        period = self._today.stepped_yearly(named.yearly, step)
        return replace(named, took=named.took + 1, value=f"{lead} {named.value}", period=period, yearly=None)

    def _beside(self, words: list[str], at: int) -> TimeReading | None:
        """the weekend before Easter, the day after Christmas, the week of Thanksgiving, the year before last."""
        unit = words[at] if at < len(words) else ""
        how = words[at + 1] if at + 1 < len(words) else ""
        if unit not in {"day", "night", "evening", "morning", "week", "weekend", "month", "year", *WEEKDAYS} or how not in {
            "before",
            "after",
            "of",
        }:
            return None
        if words[at + 2 : at + 3] == ["last"] and how == "before" and unit in {"week", "weekend", "month", "year"}:
            return TimeReading(3, f"the {unit} before last", self._today.before_last(unit))
        inner = self._read(words, at + 2)
        if inner is None or inner.period is None:
            return None
        anchor = self._core(inner)
        hours = DAY_PARTS.get(unit)
        period = days.neighbour("day" if hours else unit, how, anchor)
        return TimeReading(inner.took + 2, f"the {unit} {how} {inner.value}", period, hours) if period else None

    def _core(self, inner: TimeReading) -> Period:
        """The day that "the weekend before Easter" counts from."""
        period = inner.period or one_day(self.today)
        for name, core in days.CORE_DAY.items():
            if name in inner.value.lower():
                exact = (RULES[core](year) for year in (period.first.year, period.end.year))
                return next((day for day in exact if day and period.contains(day)), period)
        return period

    def _nth(self, words: list[str], at: int) -> TimeReading | None:
        """the first week of August, the last Friday in June, the second weekend of May 2024."""
        which = words[at] if at < len(words) else ""
        number = -1 if which == "last" else ordinal(which) if which else None
        unit = words[at + 1] if at + 1 < len(words) else ""
        several = cardinal(unit)
        if several and which in {"first", "last"} and words[at + 3 : at + 4] in (["of"], ["in"]):
            return self._stretch(words, at, -several if which == "last" else several)
        if number is None or unit not in _COUNTED or words[at + 2 : at + 3] not in (["of"], ["in"]):
            return None
        inner = self._read(words, at + 3)
        if inner is None or inner.period is None or inner.period.days < 7:
            return None
        period = days.nth_in(inner.period, unit, number)
        yearly = inner.yearly
        again = (lambda year: days.nth_in(outer, unit, number) if (outer := yearly(year)) else None) if yearly else None
        value = f"the {which} {unit} of {inner.value}"
        return TimeReading(inner.took + 3, value, period, yearly=again) if period else None

    def _stretch(self, words: list[str], at: int, number: int) -> TimeReading | None:
        """the first three months of 2025."""
        inner = self._read(words, at + 4)
        period = days.stretch(inner.period, singular(words[at + 2]), number) if inner and inner.period else None
        return TimeReading(inner.took + 4, f"the {' '.join(words[at : at + 3])} of {inner.value}", period) if inner and period else None

    def _edge(self, words: list[str], at: int) -> TimeReading | None:
        """early June, the end of last year."""
        lead = words[at] if at < len(words) else ""
        if lead not in _EDGES:
            return None
        skip = 1 + (words[at + 1 : at + 2] == ["of"])
        if words[at + skip : at + skip + 1] == ["the"]:
            skip += 1
        elif words[at + 1 : at + 2] in (["at"], ["in"]) and words[at + 2 : at + 3] in (["night"], ["the"]):
            skip += 2 if words[at + 2] == "the" else 1
        part = words[at + skip] if at + skip < len(words) else ""
        if part in DAY_PARTS and lead in {"early", "late"}:
            low, high = DAY_PARTS[part]
            middle = (low + high) // 2
            hours = (low, middle) if lead == "early" else (middle, high)
            return TimeReading(skip + 1, f"{lead} {part}", repeats=(f"hours:{hours[0]}-{hours[1]}",))
        inner = self._read(words, at + skip)
        if inner is None or inner.period is None or inner.period.days < 14:
            return None
        third = inner.period.days // 3
        first = inner.period.first + _EDGES[lead] * third * DAY
        end = inner.period.end if _EDGES[lead] == 2 else first + third * DAY
        return TimeReading(inner.took + skip, f"{' '.join(words[at : at + skip])} {inner.value}", Period(first, end))

    def _day_words(self, words: list[str], at: int) -> TimeReading | None:
        """today, yesterday evening, tonight, Sunday morning, the weekend."""
        word = words[at] if at < len(words) else ""
        if word == "tonight":
            return TimeReading(1, word, one_day(self.today), (17, 29))
        if word == "earlier":
            return earlier(words, at, self._today)
        if words[at : at + 2] == ["other", "day"]:
            return TimeReading(2, "the other day", Period(self.today - 14 * DAY, self.today))
        if words[at : at + 4] == ["this", "time", "last", "year"]:
            same = self._today.back("year", 1, exact=True)
            return TimeReading(4, "this time last year", Period(same.first - 7 * DAY, same.end + 7 * DAY)) if same else None
        if words[at : at + 3] == ["day", "before", "yesterday"]:
            return TimeReading(3, "the day before yesterday", one_day(self.today - 2 * DAY))
        if word == "weekend" and at > 0 and words[at - 1] == "the":
            return TimeReading(1, "the weekend", self._today.stepped("weekend", 0))
        reading = None
        if word in {"today", "yesterday"}:
            reading = TimeReading(1, word, one_day(self.today - DAY * (word == "yesterday")))
        elif word in WEEKDAYS and words[at - 1 : at] not in (["a"], ["every"], ["each"]):
            week = self._ago(words, at + 1) or self._relative(words, at + 1)
            if week and week.period and week.period.days == 7:
                return replace(self._on_weekday(week, [*words[: at + 1 + week.took], word], at + 1), took=week.took + 1)
            reading = TimeReading(1, word.title(), one_day(self._today.weekday(WEEKDAYS[word], -1)))
        return self._day_part(reading, words, at) if reading else None

    def _day_part(self, reading: TimeReading, words: list[str], at: int) -> TimeReading:
        after = at + reading.took
        part = words[after] if after < len(words) else ""
        if part not in DAY_PARTS:
            return reading
        hours = days.EVENING_AND_NIGHT if part == "night" else DAY_PARTS[part]
        return replace(reading, took=reading.took + 1, value=f"{reading.value} {part}", hours=hours, core=None)

    def _date(self, words: list[str], at: int) -> TimeReading | None:
        """June 5th 2025, the fifth of June, June 2025."""
        month_at, day, took = day_and_month(words, at)
        if month_at is None:
            return None
        month = MONTHS[words[month_at]]
        after = at + took
        after += 1 if words[after : after + 1] == ["of"] and read_year(words, after + 1) else 0
        year = read_year(words, after)
        whole: Yearly = days.birthday(f"{month:02}-{day:02}") if day else lambda each: days.month_of(each, month)
        name = f"{day} {days.MONTH_NAMES[month - 1]}" if day else days.MONTH_NAMES[month - 1]
        if year:
            return TimeReading(after + year[1] - at, f"{name} {year[0]}", whole(year[0]))
        return TimeReading(took, name, self._today.latest(whole, finished=False), yearly=whole)

    def _yearly_named(self, words: list[str], at: int) -> TimeReading | None:
        """summer, Christmas Eve 2023, Easter weekend, my wife's birthday; also months, for "last June"."""
        named = self._birthday(words, at) or self._holiday(words, at) or self._season(words, at)
        if named is None:
            return self._date(words, at) if at < len(words) and words[at] in MONTHS else None
        if named.yearly is None:
            return named
        after = at + named.took
        if words[after : after + 2] == ["before", "last"] and named.yearly is not None:
            last = self._today.latest(named.yearly, finished=True)
            period = named.yearly(last.first.year - 1) if last else None
            return replace(named, took=named.took + 2, value=f"the {named.value} before last", period=period, yearly=None)
        if words[after : after + 1] == ["weekend"]:
            inner = named.yearly
            named = replace(named, took=named.took + 1, value=f"{named.value} weekend", yearly=lambda each: days.weekend_in(inner, each))
            after += 1
        after += 1 if words[after : after + 1] in (["of"], ["in"]) and read_year(words, after + 1) else 0
        year = read_year(words, after)
        if named.yearly is None:
            return named
        if year:
            begins = year[0] - (named.value.casefold() == "new year")  # the night before belongs to it
            period = named.yearly(begins)
            why = "" if period else f"the date of {named.value} in {year[0]} is not known"
            return replace(named, took=after + year[1] - at, value=f"{named.value} {year[0]}", period=period, yearly=None, unknown=why)
        if words[after : after + 2] == ["last", "year"]:
            return replace(
                named, took=after + 2 - at, value=f"{named.value} last year", period=named.yearly(self.today.year - 1), yearly=None
            )
        named = replace(named, period=self._today.latest(named.yearly, finished=False))
        part = words[after] if after < len(words) else ""
        if named.period and part in DAY_PARTS and named.period.days <= 4 and words[after - 1 : after] != ["in"]:
            named = replace(
                named, took=after + 1 - at, value=f"{named.value} {part}", period=self._core(named), hours=DAY_PARTS[part], yearly=None
            )
        return named

    def _birthday(self, words: list[str], at: int) -> TimeReading | None:
        found = self._birthdays(at) if at < len(words) else None
        if found is None:
            return None
        took, whose, month_day = found
        if not month_day:
            return TimeReading(took, f"{whose} birthday", unknown=f"the date of {whose} birthday is not known", source="birthday")
        return TimeReading(took, f"{whose} birthday", yearly=days.birthday(month_day), source="birthday")

    def _holiday(self, words: list[str], at: int) -> TimeReading | None:
        if words[at : at + 1] == ["holidays"] and words[at - 1 : at] == ["the"] and at > 1 and words[at - 2] in _OVER:
            return TimeReading(1, "the holidays", yearly=RULES["christmas holiday"], source="feast")
        for length in (6, 5, 4, 3, 2, 1):
            name = tuple(words[at : at + length])
            feast = self._feast(name) if len(name) == length and all(name) else None
            if feast:
                return TimeReading(length, title(" ".join(name)), yearly=feast, source="feast")
        return None

    def _feast(self, name: tuple[str, ...]) -> Yearly | None:
        """Of the country that its name says ("Greek Easter") or the request, else of home."""
        there = self._there.own(name) if self._there else None
        found = there or self._feasts.named(name)
        country = country_of_adjective(name[0]) if not found and len(name) > 1 else ""
        return feasts_of(country, self.today.year).own(name[1:]) if country else found

    def _season(self, words: list[str], at: int) -> TimeReading | None:
        if at < len(words) and words[at] in SEASONS:
            after = singular(words[at + 1]) if words[at] == "summer" and at + 1 < len(words) else ""
            took = 1 + (after in {"holiday", "vacation", "break"})
            return TimeReading(took, words[at], yearly=days.season(words[at], southern=self._today.southern))
        return None

    def _year(self, words: list[str], at: int) -> TimeReading | None:
        year = read_year(words, at)
        return TimeReading(year[1], str(year[0]), days.year_of(year[0])) if year else None

    def _repeating(self, words: list[str], at: int) -> TimeReading | None:
        return repeating(words, at)

    def _unplaced(self, words: list[str], at: int) -> TimeReading | None:
        return unplaced(words, at)

    def _recently(self, words: list[str], at: int) -> TimeReading | None:
        if at < len(words) and words[at] in {"recently", "lately"}:
            return TimeReading(1, words[at], Period(self.today - 30 * DAY, self.today + DAY))
        return None
