"""The people of an account, as its owner names them."""

from __future__ import annotations

from glasses.wire.codec import Wire


class PersonEdit(Wire):
    person_id: str = ""
    """Given by the sender (UUIDv7): a retry is the same person. Empty: a new one."""
    name: str = ""
    relations: list[str] = []
    """["wife"]; ["me"] is the owner."""
    birthday: str = ""
    """MM-DD or empty."""


class PersonInfo(Wire):
    person_id: str = ""
    name: str = ""
    relations: list[str] = []
    birthday: str = ""
    photos: int = 0
    recognisable: bool = False


class PeopleList(Wire):
    people: list[PersonInfo] = []


class PhotoAdded(Wire):
    person_id: str = ""
    photo_id: str = ""
    photos: int = 0
    """How many photos the person is known by now. Three or more make recognition sure."""
