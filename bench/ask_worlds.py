# ruff: noqa: E501 -- a table is read across
"""Four made-up lives. London (one part) and Montreal are for working with; London's other part, Bengaluru and Auckland are only reported."""

from __future__ import annotations

from datetime import datetime

from bench.ask_days import by_easter, fixed, listed, nth
from bench.ask_life import Person, Spot, Town, World
from bench.ask_montreal import MONTREAL

# fmt: off
_LONDON = World(
    seed=4, now=datetime(2026, 3, 14, 10, 30), one_moment=True, all_of_group=True,  # noqa: DTZ001 - local by the world's own zone
    home=Town("London", "Europe/London", (
        Spot(51.5074, -0.1278, ("in London", "in England", "at home in London")),
        Spot(51.4613, -0.1156, ("in Brixton", "in London", "in England")),
        Spot(51.5588, -0.1677, ("in Hampstead", "in London", "in England")),
    )),
    people=(
        Person("p1", "Edward Hale", ("me",), ("me",), "06-21", 0.55),
        Person("p2", "Rose", ("wife",), ("my wife", "Rose", "my better half", "my wife Rose"), "04-09", 0.5),
        Person("p3", "Mary Jane", ("daughter",), ("Mary Jane", "my daughter", "our girl"), "10-30", 0.35),
        Person("p4", "Tom", ("son",), ("Tom", "our son", "my boy", "my son Tom"), "02-17", 0.35),
        Person("p5", "June Hale", ("mother",), ("mum", "June", "my mother", "my mum"), "11-02", 0.25),
        Person("p6", "Will", ("brother",), ("my brother", "my brother Will", "my bro"), "", 0.2),
        Person("p7", "Florence", ("sister-in-law",), ("Florence", "my sister in law"), "", 0.2),
        Person("p8", "Ibrahim Abdul Rahman", ("best friend",), ("Ibrahim", "my best friend", "my best mate", "ibrahim abdul rahman"), "07-07", 0.25),
        Person("p9", "Paris Baker", ("colleague",), ("Paris Baker", "my colleague", "my coworker"), "", 0.15),
        Person("p10", "Agnes", ("grandmother",), ("grandma", "my granny", "Agnes"), "", 0.15),
    ),
    towns=(
        Town("Paris", "Europe/Paris", (
            Spot(48.8566, 2.3522, ("in Paris", "in France")),
            Spot(48.8584, 2.2945, ("at the Eiffel Tower", "in Paris", "in France")),
            Spot(48.8867, 2.3431, ("in Montmartre", "in Paris", "in France")),
            Spot(48.9362, 2.3574, ("in Saint-Denis", "in Paris", "in France")),
        ), ("Pariss", "Parris")),
        Town("Barcelona", "Europe/Madrid", (Spot(41.3874, 2.1686, ("in Barcelona", "in Spain", "in Catalonia")), Spot(41.4036, 2.1744, ("at the Sagrada Familia", "in Barcelona", "in Spain", "in Catalonia"))), ("Barcelonna", "Barselona")),
        Town("Florence", "Europe/Rome", (Spot(43.7696, 11.2558, ("in Florence", "in Italy", "in Tuscany")), Spot(43.7680, 11.2531, ("at the Ponte Vecchio", "in Florence", "in Italy", "in Tuscany")))),
        Town("Edinburgh", "Europe/London", (Spot(55.9533, -3.1883, ("in Edinburgh", "in Scotland")),), ("Edinborough", "Edinburg")),
        Town("New York", "America/New_York", (
            Spot(40.7128, -74.006, ("in New York", "in the United States", "in America", "in the US")),
            Spot(40.6782, -73.9442, ("in Brooklyn", "in New York", "in the United States", "in America", "in the US")),
            Spot(40.7829, -73.9654, ("in Central Park", "in New York", "in the United States", "in America", "in the US")),
        )),
        Town("Marrakesh", "Africa/Casablanca", (Spot(31.6295, -7.9811, ("in Marrakesh", "in Morocco")),), ("Marakesh",)),
        Town("Reading", "Europe/London", (Spot(51.4551, -0.9787, ("in Reading", "in England")),)),
    ),
    things={
        "dog": ("with the dog", "with our dog", "with a puppy", "with dogs"), "bicycle": ("with a bike", "with bicycles", "on a bicycle", "riding a bike"),
        "birthday cake": ("with a birthday cake", "with a cake"), "boat": ("with a boat", "on a boat", "with boats"), "umbrella": ("with an umbrella", "with umbrellas"),
        "guitar": ("with a guitar", "playing the guitar"), "laptop": ("with a laptop",), "wine glass": ("with a wine glass", "with wine glasses"),
        "car": ("with a car", "in the car"), "kite": ("with a kite", "flying a kite"), "couch": ("on the sofa", "on the couch"),
    },
    scenes={
        "beach": ("on the beach", "at the seaside", "at the beach"), "snow": ("in the snow",), "forest": ("in the forest", "in the woods"),
        "kitchen": ("in the kitchen",), "playground": ("at the playground",), "museum": ("in a museum", "at the museum"),
    },
    sayings={
        "happy birthday to you dear": ("where someone says happy birthday", "singing happy birthday", "where you hear happy birthday"),
        "the exam was harder than I thought": ("where we talk about the exam", "talking about the exam"),
        "we should move to a bigger house next year": ("where somebody mentions a bigger house", "where we talk about the bigger house"),
        "that is the best pizza I ever had": ("where someone says best pizza ever had", "talking about the pizza"),
        "look at those mountains over there": ("where someone says look at those mountains",),
        "did you book the train tickets": ("where we discuss the train tickets", "where someone asks about the train tickets"),
    },
    signs={
        "EXIT": ("with a sign that says exit", "where a sign says EXIT"), "SALE 50% OFF": ("with the word SALE", "where you can read sale"),
        "Platform 9": ("with a sign that says platform 9",), "NO PARKING": ("with the words no parking", "where it says no parking"),
        "Happy 40th": ("with a banner that says happy 40th", "with a card that reads happy 40th"),
    },
    feasts={
        "at Christmas": fixed(12, 24, 3), "on Christmas Day": fixed(12, 25), "on Boxing Day": fixed(12, 26), "over New Year": fixed(12, 31, 2),
        "at Easter": by_easter(-2, 4), "on Easter Sunday": by_easter(0), "on Halloween": fixed(10, 31), "on Bonfire Night": fixed(11, 5),
        "on Valentine's Day": fixed(2, 14), "on Good Friday": by_easter(-2), "on Mother's Day": by_easter(-21), "on New Year's Eve": fixed(12, 31),
    },
    weekend_before=("at Christmas", "on Halloween", "on Easter Sunday"),
    groups={"the kids": ("p3", "p4"), "our children": ("p3", "p4"), "my wife and kids": ("p2", "p3", "p4")},
    frames=(
        "create a memory video of {}", "show me {}", "find {}", "okay glasses show me {}", "can you make a film of {}", "I want to see {}",
        "make me a video of {}", "please find {}", "look for {}", "{}", "do we have anything of {}", "put together a short film of {}",
    ),
)

_BENGALURU = World(
    seed=77, now=datetime(2025, 12, 3, 20, 5), one_moment=False, all_of_group=False,  # noqa: DTZ001 - local by the world's own zone
    home=Town("Bengaluru", "Asia/Kolkata", (
        Spot(12.9716, 77.5946, ("in Bengaluru", "in Bangalore", "in Karnataka", "in India")),
        Spot(12.9698, 77.7500, ("in Whitefield", "in Bangalore", "in India")),
    )),
    people=(
        Person("lakshmi-0", "Lakshmi Narayanan", ("me",), ("me",), "08-12", 0.5),
        Person("arjun-1", "Arjun", ("husband",), ("my husband", "Arjun", "my hubby", "my other half"), "01-25", 0.5),
        Person("meera-2", "Meera", ("daughter", "kid"), ("Meera", "our daughter", "my little girl"), "05-30", 0.4),
        Person("kabir-3", "Kabir", ("son", "kid"), ("Kabir", "my son"), "09-14", 0.4),
        Person("amma-4", "Saraswathi", ("mother",), ("mom", "Saraswathi", "my mother"), "", 0.3),
        Person("dad-5", "Narayanan Iyer", ("father",), ("dad", "my father", "Narayanan Iyer"), "12-19", 0.25),
        Person("may-6", "May Chen", ("neighbour",), ("May Chen", "my neighbour", "our neighbor"), "", 0.2),
        Person("chu-7", "Nguyen Thi Hoa", ("yoga teacher",), ("my yoga teacher", "Nguyen Thi Hoa"), "", 0.15),
        Person("jose-8", "José Álvarez", ("boss",), ("Jose", "my boss", "José Álvarez"), "03-03", 0.2),
        Person("geo-9", "Georgia", ("cousin",), ("my cousin", "my cousin Georgia", "Georgia"), "", 0.2),
    ),
    towns=(
        Town("Mysuru", "Asia/Kolkata", (Spot(12.2958, 76.6394, ("in Mysuru", "in Mysore", "in Karnataka", "in India")),)),
        Town("Chennai", "Asia/Kolkata", (Spot(13.0827, 80.2707, ("in Chennai", "in Tamil Nadu", "in India")),), ("Chenai",)),
        Town("Singapore", "Asia/Singapore", (Spot(1.2897, 103.8501, ("in Singapore",)),), ("Singapor",)),
        Town("Kathmandu", "Asia/Kathmandu", (Spot(27.7172, 85.324, ("in Kathmandu", "in Nepal")),), ("Katmandu",)),
        Town("Tbilisi", "Asia/Tbilisi", (Spot(41.6938, 44.8015, ("in Tbilisi", "in Georgia")),)),
        Town("San Francisco", "America/Los_Angeles", (
            Spot(37.7749, -122.4194, ("in San Francisco", "in California", "in the USA", "in the States")),
            Spot(37.8199, -122.4783, ("at the Golden Gate Bridge", "in San Francisco", "in California", "in the USA", "in the States")),
        )),
        Town("Agra", "Asia/Kolkata", (Spot(27.1767, 78.0081, ("in Agra", "in Uttar Pradesh", "in India")), Spot(27.1751, 78.0421, ("at the Taj Mahal", "in Agra", "in Uttar Pradesh", "in India")))),
    ),
    things={
        "cat": ("with the cat", "with a kitten", "with cats"), "motorcycle": ("on a motorbike", "with a motorcycle"), "elephant": ("with an elephant", "with elephants"),
        "cricket bat": ("with a cricket bat",), "truck": ("with a truck", "with a lorry"), "candle": ("with candles", "with a candle"), "cow": ("with a cow", "with cows"),
        "cell phone": ("with a phone", "with a mobile phone"), "flower": ("with flowers", "with a flower"), "train": ("on a train", "on the train"), "tv": ("watching television", "with a tv"),
    },
    scenes={
        "temple": ("at the temple", "in a temple"), "mountain": ("in the mountains", "on a mountain"), "market": ("at the market", "in a market"),
        "swimming pool": ("in the pool", "at the swimming pool"), "restaurant": ("in a restaurant", "at a restaurant"), "rain": ("in the rain",),
    },
    sayings={
        "congratulations on your new job": ("when somebody said congratulations", "in which someone congratulates on the new job"),
        "the monsoon came early this year": ("in which we speak about the monsoon", "talking about the monsoon"),
        "please pass me the mango pickle": ("where somebody asks for the mango pickle", "in which mango pickle is mentioned"),
        "India won the match by six wickets": ("where they talk about the match", "in which we chat about the match"),
        "let us go home it is late": ("where someone says let us go home",),
    },
    signs={
        "WELCOME TO KARNATAKA": ("with a board that says welcome to karnataka", "where a sign reads welcome to karnataka"),
        "Filter Coffee": ("with the words filter coffee", "with a menu that says filter coffee"),
        "No Entry": ("where it says no entry", "with a no entry sign"), "Gate 12": ("with a screen that shows gate 12", "where you can read gate 12"),
    },
    feasts={
        "on Diwali": listed("2022-10-24", "2023-11-12", "2024-10-31", "2025-10-20"), "on Holi": listed("2022-03-18", "2023-03-08", "2024-03-25", "2025-03-14"),
        "on Independence Day": fixed(8, 15), "on Republic Day": fixed(1, 26), "at Christmas": fixed(12, 24, 3), "on Gandhi Jayanti": fixed(10, 2),
        "on New Year's Day": fixed(1, 1), "on Good Friday": by_easter(-2), "on Eid al-Fitr": listed("2022-05-03", "2023-04-22", "2024-04-11", "2025-03-31"),
    },
    weekend_before=("on Diwali", "on Holi"),
    groups={"the kids": ("meera-2", "kabir-3"), "our kids": ("meera-2", "kabir-3"), "my parents": ("amma-4", "dad-5"), "the children": ("meera-2", "kabir-3")},
    frames=(
        "find me {}", "show {}", "I'd like to watch {}", "hey glasses make a movie of {}", "give me {}", "search for {}", "pull up {}",
        "could you please show me {}", "compile {}", "any videos of {}", "where is the clip of {}", "I need {}",
    ),
)

_AUCKLAND = World(
    seed=2024, now=datetime(2025, 2, 5, 7, 45), one_moment=True, all_of_group=False, southern=True,  # noqa: DTZ001 - local by the world's own zone
    home=Town("Auckland", "Pacific/Auckland", (Spot(-36.8485, 174.7633, ("in Auckland", "in New Zealand")), Spot(-36.8833, 174.7667, ("in Mount Eden", "in Auckland", "in New Zealand")))),
    people=(
        Person("7", "Wiremu Parata", ("me",), ("me",), "11-11", 0.5),
        Person("12", "Sigrún Björnsdóttir", ("partner",), ("my partner", "Sigrún", "sigrun", "my partner Sigrún"), "02-01", 0.5),
        Person("31", "Aroha", ("daughter",), ("Aroha", "my daughter", "our little girl"), "07-19", 0.4),
        Person("44", "Anahera", ("daughter",), ("Anahera",), "04-02", 0.35),
        Person("52", "O'Connor", ("friend",), ("O'Connor",), "", 0.2),
        Person("60", "Hope", ("sister",), ("Hope", "my sister", "my sister Hope", "my sis"), "", 0.25),
        Person("61", "Kwame Mensah", ("rugby coach",), ("my rugby coach", "Kwame", "Kwame Mensah"), "", 0.2),
        Person("62", "Victoria", ("aunt",), ("Victoria", "my aunt", "auntie Victoria"), "", 0.2),
        Person("63", "Li Wei", ("flatmate",), ("Li Wei", "my flatmate", "my roommate"), "", 0.2),
    ),
    towns=(
        Town("Sydney", "Australia/Sydney", (Spot(-33.8688, 151.2093, ("in Sydney", "in New South Wales", "in Australia")), Spot(-33.8568, 151.2153, ("at the Sydney Opera House", "at the Opera House", "in Sydney", "in New South Wales", "in Australia"))), ("Sidney",)),
        Town("Queenstown", "Pacific/Auckland", (Spot(-45.0312, 168.6626, ("in Queenstown", "in Otago", "in New Zealand")),)),
        Town("Rotorua", "Pacific/Auckland", (Spot(-38.1368, 176.2497, ("in Rotorua", "in New Zealand")),), ("Roturua",)),
        Town("Nadi", "Pacific/Fiji", (Spot(-17.8, 177.4167, ("in Nadi", "in Fiji")),)),
        Town("Reykjavík", "Atlantic/Reykjavik", (Spot(64.1466, -21.9426, ("in Reykjavik", "in Iceland")),), ("Reykjavick", "Rejkjavik")),
        Town("Kyoto", "Asia/Tokyo", (Spot(35.0116, 135.7681, ("in Kyoto", "in Japan")),)),
        Town("Victoria", "America/Vancouver", (Spot(48.4284, -123.3656, ("in Victoria", "in British Columbia", "in Canada")),)),
    ),
    things={
        "horse": ("with a horse", "on a horse", "with horses"), "surfboard": ("with a surfboard", "surfing"), "sheep": ("with sheep",), "truck": ("with a truck",),
        "pizza": ("with pizza", "eating pizza"), "backpack": ("with a backpack", "with a rucksack"), "book": ("with a book", "reading a book"), "bird": ("with birds", "with a bird"),
        "tennis racket": ("with a tennis racket", "playing tennis"), "teddy bear": ("with a teddy bear", "with the teddy bear"),
    },
    scenes={
        "waterfall": ("at the waterfall", "by a waterfall"), "lake": ("at the lake", "by the lake"), "ocean": ("at the sea", "by the ocean"), "stadium": ("at the stadium",),
        "campfire": ("around the campfire", "by a campfire"), "sunset": ("at sunset", "with a sunset"), "barbecue": ("at a barbecue", "at the bbq"),
    },
    sayings={
        "kia ora everyone welcome to our place": ("where someone says kia ora", "when somebody says welcome"), "I caught the biggest fish today": ("where somebody says biggest fish", "talking about the biggest fish"),
        "who wants another sausage": ("where we talk about sausages", "where someone asks who wants another sausage"), "the ferry leaves at noon": ("where someone mentions the ferry",),
        "I love you mum": ("where someone says I love you", "saying I love you"),
    },
    signs={"Te Papa": ("with a sign that says Te Papa",), "BEWARE OF THE DOG": ("with a sign saying beware of the dog", "where it says beware of the dog"), "Fish & Chips": ("with the words fish and chips", "where a sign says fish and chips"), "State Highway 1": ("where you can read state highway 1",)},
    feasts={
        "on Waitangi Day": fixed(2, 6), "on Anzac Day": fixed(4, 25), "at Christmas": fixed(12, 24, 3), "on Christmas Eve": fixed(12, 24), "at Easter": by_easter(-2, 4),
        "on Labour Day": nth(10, 0, 4), "on New Year's Eve": fixed(12, 31), "on Matariki": listed("2022-06-24", "2023-07-14", "2024-06-28", "2025-06-20"), "on Boxing Day": fixed(12, 26), "on Father's Day": nth(9, 6, 1),
    },
    weekend_before=("at Christmas", "on Anzac Day"),
    groups={"my daughters": ("31", "44"), "the girls": ("31", "44"), "our kids": ("31", "44")},
    shared={"my daughter": ("31", "44"), "our little girl": ("31", "44")},
    frames=("show me {}", "a short clip of {}", "get me {}", "I would like to see {}", "bring up {}", "make a montage of {}", "footage of {}", "have we got {}", "play {}", "let's watch {}", "{}"),
)
# fmt: on

WORLDS: dict[str, World] = {"london": _LONDON, "bengaluru": _BENGALURU, "auckland": _AUCKLAND, "montreal": MONTREAL}
