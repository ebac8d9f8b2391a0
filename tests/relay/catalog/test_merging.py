"""Edits of several devices end in one state, in whatever order they arrive."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from glasses.wire.stamp import Stamp
from relay.catalog.merging import Added, Author, Edits, Marks, Register, adding, becoming, changed, erased, losses, merge, removing

DEVICES = ("glasses", "phone", "relay")
stamps = st.builds(lambda ms, count, device: str(Stamp(ms, count, device)), st.integers(0, 5), st.integers(0, 1), st.sampled_from(DEVICES))
cursors = st.integers(0, 4)
registers = st.builds(Register, st.sampled_from(["sea", "bridge", ""]), stamps, cursors)
marks = st.builds(
    Marks, st.dictionaries(st.sampled_from(DEVICES), st.builds(Added, stamps, cursors)), st.dictionaries(st.sampled_from(DEVICES), stamps)
)
states = st.builds(
    Edits,
    fields=st.dictionaries(st.just("caption"), registers),
    sets=st.dictionaries(st.sampled_from(["tags", "people"]), st.dictionaries(st.sampled_from("ab"), marks)),
    edited=stamps | st.just(""), deleted=stamps | st.just(""),
)  # fmt: skip


@given(states, states, states)
def test_merging_is_a_join(one: Edits, two: Edits, three: Edits) -> None:
    assert merge(one, one) == one
    assert merge(one, two) == merge(two, one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@given(st.lists(states, max_size=5).flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_the_order_of_arrival_is_of_no_account(arrivals: tuple[list[Edits], list[Edits]]) -> None:
    one, other = (reduce(merge, order, Edits()) for order in arrivals)
    assert (one, one.alive, one.members("tags")) == (other, other.alive, other.members("tags"))


def author(ms: int, device: str, seen: int = 0) -> Author:
    return Author(stamp=str(Stamp(ms, 0, device)), seen=seen)


def tagged(who: Author, tag: str, cursor: int) -> Edits:
    return changed(who, {}, {"tags": adding(who, [tag])}).at(who.stamp, cursor)


def test_an_addition_survives_a_removal_by_somebody_who_had_not_seen_it() -> None:
    phone, glasses = author(5, "phone"), author(9, "glasses", seen=1)
    first = tagged(author(1, "relay"), "dog", cursor=1)
    removal = changed(glasses, {}, {"tags": removing(glasses, ["dog"], first.sets["tags"])})
    both = merge(merge(first, removal), tagged(phone, "dog", cursor=2))
    assert both.members("tags") == ["dog"]
    assert merge(first, removal).members("tags") == []
    assert merge(first, removal).denied("tags") == ["dog"]


def test_what_its_author_saw_goes_and_may_come_back() -> None:
    phone = author(5, "phone", seen=1)
    state = tagged(author(1, "relay"), "dog", cursor=1)
    gone = merge(state, changed(phone, {}, {"tags": becoming(phone, ["cat"], state.sets["tags"])}))
    assert gone.members("tags") == ["cat"]
    assert merge(gone, tagged(author(6, "phone"), "dog", 3)).members("tags") == ["cat", "dog"]


def test_a_whole_list_leaves_alone_what_its_author_had_not_seen() -> None:
    phone = author(9, "phone", seen=1)
    state = merge(tagged(author(1, "relay"), "dog", cursor=1), tagged(author(2, "glasses"), "boat", cursor=2))
    after = merge(state, changed(phone, {}, {"tags": becoming(phone, ["dog", "sea"], state.sets["tags"])}))
    assert after.members("tags") == ["boat", "dog", "sea"]


def test_a_deletion_beats_earlier_edits_and_yields_to_later_ones() -> None:
    edit, deletion, later = changed(author(3, "phone"), {"caption": "sea"}, {}), erased(author(5, "glasses")), author(7, "phone")
    assert not merge(edit, deletion).alive
    assert merge(merge(edit, deletion), changed(later, {"caption": "bridge"}, {})).alive


def lost(state: Edits, change: Edits, who: Author) -> list[tuple[str, object, object]]:
    return [(one.field, one.value, one.kept) for one in losses(state, change, who)]


def test_only_what_somebody_did_not_know_of_is_a_conflict() -> None:
    state = changed(author(3, "phone"), {"caption": "sea"}, {}).at(author(3, "phone").stamp, 4)
    knew, did_not, late, own = author(5, "glasses", 4), author(5, "glasses", 3), author(2, "glasses", 3), author(5, "phone", 0)
    assert lost(state, changed(knew, {"caption": "bridge"}, {}), knew) == []
    assert lost(state, changed(own, {"caption": "bridge"}, {}), own) == []
    assert lost(state, changed(did_not, {"caption": "sea"}, {}), did_not) == []
    assert lost(state, changed(did_not, {"caption": "bridge"}, {}), did_not) == [("caption", "sea", "bridge")]
    assert lost(state, changed(late, {"caption": "bridge"}, {}), late) == [("caption", "bridge", "sea")]


def test_a_deletion_that_meets_an_edit_is_one_too() -> None:
    edit, deletion = changed(author(5, "phone"), {"caption": "sea"}, {}).at(author(5, "phone").stamp, 4), erased(author(3, "glasses"))
    assert lost(edit, deletion, author(3, "glasses", 0)) == [("deleted", True, False)]
    assert lost(deletion, edit, author(5, "phone", 0)) == [("deleted", True, False)]
    late = erased(author(9, "glasses"))
    assert lost(edit, late, author(9, "glasses", 0)) == [("caption", "sea", None)]
    assert lost(edit, late, author(9, "glasses", 4)) == []
    assert lost(late, edit, author(5, "phone", 0)) == [("caption", "sea", None)]
