"""The tagger's process: what it sees, and what happens when it dies, hangs, or gets something that is no clip."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from glasses.errors import TaggerStoppedError
from glasses.tag.tagger import TagWorker
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import Kind, Segment
from models.sight import ROLES
from models.store import ModelStore

NOW = 1_750_000_000_000


@pytest.fixture
async def worker(store: ModelStore) -> AsyncIterator[TagWorker]:
    tagger = TagWorker(store.root, now_ms=lambda: NOW)
    yield tagger
    await tagger.close()


def photo_segment() -> Segment:
    return Segment(segment_id="photo-1", kind=Kind.PHOTO)


async def test_a_clip_is_told_in_moments_with_their_own_sights(worker: TagWorker, store, picture, make_clip):
    clip = make_clip([(picture("chelsea"), 5), (picture("coffee"), 5)])
    tags = await worker.tag(clip, Segment(segment_id="clip-1", duration_s=10.0))

    assert [(moment.start_s, moment.end_s) for moment in tags.moments] == [(0.0, 5.0), (5.0, 10.0)]
    seen = [{label.name for label in moment.objects + moment.scene} for moment in tags.moments]
    assert "cat" in seen[0]
    assert "cat" not in seen[1]
    assert {"cup", "espresso"} & seen[1]
    assert tags.segment_id == "clip-1"
    assert tags.tagged_at == NOW
    assert tags.models == {role: store.version(role) for role in ROLES}


async def test_a_photo_is_one_moment_and_a_portrait_one_face(worker: TagWorker, store):
    tags = await worker.tag(store.media("astronaut"), photo_segment())

    (moment,) = tags.moments
    (face,) = moment.faces
    assert (moment.start_s, moment.end_s) == (0.0, 0.0)
    assert "person" in {label.name for label in moment.objects}
    assert len(face.embedding) == 128
    assert moment.scene == []  # the person fills the picture: nothing is said of the scene


async def test_a_process_killed_at_work_gives_the_clip_back_and_a_new_one_sees_it(worker: TagWorker, store):
    asked = asyncio.create_task(worker.tag(store.media("coffee"), photo_segment()))
    while worker.pid is None:
        await asyncio.sleep(0)
    killed = worker.pid
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(TaggerStoppedError, match=r"coffee\.png"):
        await asked

    tags = await worker.tag(store.media("coffee"), photo_segment())
    assert tags.moments
    assert worker.pid not in (None, killed)


async def test_a_process_that_hangs_is_ended_and_the_clip_given_back(store):
    hanging = TagWorker(store.root, patience_s=0.3, command=[sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(TaggerStoppedError, match=r"no answer within 0"):
        await hanging.tag(store.media("coffee"), photo_segment())
    assert hanging.pid is None


async def test_what_is_no_clip_is_refused_and_the_process_goes_on(worker: TagWorker, store, tmp_path: Path):
    nonsense = tmp_path / "clip.mp4"
    nonsense.write_bytes(b"not a video" * 1000)
    with pytest.raises(SouvenirError) as refused:
        await worker.tag(nonsense, Segment(segment_id="clip-2", duration_s=1.0))
    assert refused.value.code == "upload.not_a_video"

    before = worker.pid
    await worker.tag(store.media("coffee"), photo_segment())
    assert worker.pid == before


async def test_without_models_the_error_says_so(tmp_path: Path, store):
    poor = TagWorker(tmp_path)
    with pytest.raises(SouvenirError) as missing:
        await poor.tag(store.media("coffee"), photo_segment())
    await poor.close()
    assert missing.value.code == "model.missing"
