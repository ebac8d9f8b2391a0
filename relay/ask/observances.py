"""Days that people keep and no law gives off ("Obon", "Bhai Dooj"): by rule, or so many days from a feast that is computed."""

from __future__ import annotations

from datetime import date, timedelta

from relay.ask.days import DAY, Period, Yearly

_FIXED = """
setsubun 02-03; hinamatsuri 03-03; girl day 03-03; white day 03-14; tanabata 07-07; obon 08-13 4; bon 08-13 4; shichi go san 11-15;
boy day 05-05; culture day 11-03; single day 11-11; saint david day 03-01; saint george day 04-23; saint andrew day 11-30;
saint john day 06-24; saint john night 06-23; san juan 06-23 2; sao joao 06-24; festa junina 06-12 18; saint martin day 11-11;
saint lucy day 12-13; lucia 12-13; sinterklaa 12-05; pakjesavond 12-05; krampu night 12-05; befana 01-06; ferragosto 08-15;
assumption 08-15; walpurgi night 04-30; san fermin 07-06 9; running of the bull 07-06 9; falla 03-15 5; la falla 03-15 5;
lohri 01-13; pongal 01-14 4; makar sankranti 01-14; kite festival 01-14; baisakhi 04-13 2; vaisakhi 04-13 2; bihu 04-14 2;
songkran 04-13 3; inti raymi 06-24; la posada 12-16 9; posada 12-16 9; grito 09-15 2; el grito 09-15 2; batalla de puebla 05-05;
kwanzaa 12-26 7; groundhog day 02-02; pi day 03-14; sibling day 04-10; kartini day 04-21; gawai 06-01 2; timkat 01-19; meskel 09-27;
genna 01-07; enkutatash 09-11; summer solstice 06-20 2; winter solstice 12-21 2; spring equinox 03-20; autumn equinox 09-22;
man day 11-19; pride month 06-01 30; second christmas day 12-26; nye 12-31; twelfth night 01-05 2; tax day 04-15;
star war day 05-04; hari merdeka 08-31; saint george 04-23; saint andrew 11-30; saint david 03-01; chinese valentine day 08-10 20
"""
_AFTER: dict[str, tuple[str, int, int]] = {
    "dhantera": ("diwali", -2, 1), "bhai dooj": ("diwali", 2, 2), "chhath": ("diwali", 5, 3), "chhath puja": ("diwali", 5, 3),
    "karva chauth": ("diwali", -12, 3), "navratri": ("dussehra", -9, 9), "navaratri": ("dussehra", -9, 9),
    "durga puja": ("dussehra", -4, 5), "lantern festival": ("chinese new year", 14, 1), "tet": ("chinese new year", -1, 5),
    "super bowl": ("super bowl sunday", 0, 1), "cyber monday": ("thanksgiving", 4, 1), "friendsgiving": ("thanksgiving", -7, 7),
    "rio carnival": ("carnival", 0, 6), "vesak": ("buddha birthday", 0, 1), "wesak": ("buddha birthday", 0, 1),
    "arafat day": ("eid al adha", -1, 1), "sham el nessim": ("orthodox easter sunday", 1, 1), "chand raat": ("eid al fitr", -1, 1),
    "hungry ghost festival": ("mid autumn festival", -31, 3), "qixi": ("mid autumn festival", -38, 3),
}  # fmt: skip
"""Name -> the feast that it goes by, how many days after it, and how long it lasts."""


def fixed_observance(key: str) -> Yearly | None:
    found = _TABLE.get(key)
    if found is None:
        return None
    month, day, length = found
    return lambda year: Period(date(year, month, day), date(year, month, day) + length * DAY)


def anchor_of(key: str) -> tuple[str, int, int] | None:
    """The feast that the days of ``key`` are counted from, the days, and the length; "Christmas Eve" from Christmas."""
    name, _, last = key.rpartition(" ")
    return _AFTER.get(key) or ((name, -1, 1) if name and last == "eve" else None)


def moved(feast: Yearly, days: int, length: int) -> Yearly:
    def of(year: int) -> Period | None:
        period = feast(year)
        return Period(period.first + timedelta(days), period.first + timedelta(days + length)) if period else None

    return of


def _read() -> dict[str, tuple[int, int, int]]:
    table = {}
    for row in _FIXED.replace("\n", " ").split(";"):
        words = row.split()
        at = next(index for index, word in enumerate(words) if word[0].isdigit())
        month, _, day = words[at].partition("-")
        table[" ".join(words[:at])] = int(month), int(day), int(words[at + 1]) if len(words) > at + 1 else 1
    return table


_TABLE = _read()
