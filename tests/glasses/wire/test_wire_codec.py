"""Wire structs survive the trip in both encodings, with whatever a newer peer added; malformed input raises."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.wire import codec
from glasses.wire.change import Op
from glasses.wire.errors import ERRORS, Action, SouvenirError, WireMalformedError, problem
from glasses.wire.memory import ClipChoice, Memory, Plan, Term, TermKind
from glasses.wire.segment import GeoPoint, Segment
from glasses.wire.tag import FaceTag, Label, Moment, Tags

finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | names, lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
points = st.builds(GeoPoint, lat=finite, lon=finite, accuracy_m=finite)
segments = st.builds(
    Segment,
    segment_id=names,
    sequence=st.integers(0, 2**53),
    captured_at=st.integers(0, 2**53),
    duration_s=finite,
    place=st.none() | points,
)
labels = st.builds(Label, name=names, score=finite, box=st.none() | st.tuples(finite, finite, finite, finite))
faces = st.builds(FaceTag, embedding=st.lists(finite, max_size=4))
moments = st.builds(Moment, objects=st.lists(labels, max_size=3), faces=st.lists(faces, max_size=2))
tags = st.builds(Tags, segment_id=names, models=st.dictionaries(names, names, max_size=3), moments=st.lists(moments, max_size=3))
terms = st.builds(Term, kind=st.sampled_from(TermKind), value=names)
plans = st.builds(Plan, terms=st.lists(terms, max_size=3))
choices = st.builds(ClipChoice, video_id=names, start_s=finite)
memories = st.builds(Memory, query=names, plan=st.none() | plans, clips_used=st.lists(choices, max_size=3))


@given(st.one_of(segments, tags, memories))
def test_a_struct_survives_json_and_messagepack(value: codec.Wire) -> None:
    kind = type(value)
    assert codec.decode_json(codec.encode_json(value), kind) == value
    assert codec.decode_msgpack(codec.encode_msgpack(value), kind) == value


@given(st.dictionaries(names.map(lambda name: f"new_{name}"), json_values, max_size=3))
def test_fields_of_a_newer_peer_survive_at_every_level(added: dict[str, object]) -> None:
    sent = {"memory_id": "m", "plan": {"query": "q", "terms": [{"value": "Paris", **added}], **added}, **added}
    memory = codec.from_builtins(sent, Memory)
    assert memory.unknown == added
    back = codec.to_builtins(memory)
    for level in (back, back["plan"], back["plan"]["terms"][0]):
        assert {name: level[name] for name in added} == added


def test_missing_fields_take_their_defaults() -> None:
    assert codec.decode_json(b"{}", Segment) == Segment()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"sequence": "one"}', b'{"place": {"lat": "north"}}', b"\xff\xfe"])
def test_malformed_json_raises(data: bytes) -> None:
    with pytest.raises(WireMalformedError, match="Segment"):
        codec.decode_json(data, Segment)


@pytest.mark.parametrize("data", [b"", b"\xc1", msgspec.msgpack.encode([1]), msgspec.msgpack.encode({"ops": 3, "op_id": 4})])
def test_malformed_messagepack_raises(data: bytes) -> None:
    with pytest.raises(WireMalformedError):
        codec.decode_msgpack(data, Op)


def test_every_error_code_says_what_to_do() -> None:
    for code, kind in ERRORS.items():
        assert "." in code
        assert kind.action in Action
        assert kind.title
        assert not kind.title.endswith(".")
        assert kind.hint.endswith((".", "?", "'."))
        assert kind.status == 0 or 400 <= kind.status < 600


def test_an_error_becomes_a_problem_with_its_code() -> None:
    said = problem(SouvenirError("sent for 0", code="upload.offset_mismatch"), correlation_id="c")
    assert (said.status, said.code, said.action, said.correlation_id) == (409, "upload.offset_mismatch", "retry", "c")
