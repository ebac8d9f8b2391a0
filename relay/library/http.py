"""Routes of what an account has: its videos, its people and its places."""

from __future__ import annotations

import base64
import binascii

import msgspec
from aiohttp import BodyPartReader, web

from glasses.wire.account import Consent
from glasses.wire.people import MergePeople, NameFace, PeopleList, PersonEdit, SplitPerson
from glasses.wire.place import PlaceEdit, PlaceList, PlaceOfVideo
from glasses.wire.video import VideoEdit, VideoInfo, VideoPage
from relay.auth.gate import who
from relay.catalog import touched, videos
from relay.catalog.db import Database
from relay.catalog.kept import RECENT_S, Kept
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.catalog.touched import Touch
from relay.errors import SouvenirError
from relay.exchange import MalformedRequestError, MediaTypeError, answer, body, number
from relay.jobs.bus import Bus
from relay.library.people import PeopleBook
from relay.library.places import PlaceBook
from relay.library.videos import Library

MOST_PHOTO_BYTES = 8 << 20


Page = list[Video]


class PhotoTooLargeError(SouvenirError):
    code = "request.too_large"


class VideosHttp:
    def __init__(self, database: Database, library: Library, bus: Bus) -> None:
        self._database, self._library, self._bus = database, library, bus
        self._pages = Kept[Page](library.now_ms, RECENT_S)

    async def list(self, request: web.Request) -> web.Response:
        """The newest first, by pages."""
        user_id, limit = who(request).user_id, number(request, "limit", 50, least=1, most=200)
        before = _before(request.query.get("cursor", ""))

        def look(connection: Connection) -> VideoPage:
            state = touched.state(connection, user_id, Touch.CLIPS)
            found = self._pages.of(
                (user_id, limit, before), state, lambda: videos.page(connection, user_id, limit=limit + 1, before=before)
            )
            shown = [self._library.info_in(connection, video) for video in found[:limit]]
            return VideoPage(videos=shown, next_cursor=_cursor(shown[-1]) if len(found) > limit else "")

        return answer(await self._database.read(look))

    async def get(self, request: web.Request) -> web.Response:
        return answer(await self._info(request))

    async def edit(self, request: web.Request) -> web.Response:
        user_id, video_id = who(request).user_id, request.match_info["video_id"]
        edit = await body(request, VideoEdit)
        await self._database.write(lambda connection: self._library.edit_in(connection, user_id, video_id, edit))
        self._bus.announce()
        return answer(await self._info(request))

    async def delete(self, request: web.Request) -> web.Response:
        user_id, video_id = who(request).user_id, request.match_info["video_id"]
        await self._database.write(lambda connection: self._library.delete_in(connection, user_id, video_id))
        self._bus.announce()
        return web.Response(status=204)

    async def _info(self, request: web.Request) -> VideoInfo:
        user_id, video_id = who(request).user_id, request.match_info["video_id"]
        return await self._database.read(lambda connection: self._library.info_in(connection, videos.get(connection, user_id, video_id)))


class PeopleHttp:
    def __init__(self, people: PeopleBook) -> None:
        self._people = people

    async def list(self, request: web.Request) -> web.Response:
        return answer(PeopleList(people=await self._people.everyone(who(request).user_id)))

    async def save(self, request: web.Request) -> web.Response:
        edit = await body(request, PersonEdit)
        return answer(await self._people.save(who(request).user_id, edit), status=201)

    async def add_photo(self, request: web.Request) -> web.Response:
        """multipart/form-data with one part ``photo``, or the picture itself as image/*."""
        image = await _image(request)
        return answer(await self._people.add_photo(who(request).user_id, request.match_info["person_id"], image), status=201)

    async def photos(self, request: web.Request) -> web.Response:
        return answer(await self._people.photos(who(request).user_id, request.match_info["person_id"]))

    async def merge(self, request: web.Request) -> web.Response:
        asked = await body(request, MergePeople)
        return answer(await self._people.merge(who(request).user_id, request.match_info["person_id"], asked.person_id))

    async def split(self, request: web.Request) -> web.Response:
        asked = await body(request, SplitPerson)
        return answer(await self._people.split(who(request).user_id, request.match_info["person_id"], asked), status=201)

    async def remove(self, request: web.Request) -> web.Response:
        await self._people.remove(who(request).user_id, request.match_info["person_id"])
        return web.Response(status=204)

    async def faces(self, request: web.Request) -> web.Response:
        return answer(await self._people.faces_of(who(request).user_id, request.match_info["video_id"]))

    async def name_face(self, request: web.Request) -> web.Response:
        asked = await body(request, NameFace)
        video_id, face_id = request.match_info["video_id"], request.match_info["face_id"]
        return answer(await self._people.name_face(who(request).user_id, video_id, face_id, asked), status=201)

    async def unknown(self, request: web.Request) -> web.Response:
        return answer(await self._people.unknown(who(request).user_id))

    async def consent(self, request: web.Request) -> web.Response:
        asked = await body(request, Consent)
        await self._people.consent(who(request).user_id, faces=asked.faces)
        return answer(asked)


class PlacesHttp:
    def __init__(self, places: PlaceBook) -> None:
        self._places = places

    async def list(self, request: web.Request) -> web.Response:
        return answer(PlaceList(places=await self._places.everything(who(request).user_id)))

    async def save(self, request: web.Request) -> web.Response:
        edit = await body(request, PlaceEdit)
        return answer(await self._places.save(who(request).user_id, edit), status=201)

    async def name_of_video(self, request: web.Request) -> web.Response:
        asked = await body(request, PlaceOfVideo)
        return answer(await self._places.name_of_video(who(request).user_id, request.match_info["video_id"], asked), status=201)

    async def remove(self, request: web.Request) -> web.Response:
        await self._places.remove(who(request).user_id, request.match_info["place_id"])
        return web.Response(status=204)


async def _image(request: web.Request) -> bytes:
    if request.content_type.startswith("image/"):
        return await request.read()
    if request.content_type != "multipart/form-data":
        raise MediaTypeError(f"{request.content_type} instead of multipart/form-data or image/*")
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "photo":
                return await _whole(part)
    except ValueError as problem:
        raise MalformedRequestError(f"the multipart body is malformed: {problem}") from problem
    raise MalformedRequestError("the part photo is missing")


async def _whole(part: BodyPartReader) -> bytes:
    data = bytearray()
    while piece := await part.read_chunk():
        data += piece
        if len(data) > MOST_PHOTO_BYTES:
            raise PhotoTooLargeError(f"more than {MOST_PHOTO_BYTES} bytes")
    return bytes(data)


def _cursor(last: VideoInfo) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([last.captured_at, last.video_id])).decode()


def _before(cursor: str) -> tuple[int, str] | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[int, str])
    except (binascii.Error, ValueError, msgspec.DecodeError) as problem:
        raise MalformedRequestError(f"cursor: {problem}") from problem
