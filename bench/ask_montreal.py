# ruff: noqa: E501 -- a table is read across
"""A fourth made-up life: a family in Montreal, with phrasings by voice, long-winded and terse."""

from __future__ import annotations

from datetime import datetime

from bench.ask_days import by_easter, fixed, nth
from bench.ask_life import Person, Spot, Town, World

# fmt: off
MONTREAL = World(
    seed=514, now=datetime(2025, 9, 17, 19, 20), one_moment=True, all_of_group=False,  # noqa: DTZ001 - local by the world's own zone
    home=Town("Montreal", "America/Toronto", (
        Spot(45.5019, -73.5674, ("in Montreal", "in Quebec", "in Canada")),
        Spot(45.5088, -73.5540, ("in Old Montreal", "in Montreal", "in Quebec", "in Canada")),
    )),
    people=(
        Person("u-1", "Camille Tremblay", ("me",), ("me",), "03-14", 0.5),
        Person("u-2", "Olivier", ("partner",), ("my partner", "Olivier", "my partner Olivier", "my significant other"), "09-02", 0.5),
        Person("u-3", "Océane", ("daughter", "twin"), ("Océane", "oceane", "my daughter"), "05-22", 0.4),
        Person("u-4", "Bastien", ("son", "twin"), ("Bastien", "our son", "my little boy"), "05-22", 0.4),
        Person("u-5", "Ginette Tremblay", ("grandmother",), ("nana", "my nana", "Ginette"), "12-08", 0.25),
        Person("u-6", "Jean-François Roy", ("boss",), ("my boss", "Jean-François", "jean francois", "Jean-François Roy"), "", 0.2),
        Person("u-7", "Grace", ("best friend",), ("Grace", "my best friend", "my bestie"), "08-01", 0.25),
        Person("u-8", "Florent Gagnon", ("father-in-law",), ("my father in law", "Olivier's dad", "Florent"), "", 0.2),
        Person("u-9", "Marguerite Gagnon", ("mother-in-law",), ("my mother in law", "my partner's mother", "Marguerite"), "", 0.2),
        Person("u-10", "Sunny Patel", ("neighbour",), ("Sunny", "my neighbour", "our next door neighbor", "Sunny Patel"), "", 0.15),
        Person("u-11", "Faith Nguyen", ("piano teacher",), ("my piano teacher", "the piano teacher", "Faith"), "", 0.15),
    ),
    towns=(
        Town("Quebec City", "America/Toronto", (Spot(46.8139, -71.2080, ("in Quebec City", "in Quebec", "in Canada")),)),
        Town("Nairobi", "Africa/Nairobi", (Spot(-1.2864, 36.8172, ("in Nairobi", "in Kenya")),), ("Niarobi",)),
        Town("Osaka", "Asia/Tokyo", (Spot(34.6937, 135.5023, ("in Osaka", "in Japan")), Spot(34.6873, 135.5262, ("at Osaka Castle", "in Osaka", "in Japan"))), ("Osakka",)),
        Town("São Paulo", "America/Sao_Paulo", (Spot(-23.5505, -46.6333, ("in São Paulo", "in Sao Paulo", "in Brazil")),)),
        Town("Lisbon", "Europe/Lisbon", (Spot(38.7223, -9.1393, ("in Lisbon", "in Portugal", "in Europe")), Spot(38.6916, -9.2160, ("at Belém Tower", "in Lisbon", "in Portugal", "in Europe"))), ("Lisben",)),
        Town("Halifax", "America/Halifax", (Spot(44.6488, -63.5752, ("in Halifax", "in Nova Scotia", "in Canada")),)),
        Town("Nice", "Europe/Paris", (Spot(43.7102, 7.2620, ("in Nice", "in France", "in Europe")),)),
    ),
    things={
        "dog": ("with the dog", "with our puppy"), "canoe": ("in a canoe", "with a canoe", "canoeing"), "hockey stick": ("with a hockey stick", "playing hockey"),
        "sled": ("with a sled", "sledding"), "birthday cake": ("with a cake", "with birthday cake"), "piano": ("at the piano", "playing the piano", "with a piano"),
        "suitcase": ("with a suitcase", "with suitcases", "with luggage"), "giraffe": ("with giraffes", "with a giraffe"), "tent": ("in a tent", "with a tent"),
        "bicycle": ("on a bike", "on bikes", "cycling"), "sushi": ("with sushi", "eating sushi"),
    },
    scenes={
        "beach": ("at the beach", "on a beach"), "snow": ("in the snow",), "lake": ("by the lake", "on the lake"), "airport": ("at the airport",),
        "kitchen": ("in the kitchen", "in our kitchen"), "ice rink": ("at the ice rink", "on the ice rink"), "zoo": ("at the zoo",), "office": ("in the office", "at the office"),
    },
    sayings={
        "bonne fête ma belle": ("where somebody says bonne fête", "where someone says bonne fete"),
        "the poutine here is the best in town": ("where we talk about the poutine", "when somebody mentions poutine"),
        "did anybody feed the cat this morning": ("where someone asks about the cat", "where someone says did anybody feed the cat"),
        "they scored in overtime can you believe it": ("where we talk about overtime", "in which somebody mentions overtime"),
        "our flight is delayed again": ("where we discuss the flight", "talking about the delayed flight"),
    },
    signs={
        "ARRÊT": ("with a sign that says arrêt", "where the sign says arret"), "Métro Berri": ("with a sign that reads Métro Berri",),
        "Sortie": ("where you can read sortie", "with the word sortie"), "CLOSED FOR WINTER": ("with a notice that says closed for winter", "where it says closed for winter"),
    },
    feasts={
        "on Canada Day": fixed(7, 1), "at Christmas": fixed(12, 24, 3), "on Halloween": fixed(10, 31), "on New Year's Eve": fixed(12, 31), "at Easter": by_easter(-2, 4),
        "on Labour Day": nth(9, 0, 1), "on Thanksgiving": nth(10, 0, 2), "on Saint-Jean-Baptiste Day": fixed(6, 24), "on Boxing Day": fixed(12, 26),
        "on Valentine's Day": fixed(2, 14), "on Mother's Day": nth(5, 6, 2), "on St Patrick's Day": fixed(3, 17),
    },
    weekend_before=("at Christmas", "on Thanksgiving"),
    groups={
        "the twins": ("u-3", "u-4"), "our twins": ("u-3", "u-4"), "the kids": ("u-3", "u-4"), "my partner's parents": ("u-8", "u-9"),
        "Olivier's parents": ("u-8", "u-9"), "my in-laws": ("u-8", "u-9"),
    },
    frames=(
        "footage of {}", "that time when we filmed {}", "anything with {}", "do we have {}", "pull up {}", "remember when we recorded {}", "um can you like show me {}",
        "hey glasses i was wondering if you could find {} for me", "{}", "could you dig up {}", "i'd love to see the footage of {}", "what do we have of {}",
        "are there any clips of {}", "{} if there is any", "let me see {}", "I'm looking for {}",
    ),
)
# fmt: on
