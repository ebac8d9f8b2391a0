# ruff: noqa: E501 -- a table is read across
"""A life in Lagos: day names and virtues as names, moon feasts, relatives of all sorts. Written before looking at the grammar."""

from __future__ import annotations

from datetime import datetime

from bench.ask_days import by_easter, fixed, listed, nth
from bench.ask_life import Person, Spot, Town, World
from bench.ask_wishes import Stranger, Wish

# fmt: off
_WORLD = World(
    seed=63, now=datetime(2025, 5, 6, 21, 5),  # noqa: DTZ001 - local by the world's own zone
    home=Town("Lagos", "Africa/Lagos", (
        Spot(6.5244, 3.3792, ("Lagos", "Nigeria", "home")), Spot(6.6018, 3.3515, ("Ikeja", "Lagos", "Nigeria")), Spot(6.4281, 3.4219, ("Victoria Island", "Lagos", "Nigeria")),
    )),
    people=(
        Person("c1", "Tunde Adeyemi", ("me",), (), "08-08", 0.4), Person("c2", "Ngozi", ("wife",), (), "12-12", 0.4),
        Person("c3", "Taiwo", ("daughter",), (), "01-15", 0.3), Person("c4", "Kehinde", ("son",), (), "01-15", 0.3),
        Person("c5", "Folake Adeyemi", ("mother", "mum"), (), "04-27", 0.25), Person("c6", "Mercy Okafor", ("mother-in-law",), (), "", 0.15),
        Person("c7", "Sunday", ("friend",), (), "", 0.2), Person("c8", "Blessing", ("sister",), (), "11-11", 0.2),
        Person("c9", "Chukwuemeka Eze", ("cousin",), (), "", 0.15), Person("c10", "Fatima Abdullahi", ("colleague", "manager"), (), "", 0.15),
        Person("c11", "Precious", ("niece",), (), "", 0.2), Person("c12", "Uncle Femi", ("uncle",), (), "", 0.15),
        Person("c13", "Grace", ("neighbour",), (), "", 0.15), Person("c14", "David Adeyemi", ("nephew",), (), "", 0.15),
    ),
    towns=(
        Town("Abuja", "Africa/Lagos", (Spot(9.0765, 7.3986, ("Abuja", "Nigeria")),)), Town("Ibadan", "Africa/Lagos", (Spot(7.3775, 3.9470, ("Ibadan", "Nigeria")),)),
        Town("Accra", "Africa/Accra", (Spot(5.6037, -0.1870, ("Accra", "Ghana", "abroad")),)),
        Town("London", "Europe/London", (Spot(51.5074, -0.1278, ("London", "England", "UK", "abroad")), Spot(51.4740, -0.0693, ("Peckham", "London", "England", "UK", "abroad")))),
        Town("Dubai", "Asia/Dubai", (Spot(25.2048, 55.2708, ("Dubai", "UAE", "Middle East", "abroad")), Spot(25.1972, 55.2744, ("Burj Khalifa", "Dubai", "UAE", "Middle East", "abroad")))),
        Town("Houston", "America/Chicago", (Spot(29.7604, -95.3698, ("Houston", "Texas", "USA", "abroad")),)),
        Town("Zanzibar", "Africa/Dar_es_Salaam", (Spot(-6.1659, 39.2026, ("Zanzibar", "Tanzania", "abroad")),)),
        Town("Cape Town", "Africa/Johannesburg", (Spot(-33.9628, 18.4098, ("Table Mountain", "Cape Town", "South Africa", "abroad")),)),
    ),
    things=dict.fromkeys(("car", "motorcycle", "drum", "microphone", "soccer ball", "cake", "goat", "television", "umbrella", "airplane", "cell phone", "dress", "chair", "suitcase", "pizza"), ()),
    scenes=dict.fromkeys(("beach", "church", "mosque", "wedding", "market", "living room", "airport", "street", "stadium", "classroom"), ()),
    sayings=dict.fromkeys(("God bless this new house", "light has gone again", "welcome to the naming ceremony", "the jollof is ready", "we are getting married in december", "please open the gate"), ()),
    signs=dict.fromkeys(("NO PARKING", "Departures", "Mama Put Kitchen", "Happy 60th Birthday", "Exit"), ()),
    feasts={
        "christmas": fixed(12, 25), "boxing": fixed(12, 26), "independence": fixed(10, 1), "democracy": fixed(6, 12), "fitr": listed("2022-05-02", "2023-04-21", "2024-04-10", "2025-03-30"),
        "adha": listed("2022-07-09", "2023-06-28", "2024-06-16", "2025-06-06"), "easter": by_easter(-2, 4), "thanksgiving": nth(11, 3, 4), "valentine": fixed(2, 14), "newyear": fixed(1, 1), "goodfriday": by_easter(-2),
    },
    groups={}, frames=(),
)

_WISHES = (
    Wish("Sunday on Sunday", who="c7", when="2025-05-04"),
    Wish("Grace and Mercy in church", who="c13 c6", thing="church"),
    Wish("Blessing with my nephew at the airport", who="c8 c14", thing="airport"),
    Wish("Precious at Eid", who="c11", when="2025-03-30..2025-03-31"),
    Wish("eid al-adha last year at my manager's", when="2024-06-16..2024-06-17"),
    Wish("Fatima on Eid el-Fitr", who="c10", when="2025-03-30..2025-03-31"),
    Wish("independence day 2024", when="2024-10-01"),
    Wish("Democracy Day in Abuja", at="Abuja", when="2024-06-12"),
    Wish("thanksgiving in Houston", at="Houston", when="2024-11-28"),
    Wish("Good Friday mass", when="2025-04-18", thing="church"),
    Wish("boxing day on the beach with the kids", who="c3|c4", thing="beach", when="2024-12-26"),
    Wish("the twins' birthday", when="2025-01-15"),
    Wish("Emeka watching telly", who="c9", thing="television"),
    Wish("chukwuemeka's motorbike", who="c9", thing="motorcycle"),
    Wish("mum's birthday, April just gone", when="2025-04-27"),
    Wish("Mama Folake dancing at the wedding", who="c5", thing="wedding"),
    Wish("the wedding in Ibadan", thing="wedding", at="Ibadan"),
    Wish("my mother and my mother-in-law", who="c5 c6"),
    Wish("my wife's mum in the living room", who="c6", thing="living room"),
    Wish("Ngozi's mother at the market", who="c6", thing="market"),
    Wish("uncle femi playing the drums", who="c12", thing="drum"),
    Wish("my cousin Emeka and Uncle Femi", who="c9 c12"),
    Wish("our neighbour's goat", thing="goat"),
    Wish("neighbor Grace with a brolly", who="c13", thing="umbrella"),
    Wish("in the Middle East", at="Middle East"),
    Wish("the Burj Khalifa at night", at="Burj Khalifa", hours="20-29"),
    Wish("on V.I. with Sunday", who="c7", at="Victoria Island"),
    Wish("peckham last august", at="Peckham", when="2024-08-01..2024-08-31"),
    Wish("Table Mountain at sunrise", at="Table Mountain", hours="4-9"),
    Wish("Zanzibar, two Christmases ago", at="Zanzibar", when="2023-12-25"),
    Wish("from the 3rd to the 9th of February", when="2025-02-03..2025-02-09"),
    Wish("February 3-9", when="2025-02-03..2025-02-09"),
    Wish("the last three days", when="2025-05-04..2025-05-06"),
    Wish("earlier this year in Accra", at="Accra", when="2025-01-01..2025-05-06"),
    Wish("Q1 2025 with my colleague", who="c10", when="2025-01-01..2025-03-31"),
    Wish("late December in Lagos", at="Lagos", when="2024-12-21..2024-12-31"),
    Wish("mid-January", when="2025-01-11..2025-01-20"),
    Wish("day before yesterday", when="2025-05-04"),
    Wish("in the small hours of new year's day", when="2025-01-01", hours="0-5"),
    Wish("on Valentine's with my wife, nobody else", who="c2", when="2025-02-14", n="1"),
    Wish("where someone says the jollof is ready", say="jollof is ready"),
    Wish("talking about light going out", say="light has gone"),
    Wish("my sister saying please open the gate", who="c8", say="open the gate"),
    Wish("a banner that reads happy 60th birthday", read="Happy 60th Birthday"),
    Wish("with 'no parking' written on it", read="NO PARKING"),
    Wish("mobile phones in the classroom", thing="cell phone; classroom"),
    Wish("planes", thing="airplane"),
    Wish("luggage at departures", thing="suitcase", unsaid=("text", "departures")),
    Wish("Taiwo but not Kehinde in a frock", who="c3", thing="dress", no="c4"),
    Wish("Kehinde and his sister", who="c4 c3"),
    Wish("my son playing football in the street", who="c4", thing="soccer ball; street"),
    Wish("exactly three people at the mosque", thing="mosque", n="3"),
    Wish("more than four people", n=">=5"),
    Wish("a couple of people at the stadium", thing="stadium", n="2"),
    Wish("me and the missus in london", who="c1 c2", at="London"),
    Wish("clips with neither Blessing nor Precious at the airport", thing="airport", no="c8;c11"),
    Wish("nigeria minus lagos", at="Nigeria", no="@Lagos"),
    Wish("pls find vids w/ ngozi n the kids in dubai", who="c2 c3|c4", at="Dubai"),
    Wish("wat did we do in ghana", at="Ghana"),
    Wish("the newest ones with pizza", thing="pizza"),
    Wish("Sunday mornings in church", days="sun", hours="5-12", thing="church"),
)
# fmt: on
LAGOS = Stranger(_WORLD, _WISHES)
