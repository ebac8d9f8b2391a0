"""People in a request: by name, by what they are to the wearer, and "me"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

import jellyfish

from glasses.wire.memory import Term, TermKind
from relay.ask.context import KnownPerson
from relay.ask.names import GIVEN_NAMES, longer_names
from relay.ask.relations import ADDRESSES, CHAINED, GROUPS, KIN, MEMBERS, RELATIONS, SYNONYMS, canonical
from relay.ask.vocabulary import BOUNDARIES, FILLERS, SMALL_WORDS
from relay.ask.wordlist import listed
from relay.ask.words import Word, is_plural, key_of, ordinal, singular, words_of

ME = "me"
GROUP = "group"
"""Source of a term for several people in one word: "our kids"."""
OWNER = "owner"
"""Source of a term for whose something is: preferred, not required."""
_PARTICLES = listed(
    "de da di do du van von der den del la le el al bin bint ibn abu ben san saint st mc mac jr sr ii iii dr mr mrs ms miss"
)
_OWNERS = frozenset({"my", "our"})
_OPENERS = frozenset({"my", "our", "the"})
_OTHERS = frozenset({"his", "her", "their", "its"})
_OF_THE_CHILDREN = listed("grandmother grandfather grandparent godmother godfather godparent aunt uncle cousin nanny teacher")
"""Whom a family calls as its children do: "the twins with their nan"."""
_ALWAYS_SOMEBODY = frozenset({"sis", "bro"})
_AGES = listed(
    "old older oldest young younger youngest little big eldest elder middle dear lovely beloved beautiful whole entire late next door "
    "upstairs downstairs "
    "former favorite favourite good new own only first crazy funny "
)
_SELF = frozenset({"me", "myself", "us", "ourselves"})
_CLOSE_ENOUGH = 0.86
"""Jaro-Winkler likeness of a misheard name; it must also sound the same."""


@dataclass(frozen=True)
class PersonReading:
    took: int
    term: Term
    certain: bool = True
    """False for a name that was only spelt alike."""
    partial: bool = False
    """Only a part of a longer name was said."""


@lru_cache(maxsize=64)
def people_of(people: tuple[KnownPerson, ...]) -> People:
    """Remembered: people change seldom, requests come often."""
    return People(people)


class People:
    """The people of an account, found by the words of a request."""

    def __init__(self, people: tuple[KnownPerson, ...]) -> None:
        self._people = people
        self._relations = {person.person_id: frozenset(canonical(relation) for relation in person.relations) for person in people}
        self._add_twins()
        self._words = {key_of(relation): canonical(relation) for person in people for relation in person.relations if relation}
        """Relations as this account calls them: "yoga teacher"."""
        self._by_key: dict[str, list[KnownPerson]] = {}
        for person in people:
            for key in _keys(person.name):
                self._by_key.setdefault(key, []).append(person)
        self._add_other_names()
        self._longest = max((len(key.split()) for key in self._by_key), default=1)

    def _add_twins(self) -> None:
        """Two of the wearer's children who were born on one day are "the twins"."""
        born: dict[str, list[str]] = {}
        for person in self._people:
            if person.birthday and self._relations[person.person_id] & MEMBERS["child"]:
                born.setdefault(person.birthday, []).append(person.person_id)
        for together in born.values():
            for person_id in together if len(together) > 1 else ():
                self._relations[person_id] |= {"twin"}

    def _add_other_names(self) -> None:
        """Later parts of a name that nobody else has ("Nguyen Thi Hoa": "Hoa"): given names stand last in many languages."""
        parts = Counter(word.folded for person in self._people for word in words_of(person.name))
        for person in self._people:
            for word in words_of(person.name)[1:]:
                if parts[word.folded] == 1 and len(word.folded) > 2 and not self._is_small(word.folded):
                    self._by_key.setdefault(word.folded, [person])

    def _is_small(self, word: str) -> bool:
        return word in _PARTICLES or word in FILLERS or word in BOUNDARIES or canonical(word) in RELATIONS

    def is_name(self, word: str) -> bool:
        """Whether somebody known goes by this one word."""
        return word in self._by_key

    def me(self) -> KnownPerson | None:
        return next((person for person in self._people if ME in self._relations[person.person_id]), None)

    def read(
        self, words: list[Word], at: int, *, after_relation: bool = False, led: bool = False, before: Sequence[str] = ()
    ) -> PersonReading | None:
        """The person named at ``at``; ``after_relation``: a relation came just before "and" ("my mom and dad"); ``led``: "with" did;
        ``before``: the ids of who was named last, whose "his sister" is."""
        if at >= len(words):
            return None
        if words[at].folded in _SELF:
            return PersonReading(1, self._self(words[at]))
        return self._related(words, at, bare=after_relation, led=led) or self._relative(words, at, before) or self._named(words, at)

    def speaker(self, word: Word) -> PersonReading:
        """The wearer, said as "I"."""
        return PersonReading(1, self._self(word))

    def birthday(self, words: list[Word], at: int) -> tuple[int, str, str] | None:
        """ "my wife's birthday", "Anna's birthday", "my birthday": words taken, whose, MM-DD or empty."""
        mine = 1 + self._nth(words, at + 1)
        if words[at].folded in _OWNERS and at + mine < len(words) and words[at + mine].folded in {"birthday", "bday"}:
            me = self.me()
            return mine + 1, "my", me.birthday if me else ""
        reading = self._related(words, at, bare=False) or self._named(words, at)
        if reading is None:
            return None
        skip = self._nth(words, at + reading.took)
        after = at + reading.took
        unmarked = after <= len(words) and is_plural(words[after - 1].folded)
        if after + skip >= len(words) or words[after + skip].folded not in {"birthday", "bday"} or not (words[after - 1].owner or unmarked):
            return None
        person = next((each for each in self._people if each.person_id in reading.term.ids), None)
        return reading.took + skip + 1, f"{reading.term.value}'s", person.birthday if person else ""

    def _nth(self, words: list[Word], at: int) -> int:
        """1 where "40th" stands before a birthday: which year that was is not known, so any of them."""
        return int(at < len(words) and ordinal(words[at].folded) is not None)

    def unknown(self, words: list[Word], at: int, took: int = 1) -> Term:
        """A term for somebody that nobody here is called."""
        heard = " ".join(word.text for word in words[at : at + took])
        name = heard.removesuffix("'s")
        near = self._alike(" ".join(word.folded for word in words[at : at + took]), likeness=0.75)
        others = near or [person for person in self._people if ME not in self._relations[person.person_id]][:5]
        shown = [person.name for person in others]
        hint = f"Nobody called {name.title()} is known."
        hint += f" Did you mean {_or(shown)}?" if near else f" Known are {', '.join(shown)}." if shown else " No people are enrolled yet."
        return Term(kind=TermKind.PERSON, value=name.title(), heard=heard, resolved=False, hint=hint, alternatives=shown)

    def _self(self, word: Word) -> Term:
        me = self.me()
        if me is None:
            hint = "You are not enrolled yet: add photos of yourself, with the relation 'me'."
            return Term(kind=TermKind.PERSON, value=ME, heard=word.text, resolved=False, hint=hint)
        return Term(kind=TermKind.PERSON, value=me.name or ME, ids=[me.person_id], heard=word.text, source="self")

    def _related(self, words: list[Word], at: int, *, bare: bool, led: bool = False) -> PersonReading | None:
        """ "my wife", "our kids", "my wife's sister", "my brother Tom", "mom"."""
        start = at
        opener = words[at].folded if words[at].folded in _OPENERS else ""
        at += bool(opener)
        whole = self._relation(words, at) if opener else None
        while not whole and at < len(words) - 1 and words[at].folded in _AGES and opener:
            at += 1
        found = self._relation(words, at)
        if found is None or (at == start and words[at].folded in self._by_key):
            return None
        relation, took, plural = found
        at += took
        if words[at - 1].owner:
            further = self._relation(words, at)
            if further:
                at += further[1]
                of = [person.person_id for person in self._with_relation(relation)]
                kin = self._kin(of, further[0], {relation}) if (relation, further[0]) not in CHAINED else []
                if kin:
                    return self._of_people(words, start, at, further[0], kin, plural=further[2])
                own = f"{relation}s {further[0]}"
                relation = (
                    own
                    if self._with_relation(own)
                    else CHAINED.get((relation, further[0]), self._as_the_children_say(relation, further[0]))
                )
                return self._of_relation(words, start, at, relation, plural=further[2])
        known = self._with_relation(relation)
        several = plural and relation not in {"son", "daughter"}
        if (
            opener not in _OWNERS
            and not bare
            and not (known and words[start].folded in _ALWAYS_SOMEBODY)
            and not (known and (relation in ADDRESSES or opener == "the" or several or led))
        ):
            return None
        named = self._named(words, at) if not words[at - 1].owner else None
        if named and not words[at - 1].comma:
            return PersonReading(at - start + named.took, _heard(named.term, words, start, at + named.took))
        if (
            at < len(words)
            and words[at].folded in GIVEN_NAMES
            and not words[at - 1].comma
            and not words[at - 1].owner
            and words[at].folded not in {"will", "may"}
        ):
            return PersonReading(at + 1 - start, _heard(self.unknown(words, at), words, start, at + 1))
        return self._of_relation(words, start, at, relation, plural=plural)

    def _as_the_children_say(self, relation: str, further: str) -> str:
        """ "My kids' godmother" is called godmother by the whole family, where there is one."""
        shared = relation in {"child", "son", "daughter", "twin"} and further in _OF_THE_CHILDREN and self._with_relation(further)
        return further if shared else f"{relation}s {further}"

    def _relative(self, words: list[Word], at: int, before: Sequence[str]) -> PersonReading | None:
        """ "Anna's mother", "her sister": of the wearer only if it follows from what Anna is to them; else nobody knows who that is."""
        if words[at].folded in _OTHERS:
            found, took, whose = self._relation(words, at + 1), 1, before
        else:
            named = self._named(words, at)
            if named is None or not words[at + named.took - 1].owner:
                return None
            found, took, whose = self._relation(words, at + named.took), named.took, named.term.ids
        if found is None:
            return None
        end = at + took + found[1]
        of = {relation for person_id in whose for relation in self._relations.get(person_id, ())}
        known = next((CHAINED[(one, found[0])] for one in sorted(of) if (one, found[0]) in CHAINED), "")
        if not known and found[0] in _OF_THE_CHILDREN and (words[at].folded == "their" or of & MEMBERS["child"]):
            known = found[0] if self._with_relation(found[0]) else ""
        kin = self._kin(whose, found[0], of)
        if known and (not kin or (words[at].folded == "their" and not self._told(whose, found[0]))):
            return self._of_relation(words, at, end, known, plural=found[2])
        if kin:
            return self._of_people(words, at, end, found[0], kin, plural=found[2])
        heard = " ".join(word.text for word in words[at:end])
        hint = f"Who '{heard}' is, is not known: say the name."
        return PersonReading(took + found[1], Term(kind=TermKind.PERSON, value=heard, heard=heard, resolved=False, hint=hint))

    def _kin(self, whose: Sequence[str], relation: str, of: AbstractSet[str]) -> list[KnownPerson]:
        """Who is ``relation`` to ``whose``, whom the wearer calls ``of``: as the account says ("godmother of Max"), else by inference."""
        wanted = {each for one in of for each in KIN.get((one, relation), ())}
        return self._told(whose, relation) or [
            person for person in self._people if wanted & self._relations[person.person_id] and person.person_id not in whose
        ]

    def _told(self, whose: Sequence[str], relation: str) -> list[KnownPerson]:
        names = {key_of(person.name).split()[0] for person in self._people if person.person_id in whose and person.name}
        said = {f"{relation} of {name}" for name in names} | {f"{name} {relation}" for name in names}
        return [person for person in self._people if said & {key_of(each) for each in person.relations}]

    def _of_relation(self, words: list[Word], start: int, end: int, relation: str, *, plural: bool) -> PersonReading:
        heard = " ".join(word.text for word in words[start:end])
        known = self._with_relation(relation)
        if not known:
            said = heard.removesuffix("'s")
            others = [
                f"{person.name} ({', '.join(person.relations)})"
                for person in self._people
                if person.relations and ME not in person.relations
            ][:5]
            hint = f"Nobody is marked as '{said}'." + (f" Known are {', '.join(others)}." if others else " No people have relations yet.")
            return PersonReading(
                end - start, Term(kind=TermKind.PERSON, value=said, heard=heard, resolved=False, hint=hint, alternatives=others)
            )
        return self._of_people(words, start, end, relation, known, plural=plural)

    def _of_people(
        self, words: list[Word], start: int, end: int, relation: str, known: list[KnownPerson], *, plural: bool
    ) -> PersonReading:
        heard = " ".join(word.text for word in words[start:end])
        names = [person.name for person in known]
        together = plural or relation in GROUPS
        several = "" if len(known) == 1 or together else f"{_or(names)}: either counts."
        term = Term(
            kind=TermKind.PERSON, value=", ".join(names), ids=[person.person_id for person in known], heard=heard, hint=several,
            source=GROUP if together and len(known) > 1 else "relation",
        )  # fmt: skip
        return PersonReading(end - start, term)

    def _relation(self, words: list[Word], at: int) -> tuple[str, int, bool] | None:
        """The canonical relation at ``at``, how many words it took, and whether it was plural."""
        for took in (4, 3, 2, 1):
            part = [word.folded for word in words[at : at + took]]
            if len(part) < took or any(word.comma or word.owner for word in words[at : at + took - 1]):
                continue
            for folded in (part, [singular(part[0]), *part[1:]], [*part[:-1], singular(part[-1])]):
                key = " ".join(folded)
                name = self._words.get(key) or SYNONYMS.get(key, key)
                if name != ME and (key in self._words or name in RELATIONS):
                    return name, took, folded != part
        return None

    def _with_relation(self, relation: str) -> list[KnownPerson]:
        """Everybody who is exactly that; only when there is nobody, or it names a group, also those of its wider meaning."""
        exact = [person for person in self._people if relation in self._relations[person.person_id]]
        if exact and relation not in GROUPS:
            return exact
        wider = MEMBERS.get(relation, frozenset()) | {relation}
        return [person for person in self._people if wider & self._relations[person.person_id]]

    def _named(self, words: list[Word], at: int) -> PersonReading | None:
        """The longest known name at ``at``, else one that was misheard."""
        for took in range(min(self._longest, len(words) - at), 0, -1):
            people = self._by_key.get(" ".join(word.folded for word in words[at : at + took]))
            if people:
                partial = all(len(words_of(person.name)) > took for person in people)
                return PersonReading(took, _term(people, words, at, took), partial=partial)
        return self._misheard(words, at)

    def _misheard(self, words: list[Word], at: int) -> PersonReading | None:
        """A known name spelt another way ("katharine"). Another common name is somebody else, not a spelling."""
        if at >= len(words) or len(words[at].folded) < 3:
            return None
        heard = words[at].folded
        if len(heard) < 4:
            return self._shortened(words, at)
        short = self._shortened(words, at)
        if short or heard in GIVEN_NAMES or singular(heard) in self._by_key:
            return short or self._unmarked_owner(words, at)
        people = self._alike(heard, likeness=_CLOSE_ENOUGH, sound=True)
        if len({person.name for person in people}) != 1:
            return None
        return PersonReading(1, _term(people, words, at, 1), certain=False)

    def _shortened(self, words: list[Word], at: int) -> PersonReading | None:
        """ "bob" where the only one of such a name is Robert, "emeka" for Chukwuemeka."""
        heard = words[at].folded
        longer = longer_names(heard) if heard not in SMALL_WORDS else frozenset()
        people = {
            person.person_id: person for key, listed in self._by_key.items() for person in listed
            if key.split()[0] in longer or (len(heard) > 3 and len(key) >= len(heard) + 2 and " " not in key and key.endswith(heard))
        }  # fmt: skip
        return PersonReading(1, _term(list(people.values()), words, at, 1), certain=False) if len(people) == 1 else None

    def _unmarked_owner(self, words: list[Word], at: int) -> PersonReading | None:
        """ "annas dog": a possessive that lost its apostrophe on the way."""
        people = self._by_key.get(singular(words[at].folded)) if is_plural(words[at].folded) else None
        return PersonReading(1, _term(people, words, at, 1), certain=False) if people else None

    def _alike(self, heard: str, *, likeness: float, sound: bool = False) -> list[KnownPerson]:
        found = []
        for key, people in self._by_key.items():
            score = jellyfish.jaro_winkler_similarity(heard, key)
            if score >= likeness and (not sound or (jellyfish.metaphone(heard) == jellyfish.metaphone(key) and len(key) > 3)):
                found += [(score, person.name, person) for person in people if ME not in self._relations[person.person_id] or sound]
        found.sort(key=lambda each: (-each[0], each[1]))
        return list({person.person_id: person for _, _, person in found}.values())


def _keys(name: str) -> set[str]:
    """The names somebody answers to: the whole, and the first unless it is a title."""
    parts = [word.folded for word in words_of(name)]
    if not parts:
        return set()
    keys = {" ".join(parts)}
    if len(parts) > 1 and canonical(parts[0]) not in ADDRESSES and parts[0] not in {"dr", "mr", "mrs", "ms", "miss"}:
        keys |= {" ".join(parts[:length]) for length in range(1, len(parts))}
    joined = ["".join(word.folded for word in words_of(part)) for part in name.split()]
    return keys | {" ".join(joined)} | ({joined[0]} if parts[0] in keys else set())


def _term(people: list[KnownPerson], words: list[Word], at: int, took: int) -> Term:
    names = list(dict.fromkeys(person.name for person in people))
    hint = f"{len(people)} people answer to that name: any of them counts." if len(people) > 1 else ""
    ids = list(dict.fromkeys(person.person_id for person in people))
    heard = " ".join(word.text for word in words[at : at + took])
    return Term(kind=TermKind.PERSON, value=" or ".join(names), ids=ids, heard=heard, hint=hint, source="name")


def _heard(term: Term, words: list[Word], start: int, end: int) -> Term:
    term.heard = " ".join(word.text for word in words[start:end])
    return term


def _or(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
