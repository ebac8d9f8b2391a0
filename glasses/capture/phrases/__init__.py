"""What a wearer may say, one table per language."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import msgspec

from glasses.errors import ConfigInvalidError
from glasses.wire.intent import IntentName


class RequestWords(msgspec.Struct, forbid_unknown_fields=True):
    """What requests are made of. ``templates`` hold {who}, {where} and {when}."""

    people: list[str] = []
    templates: list[str] = []
    times: list[str] = []
    other_people: list[str] = []
    other_places: list[str] = []


class Decoys(msgspec.Struct, forbid_unknown_fields=True):
    phrases: list[str] = []
    alike: list[str] = []
    """What the wake phrases themselves are told from, once more, before anything is done."""
    differs: dict[str, list[str]] = {}
    """For a wake phrase: those with another beginning, so like it that the recogniser hears it in them."""
    leans: dict[str, list[str]] = {}
    """For a wake phrase: those that an accent may make of it; they are evidence, not proof."""


class Phrases(msgspec.Struct, forbid_unknown_fields=True):
    commands: dict[IntentName, list[str]]
    open: dict[IntentName, list[str]]
    """Prefixes of requests that go on in the wearer's own words."""
    decoys: Decoys
    request: RequestWords


def load(language: str, folder: Path | None = None) -> Phrases:
    """The table ``folder``/LANGUAGE.toml, of this package when no folder is given. Raises ConfigInvalidError when there is none."""
    table = (folder or resources.files(__package__)) / f"{language}.toml"
    if not table.is_file():
        raise ConfigInvalidError(f"voice.language: there is no table of phrases for {language!r}")
    return msgspec.convert(tomllib.loads(table.read_text("utf-8")), Phrases)


def spoken_words(phrases: Phrases) -> list[str]:
    """Every word of the commands and of what requests begin with, each once: those that a speech model must know."""
    spoken = [phrase for table in (phrases.commands, phrases.open) for each in table.values() for phrase in each]
    return [*dict.fromkeys(word for phrase in spoken for word in phrase.split())]
