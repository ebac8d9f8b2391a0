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
    gone: bool = False
    """Deleted, or merged into another person: forget the id."""


class PeopleList(Wire):
    people: list[PersonInfo] = []


class PhotoAdded(Wire):
    person_id: str = ""
    photo_id: str = ""
    photos: int = 0
    """How many photos the person is known by now. Three or more make recognition sure."""


class PersonPhotoInfo(Wire):
    photo_id: str = ""
    video_id: str = ""
    """The clip that the face was named in; empty for an uploaded photo."""
    added_at: int = 0


class PersonPhotos(Wire):
    photos: list[PersonPhotoInfo] = []


class MergePeople(Wire):
    person_id: str = ""
    """Who is the same person: their faces and relations move over, and their id is gone."""


class SplitPerson(Wire):
    photo_ids: list[str] = []
    """Whose face is another's."""
    person_id: str = ""
    """The other: one that is known, or empty for a new one called ``name``."""
    name: str = ""


class SuggestedPerson(Wire):
    person_id: str = ""
    name: str = ""
    distance: float = 0.0


class FaceInView(Wire):
    """One person's face while it is in a clip."""

    video_id: str = ""
    face_id: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    at_s: float = 0.0
    """Where it is seen best, and there:"""
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    height_px: int = 0
    person_id: str = ""
    """Empty: nobody was named."""
    name: str = ""
    suggestions: list[SuggestedPerson] = []
    """Who it may be: ask, do not assume."""


class FacesInView(Wire):
    faces: list[FaceInView] = []


class NameFace(Wire):
    person_id: str = ""
    """Somebody known; or empty, and ``name`` for somebody new."""
    name: str = ""
    relations: list[str] = []


class UnknownPerson(Wire):
    """Faces of different clips that are one person's, whom nobody has named."""

    videos: int = 0
    faces: list[FaceInView] = []
    """The clearest first, at most a few: name one of them to name all."""


class UnknownPeople(Wire):
    people: list[UnknownPerson] = []
