# ruff: noqa: E501 -- a table is read across
"""A life in Osaka: Japanese names and feasts, long-winded and clipped requests, British and American words."""

from __future__ import annotations

from datetime import datetime

from bench.ask_days import by_easter, fixed, listed, nth
from bench.ask_life import Person, Spot, Town, World
from bench.ask_wishes import Stranger, Wish

# fmt: off
_WORLD = World(
    seed=65, now=datetime(2025, 8, 9, 7, 50),  # noqa: DTZ001 - local by the world's own zone
    home=Town("Osaka", "Asia/Tokyo", (Spot(34.6937, 135.5023, ("Osaka", "Japan", "home")), Spot(34.6873, 135.5259, ("Osaka Castle", "Osaka", "Japan")))),
    people=(
        Person("e1", "Kenji Tanaka", ("me",), (), "04-02", 0.4), Person("e2", "Hope Tanaka", ("wife",), (), "09-30", 0.4),
        Person("e3", "Haruka", ("daughter",), (), "05-21", 0.3), Person("e4", "Ren", ("son",), (), "11-14", 0.3),
        Person("e5", "Obaachan Yuki", ("grandmother",), (), "", 0.2), Person("e6", "Dr. Alexander Petrov", ("friend",), (), "", 0.15),
        Person("e7", "Rose-Marie Dubois", ("mother-in-law",), (), "03-01", 0.2), Person("e8", "Pierre Dubois", ("father-in-law",), (), "", 0.15),
        Person("e9", "Katherine Dubois", ("sister-in-law",), (), "", 0.15), Person("e10", "Sakura", ("niece",), (), "", 0.15),
        Person("e11", "Daichi", ("nephew",), (), "", 0.15), Person("e12", "Mr. Yamamoto", ("landlord", "neighbour"), (), "", 0.1),
        Person("e13", "Christian", ("coach",), (), "", 0.1), Person("e14", "Takeshi Tanaka", ("brother",), (), "", 0.2),
    ),
    towns=(
        Town("Kyoto", "Asia/Tokyo", (Spot(35.0116, 135.7681, ("Kyoto", "Japan")), Spot(34.9671, 135.7727, ("Fushimi Inari", "Kyoto", "Japan")))),
        Town("Tokyo", "Asia/Tokyo", (Spot(35.6895, 139.6917, ("Tokyo", "Japan")), Spot(35.6586, 139.7454, ("Tokyo Tower", "Tokyo", "Japan")))),
        Town("Nara", "Asia/Tokyo", (Spot(34.6851, 135.8048, ("Nara", "Japan")),)),
        Town("Lyon", "Europe/Paris", (Spot(45.7640, 4.8357, ("Lyon", "France", "Europe", "abroad")),)),
        Town("Ho Chi Minh City", "Asia/Ho_Chi_Minh", (Spot(10.8231, 106.6297, ("Ho Chi Minh City", "Vietnam", "abroad")),)),
        Town("Seoul", "Asia/Seoul", (Spot(37.5665, 126.9780, ("Seoul", "South Korea", "abroad")),)),
        Town("Honolulu", "Pacific/Honolulu", (Spot(21.3069, -157.8583, ("Honolulu", "Hawaii", "USA", "abroad")),)),
        Town("Granada", "Europe/Madrid", (Spot(37.1773, -3.5986, ("Granada", "Spain", "Europe", "abroad")),)),
    ),
    things=dict.fromkeys(("bicycle", "train", "deer", "bowl", "cherry blossom", "umbrella", "baseball bat", "cat", "lantern", "fish", "stuffed toy", "backpack", "chopsticks", "kimono", "bus"), ()),
    scenes=dict.fromkeys(("temple", "beach", "kitchen", "park", "train station", "garden", "amusement park", "hot spring", "street", "classroom"), ()),
    sayings=dict.fromkeys(("itadakimasu everyone", "the typhoon is coming tonight", "can you hear the cicadas", "I passed the driving test", "grandpa never liked natto", "watch out for the deer"), ()),
    signs=dict.fromkeys(("EXIT 5", "Takoyaki 500 yen", "No Smoking", "Bonne Année", "Welcome home"), ()),
    feasts={
        "newyear": fixed(1, 1, 3), "golden": fixed(4, 29, 7), "obon": fixed(8, 13, 3), "christmas": fixed(12, 25), "children": fixed(5, 5), "culture": fixed(11, 3),
        "bastille": fixed(7, 14), "tet": listed("2023-01-22", "2024-02-10", "2025-01-29"), "easter": by_easter(-2, 4), "mothers": nth(5, 6, 2), "tanabata": fixed(7, 7), "halloween": fixed(10, 31),
    },
    groups={}, frames=(),
)

_WISHES = (
    Wish("Golden Week with the kids", who="e3|e4", when="2025-04-29..2025-05-05"),
    Wish("last year's Obon", when="2024-08-13..2024-08-15"),
    Wish("Bastille Day in Lyon", at="Lyon", when="2025-07-14"),
    Wish("Tet in Saigon", at="Ho Chi Minh City", when="2025-01-29..2025-01-31"),
    Wish("Children's Day", when="2025-05-05"),
    Wish("Tanabata this year", when="2025-07-07"),
    Wish("Culture Day 2024 in Kyoto", at="Kyoto", when="2024-11-03"),
    Wish("new year's in Japan", at="Japan", when="2024-12-31..2025-01-01"),
    Wish("Mother's Day with my wife", who="e2", when="2025-05-11"),
    Wish("Hope and her mother", who="e2 e7"),
    Wish("Hope's parents in Granada", who="e7|e8", at="Granada"),
    Wish("my wife's sister Kathy", who="e9"),
    Wish("Alex Petrov in the garden", who="e6", thing="garden"),
    Wish("Ren with his grandmother", who="e4 e7"),
    Wish("my brother's kids at the amusement park", who="e10|e11", thing="amusement park"),
    Wish("Haruka and her cousins", who="e3 e10|e11"),
    Wish("rose marie in hawaii", who="e7", at="Hawaii"),
    Wish("Sakura under the cherry blossoms", who="e10", thing="cherry blossom"),
    Wish("Mr Yamamoto from next door", who="e12"),
    Wish("coach Christian with a baseball bat", who="e13", thing="baseball bat"),
    Wish("could you possibly find me any footage in which both my wife and my daughter appear in Kyoto, please?", who="e2 e3", at="Kyoto"),
    Wish("uh so like that one time in Nara with the deer", at="Nara", thing="deer"),
    Wish("Ren. Bicycle. Osaka.", who="e4", thing="bicycle", at="Osaka"),
    Wish("clips shot in Seoul during spring", at="Seoul", when="2025-03-01..2025-05-31"),
    Wish("I wanna watch what we filmed in May '24 at the hot spring", thing="hot spring", when="2024-05-01..2024-05-31"),
    Wish("is there anything of me and my brother together?", who="e1 e14"),
    Wish("the last time we were at Fushimi Inari", at="Fushimi Inari"),
    Wish("osaka castle in the rain with an umbrella", at="Osaka Castle", thing="umbrella"),
    Wish("kimonos on the street, two people", thing="kimono; street", n="2"),
    Wish("Tokyo tower by night", at="Tokyo Tower", hours="20-29"),
    Wish("early morning at the train station", hours="5-9", thing="train station"),
    Wish("on Sunday evenings", days="sun", hours="17-24"),
    Wish("in the first three months of 2025", when="2025-01-01..2025-03-31"),
    Wish("a week ago", when="2025-08-02"),
    Wish("in the week of June 9", when="2025-06-09..2025-06-15"),
    Wish("from mid-May until the end of June", when="2025-05-11..2025-06-30"),
    Wish("during the last 30 days with the cat", thing="cat", when="2025-07-11..2025-08-09"),
    Wish("the other day in the kitchen", thing="kitchen", when="2025-07-26..2025-08-08"),
    Wish("2024/12/25", when="2024-12-25"),
    Wish("Dec 25th '24 or Dec 26th '24", when="2024-12-25,2024-12-26"),
    Wish("on the 21st of May 2025 for Haruka's birthday", who="", when="2025-05-21"),
    Wish("my birthday this year", when="2025-04-02"),
    Wish("where you can hear someone say itadakimasu", say="itadakimasu"),
    Wish("somebody warns about the typhoon", say="typhoon"),
    Wish("Takeshi telling us he passed the driving test", who="e14", say="passed the driving test"),
    Wish("what did grandpa never like? the natto thing", say="natto"),
    Wish("signs saying no smoking", read="No Smoking"),
    Wish("the takoyaki price sign", read="Takoyaki"),
    Wish("exit 5 at the station", read="EXIT 5", thing="train station"),
    Wish("welcome home banner", read="Welcome home"),
    Wish("with chopsticks but without a bowl", thing="chopsticks", no="bowl"),
    Wish("temples outside of Kyoto", thing="temple", no="@Kyoto"),
    Wish("Korea", at="South Korea"),
    Wish("french trip with Pierre", at="France", who="e8"),
    Wish("no kids, no wife, just me at the beach", who="e1", thing="beach", n="1"),
    Wish("everybody but Sakura in the park", thing="park", no="e10"),
    Wish("my family minus Ren in Honolulu", at="Honolulu", no="e4", who="e2|e3|e7|e8|e9|e10|e11|e14|e5"),
    Wish("a crowd of at least five people at the temple", thing="temple", n=">=5"),
    Wish("not more than two people in the garden", thing="garden", n="<=2"),
    Wish("plushies", thing="stuffed toy"),
    Wish("railway journeys with my rucksack", thing="train; backpack"),
    Wish("Haruka's school", who="e3", thing="classroom"),
)
# fmt: on
OSAKA = Stranger(_WORLD, _WISHES)
