"""Only what is old is looked into again, once, and from wherever it stopped."""

from __future__ import annotations

from relay.catalog import details, videos
from relay.catalog.records import Detail, Video, VideoStatus
from relay.work.reindexing import Reindexing, is_old

NOW = {"objects": "o@2", "speech": "s@1"}


def test_a_clip_is_old_when_a_model_is_newer_or_has_not_looked():
    video = Video(user_id="u", video_id="v", device_id="d", loudness_lufs=-20.0)
    assert is_old(video, None, NOW)
    assert is_old(video, Detail(user_id="u", video_id="v", models={"objects": "o@1", "speech": "s@1"}), NOW)
    assert is_old(video, Detail(user_id="u", video_id="v", models={"objects": "o@2"}), NOW)
    assert not is_old(video, Detail(user_id="u", video_id="v", models={**NOW, "faces": "gone"}), NOW)
    silent = Video(user_id="u", video_id="v", device_id="d")
    assert not is_old(silent, Detail(user_id="u", video_id="v", models={"objects": "o@2"}), NOW)


async def test_old_clips_are_done_once_and_the_rest_not_at_all(relay):
    stored = [(await relay.store(f"clip {number}".encode())).segment_id for number in range(3)]
    user_id = relay.accounts["anna"].user.user_id
    await relay.work()
    relay.jobs.clear()

    def ready(connection):
        for number, video_id in enumerate(stored):
            video = videos.get(connection, user_id, video_id)
            video.status = VideoStatus.READY
            videos.put(connection, video)
            details.put(connection, Detail(user_id=user_id, video_id=video_id, models=NOW if number == 0 else {"objects": "o@1"}))

    await relay.services.database.write(ready)
    reindexing, left = Reindexing(relay.services, lambda faces: NOW), []
    assert await reindexing.ask("anna") == 2
    assert await reindexing.ask() == 2  # stopped and started again
    assert await reindexing.ask("nobody") == 0
    assert await reindexing.waiting() == 2
    await reindexing.work(relay.workers, left.append)
    assert sorted(job.video_id for job in relay.jobs) == sorted(stored[1:])
    assert left == [2, 1, 0]
    assert await reindexing.ask(everything=True) == 3
