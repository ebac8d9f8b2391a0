"""A found moment is shown by its own picture, from upload to erasure: on real parts."""

from __future__ import annotations

import io
import re

import numpy as np
from PIL import Image

from relay.catalog import details, moments
from relay.work.reindexing import Reindexing, current


async def found(relay, query):
    headers = await relay.as_companion()
    [video] = (await relay.http.post("/api/v1/videos/search", headers=headers, json={"query": query})).json()["videos"]
    return video


async def pictures(relay):
    return sorted([key async for key in relay.services.blobs.keys("processed/") if "/moments/" in key])


async def looked_like(relay, url):
    answer = await relay.http.get(url)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.width == 320
        return np.asarray(picture.convert("L").resize((32, 18)), np.float32)


def apart(one, other):
    return float(np.abs(one - other).mean())


async def test_each_moment_has_its_own_picture_until_it_is_erased(joined, picture, make_clip):
    relay, headers = joined, await joined.as_companion()
    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": True})
    stored = await relay.store(make_clip([(picture("coffee"), 4.0), (picture("astronaut"), 4.0)]).read_bytes())
    await relay.work()

    video = await found(relay, "coffee")
    [match] = video["matched_clips"]
    assert (match["start_s"], match["end_s"]) == (0.0, 4.0)
    assert match["start_s"] <= match["thumbnail_at_s"] < match["end_s"]
    assert re.search(rf"/processed/[^/]+/{stored.segment_id}/moments/[0-9a-f]{{32}}\.jpg", match["thumbnail_url"])
    [other] = (await found(relay, "person"))["matched_clips"]
    assert other["start_s"] == 4.0
    cup, astronaut = await looked_like(relay, match["thumbnail_url"]), await looked_like(relay, other["thumbnail_url"])
    fitted = make_clip([(picture("coffee"), 0.2)], name="as-it-is.mp4")
    assert apart(cup, astronaut) > 20
    assert apart(cup, first_picture(fitted)) < 6
    assert len(await pictures(relay)) == 2

    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": False})
    assert await pictures(relay) == [], "they were chosen by faces: they go with the consent"
    assert (await found(relay, "coffee"))["matched_clips"][0]["thumbnail_url"] == ""
    await relay.work()
    assert (await found(relay, "coffee"))["matched_clips"][0]["thumbnail_url"], "chosen anew without faces"
    assert len(await pictures(relay)) == 2

    await relay.http.delete(f"/api/v1/videos/{stored.segment_id}", headers=headers)
    await relay.work()
    assert [key async for key in relay.services.blobs.keys("processed/")] == []


async def test_a_clip_from_before_gets_its_pictures_by_reindex_and_nothing_else_is_done_again(joined, picture, make_clip):
    relay, user_id = joined, (await joined.account()).user.user_id
    stored = await relay.store(make_clip([(picture("coffee"), 4.0)]).read_bytes())
    await relay.work()
    [before] = await pictures(relay)

    def as_before(connection):
        records = moments.of_video(connection, user_id, stored.segment_id)
        for record in records:
            record.thumbnail_key = ""
        moments.replace(connection, user_id, stored.segment_id, records)
        detail = details.find(connection, user_id, stored.segment_id)
        del detail.models["pictures"]
        details.put(connection, detail)

    await relay.services.database.write(as_before)
    await relay.services.blobs.delete(before)
    assert (await found(relay, "coffee"))["matched_clips"][0]["thumbnail_url"] == ""
    reindexing = Reindexing(relay.services, current)
    assert await reindexing.ask() == 1
    await relay.work()
    assert await pictures(relay) == [before]
    timings = (await relay.http.get(f"/api/v1/videos/{stored.segment_id}", headers=await relay.as_companion())).json()["timings_s"]
    assert {"sound", "voice", "speech"} & set(timings) == set()
    assert await reindexing.ask() == 0


async def test_a_picture_that_changes_takes_the_old_one_away(joined, picture, make_clip):
    relay, user_id = joined, (await joined.account()).user.user_id
    stored = await relay.store(make_clip([(picture("coffee"), 4.0)]).read_bytes())
    await relay.work()
    [kept] = await pictures(relay)
    old = kept.rsplit("/", 1)[0] + "/" + "0" * 32 + ".jpg"

    def another(connection):
        [record] = moments.of_video(connection, user_id, stored.segment_id)
        record.thumbnail_key = old
        moments.replace(connection, user_id, stored.segment_id, [record])
        details.outdate(connection, user_id, stored.segment_id)

    await relay.services.blobs.put_bytes(old, b"jpeg")
    await relay.services.database.write(another)
    await Reindexing(relay.services, current).ask()
    await relay.work()
    assert await pictures(relay) == [kept]


def first_picture(path):
    import av

    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return np.asarray(frame.to_image().convert("L").resize((32, 18)), np.float32)
