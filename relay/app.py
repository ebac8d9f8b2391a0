# ruff: noqa: E501 -- a table is read across
"""THE ordered table of the relay: every address it has, who may pass, what goes in and comes out. Read it first.

upload -> ingest -> [job: extract] -> catalogue + index -> ask -> [job: create_memory] -> film
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from aiohttp import web

from glasses.wire.account import (
    AccountEdit,
    AccountInfo,
    AccountList,
    ApproveRequest,
    AuthorizeRequest,
    Confirmation,
    Consent,
    DeviceInfo,
    DeviceList,
    FactorCode,
    FactorOffer,
    Home,
    Me,
    PasswordChange,
    PendingDevice,
    PendingRequest,
    RecoveryCodes,
    TokenRequest,
)  # fmt: skip
from glasses.wire.change import ConflictChoice, ConflictList, OpBatch, OpResults
from glasses.wire.memory import CorrectionRequest, Memory, MemoryList, MemoryRequest
from glasses.wire.music import MusicDefault, MusicInfo, MusicList
from glasses.wire.pairing import DeviceAuthorization, TokenGrant
from glasses.wire.people import (
    FacesInView,
    MergePeople,
    NameFace,
    PeopleList,
    PersonEdit,
    PersonInfo,
    PersonPhotos,
    PhotoAdded,
    SplitPerson,
    UnknownPeople,
)
from glasses.wire.place import NamedPlace, PlaceEdit, PlaceList, PlaceOfVideo
from glasses.wire.push import PushInfo, PushSubscription, PushSubscriptionInfo
from glasses.wire.share import SharedThing, ShareInfo, ShareList, ShareRequest
from glasses.wire.sync import SyncStatus, SyncTriggered
from glasses.wire.upload import Receipt
from glasses.wire.version import PROTOCOL
from glasses.wire.video import MemoryAccepted, SearchAnswer, SearchRequest, UploadAccepted, VideoEdit, VideoInfo, VideoPage
from relay import openapi
from relay.account.http import EXPORT_TYPE, AccountHttp, Forget
from relay.account.leaving import Leaving
from relay.ask.http import AskHttp, Find
from relay.assemble.http import MemoriesHttp
from relay.assemble.stream import UNDER, StreamHttp
from relay.auth.gate import Doors, Passage, Public, gate, note_answered
from relay.auth.http import AuthHttp
from relay.auth.me import AdminHttp, MeHttp
from relay.auth.tokens import Scope
from relay.catalog import changes
from relay.catalog.db import FAILURES
from relay.companion.http import CompanionHttp
from relay.extract.facts import MusicFacts
from relay.extract.tasks import examine_music
from relay.front import front
from relay.health import HealthHttp
from relay.ingest.http import IngestHttp
from relay.ingest.tus import CHUNK_TYPE, TusHttp, say_version
from relay.jobs.workers import Workers
from relay.library.http import PeopleHttp, PlacesHttp, VideosHttp
from relay.library.people import PeopleBook
from relay.library.places import PlaceBook
from relay.music.http import MusicHttp
from relay.music.shelf import MusicShelf
from relay.push.http import PushHttp
from relay.push.notices import Notices
from relay.routes import Param, Route
from relay.services import SCRATCH, UPLOADS, Services
from relay.share.http import ShareHttp
from relay.share.shares import Shares
from relay.sync.changes import Changes
from relay.sync.feed import Feed
from relay.sync.http import FEED_TYPE, SyncHttp
from relay.sync.live import LiveHttp

log = logging.getLogger(__name__)

API = "/api/v1"
FORM = "multipart/form-data"
MOST_JSON_BYTES = 8 << 20
TABLE = web.AppKey("table", Sequence[Route])
DOCUMENT = web.AppKey("document", bytes)
OWNER = (Scope.COMPANION,)
"""The person, by their companion."""
BOTH = (Scope.DEVICE, Scope.COMPANION)
"""The glasses too."""
ADMIN = (Scope.ADMIN,)
"""Who looks after the accounts."""
LINK = (Scope.SHARE,)
"""Whoever has a link that its owner shared: the token is in the address."""
SETTLE_S = 1.0
"""How soon a session or link that another process ended ends here, with what is done by it."""
HTML, DEAR, CHEAP = "text/html", 0.1, 50.0
_WHOLE, _TEXT = {"type": "integer", "minimum": 0}, {"type": "string"}
PAGE = (Param("cursor", _TEXT), Param("limit", {"type": "integer", "minimum": 1, "maximum": 200}))
FEED = (Param("cursor", _WHOLE), Param("limit", {"type": "integer", "minimum": 1, "maximum": 500}))
SIGNED = (Param("expires", _TEXT), Param("signature", _TEXT), Param("session", _TEXT))
TUS = (Param("Tus-Resumable", {"const": "1.0.0"}, required=True),)
TUS_ERRORS = ("upload.version", "upload.gone", "upload.locked")
PROOF_ERRORS = ("auth.proof", "auth.key_required")
CONFIRM_ERRORS = ("auth.credentials", "auth.second_factor")


async def _nothing_to_do() -> None:
    return None


async def _nothing_known(_user_id: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What the app does not make itself: ways into the stages that need models."""

    find: Find
    people: PeopleBook
    workers: Workers
    close: Callable[[], None] = lambda: None
    idle: Callable[[], Awaitable[None]] = _nothing_to_do
    """What is done, for as long as the app runs, while nobody wants anything."""
    forget: Forget = _nothing_known
    """Take an account that has ended out of what is searched."""


def routes(relay: Services, stages: Stages) -> list[Route]:
    """Presence, doors, bytes in, what is there, films, in step: in the order that a clip meets them."""
    return [
        route for section in (_presence, _doors, _account, _intake, _library, _films, _shared, _in_step) for route in section(relay, stages)
    ]


def make_app(relay: Services, stages: Stages) -> web.Application:
    """The application: it owns ``relay`` and the workers, and closes them when it ends."""
    passages: dict[web.AbstractRoute, Passage] = {}
    doors = Doors(relay.tokens, relay.sessions, relay.rates, _shares(relay).opened)
    outermost = front(relay.origin, secure=lambda: relay.address.url.startswith("https:"))
    app = web.Application(middlewares=[outermost, gate(doors, passages)], client_max_size=MOST_JSON_BYTES)
    table = routes(relay, stages)
    for route in table:
        passages[app.router.add_route(route.method, route.path, route.handler, name=route.name)] = Passage(
            route.name, route.access, route.rate
        )
    app[TABLE] = table
    app[DOCUMENT] = msgspec.json.encode(openapi.document(table, f"{PROTOCOL}.0"))

    async def run(_app: web.Application) -> AsyncIterator[None]:
        await relay.sweeper.start()
        await relay.bus.recover()
        await relay.database.write(lambda connection: changes.forget(connection, relay.now_ms() - relay.config.sync.feed_s * 1000))
        stages.workers.start()
        beside = [asyncio.create_task(_settle(relay)), asyncio.ensure_future(stages.idle())]
        yield
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await relay.sweeper.stop()
        await stages.workers.stop()
        stages.close()
        relay.close()

    async def end_live(_app: web.Application) -> None:
        relay.database.ripple.end()

    app.on_response_prepare.append(say_version)
    app.on_response_prepare.append(note_answered)
    app.cleanup_ctx.append(run)
    app.on_shutdown.append(end_live)
    return app


# fmt: off
def _presence(relay: Services, stages: Stages) -> list[Route]:
    """Is it there, and what does it take."""
    auth, pages = _auth(relay), CompanionHttp()
    health = HealthHttp({"database": relay.database.well, "workers": stages.workers.well, "queues": relay.bus.well})
    open_page = Public("a page without data; what it shows, it asks for with a token")
    return [
        Route("alive", "GET", "/healthz", health.alive, Public("load balancers and doctors ask without a token"), "The process answers", response="application/json", rate=CHEAP),
        Route("ready", "GET", "/readyz", health.ready, Public("load balancers and doctors ask without a token"), "Database, workers and queues are well", response="application/json", errors=("relay.unavailable",), rate=CHEAP),
        Route("openapi", "GET", f"{API}/openapi.json", _document, Public("it describes the program, not anybody's data"), "This document", response="application/json", rate=CHEAP),
        Route("jwks", "GET", f"{API}/jwks.json", auth.jwks, Public("public keys, for whoever checks tokens"), "Keys that check access tokens (RFC 7517)", response="application/json", rate=CHEAP),
        Route("companion", "GET", "/", pages.page("index"), open_page, "The companion", response=HTML, rate=CHEAP),
        Route("pair_page", "GET", "/pair", pages.page("index"), open_page, "The companion, where a code is approved", response=HTML, query=(Param("user_code", _TEXT),), rate=CHEAP),
        Route("share_page", "GET", "/s/{share}", pages.page("shared"), open_page, "A shared film or video", response=HTML, rate=CHEAP),
        Route("companion_file", "GET", "/web/{name}", pages.file, open_page, "The companion's scripts, styles and icons", response="text/javascript", errors=("request.not_found",), rate=CHEAP),
    ]


def _doors(relay: Services, _stages: Stages) -> list[Route]:
    """Who is it."""
    auth = _auth(relay)
    return [
        Route("authorize_device", "POST", f"{API}/devices/authorize", auth.authorize, Public("the glasses have no token yet; a person approves the code"), "Begin pairing (RFC 8628)", 200, AuthorizeRequest, DeviceAuthorization, errors=PROOF_ERRORS, form=True),
        Route("token", "POST", f"{API}/oauth/token", auth.token, Public("it is where tokens come from; the grant is the proof"), "A token for a device code, refresh token or password", 200, TokenRequest, TokenGrant, errors=(*PROOF_ERRORS, *CONFIRM_ERRORS, "auth.pairing_unknown", "auth.pairing_pending", "auth.forbidden"), form=True, rate=3.0),
        Route("pending_device", "POST", f"{API}/devices/pending", auth.pending, OWNER, "Who shows a code, before it is let in", 200, PendingRequest, PendingDevice, errors=("auth.pairing_unknown",), rate=DEAR),
        Route("approve_device", "POST", f"{API}/devices/approve", auth.approve, OWNER, "Take the device that shows the code into the account, or deny it", 200, ApproveRequest, DeviceInfo, errors=("auth.pairing_unknown",), rate=DEAR),
        Route("devices", "GET", f"{API}/devices", auth.devices, OWNER, "The account's devices", 200, None, DeviceList),
        Route("revoke_device", "DELETE", f"{API}/devices/{{device_id}}", auth.revoke, OWNER, "End a device's session at once", 204),
    ]


def _account(relay: Services, stages: Stages) -> list[Route]:
    """Whose account is it."""
    mine, admin = MeHttp(relay.database, relay.accounts, relay.factors, relay.throttle, relay.config), AdminHttp(relay.database, relay.config)
    account = AccountHttp(relay.accounts, Leaving(relay.database, relay.blobs, relay.sessions, relay.uploads, relay.now_ms), stages.forget)
    people = PeopleHttp(stages.people)
    push = PushHttp(relay.database, relay.vapid, relay.config.push, relay.now_ms)
    return [
        Route("me", "GET", f"{API}/me", mine.me, (*BOTH, *ADMIN), "Who this token speaks for", 200, None, Me),
        Route("home", "PUT", f"{API}/home", mine.home, OWNER, "Where the wearer lives, or nothing to forget it", 200, Home, Home),
        Route("change_password", "PUT", f"{API}/me/password", mine.change_password, OWNER, "A new password; other companions must log in anew", 204, PasswordChange, errors=(*CONFIRM_ERRORS, "auth.weak_password"), rate=DEAR),
        Route("offer_factor", "POST", f"{API}/me/second-factor", mine.offer_factor, OWNER, "A second factor (RFC 6238) to put into an authenticator", 200, Confirmation, FactorOffer, errors=(*CONFIRM_ERRORS, "auth.second_factor_state"), rate=DEAR),
        Route("confirm_factor", "POST", f"{API}/me/second-factor/confirm", mine.confirm_factor, OWNER, "Turn the second factor on by a first code", 200, FactorCode, RecoveryCodes, errors=("auth.second_factor_wrong", "auth.second_factor_state"), rate=DEAR),
        Route("drop_factor", "DELETE", f"{API}/me/second-factor", mine.drop_factor, OWNER, "Turn the second factor off", 204, Confirmation, errors=CONFIRM_ERRORS, rate=DEAR),
        Route("consent", "PUT", f"{API}/consent", people.consent, OWNER, "Agree to face recognition, or withdraw: that erases every face", 200, Consent, Consent),
        Route("push", "GET", f"{API}/push", push.list, OWNER, "The key that a browser needs to be told things, and the browsers that are", 200, None, PushInfo),
        Route("push_subscribe", "POST", f"{API}/push/subscriptions", push.subscribe, OWNER, "Tell this browser when a film is ready or a device comes or goes (Web Push)", 201, PushSubscription, PushSubscriptionInfo, errors=("push.subscription",), rate=DEAR),
        Route("push_unsubscribe", "DELETE", f"{API}/push/subscriptions/{{subscription_id}}", push.unsubscribe, OWNER, "Tell that browser nothing more", 204),
        Route("export", "GET", f"{API}/export", account.export, OWNER, "Everything of the account as a tar: originals, films, and JSON", 200, None, EXPORT_TYPE, rate=DEAR),
        Route("delete_account", "DELETE", f"{API}/me", account.delete, OWNER, "End the account: every row and every file", 204, Confirmation, errors=CONFIRM_ERRORS, rate=DEAR),
        Route("admin_accounts", "GET", f"{API}/admin/accounts", admin.accounts, ADMIN, "All accounts: names and sizes, nothing of what is in them", 200, None, AccountList),
        Route("admin_edit_account", "PATCH", f"{API}/admin/accounts/{{user_id}}", admin.edit, ADMIN, "Change an account's tier", 200, AccountEdit, AccountInfo),
    ]


def _intake(relay: Services, _stages: Stages) -> list[Route]:
    """Bytes in."""
    tus, ingest = TusHttp(relay.uploads), _ingest(relay)
    return [
        Route("tus_options", "OPTIONS", f"{API}/uploads", tus.options, Public("it names the protocol's extensions, nothing else"), "What this tus server can do", 204),
        Route("tus_create", "POST", f"{API}/uploads", tus.create, BOTH, "Begin a resumable upload (tus creation)", 201, CHUNK_TYPE, headers=(*TUS, Param("Upload-Length", _WHOLE, required=True), Param("Upload-Metadata", _TEXT, required=True)), errors=(*TUS_ERRORS, "upload.metadata", "upload.checksum_mismatch", "upload.hash_mismatch", "request.conflict", "storage.full", "upload.quota"), rate=CHEAP),
        Route("tus_head", "HEAD", f"{API}/uploads/{{upload_id}}", tus.head, BOTH, "How far an upload is", 200, headers=TUS, errors=TUS_ERRORS, rate=CHEAP),
        Route("tus_patch", "PATCH", f"{API}/uploads/{{upload_id}}", tus.patch, BOTH, "Go on with an upload", 204, CHUNK_TYPE, headers=(*TUS, Param("Upload-Offset", _WHOLE, required=True)), errors=(*TUS_ERRORS, "upload.offset_mismatch", "upload.checksum_mismatch", "upload.hash_mismatch", "request.conflict", "storage.full", "upload.quota"), rate=CHEAP),
        Route("tus_override", "POST", f"{API}/uploads/{{upload_id}}", tus.override, BOTH, "HEAD, PATCH or DELETE, as X-HTTP-Method-Override says", 204, CHUNK_TYPE, headers=(*TUS, Param("X-HTTP-Method-Override", _TEXT, required=True)), errors=(*TUS_ERRORS, "upload.offset_mismatch", "upload.checksum_mismatch", "upload.hash_mismatch", "request.conflict", "request.method", "storage.full", "upload.quota"), rate=CHEAP),
        Route("tus_delete", "DELETE", f"{API}/uploads/{{upload_id}}", tus.delete, BOTH, "End an upload (tus termination)", 204, headers=TUS, errors=TUS_ERRORS),
        Route("upload_video", "POST", f"{API}/videos/upload", ingest.upload, BOTH, "A whole clip in one request", 202, FORM, UploadAccepted, errors=("upload.metadata", "upload.hash_mismatch", "request.conflict", "storage.full", "upload.quota")),
    ]


def _library(relay: Services, stages: Stages) -> list[Route]:
    """What is there."""
    videos = VideosHttp(relay.database, relay.library, relay.bus)
    ingest, people, ask = _ingest(relay), PeopleHttp(stages.people), AskHttp(stages.find)
    places = PlacesHttp(PlaceBook(relay.database, relay.now_ms))
    return [
        Route("search_videos", "POST", f"{API}/videos/search", ask.search, BOTH, "Moments that fit some words", 200, SearchRequest, SearchAnswer, rate=DEAR),
        Route("videos", "GET", f"{API}/videos", videos.list, BOTH, "The account's videos, the newest first", 200, None, VideoPage, PAGE),
        Route("video", "GET", f"{API}/videos/{{video_id}}", videos.get, BOTH, "One video and what is known of it", 200, None, VideoInfo),
        Route("edit_video", "PATCH", f"{API}/videos/{{video_id}}", videos.edit, BOTH, "Change its caption or tags", 200, VideoEdit, VideoInfo),
        Route("delete_video", "DELETE", f"{API}/videos/{{video_id}}", videos.delete, OWNER, "Delete it, its media and all that was found in it", 204),
        Route("receipt", "GET", f"{API}/videos/{{video_id}}/receipt", ingest.receipt, BOTH, "The relay's word that it has the bytes", 200, None, Receipt),
        Route("media", "GET", f"{API}/videos/{{video_id}}/media", ingest.media, BOTH, "The original file; ranges work", 200, None, "video/mp4", rate=CHEAP),
        Route("blob", "GET", f"{API}/blobs/{{key:.+}}", ingest.blob, Public("the signature in the link is the key, and it expires"), "A picture or film by its signed link", 200, None, "video/mp4", SIGNED, errors=("auth.expired",), rate=CHEAP),
        Route("people", "GET", f"{API}/people", people.list, BOTH, "Who the account knows", 200, None, PeopleList),
        Route("save_person", "POST", f"{API}/people", people.save, OWNER, "Add or change a person", 201, PersonEdit, PersonInfo),
        Route("add_photo", "POST", f"{API}/people/{{person_id}}/photos", people.add_photo, OWNER, "Know a person by one more photo", 201, FORM, PhotoAdded, errors=("consent.faces", "photo.no_face")),
        Route("photos", "GET", f"{API}/people/{{person_id}}/photos", people.photos, OWNER, "What a person is known by", 200, None, PersonPhotos),
        Route("merge_people", "POST", f"{API}/people/{{person_id}}/merge", people.merge, OWNER, "Two people are one", 200, MergePeople, PersonInfo),
        Route("split_person", "POST", f"{API}/people/{{person_id}}/split", people.split, OWNER, "Some of a person's faces are another's", 201, SplitPerson, PersonInfo, errors=("consent.faces",)),
        Route("delete_person", "DELETE", f"{API}/people/{{person_id}}", people.remove, OWNER, "Forget somebody and their faces", 204),
        Route("places", "GET", f"{API}/places", places.list, BOTH, "The places that the wearer has named", 200, None, PlaceList),
        Route("save_place", "POST", f"{API}/places", places.save, OWNER, "Name a place, or change one", 201, PlaceEdit, NamedPlace, errors=("request.conflict",)),
        Route("delete_place", "DELETE", f"{API}/places/{{place_id}}", places.remove, OWNER, "Forget a place's name", 204),
        Route("name_place", "POST", f"{API}/videos/{{video_id}}/place", places.name_of_video, OWNER, "Name the place where a clip was taken", 201, PlaceOfVideo, NamedPlace, errors=("request.conflict",)),
        Route("unknown_people", "GET", f"{API}/faces/unknown", people.unknown, OWNER, "Faces that nobody is named for, each person's together", 200, None, UnknownPeople, errors=("consent.faces",)),
        Route("faces", "GET", f"{API}/videos/{{video_id}}/faces", people.faces, OWNER, "Whose faces are in a clip, named, suggested or unknown", 200, None, FacesInView, errors=("consent.faces",)),
        Route("name_face", "POST", f"{API}/videos/{{video_id}}/faces/{{face_id}}/name", people.name_face, OWNER, "Know somebody by their face in a clip", 201, NameFace, PersonInfo, errors=("consent.faces", "photo.no_face")),
    ]


def _shared(relay: Services, _stages: Stages) -> list[Route]:
    """Shown to somebody else."""
    share = ShareHttp(_shares(relay), _ingest(relay).by_key)
    return [
        Route("create_share", "POST", f"{API}/shares", share.create, OWNER, "A link to one film or video, for whoever has it", 201, ShareRequest, ShareInfo, errors=("request.not_found", "request.conflict"), rate=DEAR),
        Route("shares", "GET", f"{API}/shares", share.list, OWNER, "The account's shared links, the newest first", 200, None, ShareList),
        Route("revoke_share", "DELETE", f"{API}/shares/{{share_id}}", share.revoke, OWNER, "Take a link back at once", 204),
        Route("shared", "GET", f"{API}/shared/{{share}}", share.look, LINK, "What a shared link shows", 200, None, SharedThing, rate=CHEAP),
        Route("shared_media", "GET", f"{API}/shared/{{share}}/media", share.media, LINK, "The film of a shared link; ranges work", 200, None, "video/mp4", rate=CHEAP),
        Route("shared_poster", "GET", f"{API}/shared/{{share}}/poster", share.poster, LINK, "The picture of a shared link", 200, None, "image/jpeg", rate=CHEAP),
    ]


def _films(relay: Services, _stages: Stages) -> list[Route]:
    """Films, and the music under them."""
    music = _music(relay)
    memories = MemoriesHttp(relay.database, relay.bus, relay.links, relay.now_ms, relay.config.films.variants)
    stream = StreamHttp(relay.database, relay.blobs, relay.links, relay.folder / SCRATCH)
    return [
        Route("create_memory", "POST", f"{API}/memories/create", memories.create, BOTH, "Ask for a film", 202, MemoryRequest, MemoryAccepted, errors=("ask.nothing_understood", "request.conflict", "request.not_found"), rate=DEAR),
        Route("correct_memory", "POST", f"{API}/memories/{{memory_id}}/correct", memories.correct, BOTH, "Say what was wrong with a film: a new one is made", 202, CorrectionRequest, MemoryAccepted, errors=("ask.nothing_understood", "request.conflict"), rate=DEAR),
        Route("music", "GET", f"{API}/music", music.list, BOTH, "The music that the account has brought", 200, None, MusicList),
        Route("add_music", "POST", f"{API}/music", music.add, OWNER, "Bring a piece of music: the file itself, its name in the query", 201, "application/octet-stream", MusicInfo, (Param("name", _TEXT),), errors=("music.unreadable", "music.no_sound", "music.too_long", "request.conflict", "request.not_found", "storage.full", "upload.quota"), rate=DEAR),
        Route("default_music", "PUT", f"{API}/music/default", music.choose, OWNER, "The piece that plays under films which ask for none, or nothing", 200, MusicDefault, MusicDefault, errors=("request.not_found",)),
        Route("remove_music", "DELETE", f"{API}/music/{{music_id}}", music.remove, OWNER, "Take a piece away; films that have it keep it", 204),
        Route("memories", "GET", f"{API}/memories", memories.list, BOTH, "The account's films, the newest first; prepared=true: those made without being asked for", 200, None, MemoryList, (Param("prepared", {"enum": ["true", "false"]}),)),
        Route("memory", "GET", f"{API}/memories/{{memory_id}}", memories.get, BOTH, "How a film is coming on, and the film", 200, None, Memory),
        Route("delete_memory", "DELETE", f"{API}/memories/{{memory_id}}", memories.remove, OWNER, "Delete a film; one that was prepared never comes back", 204),
        Route("stream", "GET", f"{API}/{UNDER}/{{key:.+}}", stream.get, Public("the signature in the link is the key, and it expires"), "A film as HLS, also while it is made: the playlist, and the file it names", 200, None, "application/vnd.apple.mpegurl", SIGNED, errors=("auth.expired",), rate=CHEAP),
    ]


def _in_step(relay: Services, _stages: Stages) -> list[Route]:
    """In step."""
    ops, feed = Changes(relay.database, relay.bus, relay.library, relay.now_ms), Feed(relay.database, relay.now_ms)
    sync = SyncHttp(relay.database, relay.bus, relay.library, ops, feed, relay.now_ms)
    live = LiveHttp(relay.database, feed, relay.sessions, relay.config.sync)
    return [
        Route("sync_status", "GET", f"{API}/sync/status", sync.status, BOTH, "How far device and relay are apart", 200, None, SyncStatus, FEED[:1]),
        Route("sync_trigger", "POST", f"{API}/sync/trigger", sync.trigger, BOTH, "Look at the queue now", 202, None, SyncTriggered),
        Route("feed", "GET", f"{API}/sync/changes", sync.feed, BOTH, "Changes after a cursor, as JSON lines of FeedEntry", 200, None, FEED_TYPE, FEED),
        Route("apply_ops", "POST", f"{API}/sync/changes", sync.apply, BOTH, "A batch of operations, each applied once", 200, OpBatch, OpResults),
        Route("live", "GET", f"{API}/sync/live", live.live, BOTH, "WebSocket: LiveSnapshot, then a LiveChange for each change", 101, None, None, FEED[:1]),
        Route("conflicts", "GET", f"{API}/sync/conflicts", sync.conflicts, OWNER, "Edits that met, where one lost", 200, None, ConflictList),
        Route("settle_conflict", "POST", f"{API}/sync/conflicts/{{conflict_id}}", sync.choose, OWNER, "Keep what was kept, or say again what lost", 200, ConflictChoice, ConflictList),
    ]


# fmt: on
def _auth(relay: Services) -> AuthHttp:
    return AuthHttp(
        relay.accounts,
        relay.pairings,
        relay.sessions,
        relay.tokens,
        relay.config.auth,
        relay.now_ms,
        Notices(relay.database, relay.bus).device,
    )


def _shares(relay: Services) -> Shares:
    return Shares(relay.database, relay.links, relay.sessions, relay.now_ms, relay.address)


def music_shelf(relay: Services) -> MusicShelf:
    async def examine(file: Path) -> MusicFacts:
        return await relay.pool.run(examine_music, file, relay.config.films.music_longest_s)

    return MusicShelf(relay.database, relay.blobs, examine, relay.links, relay.now_ms)


def _music(relay: Services) -> MusicHttp:
    return MusicHttp(relay.database, music_shelf(relay), relay.uploads.room, relay.folder / UPLOADS, relay.config.films, relay.now_ms)


def _ingest(relay: Services) -> IngestHttp:
    return IngestHttp(
        relay.database, relay.blobs, relay.intake, relay.uploads, relay.links, relay.tiers, relay.folder / UPLOADS, relay.now_ms
    )


async def _document(request: web.Request) -> web.Response:
    return web.Response(body=request.app[DOCUMENT], content_type="application/json")


async def _settle(relay: Services) -> None:
    while True:
        await asyncio.sleep(SETTLE_S)
        try:
            await relay.sessions.settle()
        except FAILURES:  # the next look may succeed; without one, who is shut out would stay to the end
            log.exception("what another process may have ended was not looked for")
