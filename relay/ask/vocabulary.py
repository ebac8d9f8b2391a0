"""The small words of English requests, by the job they do."""

from __future__ import annotations

from relay.ask.wordlist import listed

PLACE_PREPOSITIONS = listed(
    "in at to near around through outside inside visiting visited across towards toward by from into exploring past leaving wandering "
)
PERSON_PREPOSITIONS = listed("with of featuring between including starring meeting hugging kissing")
TIME_PREPOSITIONS = listed("on during since before after until till over within for from in between")
CONJUNCTIONS = listed("and or plus & then")
ARTICLES = listed("a an the some any")
POSSESSIVES = listed("my our his her their your its mine ours")
PRONOUNS = listed("i we you he she they it that this those these who which whom one someone somebody anyone anybody there here everything ")
AUXILIARIES = listed(
    "am is are was were be been being do does did done have has had having can could would will shall should might must may "
    "get got getting im were weve ive id ill well youre theyre hes shes its thats lets dont didnt wasnt isnt arent cant "
)
BOUNDARIES = (
    listed("but except excluding without where when while who that which from on during since before after until till last this next ")
    | PLACE_PREPOSITIONS
    | listed("with of about yesterday today")
)
"""Words that end a noun phrase or a clause."""

FILLERS = listed(
    "week weeks month months year years minute minutes hour hours newest latest oldest earliest newer older "
    "selfie selfies please thanks thank everybody everyone either close recent ok okay um uh er ah oh hmm like just really very so too "
    "also again all "
    "every each both only together "
    "other another more most best better favorite favourite nice good great beautiful lovely funny happy special fun cute "
    "sweet little big few many much lots lot bit couple of for as than then now ever never not no nor if about up down out "
    "off back over away along what how why whether us me moments moment memories memory videos video clips clip photos photo "
    "pictures picture pics pic shots shot footage scenes scene recordings recording times time bits parts highlights "
    "highlight film films movie movies things thing stuff something anything some trip trips vacation vacations holiday "
    "holidays journey visit visits stay honeymoon getaway outing tour weekend getaways cruise taken took take filmed recorded "
    "captured shows showing show featuring feature made make left put seen saw see look looking looks watch watched going went go gone "
    "spent spend spending being happened doing did enjoying enjoy enjoyed having hanging hang having came come coming visited "
    "visit visiting travelling traveling travelled traveled appear appears appearing present contains containing contain "
    "includes included visible wearing holding carrying using sitting sit sat standing stand stood near next beside behind "
    "front inside under above between playing play plays played riding ride rides rode eating eat eats ate drinking drink "
    "drank walking walk walked driving drive drove petting feeding running run lying sleeping flying crossing watching facing "
    "passing smiling laughing smile laugh talking posing old new young own same different full first whole entire long short "
    "quick one ones else sometime day days place places area part place anywhere somewhere everywhere while whilst during on in at to by "
    "from with into through around "
)
"""Words that carry no condition of their own."""

MASS_NOUNS = listed(
    "snow rain music sunshine sun fog mist fire smoke water ice wind food coffee tea wine beer bread cheese chocolate fruit "
    "meat fish rice pasta soup cake candy art graffiti traffic grass sand mud thunder lightning confetti fireworks football "
    "soccer tennis basketball baseball golf sushi ramen hockey chess luggage laundry furniture jewelry makeup money paint "
    "lava moonlight lavender bamboo ivy moss seaweed hay wheat corn popcorn karaoke yoga dinner lunch breakfast brunch "
    "cooking dancing singing swimming hiking skiing surfing cycling running fishing sailing climbing camping gardening "
    "painting shopping sunset sunrise dusk dawn champagne milk honey butter sugar salt broccoli spaghetti pizza steak salad "
    "toast ham wildlife nature scenery architecture salsa homework video audio sound glass wood metal stone plastic "
)
"""Nouns that stand without an article, so that "with snow" is no person."""

NAMES_FOR_ANYONE = listed("everyone everybody people person anyone somebody someone group nobody folks guys")

EVENT_WORDS = listed(
    "party concert wedding birthday graduation ceremony dinner lunch breakfast picnic barbecue bbq festival parade game match race show "
)

ADJECTIVES = listed(
    "nice good great beautiful lovely funny happy special fun cute sweet little big old new young own same different full first whole "
    "entire long short quick best favorite favourite other most better one "
)
"""Small words that may stand between an article and its noun."""

TIDE_WORDS = frozenset({"may", "march", "fall", "spring", "night", "noon", "mar", "sun"})
"""Times only where the sentence says so: "in May", not "may I"."""

EATEN = listed("eating eat eats ate cooking cook carving roasting drinking drink making serving holding wearing feeding ")

PLACE_LEADS = listed("in to near visiting around through across exploring outside into toward towards past leaving")

NOT_ONLY_PEOPLE = listed("boy boys girl girls lad lass pop pops kid kids baby coach trainer twin ex guardian client folks mate self doctor")
"""Relations that are something else as often when no "my" stands before them."""

COLOURS = listed("red green blue yellow black white brown orange purple pink grey gray golden silver dark bright")

SMALL_WORDS = FILLERS | CONJUNCTIONS | ARTICLES | POSSESSIVES | PRONOUNS | AUXILIARIES | BOUNDARIES | PERSON_PREPOSITIONS
"""Words that are no term by themselves."""
