# ruff: noqa: E501 -- a table is read across
"""A life in Berlin: German names of cities, dates with dots, two-word and hyphenated names, a wife abroad. Written before looking at the grammar."""

from __future__ import annotations

from datetime import datetime

from bench.ask_days import by_easter, fixed, listed, nth
from bench.ask_life import Person, Spot, Town, World
from bench.ask_wishes import Stranger, Wish

# fmt: off
_WORLD = World(
    seed=62, now=datetime(2026, 1, 11, 18, 40),  # noqa: DTZ001 - local by the world's own zone
    home=Town("Berlin", "Europe/Berlin", (
        Spot(52.5200, 13.4050, ("Berlin", "Germany", "home")), Spot(52.4986, 13.4033, ("Kreuzberg", "Berlin", "Germany")),
        Spot(52.5163, 13.3777, ("Brandenburg Gate", "Berlin", "Germany")),
    )),
    people=(
        Person("b1", "Lukas Weber", ("me",), (), "11-05", 0.4), Person("b2", "Anna-Lena", ("wife",), (), "02-28", 0.4),
        Person("b3", "Max", ("son", "twin"), (), "06-17", 0.3), Person("b4", "Moritz", ("son", "twin"), (), "06-17", 0.3),
        Person("b5", "Jürgen Weber", ("father",), (), "09-09", 0.2), Person("b6", "Oma Hilde", ("grandmother",), (), "", 0.2),
        Person("b7", "April", ("sister",), (), "", 0.2), Person("b8", "Jean-Luc Moreau", ("brother-in-law",), (), "", 0.15),
        Person("b9", "Paris", ("friend",), (), "", 0.15), Person("b10", "Frau Krüger", ("boss", "colleague"), (), "", 0.1),
        Person("b11", "Mia", ("goddaughter",), (), "10-12", 0.2), Person("b12", "Tante Gisela", ("aunt",), (), "", 0.15),
        Person("b13", "Oma Inge", ("grandmother",), (), "", 0.15),
    ),
    towns=(
        Town("Munich", "Europe/Berlin", (Spot(48.1372, 11.5755, ("Munich", "Bavaria", "Germany")), Spot(48.1314, 11.5498, ("Theresienwiese", "Munich", "Bavaria", "Germany")))),
        Town("Cologne", "Europe/Berlin", (Spot(50.9375, 6.9603, ("Cologne", "Germany")),)),
        Town("Florence", "Europe/Rome", (Spot(43.7696, 11.2558, ("Florence", "Tuscany", "Italy", "abroad")),)),
        Town("Zermatt", "Europe/Zurich", (Spot(46.0207, 7.7491, ("Zermatt", "Alps", "Switzerland", "abroad")),)),
        Town("Innsbruck", "Europe/Vienna", (Spot(47.2692, 11.4041, ("Innsbruck", "Alps", "Austria", "abroad")),)),
        Town("Stockholm", "Europe/Stockholm", (Spot(59.3293, 18.0686, ("Stockholm", "Sweden", "Scandinavia", "abroad")),)),
        Town("Copenhagen", "Europe/Copenhagen", (Spot(55.6761, 12.5683, ("Copenhagen", "Denmark", "Scandinavia", "abroad")),)),
        Town("Palma", "Europe/Madrid", (Spot(39.5696, 2.6502, ("Palma", "Mallorca", "Spain", "abroad")),)),
        Town("Athens", "Europe/Athens", (Spot(37.9838, 23.7275, ("Athens", "Greece", "abroad")),)),
        Town("Paris", "Europe/Paris", (Spot(48.8584, 2.2945, ("Eiffel Tower", "Paris", "France", "abroad")),)),
        Town("Vienna", "Europe/Vienna", (Spot(48.2082, 16.3738, ("Vienna", "Austria", "abroad")),)),
    ),
    things=dict.fromkeys(("bicycle", "train", "dog", "beer glass", "Christmas tree", "skis", "piano", "book", "cat", "ice cream", "laptop", "stroller", "sled", "boat", "fireworks"), ()),
    scenes=dict.fromkeys(("kitchen", "mountain", "lake", "office", "museum", "snow", "garden", "bridge", "church", "market"), ()),
    sayings=dict.fromkeys(("zum Geburtstag viel Glück", "we missed the last train to Potsdam", "I love you more than cheese", "the kindergarten is closed on Monday", "merry christmas everybody", "that goal was amazing"), ()),
    signs=dict.fromkeys(("AUSGANG", "Zimmer frei", "Museumsinsel", "50% off", "Gleis 7"), ()),
    feasts={
        "christmas": fixed(12, 24, 3), "nye": fixed(12, 31), "oktoberfest": listed("2023-09-16", "2024-09-21", "2025-09-20", "2026-09-19", length=16), "unity": fixed(10, 3), "easter": by_easter(-2, 4),
        "nikolaus": fixed(12, 6), "greek": fixed(3, 25), "mothers": nth(5, 6, 2), "midsummer": listed("2023-06-24", "2024-06-22", "2025-06-21", "2026-06-20"), "orthodox": listed("2023-04-16", "2024-05-05", "2025-04-20", "2026-04-12"),
    },
    groups={}, frames=(),
)

_WISHES = (
    Wish("the twins on their sleds", who="b3 b4", thing="sled"),
    Wish("both grandmas together", who="b6 b13"),
    Wish("Oma Hilde baking in the kitchen", who="b6", thing="kitchen"),
    Wish("juergen playing the piano", who="b5", thing="piano"),
    Wish("Jurgen at Christmas", who="b5", when="2025-12-24..2025-12-26"),
    Wish("Anna Lena with the pram", who="b2", thing="stroller"),
    Wish("Paris in Paris", who="b9", at="Paris"),
    Wish("April in April", who="b7", when="2025-04-01..2025-04-30"),
    Wish("april in the spring of 2024", who="b7", when="2024-03-01..2024-05-31"),
    Wish("my sister at Oktoberfest", who="b7", when="2025-09-20..2025-10-05"),
    Wish("beer in München", thing="beer glass", at="Munich"),
    Wish("koeln", at="Cologne"),
    Wish("Köln with Jean-Luc", who="b8", at="Cologne"),
    Wish("Firenze last autumn", at="Florence", when="2025-09-01..2025-11-30"),
    Wish("our Italian trip", at="Italy"),
    Wish("skiing in the Alps", at="Alps", thing="skis"),
    Wish("Scandinavia with Mia", who="b11", at="Scandinavia"),
    Wish("24.12.2024", when="2024-12-24"),
    Wish("am 25.12. in the church", when="2025-12-25", thing="church"),
    Wish("2025-06-03", when="2025-06-03"),
    Wish("June 3rd, 2025", when="2025-06-03"),
    Wish("06.06.2025 on the boat", when="2025-06-06", thing="boat"),
    Wish("fireworks on New Year's Eve", thing="fireworks", when="2025-12-31"),
    Wish("at the turn of the year with my wife", who="b2", when="2025-12-31..2026-01-01"),
    Wish("St. Nicholas Day with the boys", who="b3 b4", when="2025-12-06"),
    Wish("German Unity Day", when="2025-10-03"),
    Wish("Independence Day in Greece", at="Greece", when="2025-03-25"),
    Wish("midsummer in Sweden", at="Sweden", when="2025-06-20..2025-06-21"),
    Wish("orthodox easter 2024", when="2024-05-05"),
    Wish("Greek Easter 2024 in Athens", at="Athens", when="2024-05-05"),
    Wish("three weeks ago on Sunday", when="2025-12-21"),
    Wish("last winter by the lake", thing="lake", when="2024-12-01..2025-02-28"),
    Wish("the summer of 2024 on Majorca", at="Mallorca", when="2024-06-01..2024-08-31"),
    Wish("between Christmas and New Year", when="2025-12-24..2026-01-01"),
    Wish("over the holidays with the twins", who="b3 b4", when="2025-12-24..2026-01-01"),
    Wish("my goddaughter's birthday", when="2025-10-12"),
    Wish("Mia eating gelato", who="b11", thing="ice cream"),
    Wish("the boss on her laptop at the office", who="b10", thing="laptop; office"),
    Wish("Frau Krueger", who="b10"),
    Wish("tante gisela and oma inge in the garden", who="b12 b13", thing="garden"),
    Wish("Aunt Gisela reading", who="b12", thing="book"),
    Wish("where they sing zum Geburtstag viel Glück", say="Geburtstag"),
    Wish("who said they missed the last train", say="missed the last train"),
    Wish("clips in which the word kindergarten is mentioned", say="kindergarten"),
    Wish("the sign that says Ausgang", read="AUSGANG"),
    Wish("a poster reading 50% off", read="50% off"),
    Wish("anything from track 7, it said Gleis 7 on the sign", read="Gleis 7"),
    Wish("everyone except my boss in Kreuzberg", at="Kreuzberg", no="b10"),
    Wish("kittens", thing="cat"),
    Wish("on the train but not in Germany", thing="train", no="@Germany"),
    Wish("the four of us at the brandenburg gate", at="Brandenburg Gate", n="4"),
    Wish("at least two kids in the snow", thing="snow", who="b3|b4|b11", n=">=2"),
    Wish("nobody but Max", who="b3", n="1"),
    Wish("moritz on his own at the lake", who="b4", thing="lake", n="1"),
    Wish("max without moritz in the museum", who="b3", no="b4", thing="museum"),
    Wish("my wife and I in vienna", who="b2 b1", at="Vienna"),
    Wish("I'd love to see us in Zermat", at="Zermatt"),
    Wish("christmas markets", thing="market", when="2025-11-20..2025-12-26"),
    Wish("x-mas tree", thing="Christmas tree"),
    Wish("show me yesterday around noon", when="2026-01-10", hours="11-14"),
    Wish("how about the bridges of Stockholm", thing="bridge", at="Stockholm"),
    Wish("Jean Luc's clips on the 14th of July", who="b8", when="2025-07-14"),
    Wish("make a movie of my old man cycling", who="b5", thing="bicycle"),
)
# fmt: on
BERLIN = Stranger(_WORLD, _WISHES)
