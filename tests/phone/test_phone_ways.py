"""Which way clips go: Wi-Fi before the phone, small things before large ones, nothing that power or money forbids."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.config import Config
from glasses.errors import ConfigInvalidError, PhoneAwayError, RelayUnreachableError
from glasses.events import FaultRaised, IntentHeard, RecordingStarted, SegmentClosed
from glasses.spool import outbox
from glasses.spool.preferences import Preferences, preferences_path, preferred, save_preferences
from glasses.spool.spool import Spool
from glasses.sync.ble.commands import Commands
from glasses.sync.ble.journal import Journal
from glasses.sync.links import Situation, choose
from glasses.sync.ways import PhoneLink, RelayReach, Ways
from glasses.wire.change import Op
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import MemoryRequest
from glasses.wire.record import CardText, Online, RecordKind, Way
from glasses.wire.segment import Segment
from glasses.wire.status import DeviceStatus

from ..glasses.conftest import put_clip, receipt_for


@pytest.fixture
async def spool(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Spool]:
    opened = Spool(tmp_path / "spool", clock)
    await opened.open(lambda _path, segment: segment)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


SITUATIONS = st.builds(Situation, *[st.booleans()] * 9)


@given(SITUATIONS)
def test_the_choice_is_never_against_its_rules(now: Situation) -> None:
    plan = choose(now)
    assert plan.sentence.endswith(".")
    if not now.small:
        assert (plan.way, plan.originals, plan.phone_originals) == (Way.NONE, False, False)
    if plan.way == Way.WIFI:
        assert now.paired
        assert now.network
        assert not plan.phone_originals, "not both at once"
    if plan.way == Way.PHONE:
        assert now.phone
        assert now.phone_online
        assert not (now.paired and now.network and now.answers), "Wi-Fi first"
    if plan.originals or plan.phone_originals:
        assert now.originals
        assert not (plan.way == Way.WIFI and now.metered)
        assert not (plan.way == Way.PHONE and now.phone_metered)


@pytest.mark.parametrize(
    ("now", "way", "said"),
    [
        (Situation(paired=True, network=True), Way.WIFI, "over Wi-Fi to the relay"),
        (Situation(paired=True, network=True, phone=True, phone_online=True), Way.WIFI, "over Wi-Fi"),
        (Situation(paired=True, network=True, metered=True), Way.WIFI, "the network is metered"),
        (Situation(paired=True, phone=True, phone_online=True), Way.PHONE, "passes them on to the relay"),
        (Situation(paired=True, network=True, answers=False, phone=True, phone_online=True), Way.PHONE, "No Wi-Fi to the relay"),
        (Situation(phone=True, phone_online=True, phone_metered=True), Way.PHONE, "its network is metered"),
        (Situation(phone=True, originals=False), Way.NONE, "power is short"),
        (Situation(paired=True), Way.NONE, "there is no network and no phone is near"),
        (Situation(), Way.NONE, "Neither a relay nor a phone"),
        (Situation(paired=True, network=True, small=False), Way.NONE, "To save power"),
    ],
)  # fmt: skip
def test_the_plan_is_said_in_one_sentence(now: Situation, way: Way, said: str) -> None:
    plan = choose(now)
    assert plan.way == way
    assert said in plan.sentence
    assert plan.sentence.count(".") == 1


class FakePhone:
    connected = True
    online = Online(relay=True)

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    async def ask(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        if self.away:
            raise PhoneAwayError("gone")
        self.asked.append(name)
        return {
            "ops": {"results": [{"op_id": "o", "accepted": True}]}, "memory.create": {"memory_id": "m"}, "memory": {"memory_id": "m"},
            "changes": {"entries": [{"cursor": 4}]},
        }[name]  # fmt: skip


class DeadRelay:
    async def send_ops(self, _ops: list[Op]) -> None:
        raise RelayUnreachableError("no route")

    async def close(self) -> None:
        return


async def test_small_things_go_by_errand_when_wifi_is_silent_and_by_wifi_again_after_a_while() -> None:
    clock, phone = FakeClock(), FakePhone()
    reach = RelayReach(clock)
    ways = Ways(
        DeadRelay(), PhoneLink(phone), reach,  # type: ignore[arg-type]  # what is asked of it
        lambda: choose(Situation(paired=True, network=True, answers=reach.answers, phone=True, phone_online=True)),
    )  # fmt: skip
    with pytest.raises(RelayUnreachableError):
        await ways.send_ops([Op(op_id="o")])
    assert (await ways.send_ops([Op(op_id="o")]))[0].accepted
    assert (await ways.request_memory(MemoryRequest(query="x"))).memory_id == "m"
    assert (await ways.memory("m")).memory_id == "m"
    assert [entry.cursor for entry in await ways.changes(3)] == [4]
    assert phone.asked == ["ops", "memory.create", "memory", "changes"]
    with pytest.raises(RelayUnreachableError):
        await ways.send_media(Segment(), Path(), None)  # type: ignore[arg-type]  # not looked at
    phone.away = True
    with pytest.raises(RelayUnreachableError):
        await ways.changes(3)
    await clock.advance(31)
    assert reach.answers
    await ways.close()


# what the phone finds
async def journal_of(spool: Spool, bus: Bus) -> Journal:
    async def status() -> DeviceStatus:
        return DeviceStatus(plan="everything runs", at=1)

    async def thumbnail(path: Path) -> bytes:
        if path.read_bytes() == b"unreadable":  # noqa: ASYNC240  # one small file
            raise SouvenirError("no picture", code="upload.not_a_video")
        return b"jpeg"

    async def told() -> None:
        return

    return Journal(spool, bus, status, lambda _event: CardText(title="Card"), thumbnail, told)


async def kinds(spool: Spool) -> list[str]:
    return sorted(str(info.kind) for info in await spool.records.page("p", 0, 99))


async def test_the_log_is_made_of_what_is_there_whatever_was_missed(spool: Spool) -> None:
    first = await put_clip(spool)
    await put_clip(spool, b"unreadable")
    journal = await journal_of(spool, Bus())
    await journal.catch_up()
    assert await kinds(spool) == ["capture"] * 2 + ["custody"] * 2 + ["original"] * 2 + ["status", "thumbnail"]
    newest = await spool.records.newest()
    await journal.catch_up()
    assert await spool.records.newest() == newest, "nothing new, nothing written"
    await spool.keep_receipt(receipt_for(first))
    await journal.catch_up()
    assert await kinds(spool) == ["capture"] * 2 + ["custody"] * 2 + ["original", "status", "thumbnail"], "no need to carry it now"
    assert await spool.records.newest() == newest + 1, "a newer custody in the place of the older"


async def test_a_sequence_is_never_used_twice(spool: Spool) -> None:
    await put_clip(spool)
    journal = await journal_of(spool, Bus())
    await journal.catch_up()
    newest = await spool.records.newest()
    await spool.records.drop(RecordKind.STATUS, "device")
    await journal.catch_up()
    assert await spool.records.newest() == newest + 1
    assert await spool.records.log_id() == await spool.records.log_id()


async def test_a_carried_clip_that_is_gone_from_the_glasses_is_found_at_the_next_start(tmp_path: Path) -> None:
    clock = FakeClock()
    spool = Spool(tmp_path, clock)
    await spool.open(lambda _path, segment: segment)
    segment = await put_clip(spool)
    await (await journal_of(spool, Bus())).catch_up()
    info = next(each for each in await spool.records.page("p", 0, 99) if each.kind == RecordKind.ORIGINAL)
    taken = await spool.records.take(info.sequence, info.crc32, "p")
    assert taken is not None
    assert taken.carried
    spool.media.path(segment).unlink()
    await spool.close()
    again = Spool(tmp_path, clock)
    await again.open(lambda _path, segment: segment)
    assert any("damaged" in problem for problem in again.problems)
    (clip,) = await again.catalog.custody()
    assert (clip.custody, clip.parked) == ("carried", "storage.damaged")
    await again.close()


# commands
@pytest.fixture
def commands(spool: Spool, clock: FakeClock, tmp_path: Path) -> Commands:
    async def status() -> DeviceStatus:
        return DeviceStatus(device_id="d")

    def set_clock(now_ms: int) -> None:
        clock.jump((now_ms - clock.now_ms()) / 1000)

    return Commands(spool, Bus(), (clock, clock), tmp_path / "preferences.json", status, set_clock)


async def test_the_camera_answers_with_what_came_of_it(commands: Commands) -> None:
    bus = commands._bus
    heard = bus.subscribe(IntentHeard)

    async def obey(answer: object) -> None:
        await heard.next()
        bus.publish(answer)

    obeying = asyncio.create_task(obey(RecordingStarted(Segment(segment_id="s"))))
    assert await commands.act("record", {}) == {"segment_id": "s"}
    await obeying
    obeying = asyncio.create_task(obey(SegmentClosed(Segment(segment_id="s", duration_s=2.0))))
    assert (await commands.act("stop", {}))["duration_s"] == 2.0
    await obeying
    obeying = asyncio.create_task(obey(FaultRaised("recording.idle", "there is nothing to stop", "")))
    with pytest.raises(SouvenirError) as raised:
        await commands.act("stop", {})
    assert raised.value.code == "recording.idle"
    await obeying


async def test_names_time_and_settings_of_the_phone_are_kept(commands: Commands, spool: Spool, clock: FakeClock, tmp_path: Path) -> None:
    await commands.act("people", {"people": [{"person_id": "1", "name": "Ada", "relations": ["wife"]}]})
    await commands.act("places", {"places": {"2": "Paris"}})
    assert [(each.kind, each.name, each.detail) for each in await spool.settings.known()] == [
        ("person", "Ada", "wife"), ("place", "Paris", ""),
    ]  # fmt: skip
    now_ms = clock.now_ms()
    assert await commands.act("time", {"now_ms": now_ms + 500}) == {"off_ms": 500, "set": False}
    assert (await commands.act("time", {"now_ms": now_ms + 60_000}))["set"]
    assert clock.now_ms() == now_ms + 60_000
    assert await commands.act("settings", {"preroll_s": 0.0}) == {"from": "the next start"}
    assert await commands.act("settings", {"no_record_hours": ["22:00-06:00"]})
    assert preferences_path(tmp_path) == tmp_path / "preferences.json"
    config = preferred(Config(data_dir=str(tmp_path)))
    assert (config.recording.preroll_s, config.recording.no_record_hours) == (0.0, ["22:00-06:00"])


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("people", {"people": [{"name": "Ada"}]}), ("people", {"people": 3}), ("places", {"places": ["Paris"]}),
        ("time", {"now_ms": "noon"}),
        ("settings", {"preroll_s": "much"}), ("settings", {"hardware": "pi:"}), ("settings", {"no_record_hours": ["late"]}),
        ("film", {"query": " "}), ("dance", {}), ("forwarding", {"segment_id": "none"}),
    ],
)  # fmt: skip
async def test_what_does_not_fit_changes_nothing(
    commands: Commands, spool: Spool, tmp_path: Path, command: str, body: dict[str, Any]
) -> None:
    with pytest.raises(SouvenirError) as raised:
        await commands.act(command, body)
    assert raised.value.detail
    assert not (tmp_path / "preferences.json").exists()
    assert await spool.settings.known() == []
    assert await spool.outbox.waiting() == 0


async def test_a_film_that_a_phone_asks_for_waits_in_the_outbox(commands: Commands, spool: Spool) -> None:
    answer = await commands.act("film", {"query": "my wife in paris"})
    entry = await spool.outbox.lease()
    assert entry is not None
    assert (entry.kind, entry.subject_id) == (outbox.REQUEST, answer["idempotency_key"])


def test_settings_that_no_phone_may_touch_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalidError, match="hardware"):
        save_preferences(tmp_path / "p", Preferences(unknown={"hardware": "pi:"}))
