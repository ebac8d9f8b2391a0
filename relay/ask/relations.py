"""Words for what people are to the wearer, and which of them mean the same."""

from __future__ import annotations

from relay.ask.wordlist import listed
from relay.ask.words import key_of, singular

_SAME: dict[str, str] = {
    "me": "me myself self owner",
    "wife": "wife wifey missus",
    "husband": "husband hubby",
    "partner": "partner spouse significant-other better-half other-half",
    "girlfriend": "girlfriend gf",
    "boyfriend": "boyfriend bf",
    "fiance": "fiance fiancee",
    "mother": "mother mom mum mama mommy mummy momma mam ma amma",
    "father": "father dad daddy papa pa pop pops appa",
    "son": "son boy lad",
    "daughter": "daughter girl lass",
    "child": "child kid kiddo little-one",
    "baby": "baby infant newborn toddler",
    "brother": "brother bro",
    "sister": "sister sis",
    "grandmother": "grandmother grandma granny nana gran nan grandmom grandmum grammy nonna babushka abuela oma",
    "grandfather": "grandfather grandpa granddad grandad gramps grandpapa nonno dedushka abuelo opa",
    "grandson": "grandson",
    "granddaughter": "granddaughter",
    "grandchild": "grandchild grandkid",
    "aunt": "aunt auntie aunty",
    "uncle": "uncle",
    "cousin": "cousin",
    "nephew": "nephew",
    "niece": "niece",
    "mother in law": "mother-in-law",
    "father in law": "father-in-law",
    "brother in law": "brother-in-law",
    "sister in law": "sister-in-law",
    "son in law": "son-in-law",
    "daughter in law": "daughter-in-law",
    "stepmother": "stepmother stepmom step-mother step-mom",
    "stepfather": "stepfather stepdad step-father step-dad",
    "stepson": "stepson",
    "stepsister": "stepsister step-sister",
    "stepbrother": "stepbrother step-brother",
    "stepchild": "stepchild stepkid",
    "half brother": "half-brother",
    "half sister": "half-sister",
    "great aunt": "great-aunt",
    "great uncle": "great-uncle",
    "great grandmother": "great-grandmother great-grandma great-granny",
    "great grandfather": "great-grandfather great-grandpa",
    "godchild": "godchild godkid",
    "godparent": "godparent",
    "guardian": "guardian",
    "mentor": "mentor",
    "trainer": "trainer",
    "student": "student pupil",
    "stepdaughter": "stepdaughter",
    "godmother": "godmother",
    "godfather": "godfather",
    "godson": "godson",
    "goddaughter": "goddaughter",
    "best friend": "best-friend bestie bff best-mate best-buddy best-pal closest-friend",
    "friend": "friend buddy pal mate",
    "boss": "boss manager",
    "colleague": "colleague coworker co-worker workmate",
    "neighbor": "neighbor neighbour",
    "roommate": "roommate flatmate housemate",
    "teacher": "teacher",
    "coach": "coach",
    "doctor": "doctor",
    "nanny": "nanny babysitter",
    "classmate": "classmate schoolmate",
    "teammate": "teammate",
    "twin": "twin",
    "ex": "ex",
    "ex wife": "ex-wife",
    "ex husband": "ex-husband",
    "landlord": "landlord landlady",
    "client": "client customer",
    "parent": "parent folks",
    "grandparent": "grandparent",
    "sibling": "sibling",
    "in law": "in-law",
    "family": "family relative",
}
SYNONYMS: dict[str, str] = {key_of(word): relation for relation, words in _SAME.items() for word in words.split()}
RELATIONS = frozenset(SYNONYMS.values())

_FAMILY = (
    "wife husband partner child son daughter baby mother father parent brother sister sibling grandmother "
    "grandfather grandparent grandson granddaughter grandchild aunt uncle cousin nephew niece twin girlfriend "
    "boyfriend fiance family stepmother stepfather stepson stepdaughter "
)
MEMBERS: dict[str, frozenset[str]] = {
    "partner": listed("wife husband girlfriend boyfriend fiance"),
    "wife": frozenset({"partner"}),
    "husband": frozenset({"partner"}),
    "child": listed("son daughter baby twin stepson stepdaughter"),
    "parent": listed("mother father stepmother stepfather"),
    "grandparent": listed("grandmother grandfather"),
    "grandchild": listed("grandson granddaughter"),
    "sibling": listed("brother sister twin"),
    "friend": frozenset({"best friend"}),
    "grandmother": frozenset({"great grandmother"}),
    "grandfather": frozenset({"great grandfather"}),
    "twin": frozenset({"twin brother", "twin sister"}),
    "godparent": listed("godmother godfather"),
    "godchild": listed("godson goddaughter"),
    "stepchild": listed("stepson stepdaughter"),
    "parent in law": frozenset(("mother in law", "father in law")),
    "sibling in law": frozenset(("brother in law", "sister in law")),
    "in law": frozenset(f"{who} in law" for who in ["mother", "father", "brother", "sister", "son", "daughter"]),
    "family": frozenset(_FAMILY.split()),
}
"""Relations that also satisfy one: groups, and the wider word for the same person. Never a guess at who somebody is."""

GROUPS = frozenset(
    {
        "parent in law",
        "sibling in law",
        "parent",
        "grandparent",
        "sibling",
        "in law",
        "family",
        "child",
        "grandchild",
        "godparent",
        "godchild",
        "stepchild",
    }
)
"""Relations that mean several people even in one breath."""

ADDRESSES = frozenset(
    {
        "mother", "father", "grandmother", "grandfather", "child", "baby", "aunt",
        "uncle", "wife", "husband", "family", "best friend", "parent", "grandparent",
        "grandchild", "stepmother", "stepfather",
    }
)  # fmt: skip
"""Relations that stand without a possessive: "with mom and the kids"."""

CHAINED: dict[tuple[str, str], str] = {
    **{
        (spouse, one): f"{one} in law"
        for spouse in ("wife", "husband", "partner", "girlfriend", "boyfriend", "fiance")
        for one in ("mother", "father", "brother", "sister", "parent", "sibling")
    },
    ("mother", "parent"): "grandparent", ("father", "parent"): "grandparent", ("mother", "mother"): "grandmother",
    ("mother", "father"): "grandfather", ("father", "mother"): "grandmother", ("father", "father"): "grandfather",
    ("mother", "sister"): "aunt", ("father", "sister"): "aunt", ("mother", "brother"): "uncle", ("father", "brother"): "uncle",
    ("son", "wife"): "daughter in law", ("daughter", "husband"): "son in law", ("brother", "wife"): "sister in law",
    ("sister", "husband"): "brother in law", ("sister", "son"): "nephew", ("brother", "son"): "nephew", ("sister", "daughter"): "niece",
    ("brother", "daughter"): "niece",
}  # fmt: skip
""" "My wife's sister" as one relation."""


def canonical(relation: str) -> str:
    """The one word for a relation: "Mum" -> "mother"; unknown words are kept as they are, folded."""
    key = key_of(relation).removeprefix("my ").removeprefix("our ")
    first, _, last = key.rpartition(" ")
    return SYNONYMS.get(key) or SYNONYMS.get(f"{first} {singular(last)}".strip()) or key
