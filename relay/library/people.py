"""People and the faces they are known by. Nothing about faces is kept without the account's consent."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import numpy as np

from glasses.wire.change import OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.ids import uuid7
from glasses.wire.people import PersonEdit, PersonInfo, PhotoAdded
from glasses.wire.tag import FaceTag
from relay.catalog import changes, moments, people, users, videos
from relay.catalog.db import Database
from relay.catalog.people import PersonPhoto
from relay.catalog.records import Person
from relay.catalog.rows import Connection
from relay.errors import SouvenirError
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message, Priority

Enrol = Callable[[bytes], Awaitable[FaceTag]]
"""The one face of a photo. Raises a SouvenirError for none, several, or one too small."""


class PhotoStore(Protocol):
    async def put_bytes(self, key: str, data: bytes) -> None: ...

    async def delete(self, key: str) -> None: ...


class FacesConsentError(SouvenirError):
    code = "consent.faces"


class PersonNamelessError(SouvenirError):
    code = "wire.malformed"


class PeopleBook:
    def __init__(self, database: Database, photos: PhotoStore, bus: Bus, enrol: Enrol, now_ms: Callable[[], int]) -> None:
        self._database, self._photos, self._bus, self._enrol, self._now_ms = database, photos, bus, enrol, now_ms

    async def everyone(self, user_id: str) -> list[PersonInfo]:
        return [info(person) for person in await self._database.read(lambda connection: people.of_user(connection, user_id))]

    async def save(self, user_id: str, edit: PersonEdit) -> PersonInfo:
        """A new person, or new facts of one that is known; faces stay. Raises PersonNamelessError."""
        if not edit.name.strip():
            raise PersonNamelessError("name is missing")

        def keep(connection: Connection) -> Person:
            person = people.find(connection, user_id, edit.person_id) if edit.person_id else None
            person = person or Person(user_id=user_id, person_id=edit.person_id or uuid7(self._now_ms()), name="")
            person.name, person.birthday = edit.name.strip(), edit.birthday
            person.relations = [relation.strip().lower() for relation in edit.relations]
            people.put(connection, person)
            self._tell(connection, person)
            return person

        return info(await self._database.write(keep))

    async def add_photo(self, user_id: str, person_id: str, image: bytes) -> PhotoAdded:
        """Know a person by one more photo; the same photo twice is one. Raises FacesConsentError, NotFoundError, and what Enrol raises."""

        def check(connection: Connection) -> None:
            require_consent(connection, user_id)
            people.get(connection, user_id, person_id)

        await self._database.read(check)
        face = await self._enrol(image)
        sha256, photo_id = hashlib.sha256(image).hexdigest(), uuid7(self._now_ms())
        photo = PersonPhoto(
            user_id=user_id, photo_id=photo_id, person_id=person_id, sha256=sha256, embedding=face.embedding,
            added_at=self._now_ms(),
        )  # fmt: skip
        person = await self._database.write(lambda connection: self._keep_photo(connection, photo))
        self._bus.announce()
        return PhotoAdded(person_id=person_id, photo_id=photo_id, photos=person.photos)

    async def consent(self, user_id: str, *, faces: bool) -> None:
        """Withdrawal erases every stored face and every name that came from one, before it returns."""
        keys = await self._database.write(lambda connection: self._consent(connection, user_id, faces=faces))
        self._bus.announce()
        await asyncio.gather(*(self._photos.delete(key) for key in keys))

    def _keep_photo(self, connection: Connection, photo: PersonPhoto) -> Person:
        require_consent(connection, photo.user_id)
        person = people.get(connection, photo.user_id, photo.person_id)
        if people.add_photo(connection, photo):
            known = people.photos(connection, photo.user_id, photo.person_id)
            person.embedding = np.mean([one.embedding for one in known], axis=0).tolist()
            person.photos = len(known)
            people.put(connection, person)
            self._tell(connection, person)
            self._bus.publish_in(connection, Message(user_id=photo.user_id, operation=JobKind.NAME_FACES))
        return person

    def _consent(self, connection: Connection, user_id: str, *, faces: bool) -> list[str]:
        user = users.get(connection, user_id)
        if faces == (user.faces_consent_at is not None):
            return []
        user.faces_consent_at = self._now_ms() if faces else None
        users.save(connection, user)
        if faces:
            self._look_again(connection, user_id)
            return []
        videos.erase_device_faces(connection, user_id)
        keys = people.erase_faces(connection, user_id)
        moments.erase_faces(connection, user_id)
        self._bus.publish_in(connection, Message(user_id=user_id, operation=JobKind.NAME_FACES))
        return keys

    def _tell(self, connection: Connection, person: Person) -> None:
        value = to_builtins(info(person))
        changes.append(connection, person.user_id, OpKind.PERSON, person.person_id, value, self._now_ms())

    def _look_again(self, connection: Connection, user_id: str) -> None:
        """Clips that were looked into without consent have faces too."""
        for video in videos.ready(connection, user_id):
            message = Message(user_id=user_id, operation=JobKind.EXTRACT, video_id=video.video_id, priority=Priority.LOW)
            self._bus.publish_in(connection, message)


def require_consent(connection: Connection, user_id: str) -> None:
    """Raises FacesConsentError."""
    if users.get(connection, user_id).faces_consent_at is None:
        raise FacesConsentError("the account has not agreed to it")


def info(person: Person) -> PersonInfo:
    return PersonInfo(
        person_id=person.person_id, name=person.name, relations=person.relations, birthday=person.birthday, photos=person.photos,
        recognisable=bool(person.embedding),
    )  # fmt: skip
