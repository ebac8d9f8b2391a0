"""Places in a request: cities, regions, countries, sights and home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from glasses.wire.memory import Term, TermKind
from relay.ask.context import AskContext, PlaceMatch
from relay.ask.continents import CONTINENTS
from relay.ask.demonyms import TRIPS, country_name, country_of_adjective, place_of_adjective
from relay.ask.nearby import alike, sights_near
from relay.ask.own_places import own_places
from relay.ask.sights import SIGHTS
from relay.ask.vocabulary import FILLERS
from relay.ask.wordlist import listed
from relay.ask.words import Word, key_of

SAME_SPELLING = 0.82
"""Likeness (difflib) from which a name on no map is a visited place's: "Roturua", "Reykjavick"."""
KNOWN_WORLDWIDE = 100_000
"""People from which a city is recognised without "in" before it."""
BEATS_A_WORD = 300_000
"""People from which a city is meant by "in X" although X is also an ordinary thing."""
ARTICLE_CITY = 500_000
AROUND_KM = 40.0
REACH_KM_PER_ROOT = 0.0125
"""A quarter that no clip was named after reaches this times the square root of its people, 1.5 to 8 km."""
HOME_KM = 0.5
_FAR_LARGER = 20
"""A place with so many times the people is meant although the name is not its own ("Seville")."""
_NICKNAMES = {
    "la": "los angeles", "dc": "washington d c", "sf": "san francisco", "philly": "philadelphia", "vegas": "las vegas",
    "nz": "new zealand", "tassie": "tasmania", "oz": "australia", "joburg": "johannesburg", "jozi": "johannesburg", "brum": "birmingham",
    "aotearoa": "new zealand", "ayers rock": "uluru", "holland": "netherlands", "frisco": "san francisco", "nola": "new orleans",
    "blr": "bengaluru", "hcmc": "ho chi minh city", "saigon": "ho chi minh city", "bkk": "bangkok", "hk": "hong kong", "nyc": "new york",
    "the states": "united states", "states": "united states", "britain": "united kingdom", "great britain": "united kingdom",
    "majorca": "mallorca", "corfu": "kerkyra", "cdmx": "mexico city", "df": "mexico city", "ba": "buenos aires", "sampa": "sao paulo",
    "rio": "rio de janeiro", "big apple": "new york", "kl": "kuala lumpur", "barca": "barcelona", "st pete": "saint petersburg",
}  # fmt: skip
_LONGEST = 5
_SHORT_NAMES = frozenset({"nyc", "usa", "uk", "uae", "la", "sf", "goa", "us", "eu"})
"""Alternate names this short are airport codes otherwise ("THE" is Teresina)."""
_SURE_SHORT = frozenset({"usa", "uk", "uae"})
_STOPS = listed(
    "them him there here which whom whose a an and or in at on of to with for from by my our me us we i you he she they it is was were "
    "be not no but without near where "
    "when while who this next his her their your as if so up out off over then than do did had have last every all some before "
    "after during "
)
_NOT_PLACES = listed(
    "town city village country countryside suburbs downtown outdoors outside abroad nature work school home bed church college love "
    "action private public general color colour style costume line front back middle "
    "top bottom center centre public person people video memory order case time fact focus detail slow black white color motion "
    "dance bloom flight night sea dinner lunch breakfast least most once noon dawn dusk sunset sunrise today "
)
_TRIP_WORDS = listed("road summer winter family beach ski business school weekend camping wedding big last first")
_HOME_WORDS = frozenset({"home", "house", "apartment", "flat", "place"})


@dataclass(frozen=True)
class PlaceReading:
    took: int
    term: Term
    population: int = 0
    broad: bool = False
    """A country, region or sight, or a place that has been visited: meant even where a word could mean something else."""
    visited: bool = False
    own: bool = False
    """By the wearer's own name for it."""
    country: str = ""
    """ISO 3166 code of the country it is or lies in; empty where it lies in several or that is not known."""


class Places:
    """The places of the world and of an account, found by the words of a request."""

    def __init__(self, context: AskContext) -> None:
        self._gazetteer = context.gazetteer
        self._home = context.home
        self._visited = context.visited
        self._own = own_places(context.named)
        self._labels = context.labels
        self._nearby = sights_near(context.gazetteer, context.visited)
        self._clips: dict[str, int] = {}
        for place in context.visited:
            for place_id in place.ids:
                self._clips[place_id] = self._clips.get(place_id, 0) + place.clips

    def read(self, words: list[Word], at: int, *, after: str = "", article: bool = False) -> PlaceReading | None:
        """The longest place at ``at``. ``after``: the preposition before it, if any; ``article``: "the" stands before it."""
        own = self._own.read(words, at)
        if own:
            return PlaceReading(own[0], own[1], broad=True, visited=True, own=True)
        home = self._at_home(words, at, after) or self._trip(words, at)
        if home:
            return home
        if article and after and words[at].folded in {"us", "states"}:
            found = self._one(["united", "states"], after=after, article=False)
            return self._reading(words, at, 1, found, after, "") if found else None
        for took in range(min(_LONGEST, len(words) - at), 0, -1):
            part = [word.folded for word in words[at : at + took]]
            if part[0] in _STOPS or part[-1] in _STOPS or any(word.owner or word.comma for word in words[at : at + took - 1]):
                continue
            found = self._one(part, after=after, article=article)
            if found:
                return self._refined(words, at, took, found, after)
        return None

    def _trip(self, words: list[Word], at: int) -> PlaceReading | None:
        """ "Our Italian trip"; not "the Italian restaurant"."""
        follows = [word.folded for word in words[at + 1 : at + 3]]
        if TRIPS.isdisjoint(follows[:1]) and not (follows[1:] and follows[0] in _TRIP_WORDS and follows[1] in TRIPS):
            return None
        code, name = country_of_adjective(words[at].folded), place_of_adjective(words[at].folded)
        if name:
            found = self._one(name.split(), after="in", article=False)
            return self._reading(words, at, 1, found, "in", "") if found else None
        match = PlaceMatch(country_name(code), "country", (f"country:{code}",), country_code=code) if code else None
        return self._reading(words, at, 1, match, "in", "") if match else None

    def outside(self, words: list[Word], at: int) -> tuple[int, PlaceReading] | None:
        """ "outside Ireland", "outside of Rome": where the place begins that is not meant, and the place. Outside a town is near it."""
        if words[at].folded != "outside" or at + 1 >= len(words):
            return None
        first = at + 1 + (words[at + 1].folded == "of")
        reading = self.read(words, first, after="in") if first < len(words) else None
        large = reading is not None and reading.term.ids[:1] and reading.term.ids[0].startswith(("country:", "admin1:"))
        return (first, reading) if reading and (large or first > at + 1) else None

    def abroad(self, word: Word, country: str) -> Term | None:
        """What "abroad" is not: the country (ISO 3166) where home is."""
        if word.folded not in {"abroad", "overseas"} or not country:
            return None
        return Term(kind=TermKind.PLACE, value="the home country", ids=[f"country:{country}"], heard=word.text, source="home")

    def is_ordinary(self, word: str) -> bool:
        """Whether "in X" is a manner of speaking and no place."""
        return word in _NOT_PLACES

    def alike(self, key: str, *, likeness: float = 0.8) -> list[str]:
        """Visited places whose names are spelt much like ``key``, the likest first."""
        known = {key_of(place.name): place.name for place in self._visited if place.name}
        return [known[found] for found in get_close_matches(key, list(known), n=3, cutoff=likeness)]

    def unknown(self, words: list[Word], at: int, took: int) -> Term:
        """A term for a place that is on no map."""
        heard = " ".join(word.text for word in words[at : at + took])
        name = heard.removesuffix("'s")
        near = self.alike(key_of(name), likeness=0.6)
        often = sorted(self._visited, key=lambda place: -place.clips)
        offered = near or list(dict.fromkeys(place.name for place in often if place.name))[:3]
        hint = f"No place called {name.title()} is known."
        hint += f" Did you mean {' or '.join(near)}?" if near else f" Your clips are from {', '.join(offered)}." if offered else ""
        return Term(kind=TermKind.PLACE, value=name.title(), heard=heard, resolved=False, hint=hint, alternatives=offered)

    def _at_home(self, words: list[Word], at: int, after: str) -> PlaceReading | None:
        skip = 1 if words[at].folded in {"my", "our"} and at + 1 < len(words) and words[at + 1].folded in _HOME_WORDS - {"place"} else 0
        ours = words[at].folded in {"my", "our"} and at + 1 < len(words) and words[at + 1].folded == "place" and after == "at"
        skip = 1 if ours else skip
        if words[at + skip].folded != "home" and not skip:
            return None
        bare = (
            not after
            and words[at].folded == "home"
            and (at + 1 == len(words) or words[at + 1].folded in {"with", "in", "on", "and", "alone"})
        )
        if after not in {"at", "in", "from", "to", "near", "around"} and not bare:
            return None
        more = self._outer(words, at + skip + 1)
        heard = " ".join(word.text for word in words[at : at + skip + 1 + more])
        if self._home is None:
            hint = "Where your home is, is not known: set it in your profile."
            return PlaceReading(
                skip + 1 + more, Term(kind=TermKind.PLACE, value="home", heard=heard, resolved=False, hint=hint), broad=True
            )
        lat, lon = self._home
        radius_km = AROUND_KM / 10 if after in {"near", "around"} else HOME_KM
        term = Term(kind=TermKind.PLACE, value="home", ids=[f"near:{lat},{lon},{radius_km}"], heard=heard, source="home")
        return PlaceReading(skip + 1 + more, term, broad=True)

    def _outer(self, words: list[Word], at: int) -> int:
        """How many words after "at home" only say what it lies in: "in London"."""
        if at >= len(words) or words[at].folded != "in":
            return 0
        longest = range(min(3, len(words) - at - 1), 0, -1)
        return next((1 + took for took in longest if self._encloses([word.folded for word in words[at + 1 : at + 1 + took]])), 0)

    def _spelt(self, key: str, match: PlaceMatch | None) -> PlaceMatch | None:
        """A place with clips that was spelt another way, unless the spelling is that of a larger place."""
        if len(key) < 5 or (match is not None and (match.kind != "city" or self._visits(match))):
            return None
        near = self.alike(key, likeness=SAME_SPELLING)
        if not near:
            return None
        visited = next(place for place in self._visited if place.name == near[0])
        known = self._likeliest(self._gazetteer.named(near[0]))
        population = known.population if known else 0
        if match is not None and match.population > population:
            return None
        return PlaceMatch(near[0], "spelling", visited.ids[:1], population=population)

    def _one(self, part: list[str], *, after: str, article: bool) -> PlaceMatch | None:
        name = _NICKNAMES.get(" ".join(part), " ".join(part))
        part = name.split()
        if part[0] == "the" and (len(part) == 1 or part[1] in _NOT_PLACES):
            return None
        sight = SIGHTS.get(name) or (SIGHTS.get(" ".join(part[1:])) if part[0] == "the" else None)
        if sight and not any(match.kind == "region" for match in self._gazetteer.named(name)):
            return sight
        if name in self._nearby and name not in self._labels:
            return self._nearby[name]
        if name in CONTINENTS:
            ids = tuple(f"country:{code}" for code in CONTINENTS[name])
            return PlaceMatch(name=name.title(), kind="continent", ids=ids)
        if len(part) == 1 and (name in _NOT_PLACES or len(name) < 2 or name.isdigit()):
            return None
        if part[-1] == "the":
            return None
        matches = self._gazetteer.named(name) or (self._gazetteer.named(f"saint {' '.join(part[1:])}") if part[0] == "st" else ())
        match = self._likeliest(matches)
        if match is None and (after or article) and name not in self._labels and (misspelt := alike(name, self._nearby)):
            return replace(misspelt, kind="spelling")
        if after and not article and (spelt := self._spelt(name, match)):
            return spelt
        if match is None or not self._meant(match, part, after=after, article=article):
            return None
        return match

    def _meant(self, match: PlaceMatch, part: list[str], *, after: str, article: bool) -> bool:
        """Whether somebody would mean this place by the word, as it stands in the sentence."""
        broad = match.kind != "city" or self._visits(match) > 0
        own_name = key_of(match.name) == " ".join(part)
        if not own_name and len(part) == 1 and len(part[0]) <= 3 and part[0] not in _SHORT_NAMES:
            return False
        if part[0] == "the" and not own_name and not broad:
            return False  # "the bridge" is an old name of Norwalk
        if article and part[0] != "the":
            larger = match.kind == "country" or (match.kind == "region" and (self._visits(match) > 0 or match.population >= BEATS_A_WORD))
            return larger or (match.population >= ARTICLE_CITY and len(part) == 1 and key_of(match.name) == part[0])
        if len(part) == 1 and part[0] in FILLERS:
            led = after in {"in", "to", "visiting"} or (after in {"around", "near"} and self._visits(match) > 0)
            return led and (broad or match.population >= KNOWN_WORLDWIDE)
        if after:
            return True
        return (broad and (own_name or len(part[0]) > 3 or part[0] in _SURE_SHORT)) or (match.population >= KNOWN_WORLDWIDE and own_name)

    def _likeliest(self, matches: Sequence[PlaceMatch]) -> PlaceMatch | None:
        """Where the account has clips, else the first: gazetteers put the likeliest first; a country beats a city of its name, and a
        large city the region that is called after it ("New York", "Lisbon")."""
        if not matches:
            return None
        visited = max(matches, key=self._visits)
        if self._visits(visited):
            return visited
        country = next((match for match in matches if match.kind == "country"), None)
        largest = max(matches, key=lambda match: match.population)
        if not country and largest.kind == matches[0].kind and largest.population >= _FAR_LARGER * max(matches[0].population, 1):
            return largest
        if country or matches[0].kind != "region":
            return country or matches[0]
        capital = next((match for match in matches if match.kind == "city" and matches[0].ids[0] in match.ids), None)
        return capital if capital and capital.population >= KNOWN_WORLDWIDE else matches[0]

    def _visits(self, match: PlaceMatch) -> int:
        return self._clips.get(match.ids[0], 0) if match.ids else 0

    def _refined(self, words: list[Word], at: int, took: int, found: PlaceMatch, after: str) -> PlaceReading:
        """With the larger place that follows it: "Paris, Texas", "Florence in South Carolina"."""
        part = [word.folded for word in words[at : at + took]]
        rivals = () if found.kind in {"sight", "spelling"} else self._gazetteer.named(" ".join(part))
        for skip in (0, 1):
            start = at + took + skip
            if skip and (start > len(words) or words[start - 1].folded != "in"):
                continue
            for more in range(min(3, len(words) - start), 0, -1):
                outer = [word.folded for word in words[start : start + more]]
                inside = self._inside(rivals, outer) if rivals else None
                if inside or (found.kind == "sight" and self._encloses(outer)):
                    return self._reading(
                        words, at, took + skip + more, inside or found, after, " ".join(word.text for word in words[start : start + more])
                    )
        return self._reading(words, at, took, found, after, "")

    def _inside(self, rivals: Sequence[PlaceMatch], outer: list[str]) -> PlaceMatch | None:
        if outer[0] in _STOPS or outer[-1] in _STOPS:
            return None
        outers = {match.ids[0] for match in self._gazetteer.named(" ".join(outer)) if match.ids and match.kind != "city"}
        return next((match for match in rivals if outers & set(match.ids[1:])), None)

    def _encloses(self, outer: list[str]) -> bool:
        """Whether a sight's words are followed by the name of a larger place."""
        match = self._likeliest(self._gazetteer.named(" ".join(outer))) if outer[0] not in _STOPS else None
        return match is not None and (match.kind != "city" or match.population >= KNOWN_WORLDWIDE)

    def _reading(self, words: list[Word], at: int, took: int, match: PlaceMatch, after: str, outer: str) -> PlaceReading:
        heard = " ".join(word.text for word in words[at : at + took])
        ids = list(match.ids if match.kind in {"continent", "sight"} else match.ids[:1])
        if after in {"near", "around", "outside"} and match.lat is not None and match.kind in {"city", "sight"}:
            ids.append(f"near:{match.lat},{match.lon},{AROUND_KM if match.kind == 'city' else 3.0}")
        elif (
            match.kind == "city"
            and match.lat is not None
            and not self._visits(match)
            and any(self._clips.get(outer) for outer in match.ids[1:2])
        ):
            ids.append(f"within:{match.lat},{match.lon},{max(1.5, min(8.0, REACH_KM_PER_ROOT * match.population**0.5)):.1f}")
        value = f"{match.name}, {outer.title()}" if outer and match.kind == "city" else match.name
        hint = f"'{heard}' is taken for {value}." if match.kind == "spelling" else self._elsewhere(match) if not outer else ""
        source = match.kind if match.kind in {"sight", "spelling"} else "gazetteer"
        term = Term(kind=TermKind.PLACE, value=value, ids=ids, heard=heard, hint=hint, source=source)
        visited = self._visits(match) > 0
        return PlaceReading(took, term, match.population, match.kind != "city" or visited or bool(outer), visited, country=_country(match))

    def _elsewhere(self, match: PlaceMatch) -> str:
        """Which of several places of the name was taken, if it is not the best known."""
        if match.kind != "city":
            return ""
        first = next(iter(self._gazetteer.named(match.name)), match)
        if first.ids[:1] == match.ids[:1]:
            return ""
        return f"{match.name} in {match.country or match.country_code}, where you have clips."


def _country(match: PlaceMatch) -> str:
    if match.kind == "continent":
        return ""
    return match.country_code or next((each.partition(":")[2] for each in match.ids if each.startswith("country:")), "")
