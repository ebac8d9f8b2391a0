"""Periods counted from today: two weeks ago, last Friday, next summer."""

from __future__ import annotations

from datetime import date, timedelta

from relay.ask import days
from relay.ask.days import DAY, SEASONS, WEEKDAYS, Period, Yearly, one_day

LONGEST_AGO = 50
"""Years."""


class Today:
    """``southern``: seasons are those of the southern half of the world."""

    def __init__(self, today: date, *, southern: bool) -> None:
        self.date = today
        self.southern = southern

    def back(self, unit: str, number: int, *, exact: bool) -> Period | None:
        if unit == "day":
            return one_day(self.date - number * DAY)
        if unit == "week":
            return one_day(self.date - 7 * number * DAY) if exact else days.week_of(self.date - 7 * number * DAY)
        if unit == "month":
            months = self.date.year * 12 + self.date.month - 1 - number
            return days.month_of(months // 12, months % 12 + 1)
        if unit == "year":
            if exact:
                return days.birthday(f"{self.date.month:02}-{self.date.day:02}")(self.date.year - number)
            return days.year_of(self.date.year - number)
        if unit in SEASONS:
            latest = self.latest(days.season(unit, southern=self.southern), finished=False)
            return days.season(unit, southern=self.southern)(latest.first.year - number) if latest else None
        if unit == "weekend":
            return days.weekend_of(self.date - 7 * number * DAY)
        return None

    def stepped(self, unit: str, step: int) -> Period | None:
        if unit == "week":
            return days.week_of(self.date + 7 * step * DAY)
        if unit == "month":
            months = self.date.year * 12 + self.date.month - 1 + step
            return days.month_of(months // 12, months % 12 + 1)
        if unit == "year":
            return days.year_of(self.date.year + step)
        if unit == "weekend":
            on_it = self.date.weekday() >= 5
            back = 7 if step < 0 and on_it else 0 if on_it or step > 0 else 7
            return days.weekend_of(self.date - back * DAY + (7 * DAY if step > 0 and on_it else timedelta(0)))
        if unit in WEEKDAYS:
            return one_day(self.weekday(WEEKDAYS[unit], step))
        return None

    def before_last(self, unit: str) -> Period | None:
        """The week, weekend, month or year before the last one."""
        last = self.stepped(unit, -1) if unit == "weekend" else None
        return days.weekend_of(last.first - 7 * DAY) if last else self.back(unit, 2, exact=False)

    def weekday(self, weekday: int, step: int) -> date:
        if step > 0:
            return self.date + DAY * ((weekday - self.date.weekday() - 1) % 7 + 1)
        if step == 0:
            return self.date - DAY * ((self.date.weekday() - weekday) % 7)
        return self.date - DAY * ((self.date.weekday() - weekday - 1) % 7 + 1)

    def stepped_yearly(self, yearly: Yearly, step: int) -> Period | None:
        if step < 0:
            return self.latest(yearly, finished=True)
        if step == 0:
            return yearly(self.date.year)
        coming = (yearly(year) for year in (self.date.year, self.date.year + 1))
        return next((period for period in coming if period and period.first > self.date), None)

    def latest(self, yearly: Yearly, *, finished: bool) -> Period | None:
        """The latest occurrence that has begun (or ended, if ``finished``) by today: of some days the only one is long ago."""
        for year in range(self.date.year + 1, self.date.year - LONGEST_AGO, -1):
            period = yearly(year)
            if period and (period.end <= self.date if finished else period.first <= self.date):
                return period
        return None
