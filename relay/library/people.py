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
from glasses.wire.people import (
    FacesInView,
    NameFace,
    PersonEdit,
    PersonInfo,
    PersonPhotoInfo,
    PersonPhotos,
    PhotoAdded,
    SplitPerson,
    UnknownPeople,
)
from glasses.wire.tag import FaceTag
from relay.catalog import changes, details, moments, ops, parts, people, users, videos
from relay.catalog.db import Database
from relay.catalog.people import PersonPhoto
from relay.catalog.records import Person
from relay.catalog.rows import Connection
from relay.errors import NotFoundError, SouvenirError
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message, Priority
from relay.library.faces import find_face, in_view, unknown_people

Enrol = Callable[[bytes], Awaitable[FaceTag]]
"""The one face of a photo. Raises a SouvenirError for none, several, or one too small."""

_CLIP = "clip:"
"""Before the video and the face that a person was named by, where an uploaded photo has its hash."""


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
        if not faces:
            await self._database.scrub()
        await asyncio.gather(*(self._photos.delete(key) for key in keys))

    async def photos(self, user_id: str, person_id: str) -> PersonPhotos:
        """What the person is known by. Raises NotFoundError."""

        def look(connection: Connection) -> PersonPhotos:
            people.get(connection, user_id, person_id)
            known = people.photos(connection, user_id, person_id)
            return PersonPhotos(
                photos=[PersonPhotoInfo(photo_id=one.photo_id, video_id=_clip_of(one), added_at=one.added_at) for one in known]
            )

        return await self._database.read(look)

    async def merge(self, user_id: str, person_id: str, other_id: str) -> PersonInfo:
        """``other_id`` was the same person all along. Raises NotFoundError."""

        def join(connection: Connection) -> Person:
            person, other = people.get(connection, user_id, person_id), people.get(connection, user_id, other_id)
            if person_id == other_id:
                return person
            people.move_photos(connection, user_id, [one.photo_id for one in people.photos(connection, user_id, other_id)], person_id)
            person.relations = list(dict.fromkeys([*person.relations, *other.relations]))
            person.birthday = person.birthday or other.birthday
            self._forget(connection, other)
            return self._known_anew(connection, person)

        return await self._changed(join)

    async def split(self, user_id: str, person_id: str, wanted: SplitPerson) -> PersonInfo:
        """Some of a person's faces are another's. Returns the other. Raises NotFoundError, PersonNamelessError."""

        def part(connection: Connection) -> Person:
            person = people.get(connection, user_id, person_id)
            theirs = {one.photo_id for one in people.photos(connection, user_id, person_id)}
            missing = [photo_id for photo_id in wanted.photo_ids if photo_id not in theirs]
            if missing or not wanted.photo_ids:
                raise NotFoundError(f"photo {missing[0]}" if missing else "no photo was named")
            other = self._somebody(connection, user_id, wanted.person_id, wanted.name, [])
            people.move_photos(connection, user_id, wanted.photo_ids, other.person_id)
            self._known_anew(connection, person)
            return self._known_anew(connection, other)

        return await self._changed(part)

    async def name_face(self, user_id: str, video_id: str, face_id: str, wanted: NameFace) -> PersonInfo:
        """Know somebody by their face in a clip. Raises FacesConsentError, NotFoundError, PersonNamelessError."""

        def name(connection: Connection) -> Person:
            require_consent(connection, user_id)
            track = find_face(connection, user_id, video_id, face_id)
            person = self._somebody(connection, user_id, wanted.person_id, wanted.name, wanted.relations)
            now = self._now_ms()
            photo = PersonPhoto(
                user_id=user_id, photo_id=uuid7(now), person_id=person.person_id, sha256=f"{_CLIP}{video_id}:{face_id}",
                embedding=track.embedding(), added_at=now,
            )  # fmt: skip
            people.add_photo(connection, photo)
            return self._known_anew(connection, person)

        return await self._changed(name)

    async def remove(self, user_id: str, person_id: str) -> None:
        """Forget somebody, and every face that they are known by. Raises NotFoundError."""

        def forget(connection: Connection) -> Person:
            person = people.get(connection, user_id, person_id)
            self._forget(connection, person)
            self._bus.publish_in(connection, Message(user_id=user_id, operation=JobKind.NAME_FACES))
            return person

        await self._changed(forget)

    async def faces_of(self, user_id: str, video_id: str) -> FacesInView:
        """Raises FacesConsentError, NotFoundError."""
        return await self._database.read(lambda connection: FacesInView(faces=in_view(connection, _allowed(connection, user_id), video_id)))

    async def unknown(self, user_id: str) -> UnknownPeople:
        """Raises FacesConsentError."""
        return await self._database.read(lambda connection: UnknownPeople(people=unknown_people(connection, _allowed(connection, user_id))))

    async def _changed(self, change: Callable[[Connection], Person]) -> PersonInfo:
        person = await self._database.write(change)
        self._bus.announce()
        return info(person)

    def _somebody(self, connection: Connection, user_id: str, person_id: str, name: str, relations: list[str]) -> Person:
        if person_id:
            return people.get(connection, user_id, person_id)
        if not name.strip():
            raise PersonNamelessError("name is missing")
        known = [relation.strip().lower() for relation in relations]
        return Person(user_id=user_id, person_id=uuid7(self._now_ms()), name=name.strip(), relations=known)

    def _known_anew(self, connection: Connection, person: Person) -> Person:
        """After their faces have changed: the mean, the feed, and all clips named anew."""
        known = people.photos(connection, person.user_id, person.person_id)
        person.embedding = np.mean([one.embedding for one in known], axis=0).tolist() if known else []
        person.photos = len(known)
        people.put(connection, person)
        self._tell(connection, person)
        self._bus.publish_in(connection, Message(user_id=person.user_id, operation=JobKind.NAME_FACES))
        return person

    def _forget(self, connection: Connection, person: Person) -> None:
        people.drop(connection, person.user_id, person.person_id)
        value = to_builtins(PersonInfo(person_id=person.person_id, gone=True))
        changes.append(connection, person.user_id, OpKind.PERSON, person.person_id, value, self._now_ms())

    def _keep_photo(self, connection: Connection, photo: PersonPhoto) -> Person:
        require_consent(connection, photo.user_id)
        person = people.get(connection, photo.user_id, photo.person_id)
        return self._known_anew(connection, person) if people.add_photo(connection, photo) else person

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
        ops.erase_faces(connection, user_id)
        keys = [*people.erase_faces(connection, user_id), *moments.erase_faces(connection, user_id)]
        details.erase_faces(connection, user_id)
        parts.erase_faces(connection, user_id)
        self._bus.publish_in(connection, Message(user_id=user_id, operation=JobKind.NAME_FACES))
        self._look_again(connection, user_id)
        return keys

    def _tell(self, connection: Connection, person: Person) -> None:
        value = to_builtins(info(person))
        changes.append(connection, person.user_id, OpKind.PERSON, person.person_id, value, self._now_ms())

    def _look_again(self, connection: Connection, user_id: str) -> None:
        """Clips that were looked into without consent have faces too; those looked into with it get pictures chosen without them."""
        for video in videos.ready(connection, user_id):
            message = Message(user_id=user_id, operation=JobKind.EXTRACT, video_id=video.video_id, priority=Priority.LOW)
            self._bus.publish_in(connection, message)


def require_consent(connection: Connection, user_id: str) -> None:
    """Raises FacesConsentError."""
    if users.get(connection, user_id).faces_consent_at is None:
        raise FacesConsentError("the account has not agreed to it")


def _allowed(connection: Connection, user_id: str) -> str:
    require_consent(connection, user_id)
    return user_id


def _clip_of(photo: PersonPhoto) -> str:
    return photo.sha256.removeprefix(_CLIP).split(":")[0] if photo.sha256.startswith(_CLIP) else ""


def info(person: Person) -> PersonInfo:
    return PersonInfo(
        person_id=person.person_id, name=person.name, relations=person.relations, birthday=person.birthday, photos=person.photos,
        recognisable=bool(person.embedding),
    )  # fmt: skip
