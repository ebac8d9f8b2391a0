"""A film is watched by its links while it is made: what is there so far, then the whole; nothing without the right signature."""

from __future__ import annotations

import struct

from glasses.wire.memory import MemoryStatus
from relay.assemble.boxes import box
from relay.assemble.film_name import growing, in_the_making
from relay.catalog import memories
from relay.services import SCRATCH


def fragment(pictures: int) -> bytes:
    tfhd = box(b"tfhd", struct.pack(">II", 0, 1))
    trun = box(b"trun", struct.pack(">II", 0, pictures))
    return box(b"moof", box(b"traf", tfhd + trun)) + box(b"mdat", bytes(100))


async def asked(relay):
    headers = await relay.as_companion()
    made = await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "Paris"})
    return headers, made.json()["memory_id"]


async def test_what_is_there_is_listed_and_can_be_fetched(relay):
    headers, memory_id = await asked(relay)
    watched = (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=headers)).json()["hls_url"]
    empty = await relay.http.get(watched)
    assert empty.headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
    assert "#EXTINF" not in empty.text

    scratch = relay.services.folder / SCRATCH
    scratch.mkdir(exist_ok=True)
    head = box(b"ftyp", b"isom") + box(b"moov", b"")
    film = head + fragment(30) + fragment(30)
    growing(in_the_making(scratch, memory_id)).write_bytes(film + fragment(30)[:50])
    listed = (await relay.http.get(watched)).text
    assert listed.count("#EXTINF:2.00000") == 1
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in listed
    assert "#EXT-X-ENDLIST" not in listed
    media = next(line for line in listed.splitlines() if line.startswith("http"))
    piece = await relay.http.get(media, headers={"Range": f"bytes={len(head)}-{len(film) - 1}"})
    assert (piece.status_code, piece.content) == (206, film[len(head) :])


async def test_the_whole_film_ends_its_list(relay):
    headers, memory_id = await asked(relay)
    user_id = (await relay.account()).user.user_id
    row = await relay.services.database.read(lambda connection: memories.get(connection, user_id, memory_id))
    row.memory.status, row.blob_key = MemoryStatus.COMPLETED, f"memories/{user_id}/{memory_id}.mp4"
    await relay.services.blobs.put_bytes(row.blob_key, box(b"ftyp", b"isom") + box(b"moov", b"") + fragment(45))
    await relay.services.database.write(lambda connection: memories.save(connection, user_id, row))
    watched = (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=headers)).json()["hls_url"]
    listed = (await relay.http.get(watched)).text
    assert listed.count("#EXTINF:1.50000") == 1
    assert listed.endswith("#EXT-X-ENDLIST\n")


async def test_nothing_without_the_right_signature(relay):
    headers, memory_id = await asked(relay)
    watched = (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=headers)).json()["hls_url"]
    forged = await relay.http.get(watched[:-4] + "0000")
    assert (forged.status_code, forged.json()["code"]) == (401, "auth.invalid")
    relay.clock.forward(3 * 3600)
    assert (await relay.http.get(watched)).json()["code"] == "auth.expired"


async def test_a_film_that_failed_is_not_there(relay):
    headers, memory_id = await asked(relay)
    watched = (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=headers)).json()["hls_url"]
    user_id = (await relay.account()).user.user_id
    row = await relay.services.database.read(lambda connection: memories.get(connection, user_id, memory_id))
    row.memory.status = MemoryStatus.FAILED
    await relay.services.database.write(lambda connection: memories.save(connection, user_id, row))
    assert (await relay.http.get(watched)).status_code == 404
