"""What any ``Index`` must keep to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from relay.catalog.records import MomentDoc
from relay.index import indexer as indexer_module
from relay.index import text
from relay.index.base import Channel, Index, TextField
from relay.index.documents import by_video, digest_of, local_ms, terms_of
from relay.index.indexer import Indexer
from relay.index.labels import LabelNeighbours
from relay.index.local import IndexDamagedError, LocalIndex
from tests.relay.index.conftest import HashedEmbedder, make_docs

Open = Callable[[], LocalIndex]


def videos_with(index: Index, term: str, user_id: str = "u1") -> set[str]:
    keys = index.videos_of(user_id, index.having(user_id, term))
    return {row.video_id for row in index.rows(user_id, list(keys))}


def expected_with(docs: list[MomentDoc], term: str) -> set[str]:
    return {doc.video_id for doc in docs if term in terms_of(doc)}


@pytest.mark.parametrize("term", ["person:p1", "place:city:1", "place:country:IT", "label:dog", "faces:2", "kind:video", "label:never"])
def test_postings_are_those_of_the_documents(open_index: Open, docs: list[MomentDoc], term: str) -> None:
    index = open_index()
    index.put(docs)
    assert videos_with(index, term) == expected_with(docs, term)
    keys = index.having("u1", term)
    assert list(keys) == sorted(keys)


def test_putting_again_replaces_and_never_doubles(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs)
    index.having("u1", "label:dog")
    changed = [doc for doc in docs if doc.video_id == "v3"]
    for doc in changed:
        doc.objects = ["submarine"]
    index.put(changed)
    index.put(changed)
    assert videos_with(index, "label:submarine") == {"v3"}
    assert "v3" not in videos_with(index, "label:dog")
    assert len(index.everything("u1")) == 40
    assert len(index.digests("u1")) == 40
    assert len(index.text("u1", ["submarine"], list(TextField), every=True, limit=50)) == 2


def test_a_removed_video_is_nowhere(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs)
    index.newest("u1", index.everything("u1"), 5)
    index.remove("u1", "v0")
    index.remove("u1", "v0")
    assert "v0" not in index.digests("u1")
    assert "v0" not in videos_with(index, "kind:video")
    assert index.text("u1", ["note"], [TextField.NOTES], every=True, limit=5) == []
    assert len(index.everything("u1")) == 39


def test_accounts_never_meet(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs + make_docs(3, user_id="u2", seed=9))
    assert len(index.everything("u2")) == 3
    assert len(index.text("u2", ["we"], [TextField.SPEECH], every=True, limit=100)) == 3
    assert len(index.nearest("u2", HashedEmbedder().embed(["dog"])[0], Channel.SEEN, 100)) == 6
    index.remove("u2", "v1")
    assert len(index.digests("u1")) == 40
    index.drop("u1")
    assert index.digests("u1") == {}
    assert len(index.digests("u2")) == 2


@pytest.mark.parametrize("user_id", ["../../outside", "a/b", "ü ber", "x%2F"])
def test_account_ids_stay_in_their_folder(tmp_path: Path, user_id: str) -> None:
    index = LocalIndex(tmp_path / "index", HashedEmbedder())
    index.put(make_docs(1, user_id=user_id))
    assert len(index.digests(user_id)) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"index"}
    index.close()


@pytest.mark.parametrize("user_id", ["", ".", ".."])
def test_no_account_id_is_an_error(tmp_path: Path, user_id: str) -> None:
    with pytest.raises(IndexDamagedError):
        LocalIndex(tmp_path, HashedEmbedder()).digests(user_id)


def test_columns_follow_time_also_for_late_clips(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs[20:])
    index.newest("u1", index.everything("u1"), 5)
    index.put(docs[:20])
    newest = make_docs(41)[-2:]
    index.newest("u1", index.everything("u1"), 5)
    index.put(newest)
    newest = index.rows("u1", index.newest("u1", index.everything("u1"), 41))
    assert [row.video_id for row in newest] == [f"v{number}" for number in range(40, -1, -1)]


def test_text_is_stemmed_and_knows_its_field(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    docs[0].speech, docs[0].text = "we were walking the Dogs in Zürich", 'EXIT "now"'
    index.put(docs)
    assert len(index.text("u1", ["walk", "dog", "zurich"], [TextField.SPEECH], every=True, limit=9)) == 1
    assert index.text("u1", ["exit"], [TextField.SPEECH], every=True, limit=9) == []
    assert len(index.text("u1", ["exit", 'no"w'], [TextField.WRITTEN], every=False, limit=9)) == 1
    for odd in ('"', "AND", "NEAR(", "*", "-", ":", "'"):
        index.text("u1", [odd], list(TextField), every=True, limit=9)


def test_terms_and_places_are_counted(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs)
    labels = index.terms("u1", "label")
    assert labels["dog"] == sum("dog" in doc.objects for doc in docs)
    assert {(place.name, place.videos) for place in index.places("u1")} == {("Paris", 20), ("Rome", 20)}


def test_everything_is_there_after_a_restart(open_index: Open, docs: list[MomentDoc]) -> None:
    first = open_index()
    first.put(docs)
    nearest = first.nearest("u1", HashedEmbedder().embed(["dog"])[0], Channel.SEEN, 5)
    first.close()
    again = open_index()
    assert again.digests("u1") == {video: digest_of(moments) for (_, video), moments in by_video(docs).items()}
    assert [score for _, score in again.nearest("u1", HashedEmbedder().embed(["dog"])[0], Channel.SEEN, 5)] == pytest.approx(
        [score for _, score in nearest], abs=2e-3
    )


def test_another_process_may_write(open_index: Open, docs: list[MomentDoc]) -> None:
    reader, writer = open_index(), open_index()
    writer.put(docs)
    assert len(videos_with(reader, "label:dog")) > 0
    writer.remove("u1", "v5")
    assert "v5" not in videos_with(reader, "label:dog")
    assert len(reader.everything("u1")) == 39


def test_a_failed_put_changes_nothing(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs[:10])
    before = index.digests("u1"), len(index.everything("u1")), videos_with(index, "label:dog")
    broken = make_docs(8)[-2:]
    broken[1].place.name = None  # type: ignore[assignment]  # the table refuses it half-way
    with pytest.raises(sqlite3.IntegrityError):
        index.put([*docs[10:14], *broken])
    assert (index.digests("u1"), len(index.everything("u1")), videos_with(index, "label:dog")) == before


@pytest.mark.parametrize("damage", [b"this is no database at all" * 400, b""])
def test_a_damaged_file_is_set_aside_and_refilled(open_index: Open, docs: list[MomentDoc], tmp_path: Path, damage: bytes) -> None:
    index = open_index()
    index.put(docs)
    index.close()
    for path in (tmp_path / "index" / "u1").glob("index.db*"):
        path.write_bytes(damage)
    again = open_index()
    assert again.digests("u1") == {}
    done = Indexer(again, lambda _user: docs, lambda _user, _video: []).refresh("u1")
    assert done.put == 40
    assert videos_with(again, "label:dog") == expected_with(docs, "label:dog")


def test_an_index_of_another_version_is_rebuilt(open_index: Open, docs: list[MomentDoc], tmp_path: Path) -> None:
    index = open_index()
    index.put(docs)
    index.close()
    db = sqlite3.connect(tmp_path / "index" / "u1" / "index.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    assert open_index().digests("u1") == {}


def test_refresh_mends_exactly_what_differs(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs)
    docs[0].caption = "now with a note"
    wanted = [doc for doc in docs if doc.video_id != "v7"] + make_docs(41)[-2:]
    indexer = Indexer(index, lambda _user: wanted, lambda _user, _video: [])
    assert (done := indexer.refresh("u1")) is not None
    assert (done.put, done.removed, done.kept) == (2, 1, 38)
    assert indexer.refresh("u1").put == 0


def test_an_index_far_out_of_order_is_put_in_order(open_index: Open, docs: list[MomentDoc], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer_module, "LATE_AT_LEAST", 5)
    index = open_index()
    for number in range(39, -1, -1):
        index.put(doc for doc in docs if doc.video_id == f"v{number}")
    assert index.late("u1") == 39
    assert Indexer(index, lambda _user: docs, lambda _user, _video: []).refresh("u1").kept == 40
    assert index.late("u1") == 0
    assert [row.video_id for row in index.rows("u1", index.newest("u1", index.everything("u1"), 2))] == ["v39", "v38"]


def test_words_that_nearly_all_have_do_not_rank(open_index: Open, docs: list[MomentDoc], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "COMMON", 10)
    docs[0].caption = "a rare marmot we saw"
    index = open_index()
    index.put(docs)
    assert len(index.text("u1", ["we", "marmot"], list(TextField), every=False, limit=99)) == 1
    assert index.text("u1", ["we"], list(TextField), every=False, limit=99) == []


def test_changed_puts_or_removes(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    store = by_video(docs)
    indexer = Indexer(index, lambda _user: docs, lambda user, video: store.get((user, video), []))
    indexer.changed("u1", "v1")
    assert set(index.digests("u1")) == {"v1"}
    del store["u1", "v1"]
    indexer.changed("u1", "v1")
    assert index.digests("u1") == {}


def test_rebuild_replaces_and_the_old_answers_until_then(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs)

    def fresh() -> list[MomentDoc]:
        return make_docs(3, seed=5)

    def watched():  # type: ignore[no-untyped-def]  # a generator that looks at the index while it is rebuilt
        for doc in fresh():
            assert len(index.digests("u1")) == 40
            yield doc

    index.rebuild("u1", watched())
    assert len(index.digests("u1")) == 3


def test_a_rebuild_that_fails_keeps_the_old(open_index: Open, docs: list[MomentDoc]) -> None:
    index = open_index()
    index.put(docs)

    def failing():  # type: ignore[no-untyped-def]  # a generator that breaks off
        yield from make_docs(2)
        raise OSError("the catalogue went away")

    with pytest.raises(OSError, match="went away"):
        index.rebuild("u1", failing())
    assert len(index.digests("u1")) == 40


def test_wall_clock_of_the_place() -> None:
    noon_utc = 1_750_075_200_000
    assert local_ms(noon_utc, "Asia/Tokyo") - noon_utc == 9 * 3_600_000
    assert local_ms(noon_utc, "No/Such") == noon_utc


def test_label_neighbours() -> None:
    near = LabelNeighbours(HashedEmbedder(), ["dog", "hot dog", "car"])
    assert near("dog")[0] == ("dog", pytest.approx(1.0))
    assert near("dog")[1][0] == "hot dog"
    assert LabelNeighbours(HashedEmbedder(), [])("dog") == ()
