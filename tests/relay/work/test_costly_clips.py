"""A clip that is too much for the process that looks into it is parked with a reason, and the relay goes on."""

from __future__ import annotations

import os
import resource
import signal
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from relay.catalog import changes, videos
from relay.catalog.records import VideoStatus
from relay.errors import SouvenirError
from relay.extract.facts import ClipFacts, ExtractRequest
from relay.extract.tasks import advance_clip
from relay.jobs.kinds import JobKind, JobState
from relay.jobs.pool import CpuPool, WorkerFullError
from relay.jobs.workers import Workers
from relay.work.clips import ClipJobs

_spec = spec_from_file_location("bad_clips", Path(__file__).parents[1] / "extract" / "corpus.py")
corpus = module_from_spec(_spec)
_spec.loader.exec_module(corpus)

MIB = 1 << 20
HARM = {"hangs": (signal.pause,), "dies": (os.abort,), "takes all memory": (bytearray, 2048 * MIB)}


class NoIndex:
    async def changed(self, user_id, video_id):
        return None

    async def refresh(self, user_id):
        return None


@pytest.fixture
def pool():
    pool = CpuPool(1, longest_s=2.0, memory_bytes=1024 * MIB)
    yield pool
    pool.close()


def workers_of(relay, look):
    services = relay.services
    jobs = ClipJobs(services.database, services.blobs, look, NoIndex(), services.bus.publish_in, relay.clock)
    return Workers(services.bus, {JobKind.EXTRACT: jobs.extract}, services.config.jobs, jobs.given_up)


@pytest.mark.parametrize("harm", list(HARM))
async def test_a_clip_that_harms_its_process_is_parked_with_a_reason(relay, pool, harm):
    segment = await relay.store(b"a bomb")
    user_id, before = relay.accounts["anna"].user.user_id, await pool.run(os.getpid)

    async def look(_path, _request, _kept):
        return await pool.run(*HARM[harm])

    workers = workers_of(relay, look)
    while await workers.step():
        relay.clock.forward(600)
    video = await relay.services.database.read(lambda connection: videos.get(connection, user_id, segment.segment_id))
    assert video.status is VideoStatus.UNREADABLE
    told = [entry.value for entry in await relay.services.database.read(lambda connection: changes.after(connection, user_id, 0, 100))]
    assert told[-1]["code"] == "upload.too_costly"
    assert len(told[-1]["detail"]) > 15
    assert await pool.run(os.getpid) != before, "another process goes on"
    async with relay.services.blobs.file(video.blob_key) as kept:
        assert kept.read_bytes() == b"a bomb"
    tries = [job.attempts for job in await relay.services.bus.list() if job.message.operation is JobKind.EXTRACT]
    assert tries == [5 if harm == "dies" else 1], "what cannot go otherwise is not tried again"


async def test_a_clip_that_was_parked_is_looked_into_again_when_it_is_replayed(relay, pool):
    segment = await relay.store(b"a bomb")

    async def look(_path, _request, _kept):
        return await pool.run(os.abort)

    workers = workers_of(relay, look)
    while await workers.step():
        relay.clock.forward(600)
    [dead] = await relay.services.bus.list(JobState.DEAD)
    assert (dead.message.video_id, "died" in dead.error) == (segment.segment_id, True)
    await relay.services.bus.replay(dead.job_id)
    assert await workers.step()


async def test_a_process_has_no_more_memory_than_it_may_and_no_core_files(pool):
    with pytest.raises(WorkerFullError, match="1024 MiB"):
        await pool.run(bytearray, 2048 * MIB)
    assert await pool.run(resource.getrlimit, resource.RLIMIT_DATA) == (1024 * MIB, 1024 * MIB)
    assert await pool.run(resource.getrlimit, resource.RLIMIT_CORE) == (0, 0)
    child = await pool.run(os.getpid)
    score = Path(f"/proc/{child}/oom_score_adj")
    assert score.read_text().strip() == "500"  # noqa: ASYNC240 -- the kernel's own
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] != 1024 * MIB, "the relay itself is free"


async def everything(pool, path):
    found = await pool.run(advance_clip, path, ExtractRequest(), [])
    while not isinstance(found, ClipFacts):
        found += await pool.run(advance_clip, path, ExtractRequest(), found)


async def test_no_bad_file_gets_past_the_first_look(tmp_path):
    """All of extraction as the relay runs it, not only the probe."""
    pool, good, path = CpuPool(1, longest_s=60.0, memory_bytes=2048 * MIB), corpus_good(tmp_path), tmp_path / "clip.mp4"
    try:
        for spoilt in corpus.BAD.values():
            path.write_bytes(spoilt(good))
            with pytest.raises(SouvenirError) as refused:
                await everything(pool, path)
            assert refused.value.code in ("upload.not_a_video", "upload.too_costly")
            assert len(refused.value.detail) > 15
    finally:
        pool.close()


def corpus_good(folder):
    import av
    import numpy as np

    path = folder / "good.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(30):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((180, 320, 3), number * 8, np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    return path.read_bytes()
