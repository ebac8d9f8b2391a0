"""What the relay finds in real pictures, clips and words."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glasses.wire.segment import Kind
from glasses.wire.tag import Label, Moment, Tags
from models.sight import versions
from relay.extract.extract import enrol, extract
from relay.extract.facts import ExtractRequest, NoFaceError, NotAVideoError

PARIS = ExtractRequest(lat=48.8584, lon=2.2945)


@pytest.fixture
def spoken_clip(picture, make_clip, speak):
    quiet = np.zeros(48_000, np.int16)
    words = np.concatenate([quiet, speak("happy birthday my dear"), quiet])
    return make_clip([(picture("coffee"), 5), (picture("astronaut"), 5)], words)


def test_a_clip_in_paris_is_seen_heard_and_placed(spoken_clip: Path, store):
    facts = extract(spoken_clip, PARIS)

    assert facts.place.name == "Paris"
    assert facts.place.ids == ["city:2988507", "admin1:FR.11", "country:FR"]
    assert facts.timezone == "Europe/Paris"
    assert [(moment.start_s, moment.end_s) for moment in facts.moments] == [(0.0, 5.0), (5.0, 10.0)]
    table, portrait = facts.moments
    assert {label.name for label in table.objects + table.scene} >= {"cup", "espresso"}
    assert table.speech == "happy birthday my dear"
    assert all(1.0 <= word.start_s < word.end_s <= 4.0 for word in table.words)
    assert table.faces == []
    assert "person" in {label.name for label in portrait.objects}
    assert len(portrait.faces[0].embedding) == 128
    assert facts.loudness_lufs is not None
    assert -40 < facts.loudness_lufs < -10
    assert facts.models == {
        **versions(store), **{role: store.version(role) for role in ("speech", "voice", "text")}, "pictures": "1",
    }  # fmt: skip
    assert Image.open(io.BytesIO(facts.thumbnail)).width == 640


def test_facts_and_requests_travel_between_processes(spoken_clip: Path):
    request = ExtractRequest(lat=1.0, lon=2.0, speech=False)
    assert pickle.loads(pickle.dumps(request)) == request  # noqa: S301 - our own bytes
    facts = extract(spoken_clip, request)
    assert pickle.loads(pickle.dumps(facts)) == facts  # noqa: S301 - our own bytes


def test_what_the_glasses_saw_with_the_same_models_is_not_looked_at_again(make_clip, picture, store):
    clip = make_clip([(picture("coffee"), 2)])
    seen = Moment(start_s=0.0, end_s=2.0, objects=[Label(name="what only the glasses saw", score=0.9)])
    same = Tags(moments=[seen], models=versions(store))
    older = Tags(moments=[seen], models={**versions(store), "objects": "centernet@0"})

    (taken,) = extract(clip, ExtractRequest(tags=same)).moments
    assert [label.name for label in taken.objects] == ["what only the glasses saw"]
    (looked,) = extract(clip, ExtractRequest(tags=older)).moments
    assert "cup" in {label.name for label in looked.objects}


def test_without_consent_no_face_is_kept(store):
    facts = extract(store.media("obama"), ExtractRequest(faces=False))
    assert all(moment.faces == [] for moment in facts.moments)
    assert "who" not in facts.models
    with_consent = extract(store.media("obama"), ExtractRequest())
    assert [len(moment.faces) for moment in with_consent.moments] == [1]


def test_a_photo_is_one_moment_without_sound(store):
    facts = extract(store.media("chelsea"), PARIS)
    (moment,) = facts.moments
    assert (facts.probe.kind, moment.start_s, moment.end_s) == (Kind.PHOTO, 0.0, 0.0)
    assert "cat" in {label.name for label in moment.objects}
    assert facts.loudness_lufs is None
    assert facts.thumbnail[:2] == b"\xff\xd8"


def test_what_does_not_decode_is_refused(tmp_path: Path):
    for name, content in (("empty.mp4", b""), ("noise.mp4", bytes(range(256)) * 64), ("cut.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50)):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotAVideoError, match=name):
            extract(path, PARIS)


def test_enrolling_takes_the_one_clear_face(store):
    face = enrol(store.media("obama").read_bytes())
    again = enrol(store.media("obama2").read_bytes())
    other = enrol(store.media("biden").read_bytes())
    assert np.linalg.norm(np.subtract(face.embedding, again.embedding)) < 0.5
    assert np.linalg.norm(np.subtract(face.embedding, other.embedding)) > 0.55


def test_enrolling_says_why_a_photo_will_not_do(store, picture):
    with pytest.raises(NoFaceError, match="no face"):
        enrol(store.media("coffee").read_bytes())
    with pytest.raises(NotAVideoError, match="does not decode"):
        enrol(b"no photo")
    with pytest.raises(NoFaceError, match="2 faces are equally clear"):
        enrol(_png(np.hstack([picture("astronaut"), picture("astronaut")])))
    with pytest.raises(NoFaceError, match="48 are needed"):
        enrol(_png(np.asarray(Image.fromarray(picture("astronaut")).resize((160, 160)))))


def _png(rgb) -> bytes:
    written = io.BytesIO()
    Image.fromarray(rgb).save(written, "PNG")
    return written.getvalue()
