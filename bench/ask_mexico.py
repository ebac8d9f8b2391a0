# ruff: noqa: E501 -- a table is read across
"""A life in Mexico City, held out: only its total figures are looked at. Written before looking at the grammar."""

from __future__ import annotations

from datetime import datetime

from bench.ask_days import by_easter, fixed, listed, nth
from bench.ask_life import Person, Spot, Town, World
from bench.ask_wishes import Stranger, Wish

# fmt: off
_WORLD = World(
    seed=64, now=datetime(2025, 12, 2, 13, 15),  # noqa: DTZ001 - local by the world's own zone
    home=Town("Mexico City", "America/Mexico_City", (
        Spot(19.4326, -99.1332, ("Mexico City", "Mexico", "home")), Spot(19.3467, -99.1617, ("Coyoacán", "Mexico City", "Mexico")), Spot(19.2572, -99.1030, ("Xochimilco", "Mexico City", "Mexico")),
    )),
    people=(
        Person("d1", "Valeria Ruiz", ("me",), (), "02-02", 0.4), Person("d2", "José Luis", ("husband",), (), "07-19", 0.4),
        Person("d3", "María José", ("daughter",), (), "03-08", 0.3), Person("d4", "Mateo", ("son",), (), "11-30", 0.3),
        Person("d5", "Guadalupe Ruiz", ("mother", "mom"), (), "12-12", 0.25), Person("d6", "Abuelo Nacho", ("grandfather",), (), "", 0.2),
        Person("d7", "Rosa", ("sister",), (), "", 0.2), Person("d8", "Ángel", ("brother",), (), "", 0.2),
        Person("d9", "Sofía Ruiz", ("niece",), (), "", 0.15), Person("d10", "Dr. Herrera", ("colleague",), (), "", 0.1),
        Person("d11", "Soledad", ("mother-in-law",), (), "09-03", 0.15), Person("d12", "Chloe Kim", ("roommate", "best friend"), (), "", 0.15),
        Person("d13", "Canela", ("cat",), (), "", 0.15), Person("d14", "Rodrigo", ("stepfather",), (), "", 0.15),
    ),
    towns=(
        Town("Oaxaca", "America/Mexico_City", (Spot(17.0732, -96.7266, ("Oaxaca", "Mexico")),)), Town("Cancún", "America/Cancun", (Spot(21.1619, -86.8515, ("Cancún", "Mexico")),)),
        Town("Havana", "America/Havana", (Spot(23.1136, -82.3666, ("Havana", "Cuba", "Caribbean", "abroad")),)),
        Town("Chicago", "America/Chicago", (Spot(41.8781, -87.6298, ("Chicago", "Illinois", "USA", "abroad")), Spot(41.8826, -87.6226, ("Millennium Park", "Chicago", "Illinois", "USA", "abroad")))),
        Town("Rio", "America/Sao_Paulo", (Spot(-22.9519, -43.2105, ("Christ the Redeemer", "Rio de Janeiro", "Brazil", "South America", "abroad")), Spot(-22.9711, -43.1822, ("Copacabana", "Rio de Janeiro", "Brazil", "South America", "abroad")))),
        Town("Tokyo", "Asia/Tokyo", (Spot(35.6595, 139.7005, ("Shibuya", "Tokyo", "Japan", "Asia", "abroad")), Spot(35.7148, 139.7967, ("Asakusa", "Tokyo", "Japan", "Asia", "abroad")))),
        Town("Seville", "Europe/Madrid", (Spot(37.3891, -5.9845, ("Seville", "Andalusia", "Spain", "Europe", "abroad")),)),
        Town("Toronto", "America/Toronto", (Spot(43.6532, -79.3832, ("Toronto", "Ontario", "Canada", "abroad")),)),
    ),
    things=dict.fromkeys(("cat", "skateboard", "taco", "bus", "violin", "soccer ball", "candle", "flower", "hat", "truck", "teddy bear", "wine glass", "piñata", "camera", "parrot"), ()),
    scenes=dict.fromkeys(("beach", "cemetery", "pyramid", "kitchen", "plaza", "waterfall", "school", "restaurant", "rooftop", "bedroom"), ()),
    sayings=dict.fromkeys(("feliz cumpleaños mi amor", "the earthquake woke everybody up", "grandpa used to sell oranges here", "you look beautiful in that dress", "did you lock the car", "we won the lottery"), ()),
    signs=dict.fromkeys(("Salida", "Tacos al Pastor", "Feliz Navidad", "Metro Balderas", "WET FLOOR"), ()),
    feasts={
        "muertos": fixed(11, 1, 2), "independence": fixed(9, 16), "christmas": fixed(12, 25), "reyes": fixed(1, 6), "easter": by_easter(-2, 4), "mothers": fixed(5, 10), "guadalupe": fixed(12, 12),
        "carnival": by_easter(-50, 4), "canadian": nth(10, 0, 2), "cinco": fixed(5, 5), "nye": fixed(12, 31), "halloween": fixed(10, 31), "lunar": listed("2023-01-22", "2024-02-10", "2025-01-29"), "golden": fixed(4, 29, 7),
    },
    groups={}, frames=(),
)

_WISHES = (
    Wish("Day of the Dead with my grandfather", who="d6", when="2025-11-01..2025-11-02"),
    Wish("dia de los muertos at the cemetery", thing="cemetery", when="2025-11-01..2025-11-02"),
    Wish("Mother's Day with Guadalupe", who="d5", when="2025-05-10"),
    Wish("Mexican Independence Day in the plaza", when="2025-09-16", thing="plaza"),
    Wish("Cinco de Mayo in chicago", at="Chicago", when="2025-05-05"),
    Wish("Three Kings Day with Mateo", who="d4", when="2025-01-06"),
    Wish("carnival in Rio this year", at="Rio de Janeiro", when="2025-03-01..2025-03-05"),
    Wish("Thanksgiving in Toronto", at="Toronto", when="2025-10-13"),
    Wish("Golden Week in Japan", at="Japan", when="2025-04-29..2025-05-05"),
    Wish("lunar new year 2024", when="2024-02-10"),
    Wish("Jose Luis in Coyoacan", who="d2", at="Coyoacán"),
    Wish("maria jose with her teddy", who="d3", thing="teddy bear"),
    Wish("María José and Mateo at school", who="d3 d4", thing="school"),
    Wish("angel and rosa on the rooftop", who="d8 d7", thing="rooftop"),
    Wish("Rosa with roses", who="d7", thing="flower"),
    Wish("Sofi... I mean Sofía eating tacos", who="d9", thing="taco"),
    Wish("my stepdad driving the lorry", who="d14", thing="truck"),
    Wish("my husband's mother in the kitchen", who="d11", thing="kitchen"),
    Wish("my in-laws in Oaxaca", who="d11", at="Oaxaca"),
    Wish("Dr Herrera", who="d10"),
    Wish("my flatmate Chloe on a skateboard", who="d12", thing="skateboard"),
    Wish("Canela sleeping in the bedroom", who="d13", thing="bedroom"),
    Wish("the kitty with no one around", thing="cat", n="0"),
    Wish("Christ the Redeemer without Rodrigo", at="Christ the Redeemer", no="d14"),
    Wish("the Caribbean in March", at="Caribbean", when="2025-03-01..2025-03-31"),
    Wish("South America with my brother's daughter", at="South America", who="d9"),
    Wish("sevilla, semana santa", at="Seville", when="2025-04-13..2025-04-20"),
    Wish("our Japanese trip, just the two of us", at="Japan", n="2"),
    Wish("asakusa in the early morning", at="Asakusa", hours="4-9"),
    Wish("shibuya at dusk", at="Shibuya", hours="16-21"),
    Wish("12/25", when="2024-12-25"),
    Wish("12/12/2024 with mom", who="d5", when="2024-12-12"),
    Wish("mom's birthday last year", when="2024-12-12"),
    Wish("Mateo's birthday party with a piñata", when="2025-11-30", thing="piñata"),
    Wish("on Sunday with my family", when="2025-11-30", n=">=2"),
    Wish("November 30", when="2025-11-30"),
    Wish("the second week of November at Xochimilco", at="Xochimilco", when="2025-11-08..2025-11-14"),
    Wish("two months ago in cancun", at="Cancún", when="2025-10-01..2025-10-31"),
    Wish("since Halloween with the cat", thing="cat", when="2025-10-31..2025-12-02"),
    Wish("from August till October at the waterfall", thing="waterfall", when="2025-08-01..2025-10-31"),
    Wish("weekends in the plaza", thing="plaza", days="sat,sun"),
    Wish("spring break 2025? no: April 2025 at the beach", thing="beach", when="2025-04-01..2025-04-30"),
    Wish("last night's dinner at the restaurant", when="2025-12-01", hours="17-29", thing="restaurant"),
    Wish("this morning", when="2025-12-02", hours="5-12"),
    Wish("where somebody says feliz cumpleaños", say="feliz cumpleaños"),
    Wish("the clip about the earthquake waking everybody", say="earthquake"),
    Wish("did anyone mention the lottery", say="lottery"),
    Wish("a billboard with tacos al pastor on it", read="Tacos al Pastor"),
    Wish("it says wet floor", read="WET FLOOR"),
    Wish("signs that say salida in Mexico City", read="Salida", at="Mexico City"),
    Wish("parrots and hats", thing="parrot; hat"),
    Wish("candles on christmas", thing="candle", when="2024-12-25"),
    Wish("the fiddle, but not Ángel", thing="violin", no="d8"),
    Wish("abroad with both of my kids", at="abroad", who="d3 d4"),
    Wish("Millenium Park with mi esposo José Luis", at="Millennium Park", who="d2"),
    Wish("all five of us", n="5"),
    Wish("I'm after the video of me alone by the pyramids", who="d1", thing="pyramid", n="1"),
    Wish("anything in Europe", at="Europe"),
    Wish("Havana minus the kids", at="Havana", no="d3;d4"),
    Wish("could I see sis playing soccer", who="d7", thing="soccer ball"),
    Wish("coaches in Toronto", thing="bus", at="Toronto"),
)
# fmt: on
MEXICO = Stranger(_WORLD, _WISHES)
