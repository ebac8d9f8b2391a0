"""Media over HTTP: ranges, conditions by hash, caching for ever, links that expire. The same from a folder and from a bucket."""

from __future__ import annotations

import hashlib

import pytest

from relay import faults
from relay.catalog import videos
from relay.ingest.blobs import Tier

from ..conftest import run_relay
from .bucket_server import serving_buckets

DATA = bytes(range(256)) * 3000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "bucket"])
async def house(request, relay_config, clock, tmp_path):
    """A relay over either store."""
    if request.param == "folder":
        async for running in run_relay(relay_config, clock):
            yield running
        return
    with serving_buckets(tmp_path / "s3") as relay_config.storage.s3:
        async for running in run_relay(relay_config, clock):
            yield running


@pytest.fixture
async def get(house):
    segment = await house.store(DATA)

    async def ask(**headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return await house.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers={**await house.as_companion(), **headers})

    return ask


async def test_the_whole_has_its_hash_as_etag_and_may_be_kept_for_ever(get):
    answer = await get()
    assert (answer.status_code, answer.content) == (200, DATA)
    assert answer.headers["ETag"] == f'"{SHA}"'
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert (answer.headers["Accept-Ranges"], answer.headers["Content-Type"]) == ("bytes", "video/mp4")


async def test_ranges(get):
    size = len(DATA)
    for asked, start, stop in (
        ("0-0", 0, 1),
        ("100-199", 100, 200),
        ("767000-", 767000, size),
        ("-5", size - 5, size),
        (f"10-{size * 2}", 10, size),
    ):
        answer = await get(Range=f"bytes={asked}")
        assert (answer.status_code, answer.content) == (206, DATA[start:stop]), asked
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
        assert answer.headers["ETag"] == f'"{SHA}"'


async def test_a_range_of_nothing_is_416_and_a_malformed_one_is_ignored(get):
    answer = await get(Range=f"bytes={len(DATA)}-")
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(DATA)}")
    for ignored in ("bytes=9-3", "lines=1-2", "bytes=0-1,5-6"):
        assert (await get(Range=ignored)).status_code == 200


async def test_conditions_go_by_the_hash(get):
    assert (await get(If_None_Match=f'"{SHA}"')).status_code == 304
    assert (await get(If_None_Match='"other"')).status_code == 200
    assert (await get(If_Match='"other"')).status_code == 412
    assert (await get(If_Match=f'"{SHA}"')).status_code == 200
    assert (await get(If_Range=f'"{SHA}"', Range="bytes=1-2")).status_code == 206
    assert (await get(If_Range='"other"', Range="bytes=1-2")).status_code == 200


async def test_a_signed_link_needs_no_header_and_expires(house, clock):
    segment = await house.store(DATA)
    info = (await house.http.get(f"/api/v1/videos/{segment.segment_id}", headers=await house.as_companion())).json()
    answer = await house.http.get(info["media_url"], headers={"Range": "bytes=5-9"})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (206, DATA[5:10], f'"{SHA}"')
    assert (await house.http.get(info["media_url"].replace(".mp4", ".mov"))).status_code == 401
    clock.forward(3 * 3600)
    late = await house.http.get(info["media_url"])
    assert (late.status_code, late.json()["code"]) == (401, "auth.expired")


async def test_a_picture_that_no_row_knows_the_hash_of_has_its_hash_too(house):
    await house.services.blobs.put_bytes("memories/u/m.jpg", b"a poster")
    answer = await house.http.get(house.services.links.to("memories/u/m.jpg"))
    assert (answer.headers["ETag"], answer.headers["Content-Type"]) == (f'"{hashlib.sha256(b"a poster").hexdigest()}"', "image/jpeg")


async def test_media_that_is_gone_is_404(house):
    segment = await house.store(DATA)
    video = await house.services.database.read(lambda c: videos.get(c, house.accounts["anna"].user.user_id, segment.segment_id))
    await house.services.blobs.delete(video.blob_key)
    answer = await house.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers=await house.as_companion())
    assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found")


@pytest.fixture
def tiered(relay_config, tmp_path):
    storage = relay_config.storage
    storage.warm_dir, storage.cold_dir = str(tmp_path / "warm"), str(tmp_path / "cold")
    storage.warm_after_days, storage.cold_after_days = 30, 90


async def test_clips_move_down_by_age_and_what_is_opened_comes_back(tiered, relay, clock, tmp_path):
    segment = await relay.store(DATA)
    user_id, tiers = relay.accounts["anna"].user.user_id, relay.services.tiers

    async def video():
        return await relay.services.database.read(lambda c: videos.get(c, user_id, segment.segment_id))

    key = (await video()).blob_key
    assert await tiers.sweep() == 0
    for days, tier in ((31, Tier.WARM), (60, Tier.COLD)):
        clock.forward(days * 86_400)
        assert (await tiers.sweep(), (await video()).tier) == (1, tier)
        assert await tiers.sweep() == 0
    assert (tmp_path / "cold" / key).read_bytes() == DATA
    async with tiers.opened(await video()) as path:
        assert path.read_bytes() == DATA
        assert path == relay.services.blobs.root / key
    assert (await video()).tier == Tier.HOT
    assert not (tmp_path / "cold" / key).exists()
    assert await tiers.sweep() == 0
    clock.forward(31 * 86_400)
    assert (await tiers.sweep(), (await video()).tier) == (1, Tier.WARM)


async def test_a_deleted_clip_is_deleted_from_its_tier(tiered, relay, clock, tmp_path):
    segment = await relay.store(DATA)
    key = (await relay.services.database.read(lambda c: videos.get(c, relay.accounts["anna"].user.user_id, segment.segment_id))).blob_key
    clock.forward(91 * 86_400)
    await relay.services.tiers.sweep()
    await relay.services.blobs.delete(key)
    assert not (tmp_path / "cold" / key).exists()


@pytest.mark.parametrize("point", ["tier.copied", "tier.moved"])
async def test_a_move_that_was_interrupted_is_ended_by_the_next(tiered, relay, clock, tmp_path, point):
    segment = await relay.store(DATA)
    key = (await relay.services.database.read(lambda c: videos.get(c, relay.accounts["anna"].user.user_id, segment.segment_id))).blob_key
    clock.forward(91 * 86_400)
    faults.arm(faults.parsed(f"EIO {point}"))
    try:
        with pytest.raises(OSError, match="Input/output"):
            await relay.services.tiers.sweep()
    finally:
        faults.disarm()
    assert b"".join([piece async for piece in relay.services.blobs.read(key)]) == DATA
    assert await relay.services.tiers.sweep() == 1
    assert (tmp_path / "cold" / key).read_bytes() == DATA
    assert not (relay.services.blobs.root / key).exists()
