"""The wearer's own people and places for a corpus: as it tells them, or as its labels name them."""

from __future__ import annotations

from bench import voice_script as script
from bench.voice_corpus import Names
from bench.voice_labels import Label
from glasses.capture import phrases

PERSON_SLOTS = {"who", "person", "people", "persons", "name", "names"}
PLACE_SLOTS = {"where", "place", "places", "city", "country", "location"}


def names_of(labels: list[Label]) -> Names:
    """For a corpus without ``names.json``: every name that a label which is not marked as unlisted has in a slot of people or places.

    The script's names when no label has such slots.
    """
    found = Names()
    for label in labels:
        if label.unlisted:
            continue
        for slot, value in label.slots.items():
            for each in value if isinstance(value, list) else [value]:
                if slot in PERSON_SLOTS:
                    found.people += names_in(str(each))
                elif slot in PLACE_SLOTS:
                    found.places += names_in(str(each))
    if not found.people and not found.places:
        return Names(script.PEOPLE, script.PLACES)
    return Names([*dict.fromkeys(found.people)], [*dict.fromkeys(found.places)])


def is_unlisted(label: Label, names: Names) -> bool:
    """As the label tells; else whether a slot of people or places holds a name that is on no list."""
    if label.unlisted is not None:
        return label.unlisted
    listed = {name.lower() for name in (*names.people, *names.places)}
    values = [
        each
        for slot, value in label.slots.items()
        if slot in PERSON_SLOTS | PLACE_SLOTS
        for each in (value if isinstance(value, list) else [value])
    ]
    return any(name not in listed for value in values for name in names_in(str(value)))


def names_in(text: str) -> list[str]:
    """ "my wife, Anna and me": anna. Everyday words for people are nobody's name."""
    everyday = {*phrases.load("en").request.people, "i", "us", "we", "the two of us"}
    parts = [part.strip() for part in text.lower().replace(" and ", ",").replace("&", ",").split(",")]
    return [part for part in parts if part and part not in everyday]
