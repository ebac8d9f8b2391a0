# ruff: noqa: E501 -- a table is read across
"""A life in Adelaide: southern, half-hour zone, names that are words and places. Written as a stranger would, before looking at the grammar."""

from __future__ import annotations

from datetime import datetime

from bench.ask_days import by_easter, fixed, listed, nth
from bench.ask_life import Person, Spot, Town, World
from bench.ask_wishes import Stranger, Wish

# fmt: off
_WORLD = World(
    seed=61, now=datetime(2025, 10, 22, 9, 20), southern=True,  # noqa: DTZ001 - local by the world's own zone
    home=Town("Adelaide", "Australia/Adelaide", (
        Spot(-34.9285, 138.6007, ("Adelaide", "South Australia", "Australia", "home")),
        Spot(-34.9821, 138.5160, ("Glenelg", "Adelaide", "South Australia", "Australia")),
    )),
    people=(
        Person("a1", "Priya Nair", ("me",), (), "03-19", 0.4), Person("a2", "Jordan Lee", ("husband",), (), "08-14", 0.4),
        Person("a3", "Sydney", ("daughter",), (), "07-25", 0.35), Person("a4", "Hope", ("daughter",), (), "", 0.35),
        Person("a5", "Leo", ("stepson",), (), "12-01", 0.2), Person("a6", "Margaret O'Brien", ("mother-in-law",), (), "05-06", 0.2),
        Person("a7", "Rajesh Nair", ("father", "dad"), (), "01-30", 0.2), Person("a8", "Will", ("brother",), (), "", 0.2),
        Person("a9", "Summer", ("niece",), (), "", 0.15), Person("a10", "Georgia Papadopoulos", ("boss",), (), "", 0.1),
        Person("a11", "Biscuit", ("dog",), (), "", 0.2), Person("a12", "Thanh-Ha", ("best friend", "godmother of Hope"), (), "", 0.15),
    ),
    towns=(
        Town("Melbourne", "Australia/Melbourne", (Spot(-37.8136, 144.9631, ("Melbourne", "Victoria", "Australia")), Spot(-37.8676, 144.9805, ("St Kilda", "Melbourne", "Victoria", "Australia")))),
        Town("Sydney", "Australia/Sydney", (Spot(-33.8688, 151.2093, ("Sydney", "New South Wales", "Australia")), Spot(-33.8568, 151.2153, ("Sydney Opera House", "Sydney", "New South Wales", "Australia")), Spot(-33.8908, 151.2743, ("Bondi", "Sydney", "New South Wales", "Australia")))),
        Town("Alice Springs", "Australia/Darwin", (Spot(-25.3444, 131.0369, ("Uluru", "Northern Territory", "Australia")),)),
        Town("Ubud", "Asia/Makassar", (Spot(-8.5069, 115.2625, ("Ubud", "Bali", "Indonesia", "abroad")),)),
        Town("Queenstown", "Pacific/Auckland", (Spot(-45.0312, 168.6626, ("Queenstown", "New Zealand", "abroad")),)),
        Town("Hobart", "Australia/Hobart", (Spot(-42.8821, 147.3272, ("Hobart", "Tasmania", "Australia")),)),
        Town("Mumbai", "Asia/Kolkata", (Spot(18.9220, 72.8347, ("Mumbai", "India", "abroad")),)),
    ),
    things=dict.fromkeys(("dog", "car", "surfboard", "barbecue grill", "kite", "sports ball", "sneakers", "bicycle", "balloon", "tent", "horse", "cake", "guitar", "kangaroo", "sandwich"), ()),
    scenes=dict.fromkeys(("beach", "vineyard", "backyard", "playground", "restaurant", "stadium", "swimming pool", "forest"), ()),
    sayings=dict.fromkeys(("happy birthday to you", "I finally got the promotion", "dad's old boat still leaks", "she'll be right mate", "who wants a sausage", "the train was late again"), ()),
    signs=dict.fromkeys(("OPEN", "NO SWIMMING", "Ramen 12 dollars", "Haigh's Chocolates", "Platform 5"), ()),
    feasts={
        "christmas": fixed(12, 25), "anzac": fixed(4, 25), "australia day": fixed(1, 26), "diwali": listed("2022-10-24", "2023-11-12", "2024-10-31", "2025-10-20"),
        "easter": by_easter(-2, 4), "mothers": nth(5, 6, 2), "fathers": nth(9, 6, 1), "nye": fixed(12, 31),
    },
    groups={}, frames=(),
)

_WISHES = (
    Wish("got any clips of Sydney at the beach?", who="a3", thing="beach"),
    Wish("Sydney in Sydney", who="a3", at="Sydney"),
    Wish("Summer last summer", who="a9", when="2024-12-01..2025-02-28"),
    Wish("could you please dig out the ones where Jordan is cooking on the barbie", who="a2", thing="barbecue grill"),
    Wish("Hope and me down at Glenelg this arvo last week", who="a4 a1", at="Glenelg", when="2025-10-13..2025-10-19", hours="12-18"),
    Wish("what did we do on anzac day", when="2025-04-25"),
    Wish("Diwali with dad", who="a7", when="2025-10-20"),
    Wish("diwali 2024 at home with both girls", who="a3 a4", when="2024-10-31", at="home"),
    Wish("my mother-in-law on Mother's Day", who="a6", when="2025-05-11"),
    Wish("Father's Day with Rajesh", who="a7", when="2025-09-07"),
    Wish("Biscuit at the beach without any kids", who="a11", thing="beach", no="a3;a4;a5"),
    Wish("the dog chasing a footy", thing="dog; sports ball"),
    Wish("clips from the Opera House, but not with Will", at="Sydney Opera House", no="a8"),
    Wish("will and leo on a push bike", who="a8 a5", thing="bicycle"),
    Wish("over the christmas holidays in Bali", at="Bali", when="2024-12-24..2025-01-01"),
    Wish("25/12 last year", when="2024-12-25"),
    Wish("videos from 3/5/2025", when="2025-05-03"),
    Wish("3rd of June", when="2025-06-03"),
    Wish("the first week of May in tassie", at="Tasmania", when="2025-05-01..2025-05-07"),
    Wish("a fortnight ago", when="2025-10-08"),
    Wish("at the pool between January and March", thing="swimming pool", when="2025-01-01..2025-03-31"),
    Wish("since easter with my boss", who="a10", when="2025-04-18..2025-10-22"),
    Wish("before we moved, Jordan with a guitar", who="a2", thing="guitar", unsaid=("time", "before we moved")),
    Wish("winter 2024 in NZ", at="New Zealand", when="2024-06-01..2024-08-31"),
    Wish("on my birthday", when="2025-03-19"),
    Wish("Jordan's birthday last year", when="2024-08-14"),
    Wish("weekday mornings at the playground", thing="playground", days="mon,tue,wed,thu,fri", hours="5-12"),
    Wish("last Friday night", when="2025-10-17", hours="18-29"),
    Wish("only Hope and me", who="a4 a1", n="2"),
    Wish("just me in New Zealand", who="a1", at="New Zealand", n="1"),
    Wish("three or more people in a restaurant", thing="restaurant", n=">=3"),
    Wish("the beach with nobody in it", thing="beach", n="0"),
    Wish("no people, just the vineyard", thing="vineyard", n="0"),
    Wish("where someone says happy birthday", say="happy birthday"),
    Wish("the one where I mention the promotion", say="promotion"),
    Wish("when Dad talked about the boat", who="a7", say="boat"),
    Wish("a sign saying no swimming", read="NO SWIMMING"),
    Wish("a menu with ramen on it", read="ramen"),
    Wish("roos in the bush", thing="kangaroo; forest"),
    Wish("my stepson with his new trainers", who="a5", thing="sneakers"),
    Wish("Hope's godmother at Bondi", who="a12", at="Bondi"),
    Wish("Thanh Ha on horseback", who="a12", thing="horse"),
    Wish("camping at Uluru", at="Uluru", thing="tent"),
    Wish("Ayers Rock with the whole family", at="Uluru", who="a2 a3 a4"),
    Wish("margaret and the girls at st kilda", who="a6 a3|a4", at="St Kilda"),
    Wish("everything from Bombay", at="Mumbai"),
    Wish("when we were overseas", at="abroad"),
    Wish("new year's eve at the harbour in sydney", at="Sydney", when="2024-12-31"),
    Wish("Australia Day barbecue", when="2025-01-26", thing="barbecue grill"),
    Wish("Hope at the footy with her uncle", who="a4 a8", thing="stadium"),
    Wish("my husband and I in melbourne, no kids", who="a2 a1", at="Melbourne", no="a3;a4;a5"),
    Wish("our trip to Queenstown in July", at="Queenstown", when="2025-07-01..2025-07-31"),
    Wish("put together a little film of Leo surfing", who="a5", thing="surfboard"),
    Wish("Georgia from work", who="a10"),
    Wish("this time last year", when="2024-10-15..2024-10-29"),
    Wish("remind me what the girls did yesterday", who="a3|a4", when="2025-10-21"),
    Wish("Sydney's birthday party with balloons", when="2025-07-25", thing="balloon"),
    Wish("jordan eating a sanga in the backyard", who="a2", thing="sandwich; backyard"),
    Wish("anywhere but Adelaide with Will", who="a8", no="@Adelaide"),
    Wish("mum's not there, just my dad and the girls", who="a7 a3|a4", unsaid=("without", "mum")),
)
# fmt: on
ADELAIDE = Stranger(_WORLD, _WISHES)
