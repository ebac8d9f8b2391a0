"""A relay that ends at any point while it looks into a clip goes on where it was, and says the same in the end."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import msgspec
import numpy as np
import pytest

from glasses.wire.segment import GeoPoint
from glasses.wire.tag import Label, Moment, Tags
from models.sight import versions
from relay.catalog import details, moments, parts, users, videos
from relay.catalog.db import Database
from relay.catalog.records import User, Video
from relay.extract.extract import advance
from relay.extract.facts import ClipFacts, ExtractRequest
from relay.ingest.folder import FolderBlobs
from relay.jobs.kinds import JobKind, Message
from relay.library.videos import erase_in
from relay.work.clips import ClipJobs

JOB = Message(user_id="u", operation=JobKind.EXTRACT, video_id="v")
WHERE = GeoPoint(lat=48.8584, lon=2.2945)
ALL = ["probe", "place", "look", "quality", "text", "pictures", "sound", "speech"]


class KilledError(BaseException):
    """The process is gone: nothing after this point happens."""


_LOOKED: dict[tuple, object] = {}


def looked(path: Path, request: ExtractRequest, kept: list) -> object:
    """``advance``, once for each question: all tests ask about the same clip, and it always answers the same (the last test here)."""
    question = (msgspec.json.encode(request), *((part.name, part.key, part.found) for part in kept))
    if question not in _LOOKED:
        _LOOKED[question] = advance(path, request, kept)
    return deepcopy(_LOOKED[question])


class Relay:
    """The parts of a relay that look into a clip; ``kill_at`` counts its calls of the models and of the index."""

    def __init__(self, folder: Path, kill_at: int = 10**9) -> None:
        self.database, self.blobs = Database(folder / "catalog.sqlite"), FolderBlobs(folder / "blobs")
        self.jobs = ClipJobs(self.database, self.blobs, self.look, self, lambda _connection, _message, due_at=0: None, lambda: 5)
        self.found: list[str] = []
        self.steps, self._kill_at = 0, kill_at

    async def look(self, path: Path, request: ExtractRequest, kept: list) -> object:
        await self._step()
        found = looked(path, request, kept)
        await self._step()
        if not isinstance(found, ClipFacts):
            self.found += [part.name for part in found]
        return found

    async def changed(self, user_id: str, video_id: str) -> None:
        await self._step()

    async def _step(self) -> None:
        self.steps += 1
        if self.steps > self._kill_at:
            raise KilledError

    async def rows(self) -> dict[str, list[tuple]]:
        """All that the catalogue says of the clip, but how long it took."""

        def look(connection):
            tables = ("videos", "moments", "details", "changes", "parts")
            return {
                table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table}").fetchall()]  # noqa: S608 -- fixed names
                for table in tables
            }

        return await self.database.read(look)


@pytest.fixture(scope="module")
def heard(speak):
    quiet = np.zeros(12_000, np.int16)
    return np.concatenate([quiet, speak("happy birthday my dear"), quiet])


@pytest.fixture
async def stored(tmp_path, picture, make_clip, heard):
    """A folder's name -> a relay's folder with the clip, not looked into, and consent to faces."""
    clip = make_clip([(picture("coffee"), 2), (picture("astronaut"), 2)], heard)

    async def make(name: str) -> Path:
        folder = tmp_path / name
        relay = Relay(folder)
        await relay.blobs.put_bytes("u/v.mp4", clip.read_bytes())
        video = Video(user_id="u", video_id="v", device_id="d", sha256="s", blob_key="u/v.mp4", lat=WHERE.lat, lon=WHERE.lon)

        def put(connection):
            connection.execute('INSERT INTO users (user_id, record) VALUES (\'u\', \'{"user_id":"u","name":"u","created_at":1}\')')
            users.save(connection, User(user_id="u", name="u", created_at=1, faces_consent_at=1))
            videos.put(connection, video)

        await relay.database.write(put)
        relay.database.close()
        return folder

    return make


async def finished(folder: Path) -> Relay:
    relay = Relay(folder)
    await relay.jobs.extract(JOB)
    return relay


async def killed(folder: Path, at: int) -> Relay:
    relay = Relay(folder, at)
    with pytest.raises(KilledError):
        await relay.jobs.extract(JOB)
    relay.database.close()
    return relay


async def test_ended_at_any_point_the_rows_are_the_same_and_nothing_found_is_looked_for_again(stored):
    whole = await finished(await stored("whole"))
    expected = await whole.rows()
    assert sorted(whole.found) == sorted(ALL)
    assert expected["parts"] == []
    assert whole.steps > 8
    for at in range(whole.steps):
        folder = await stored(f"killed{at}")
        first = await killed(folder, at)
        second = await finished(folder)
        assert sorted(first.found + second.found) == sorted(ALL), f"killed at {at}"
        rows = await second.rows()
        differing = [pair for kind in expected for pair in zip(expected[kind], rows[kind], strict=True) if pair[0] != pair[1]]
        assert not differing, f"killed at {at}: {differing}"
        second.database.close()
    whole.database.close()


async def test_killed_again_and_again_it_still_ends(stored):
    folder, found = await stored("often"), []
    for _ in range(4):
        found += (await killed(folder, 2)).found
    last = await finished(folder)
    assert sorted(found + last.found) == sorted(ALL)
    assert found == ALL
    last.database.close()


async def test_consent_withdrawn_while_it_was_stopped_leaves_no_face_in_what_was_kept(stored):
    folder = await stored("withdrawn")
    await killed(folder, 6)
    relay = Relay(folder)
    assert await relay.database.read(lambda connection: _faces_in(connection, "parts")) == 1
    assert await relay.database.read(lambda c: [part.name for part in parts.of_video(c, "u", "v") if part.faces]) == ["look", "pictures"]
    assert {part.name for part in await relay.database.read(lambda c: parts.of_video(c, "u", "v"))} == {
        "probe", "place", "look", "quality", "text", "pictures",
    }  # fmt: skip
    await relay.database.write(_withdraw)
    assert await relay.database.read(lambda connection: _faces_in(connection, "parts")) == 0
    await relay.jobs.extract(JOB)
    assert sorted(relay.found) == ["look", "pictures", "sound", "speech"]
    assert await relay.database.read(lambda connection: _faces_in(connection, "moments")) == 0
    detail = await relay.database.read(lambda connection: details.find(connection, "u", "v"))
    assert not {"faces", "who"} & set(detail.models)
    relay.database.close()


@pytest.mark.parametrize("at", range(1, 12))
async def test_consent_withdrawn_at_any_point_while_it_works(stored, at):
    folder = await stored("meanwhile")
    relay = Relay(folder)
    step = relay._step

    async def withdraw_at() -> None:
        await step()
        if relay.steps == at:
            await relay.database.write(_withdraw)

    relay._step = withdraw_at
    await relay.jobs.extract(JOB)
    for table in ("parts", "moments"):
        assert await relay.database.read(lambda connection, table=table: _faces_in(connection, table)) == 0
    relay.database.close()


async def test_a_clip_that_is_deleted_while_it_is_looked_into_leaves_nothing(stored):
    folder = await stored("deleted")
    relay = Relay(folder)
    step = relay._step

    async def delete_at() -> None:
        await step()
        if relay.steps == 6:
            await relay.database.write(_delete)

    relay._step = delete_at
    await relay.jobs.extract(JOB)
    rows = await relay.rows()
    assert (rows["parts"], rows["moments"], rows["details"]) == ([], [], [])
    assert [key async for key in relay.blobs.keys()] == ["u/v.mp4"], "no picture of it is left"  # noqa: SIM118 -- a method
    relay.database.close()


async def test_a_newer_model_redoes_its_own_part_alone_and_the_rest_stays(stored):
    relay = await finished(await stored("newer"))
    before = await relay.rows()

    def older(connection):
        detail = details.find(connection, "u", "v")
        detail.models["speech"] = "vosk@0"
        details.put(connection, detail)

    await relay.database.write(older)
    relay.found.clear()
    await relay.jobs.extract(JOB)
    assert relay.found == ["probe", "place", "speech"]
    after = await relay.rows()
    assert {table: after[table] for table in ("videos", "moments", "details")} == {
        table: before[table] for table in ("videos", "moments", "details")
    }
    relay.found.clear()
    await relay.database.write(lambda connection: details.outdate(connection, "u", "v"))
    await relay.jobs.extract(JOB)
    assert sorted(relay.found) == sorted(ALL)
    assert (await relay.rows())["moments"] == before["moments"]
    relay.database.close()


async def test_the_words_of_commands_are_kept_aside_so_that_nothing_is_heard_again(stored):
    folder = await stored("commanded")
    relay = Relay(folder)

    def begun_by_voice(connection):
        video = videos.get(connection, "u", "v")
        video.asked_at_s = 0.1
        videos.put(connection, video)

    await relay.database.write(begun_by_voice)
    await relay.jobs.extract(JOB)
    before = await relay.rows()
    detail = await relay.database.read(lambda connection: details.find(connection, "u", "v"))
    assert [word.word for word in detail.commands] == ["happy", "birthday", "my", "dear"]
    relay.found.clear()
    await relay.jobs.extract(JOB)
    assert relay.found == ["probe", "place"]
    after = await relay.rows()
    assert [after[table] for table in ("videos", "moments", "details")] == [before[table] for table in ("videos", "moments", "details")]
    relay.database.close()


async def test_consent_given_later_looks_for_faces_and_for_nothing_else_again(stored):
    relay = Relay(await stored("later"))
    await relay.database.write(_withdraw)
    await relay.jobs.extract(JOB)
    relay.found.clear()
    await relay.database.write(lambda c: users.save(c, User(user_id="u", name="u", created_at=1, faces_consent_at=7)))
    await relay.jobs.extract(JOB)
    assert relay.found == ["probe", "place", "look", "pictures"]
    assert await relay.database.read(lambda connection: _faces_in(connection, "moments")) > 0
    relay.database.close()


async def test_what_the_glasses_say_later_is_taken_though_the_clip_was_looked_into(stored, store):
    relay = await finished(await stored("tags"))
    seen = Moment(start_s=0.0, end_s=4.0, objects=[Label(name="what only the glasses saw", score=0.9)])
    said = Tags(segment_id="v", moments=[seen], models=versions(store))
    await relay.database.write(lambda connection: videos.put_device_tags(connection, "u", said, "1"))
    relay.found.clear()
    await relay.jobs.extract(JOB)
    assert relay.found == ["probe", "place", "look"]
    assert any("what only the glasses saw" in str(row) for row in (await relay.rows())["moments"])
    relay.database.close()


async def test_a_clip_that_is_looked_into_again_from_the_beginning_says_the_same(stored, tmp_path):
    await stored("again")
    path, request = tmp_path / "again" / "blobs" / "u" / "v.mp4", ExtractRequest(sha256="s", lat=WHERE.lat, lon=WHERE.lon, faces=True)
    found: list[dict[str, bytes]] = []
    for _ in range(3):
        kept: list = []
        while not isinstance(more := advance(path, request, kept), ClipFacts):
            kept += more
        found.append({part.name: part.found for part in kept})
    assert set(found[0]) == set(ALL)
    assert found[1] == found[0] == found[2]


def _faces_in(connection, table: str) -> int:
    """Rows of ``table`` with a face's embedding: a part's finding is kept as base64."""
    if table == "parts":
        kept = parts.of_video(connection, "u", "v")
        return sum(b'"embedding"' in part.found for part in kept)
    sql = f"SELECT count(*) FROM {table} WHERE instr(record, '\"embedding\"')"  # noqa: S608 -- a fixed name
    return connection.execute(sql).fetchone()[0]


def _withdraw(connection) -> None:
    """What withdrawal does to a clip (PeopleBook.consent)."""
    users.save(connection, User(user_id="u", name="u", created_at=1))
    moments.erase_faces(connection, "u")
    details.erase_faces(connection, "u")
    parts.erase_faces(connection, "u")


def _delete(connection) -> None:
    erase_in(connection, videos.get(connection, "u", "v"), 9)
