"""Every store of blobs keeps the same promises: a local folder, and a bucket of a real S3 server."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from relay import faults
from relay.errors import NotFoundError, SouvenirError
from relay.ingest.blobs import BlobStoreError, Tier, film_key, raw_key, thumbnail_key
from relay.ingest.bucket import BucketBlobs
from relay.ingest.folder import FolderBlobs

from .bucket_server import serving_buckets

KEY = raw_key("0199-user", "0199-video", 1_760_000_000_000, "mp4")
DATA = bytes(range(256)) * 5000


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    with serving_buckets(tmp_path_factory.mktemp("s3")) as config:
        yield config


@pytest.fixture(params=["folder", "bucket"])
async def blobs(request, tmp_path):
    if request.param == "folder":
        yield FolderBlobs(tmp_path / "blobs", {Tier.WARM: tmp_path / "warm", Tier.COLD: tmp_path / "cold"})
        return
    store = BucketBlobs(request.getfixturevalue("bucket"), tmp_path / "scratch")
    yield store
    for key in [key async for key in store.keys()]:  # noqa: SIM118 -- a method
        await store.delete(key)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(DATA)
    return path


async def whole(blobs, key, *where):
    return b"".join([piece async for piece in blobs.read(key, *where)])


def test_the_layout_is_that_of_the_design():
    assert KEY == "raw/0199-user/2025/10/09/0199-video.mp4"
    assert thumbnail_key("u", "v") == "processed/u/v/thumbnail.jpg"
    assert film_key("u", "m") == "memories/u/m.mp4"


async def test_what_is_put_is_there_and_the_source_stays(blobs, source):
    await blobs.put_file(KEY, source)
    assert await whole(blobs, KEY) == DATA
    assert (await blobs.facts(KEY)).size_bytes == len(DATA)
    assert source.read_bytes() == DATA
    async with blobs.file(KEY) as path:
        assert path.read_bytes() == DATA
        assert path.suffix == ".mp4"


@pytest.mark.parametrize(("start", "end"), [(0, 1), (10, 20), (1_000_000, None), (len(DATA) - 1, len(DATA)), (0, len(DATA)), (5, 5)])
async def test_a_range_is_read_alone(blobs, source, start, end):
    await blobs.put_file(KEY, source)
    assert await whole(blobs, KEY, start, end) == DATA[start:end]


async def test_put_again_replaces_the_whole_and_is_another_version(blobs, source):
    await blobs.put_file(KEY, source)
    first = await blobs.facts(KEY)
    await blobs.put_bytes(KEY, b"shorter")
    assert await whole(blobs, KEY) == b"shorter"
    assert (await blobs.facts(KEY)).version != first.version


async def test_an_empty_blob_is_a_blob(blobs):
    await blobs.put_bytes(KEY, b"")
    assert (await blobs.facts(KEY)).size_bytes == 0
    assert await whole(blobs, KEY) == b""


async def test_what_is_not_there_is_not_found(blobs):
    with pytest.raises(NotFoundError):
        await blobs.facts(KEY)
    with pytest.raises(NotFoundError):
        await whole(blobs, KEY)
    with pytest.raises(NotFoundError):
        async with blobs.file(KEY):
            pass
    with pytest.raises(NotFoundError):
        await blobs.move(KEY, Tier.COLD)
    await blobs.delete(KEY)


@pytest.mark.parametrize("key", ["../secret.pem", "/etc/passwd", "raw/u/../../x.mp4", "raw//x.mp4", "raw/x", "", "raw/\x00.mp4"])
async def test_a_key_that_leads_elsewhere_is_not_found(blobs, key, source):
    for call in (blobs.put_file(key, source), blobs.put_bytes(key, b""), blobs.facts(key), blobs.delete(key), blobs.adopt(key, KEY)):
        with pytest.raises(NotFoundError):
            await call


async def test_keys_are_listed_by_prefix_and_deleted_ones_are_gone(blobs):
    for key in (KEY, thumbnail_key("u", "v"), film_key("u", "m")):
        await blobs.put_bytes(key, b"x")
    assert {key async for key in blobs.keys()} == {KEY, thumbnail_key("u", "v"), film_key("u", "m")}  # noqa: SIM118 -- a method
    assert [key async for key in blobs.keys("processed")] == [thumbnail_key("u", "v")]
    await blobs.delete(KEY)
    assert [key async for key in blobs.keys("raw")] == []


async def test_a_blob_of_every_tier_is_read_alike_and_comes_back(blobs, source):
    await blobs.put_file(KEY, source)
    for tier in (Tier.WARM, Tier.COLD, Tier.COLD, Tier.HOT):
        await blobs.move(KEY, tier)
        assert await whole(blobs, KEY, 5, 15) == DATA[5:15]
        assert (await blobs.facts(KEY)).size_bytes == len(DATA)
        assert [key async for key in blobs.keys()] == [KEY]  # noqa: SIM118 -- a method
    await blobs.move(KEY, Tier.COLD)
    await blobs.delete(KEY)
    with pytest.raises(NotFoundError):
        await blobs.facts(KEY)


async def test_what_came_in_gets_its_key(blobs, source):
    await blobs.put_file("incoming/u/1.part", source)
    await blobs.adopt("incoming/u/1.part", KEY)
    assert await whole(blobs, KEY) == DATA
    with pytest.raises(NotFoundError):
        await blobs.adopt("incoming/u/2.part", KEY)


async def test_many_at_once(blobs):
    async def one(number):
        key = raw_key("u", f"v{number}", 0, "mp4")
        await blobs.put_bytes(key, bytes([number]) * 1000)
        return await whole(blobs, key) == bytes([number]) * 1000

    assert all(await asyncio.gather(*(one(number) for number in range(20))))


async def test_a_well_store_says_nothing(blobs):
    assert await blobs.check() == ""
    assert [key async for key in blobs.keys()] == []  # noqa: SIM118 -- a method


async def test_a_folder_says_stored_only_after_every_fsync(tmp_path, source, monkeypatch):
    """obstore's own put would return before; so it is not asked to write. Names and bytes, in this order."""
    seen = []
    real = os.fsync

    def noted(descriptor):
        seen.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    faults.arm(lambda name: seen.append(name))
    try:
        await FolderBlobs(tmp_path / "b").put_file(KEY, source)
    finally:
        faults.disarm()
    folder = tmp_path / "b" / KEY.rpartition("/")[0]
    made = [str(each) for each in reversed((tmp_path / "b" / KEY).parents) if each.is_relative_to(tmp_path / "b")][:-1]
    assert seen[: len(made)] == made, "each new folder is made durable in the one above it"
    linked, temporary, synced = seen[len(made) : len(made) + 3]
    assert (linked, synced, temporary.endswith(".tmp")) == ("blob.linked", "blob.synced", True)
    assert seen[-3:] == ["blob.renamed", str(folder), "blob.durable"]


async def test_a_full_disk_is_told_as_such_and_leaves_nothing_under_the_key(tmp_path, source):
    blobs = FolderBlobs(tmp_path / "b")
    faults.arm(faults.parsed("ENOSPC blob.linked"))
    try:
        with pytest.raises(SouvenirError) as problem:
            await blobs.put_file(KEY, source)
    finally:
        faults.disarm()
    assert problem.value.code == "storage.full"
    with pytest.raises(NotFoundError):
        await blobs.facts(KEY)
    assert [key async for key in blobs.keys()] == []  # noqa: SIM118 -- a method


async def test_a_bucket_that_refuses_or_is_not_there_is_told(bucket, tmp_path):
    wrong = BucketBlobs(type(bucket)(**{**{f: getattr(bucket, f) for f in bucket.__struct_fields__}, "secret_access_key": "no"}), tmp_path)
    assert "refuses" in await wrong.check()
    with pytest.raises(BlobStoreError) as problem:
        await wrong.facts(KEY)
    assert problem.value.kind.status == 503


def test_classes_that_cannot_be_read_at_once_are_refused():
    from relay.config import parse

    with pytest.raises(SouvenirError, match="DEEP_ARCHIVE"):
        parse('[storage.s3]\nbucket = "b"\ncold_class = "DEEP_ARCHIVE"')


async def test_hashing_sees_what_is_there(blobs):
    from relay.ingest.media import Hashes

    hashes = Hashes(blobs)
    await blobs.put_bytes(KEY, b"one")
    assert await hashes.of(KEY) == hashlib.sha256(b"one").hexdigest()
    assert await hashes.of(KEY) == hashlib.sha256(b"one").hexdigest()
    await blobs.put_bytes(KEY, b"two, longer")
    assert await hashes.of(KEY) == hashlib.sha256(b"two, longer").hexdigest()
