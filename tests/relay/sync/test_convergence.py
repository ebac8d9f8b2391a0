"""Any interleaving of devices that edit, delete, send and read ends in the same state on all of them, and on the relay."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from glasses.wire.change import FeedEntry, Op, OpBatch, OpKind
from glasses.wire.stamp import HybridClock, parse
from relay.auth.tokens import Identity, Scope
from relay.catalog import edits, videos
from relay.catalog.records import User, Video, VideoStatus
from relay.catalog.rows import text
from relay.config import RelayConfig
from relay.services import open_services
from relay.sync.changes import Changes
from relay.sync.feed import Feed

VIDEOS = ("v1", "v2")
DEVICES = ("glasses", "phone", "tablet")
START_MS = 1_760_000_000_000

says = st.one_of(
    st.builds(lambda words: {"caption": words}, st.sampled_from(["sea", "bridge", "dog"])),
    st.builds(lambda tag: {"tags_add": [tag]}, st.sampled_from("ab")),
    st.builds(lambda tag: {"tags_remove": [tag]}, st.sampled_from("ab")),
    st.builds(lambda tags: {"tags": tags}, st.lists(st.sampled_from("abc"), unique=True)),
    st.just({}),
)
"""An empty edit stands for a deletion."""
steps = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(DEVICES), st.sampled_from(VIDEOS), says),
    st.tuples(st.just("push"), st.sampled_from(DEVICES), st.none(), st.none()),
    st.tuples(st.just("pull"), st.sampled_from(DEVICES), st.none(), st.none()),
)
skews = st.fixed_dictionaries({device: st.integers(-5_000, 5_000) for device in DEVICES})


@dataclass
class Device:
    """Keeps what the feed told, as the protocol says: the latest entry of a clip is the whole of it."""

    name: str
    clock: HybridClock
    cursor: int = 0
    made: int = 0
    waiting: list[Op] = field(default_factory=list)
    view: dict[str, dict[str, object] | None] = field(default_factory=dict)

    def say(self, video_id: str, value: dict[str, object]) -> None:
        self.made += 1
        kind = OpKind.EDIT if value else OpKind.DELETE
        self.waiting.append(
            Op(
                op_id=f"{self.name}-{self.made}", kind=kind, subject_id=video_id, value=value, stamp=str(self.clock.tick()),
                device_id=self.name, seen=self.cursor,
            )
        )  # fmt: skip

    def read(self, entries: list[FeedEntry]) -> None:
        for entry in entries:
            if entry.kind == OpKind.EDIT:
                self.view[entry.subject_id] = {key: entry.value[key] for key in ("caption", "tags")}
            elif entry.kind == OpKind.DELETE:
                self.view[entry.subject_id] = None
            self.cursor = entry.cursor


class World:
    def __init__(self, folder: Path, skews: dict[str, int]) -> None:
        self.now = START_MS
        self.config = RelayConfig()
        self.config.storage.data_dir = str(folder)
        self.devices = {name: Device(name, HybridClock(name, lambda n=name: self.now + skews[n])) for name in DEVICES}

    async def live(self, script: list[tuple[str, str, str | None, dict[str, object] | None]]) -> None:
        relay = await open_services(self.config, lambda: self.now)
        try:
            await relay.database.write(_furnish)
            changes, feed = Changes(relay.database, relay.bus, relay.library, lambda: self.now), Feed(relay.database, lambda: self.now)
            for what, name, video_id, value in script:
                self.now += 700
                if what == "say":
                    self.devices[name].say(video_id or "", value or {})
                else:
                    await (self._push if what == "push" else self._pull)(self.devices[name], changes, feed)
            for work in (self._push, self._pull):
                for device in self.devices.values():
                    await work(device, changes, feed)
            truth = await relay.database.read(lambda c: {one: _shown(c, one) for one in VIDEOS})
            lost = await relay.database.read(lambda c: edits.conflicts(c, "u"))
        finally:
            relay.close()
        for device in self.devices.values():
            assert {one: device.view.get(one, {"caption": "", "tags": []}) for one in VIDEOS} == truth
        assert all(conflict.lost != conflict.kept for conflict in lost)

    async def _push(self, device: Device, changes: Changes, _feed: Feed) -> None:
        identity = Identity(user_id="u", device_id=device.name, session_id="s", scope=Scope.COMPANION)
        ops, device.waiting = device.waiting, []
        results = await changes.apply(identity, OpBatch(ops=ops))
        again = await changes.apply(identity, OpBatch(ops=ops))
        assert all(result.accepted for result in results.results)
        assert results == again

    async def _pull(self, device: Device, _changes: Changes, feed: Feed) -> None:
        identity = Identity(user_id="u", device_id=device.name, session_id="s", scope=Scope.COMPANION)
        device.read(await feed.after(identity, device.cursor) or [])
        device.clock.witness(parse(f"{self.now:012x}-0000-relay"))


def _furnish(connection) -> None:
    connection.execute("INSERT INTO users (user_id, record) VALUES ('u', ?)", (text(User(user_id="u", name="anna", created_at=0)),))
    for one in VIDEOS:
        videos.put(connection, Video(user_id="u", video_id=one, device_id="glasses", status=VideoStatus.READY))


def _shown(connection, video_id: str) -> dict[str, object] | None:
    video = videos.find(connection, "u", video_id)
    assert video is not None
    state = edits.get(connection, "u", video_id)
    assert (video.deleted_at is None) == state.alive
    return {"caption": video.caption, "tags": video.tags} if state.alive else None


@settings(max_examples=12)
@given(st.lists(steps, max_size=25), skews)
def test_all_end_in_the_same_state(script, skews) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(World(Path(folder), skews).live(script))
