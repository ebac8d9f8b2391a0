"""Words for what people are to the wearer, and which of them mean the same."""

from __future__ import annotations

from relay.ask.wordlist import listed
from relay.ask.words import key_of, singular

_SAME: dict[str, str] = {
    "me": "me myself self owner",
    "wife": "wife wifey missus old-lady",
    "husband": "husband hubby",
    "partner": "partner spouse significant-other better-half other-half",
    "girlfriend": "girlfriend gf",
    "boyfriend": "boyfriend bf",
    "fiance": "fiance fiancee",
    "mother": "mother mom mum mama mommy mummy momma mam ma amma mamma maman mutti ammi aai maa mumsy",
    "father": "father dad daddy papa pa pop pops appa baba abba babbo vati old-man",
    "son": "son boy lad",
    "daughter": "daughter girl lass",
    "child": "child kid kiddo little-one youngster nipper",
    "baby": "baby infant newborn toddler",
    "brother": "brother bro",
    "sister": "sister sis",
    "grandmother": (
        "grandmother grandma granny nana gran nan grandmom grandmum grammy nonnashka abuela abuelita oma omi yiayia "
        "vovo halmoni obaachan bubbe mamie dadi thakuma busia mormor farmor nanna ouma"
    ),
    "grandfather": (
        "grandfather grandpa granddad grandad gramps grandpapa nonno dedushka abuelo abuelito opa opi lolo pappou "
        "harabeoji ojiichan zayde babu jiddo dada-ji thatha dadu dziadek morfar farfar pop-pop oupa pawpaw"
    ),
    "grandson": "grandson",
    "granddaughter": "granddaughter",
    "grandchild": "grandchild grandkid",
    "aunt": "aunt auntie aunty tante",
    "uncle": "uncle onkel",
    "cousin": "cousin",
    "nephew": "nephew",
    "niece": "niece",
    "mother in law": "mother-in-law mum-in-law mom-in-law",
    "father in law": "father-in-law dad-in-law",
    "brother in law": "brother-in-law",
    "sister in law": "sister-in-law",
    "son in law": "son-in-law",
    "daughter in law": "daughter-in-law",
    "stepmother": "stepmother stepmom stepmum step-mother step-mom step-mum",
    "stepfather": "stepfather stepdad step-father step-dad",
    "stepson": "stepson step-son",
    "stepsister": "stepsister step-sister",
    "stepbrother": "stepbrother step-brother",
    "stepchild": "stepchild stepkid step-kid step-child",
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
    "stepdaughter": "stepdaughter step-daughter",
    "godmother": "godmother",
    "godfather": "godfather",
    "godson": "godson",
    "goddaughter": "goddaughter",
    "best friend": "best-friend bestie bff besty best-mate best-buddy best-pal closest-friend",
    "friend": "friend buddy pal mate chum",
    "boss": "boss manager supervisor",
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

_CHILDREN = ("son", "daughter", "child", "baby", "twin", "stepson", "stepdaughter")
KIN: dict[tuple[str, str], tuple[str, ...]] = {
    **{
        (child, one): found
        for child in _CHILDREN
        for one, found in {
            "sister": ("daughter", "stepdaughter"), "brother": ("son", "stepson"), "sibling": _CHILDREN, "twin": ("twin",),
            "uncle": ("brother", "brother in law", "uncle"), "aunt": ("sister", "sister in law", "aunt"),
            "cousin": ("niece", "nephew", "cousin"),
            "grandmother": ("mother", "mother in law"), "grandfather": ("father", "father in law"),
            "grandparent": ("mother", "mother in law", "father", "father in law"),
            "mother": ("wife", "girlfriend"), "father": ("husband", "boyfriend"), "stepfather": ("husband", "partner"),
            "stepmother": ("wife", "partner"), "wife": ("daughter in law",), "husband": ("son in law",),
            "son": ("grandson",), "daughter": ("granddaughter",), "child": ("grandson", "granddaughter", "grandchild"),
        }.items()
    },
    **{
        (sibling, one): found
        for sibling in ("brother", "sister", "brother in law", "sister in law", "sibling", "twin brother", "twin sister")
        for one, found in {
            "son": ("nephew",), "daughter": ("niece",), "child": ("nephew", "niece"), "baby": ("nephew", "niece"),
            "mother": ("mother",), "father": ("father",), "parent": ("mother", "father"), "brother": ("brother",), "sister": ("sister",),
            "wife": ("sister in law",), "husband": ("brother in law",), "partner": ("sister in law", "brother in law"),
        }.items()
    },
    **{
        (spouse, one): found
        for spouse in ("wife", "husband", "partner", "girlfriend", "boyfriend", "fiance")
        for one, found in {
            "son": ("son", "stepson"), "daughter": ("daughter", "stepdaughter"), "child": _CHILDREN,
            "niece": ("niece",), "nephew": ("nephew",), "mother in law": ("mother",), "father in law": ("father",),
            "sister in law": ("sister",), "brother in law": ("brother",),
            "family": ("mother in law", "father in law", "brother in law", "sister in law", "in law"),
        }.items()
    },
    **{
        (parent, one): found
        for parent in ("mother", "father", "parent")
        for one, found in {
            "wife": ("mother", "stepmother"), "husband": ("father", "stepfather"), "partner": ("stepfather", "stepmother"),
            "son": ("brother",), "daughter": ("sister",), "sibling": ("aunt", "uncle"),
            "grandson": ("son", "nephew"), "granddaughter": ("daughter", "niece"), "grandchild": (*_CHILDREN, "niece", "nephew"),
        }.items()
    },
    **{
        (elder, one): ("cousin",) for elder in ("aunt", "uncle") for one in ("son", "daughter", "child")
    },
    ("aunt", "husband"): ("uncle",), ("uncle", "wife"): ("aunt",), ("nephew", "sister"): ("niece",), ("niece", "brother"): ("nephew",),
    ("grandmother", "husband"): ("grandfather",), ("grandfather", "wife"): ("grandmother",),
    ("nephew", "mother"): ("sister", "sister in law"), ("niece", "mother"): ("sister", "sister in law"),
    ("nephew", "father"): ("brother", "brother in law"), ("niece", "father"): ("brother", "brother in law"),
}  # fmt: skip
"""What somebody's relation may be to the wearer: "his uncle", said of a son, is the wearer's brother, brother-in-law or uncle."""


def canonical(relation: str) -> str:
    """The one word for a relation: "Mum" -> "mother"; unknown words are kept as they are, folded."""
    key = key_of(relation).removeprefix("my ").removeprefix("our ")
    first, _, last = key.rpartition(" ")
    return SYNONYMS.get(key) or SYNONYMS.get(f"{first} {singular(last)}".strip()) or key
