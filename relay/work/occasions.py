"""What films are prepared of without being asked: trips (runs of days away from home) and years that have ended. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from relay.extract.geometry import distance_km

TRIP, YEAR = "trip", "year"
AWAY_KM = 60.0
"""Nearer than this is at home, or an outing."""
NEIGHBOURHOOD_KM = 25.0
GAP_DAYS = 3
"""More days than this without a clip away from home, and it is another trip; so many after the last, and it is over."""
LEAST_DAYS = 2
LEAST_HOME_DAYS = 5
"""On fewer days nobody knows by the clips where home is."""
GOOD = 0.3
"""Worth from which on a clip is a good moment."""
LEAST_GOOD = {TRIP: (4, 2), YEAR: (12, 5)}
"""How many good moments a film of it needs, and on how many days."""
_DAY_MS = 86_400_000
_ONE_PLACE = 0.6

Point = tuple[float, float]


class Stop(NamedTuple):
    """A clip, as far as trips and years need to know it."""

    video_id: str
    captured_at: int
    day: date
    """By the clock of the place."""
    where: Point | None = None
    place: str = ""
    country: str = ""
    worth: float = 1.0
    """0 to 1: how good it is to look at."""


class Occasion(NamedTuple):
    kind: str
    title: str
    """ "Paris", "Italy", "France & Spain"; "2024". """
    start_at: int
    end_at: int
    """UTC ms, exclusive."""
    stops: tuple[Stop, ...]

    @property
    def days(self) -> int:
        return len({stop.day for stop in self.stops})

    @property
    def is_worth_a_film(self) -> bool:
        good, days = LEAST_GOOD[self.kind]
        best = [stop for stop in self.stops if stop.worth >= GOOD]
        return len(best) >= good and len({stop.day for stop in best}) >= days

    @property
    def state(self) -> str:
        """Equal exactly while a film of it would be of the same clips."""
        told = repr(sorted((stop.video_id, round(stop.worth, 2)) for stop in self.stops))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def occasions(stops: Iterable[Stop], home: Point | None, now_ms: int) -> list[Occasion]:
    """All that are worth a film, the newest first. ``home``: where the wearer said it is; else where the clips of most days are from."""
    ordered = sorted(stops, key=lambda stop: (stop.captured_at, stop.video_id))
    found = [*trips(ordered, home or home_of(ordered), now_ms), *years(ordered, now_ms)]
    return sorted((one for one in found if one.is_worth_a_film), key=lambda one: -one.end_at)


def trips(stops: Sequence[Stop], home: Point | None, now_ms: int) -> list[Occasion]:
    """Runs of at least two days away from home that are over. Clips without a position belong to the run that they are in."""
    if home is None:
        return []
    found: list[Occasion] = []
    run: list[Stop] = []
    waiting: list[Stop] = []  # without a position: of the run if it goes on after them
    for stop in sorted(stops, key=lambda one: (one.captured_at, one.video_id)):
        if stop.where is None:
            waiting += [stop] if run else []
            continue
        away = distance_km(home, stop.where) > AWAY_KM
        if run and (not away or stop.captured_at - run[-1].captured_at > GAP_DAYS * _DAY_MS):
            found += _trip(run)
            run, waiting = [], []
        if away:
            run, waiting = [*run, *waiting, stop], []
    if run and now_ms - run[-1].captured_at > GAP_DAYS * _DAY_MS:
        found += _trip(run)
    return found


def years(stops: Sequence[Stop], now_ms: int) -> list[Occasion]:
    """Each year that has ended everywhere, of the days as the clocks of the places showed them."""
    over = datetime.fromtimestamp(now_ms / 1000 - 86_400, UTC).year
    by_year: dict[int, list[Stop]] = {}
    for stop in sorted(stops, key=lambda one: (one.captured_at, one.video_id)):
        if stop.day.year < over:
            by_year.setdefault(stop.day.year, []).append(stop)
    return [_occasion(YEAR, str(year), of_year) for year, of_year in sorted(by_year.items())]


def home_of(stops: Sequence[Stop]) -> Point | None:
    """Around which clip those of most days are; None when that is on too few days, or on no more than half of them."""
    placed = {(stop.day, round(stop.where[0], 1), round(stop.where[1], 1)) for stop in stops if stop.where is not None}
    cells = Counter((lat, lon) for _, lat, lon in placed)
    days = {day for day, _, _ in placed}
    best: tuple[int, Point] | None = None
    for cell, _ in cells.most_common(20):
        near = {day for day, lat, lon in placed if distance_km(cell, (lat, lon)) <= NEIGHBOURHOOD_KM}
        if best is None or len(near) > best[0]:
            best = (len(near), cell)
    return best[1] if best and best[0] >= max(LEAST_HOME_DAYS, len(days) // 2 + 1) else None


def same(one: Occasion, kind: str, start_at: int, end_at: int) -> bool:
    """Whether it is the one that was found before with that range: clips that come late make a trip longer, not another one."""
    return one.kind == kind and one.start_at < end_at and start_at < one.end_at


def _trip(run: list[Stop]) -> list[Occasion]:
    trip = _occasion(TRIP, _where(run), run)
    return [trip] if trip.days >= LEAST_DAYS else []


def _occasion(kind: str, title: str, stops: list[Stop]) -> Occasion:
    return Occasion(kind, title, stops[0].captured_at, stops[-1].captured_at + 1, tuple(stops))


def _where(run: Sequence[Stop]) -> str:
    """The one place that most of it was in, else the country, else the two countries with the most clips."""
    places, countries = Counter(stop.place for stop in run if stop.place), Counter(stop.country for stop in run if stop.country)
    for names, share in ((places, _ONE_PLACE), (countries, _ONE_PLACE)):
        if names and names.most_common(1)[0][1] >= share * names.total():
            return names.most_common(1)[0][0]
    return " & ".join(sorted(name for name, _ in countries.most_common(2))) or "A trip"
