"""Music that a person brings: taken or refused, chosen, under a film, in the export, and gone with the account. On real parts."""

from __future__ import annotations

import io
import json
import re
import tarfile
from fractions import Fraction

import av
import numpy as np
import pytest

from relay import cli
from relay.assemble.audio import integrated_lufs

PASSWORD = "correct horse battery"


def song(seconds=20.0, codec="libmp3lame", form="mp3", volume=9_000, hertz=330):
    """A tone that beats, as a file of that kind."""
    times = np.arange(round(seconds * 44_100)) / 44_100
    wave = (np.sin(2 * np.pi * hertz * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * times)) * volume).astype(np.int16)
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        track = container.add_stream(codec, rate=44_100, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None], "s16", "stereo")
        frame.sample_rate, frame.time_base, frame.pts = 44_100, Fraction(1, 44_100), 0
        resampler = av.AudioResampler(track.codec_context.format, "stereo", 44_100, track.codec_context.frame_size or 1024)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(track.encode(piece))
        container.mux(track.encode(None))
    return out.getvalue()


async def bring(relay, data, name="My Song.mp3", kind="audio/mpeg"):
    headers = {**await relay.as_companion(), "Content-Type": kind}
    return await relay.http.post("/api/v1/music", params={"name": name}, headers=headers, content=data)


async def parts_of(relay, memory, folder):
    """The film's bytes, its video packets, and its sound."""
    path = folder / f"{memory['memory_id']}.mp4"
    path.write_bytes((await relay.http.get(memory["video_url"])).content)
    with av.open(str(path)) as container:
        pictures = [bytes(packet) for packet in container.demux(container.streams.video[0]) if packet.pts is not None]
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
        sound = sound if len(sound) == 2 else np.repeat(sound, 2, axis=0)  # one channel is played by both loudspeakers
    return path.read_bytes(), pictures, sound


async def test_music_lies_under_a_film_whose_pictures_stay_as_they_are(joined, picture, make_clip, tmp_path):
    relay = joined
    await relay.store(make_clip([(picture("coffee"), 6.0)]).read_bytes())
    await relay.work()
    music = (await bring(relay, song(3.0))).json()
    plain, with_music = await relay.film("coffee"), await relay.film("coffee", music=music["music_id"])
    assert (plain["music"], with_music["music"], with_music["status"]) == ("", music["music_id"], "completed")
    _, pictures, quiet = await parts_of(relay, plain, tmp_path)
    data, same, heard = await parts_of(relay, with_music, tmp_path)
    assert pictures == same
    assert np.abs(quiet).max() < 0.001
    assert integrated_lufs(np.ascontiguousarray(heard)) == pytest.approx(-16, abs=1)

    listed = (await relay.http.get(with_music["hls_url"])).text
    seconds = sum(map(float, re.findall(r"#EXTINF:([\d.]+)", listed)))
    assert seconds == pytest.approx(with_music["frames"] / 30, abs=0.01)
    size, at = map(int, re.findall(r"BYTERANGE:(\d+)@(\d+)", listed)[-1])
    assert size + at == len(data)

    again = await relay.film("coffee", music=music["music_id"])
    assert again["timings_s"]["render"] < with_music["timings_s"]["render"]
    assert (await relay.http.get(again["video_url"])).content == data
    other = (await bring(relay, song(3.0, hertz=200), "Other.mp3")).json()
    assert (await parts_of(relay, await relay.film("coffee", music=other["music_id"]), tmp_path))[0] != data


async def test_the_usual_piece_none_and_one_that_is_gone(joined, picture, make_clip):
    relay, headers = joined, await joined.as_companion()
    await relay.store(make_clip([(picture("coffee"), 4.0)]).read_bytes())
    await relay.work()
    music = (await bring(relay, song(3.0))).json()
    chosen = await relay.http.put("/api/v1/music/default", headers=headers, json={"music_id": music["music_id"]})
    assert chosen.status_code == 200
    assert (await relay.http.get("/api/v1/music", headers=headers)).json()["default"] == music["music_id"]
    usual = await relay.film("coffee")
    assert usual["music"] == music["music_id"]
    assert (await relay.film("coffee", music="none"))["music"] == ""
    corrected = await relay.http.post(f"/api/v1/memories/{usual['memory_id']}/correct", headers=headers, json={"utterance": "at home"})
    told = (await relay.http.get(corrected.headers["Location"], headers=headers)).json()
    assert told["music"] == music["music_id"]
    await relay.work()
    for wrong in ({"query": "coffee", "music": "nothing"}, {"query": "coffee", "music": music["music_id"][:-1] + "x"}):
        refused = await relay.http.post("/api/v1/memories/create", headers=headers, json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (404, "request.not_found")
    nobody = await relay.http.put("/api/v1/music/default", headers=headers, json={"music_id": "x"})
    assert nobody.status_code == 404

    waiting = await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "coffee", "max_duration": 20})
    assert (await relay.http.delete(f"/api/v1/music/{music['music_id']}", headers=headers)).status_code == 204
    await relay.work()
    made = (await relay.http.get(waiting.headers["Location"], headers=headers)).json()
    assert (made["status"], made["music"]) == ("completed", ""), "taken away meanwhile: the film comes without it, and says so"
    assert (await relay.http.get("/api/v1/music", headers=headers)).json() == {"music": [], "default": ""}
    assert [key async for key in relay.services.blobs.keys("music/")] == []


async def test_it_goes_along_with_the_export_and_ends_with_the_account(joined):
    relay, headers = joined, await joined.as_companion()
    data = song(2.0)
    first, again = (await bring(relay, data)).json(), (await bring(relay, data, "The same.mp3")).json()
    assert (first["name"], again["music_id"]) == ("My Song", first["music_id"]), "the same bytes are one piece"
    assert len([key async for key in relay.services.blobs.keys("music/")]) == 1
    assert (await relay.http.get(first["url"])).content == data
    exported = (await relay.http.get("/api/v1/export", headers=headers)).content
    with tarfile.open(fileobj=io.BytesIO(exported)) as tar:
        assert tar.extractfile(f"souvenir/music/{first['music_id']}.mp3").read() == data
        [told] = json.loads(tar.extractfile("souvenir/account.json").read())["music"]
        assert told["name"] == "My Song"
    ended = await relay.http.request("DELETE", "/api/v1/me", headers=headers, json={"password": PASSWORD})
    assert ended.status_code == 204
    assert [key async for key in relay.services.blobs.keys("")] == []


@pytest.mark.parametrize(("codec", "form", "name"), [("flac", "flac", "a.flac"), ("libopus", "ogg", "a.opus"), ("aac", "ipod", "a.m4a")])
async def test_usual_kinds_of_files_are_taken(joined, codec, form, name):
    data = song_at_48(codec, form) if codec == "libopus" else song(2.0, codec, form)
    brought = await bring(joined, data, name, "application/octet-stream")
    assert brought.status_code == 201, brought.text
    assert brought.json()["duration"] == pytest.approx(2.0, abs=0.1)


def song_at_48(codec, form):
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        track = container.add_stream(codec, rate=48_000, layout="stereo")
        resampler = av.AudioResampler(track.codec_context.format, "stereo", 48_000, 960)
        wave = (np.sin(np.arange(96_000) / 20) * 8_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None], "s16", "stereo")
        frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), 0
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(track.encode(piece))
        container.mux(track.encode(None))
    return out.getvalue()


async def test_what_is_no_music_is_refused_with_its_reason(joined, make_clip, picture):
    relay = joined
    relay.services.config.films.music_longest_s = 5.0
    for data, status, code in (
        (b"", 422, "music.unreadable"),
        (b"no music at all" * 100, 422, "music.unreadable"),
        (song(2.0)[:300], 422, "music.unreadable"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", 422, "music.unreadable"),
        (make_clip([(picture("coffee"), 1.0)]).read_bytes(), 422, "music.no_sound"),
        (song(2.0, volume=0), 422, "music.no_sound"),
        (song(6.0), 422, "music.too_long"),
    ):
        refused = await bring(relay, data)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    relay.services.config.films.music_max_bytes = 1000
    refused = await bring(relay, song(2.0))
    assert (refused.status_code, refused.json()["code"]) == (413, "request.too_large")
    assert "music_max_bytes" in refused.json()["hint"]
    text = await bring(relay, b"hello", kind="text/plain")
    assert (text.status_code, text.json()["code"]) == (415, "request.media_type")
    assert [key async for key in relay.services.blobs.keys("music/")] == []
    assert list((relay.services.folder / "uploads").glob("*.music")) == []


async def test_a_sound_track_of_a_video_is_music_too(joined, make_clip, picture, speak):
    brought = await bring(joined, make_clip([(picture("coffee"), 3.0)], speak("la la la")).read_bytes(), "clip.mp4", "video/mp4")
    assert brought.status_code == 201, brought.text


async def test_glasses_may_look_and_not_change(joined):
    headers = {**await joined.as_glasses(), "Content-Type": "audio/mpeg"}
    assert (await joined.http.get("/api/v1/music", headers=headers)).status_code == 200
    assert (await joined.http.post("/api/v1/music", headers=headers, content=b"x")).status_code == 403


def test_by_the_command_line(tmp_path, capsys, monkeypatch):
    where = ["--data", str(tmp_path / "data")]
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert cli.main(["user", "add", "anna", "--password-stdin", *where]) == 0
    (tmp_path / "tune.mp3").write_bytes(song(2.0))
    assert cli.main(["music", "add", str(tmp_path / "tune.mp3"), "--default", *where]) == 0
    said = capsys.readouterr().out
    assert "tune (2 s) is anna's, and plays" in said
    assert cli.main(["music", "list", *where]) == 0
    assert re.search(r"\* +2 s  \S+  tune", capsys.readouterr().out)
    assert cli.main(["music", "remove", said.split()[-1], *where]) == 0
    assert cli.main(["music", "remove", said.split()[-1], *where]) == 1
    assert cli.main(["music", "add", str(tmp_path / "nothing.mp3"), *where]) == 1


async def test_music_counts_in_the_quota(joined):
    data = song(2.0)
    joined.services.config.uploads.quota_bytes["standard"] = round(1.5 * len(data))
    kept = (await bring(joined, data)).json()
    headers = await joined.as_companion()
    assert (await joined.http.get("/api/v1/me", headers=headers)).json()["stored_bytes"] == len(data)
    refused = await bring(joined, song(2.0, hertz=440))
    assert (refused.status_code, refused.json()["code"]) == (413, "upload.quota")
    in_pieces = await joined.http.post(
        "/api/v1/music", params={"name": "b.mp3"}, headers={**headers, "Content-Type": "audio/mpeg"}, content=_pieces(song(2.0, hertz=550))
    )
    assert (in_pieces.status_code, in_pieces.json()["code"]) == (413, "upload.quota")
    await joined.http.delete(f"/api/v1/music/{kept['music_id']}", headers=headers)
    assert (await bring(joined, song(2.0, hertz=440))).status_code == 201


async def _pieces(data):
    for at in range(0, len(data), 10_000):
        yield data[at : at + 10_000]
