"""A film can be played while it is made: its file's boxes, its index, its chapters, and the playlist of what is there so far."""

from __future__ import annotations

import itertools
import re
import shutil
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest

from glasses.wire.segment import PROFILE
from relay.assemble.boxes import Clock, Fragment, Layout, boxes, index, layout, with_chapters
from relay.assemble.film import FilmPlan
from relay.assemble.film_name import growing
from relay.assemble.h264 import ParameterSets, clash
from relay.assemble.hls import playlist, text
from relay.assemble.joint_names import forget_joints
from relay.assemble.render import _Joints, render

if TYPE_CHECKING:
    from conftest import Film


def test_the_whole_file_is_head_index_and_fragments(film: Film) -> None:
    data = film.path.read_bytes()
    kinds = [one.kind for one in boxes(data, 0, len(data))]
    assert kinds[:5] == [b"ftyp", b"moov", b"sidx", b"sidx", b"free"]
    assert kinds[5:] == [b"moof", b"mdat"] * ((len(kinds) - 5) // 2)
    found = layout(film.path)
    assert sum(one.frames for one in found.fragments) == film.facts.frames
    assert found.fragments[-1].end == len(data)


def test_the_index_names_each_fragment_to_the_byte(film: Film) -> None:
    data = film.path.read_bytes()
    sidx = next(one for one in boxes(data, 0, len(data)) if one.kind == b"sidx")
    _, _, scale, earliest, first_offset, _, count = struct.unpack_from(">IIIIIHH", data, sidx.start + 8)
    at, ticks = sidx.end + first_offset, 0
    for number in range(count):
        size, duration, flags = struct.unpack_from(">III", data, sidx.start + 32 + 12 * number)
        assert data[at + 4 : at + 8] == b"moof"
        assert flags == 0x90000000
        at, ticks = at + size, ticks + duration
    assert (at, ticks, scale, earliest) == (len(data), film.facts.frames * 1000, 30_000, 0)


def test_an_index_without_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="fragments"):
        index([Fragment(0, 1, 30)] * 10, Clock(30_000, 1000), Clock(48_000, 1024), room_bytes=100)


def test_it_seeks_to_any_key_frame(film: Film) -> None:
    with av.open(str(film.path)) as container:
        stream = container.streams.video[0]
        assert container.duration / av.time_base == pytest.approx(film.facts.duration_s, abs=0.03)
        for second in (6, 1, 4):
            container.seek(second * 30_000, stream=stream)
            packet = next(container.demux(stream))
            assert packet.is_keyframe
            assert 0 <= second - packet.pts * packet.time_base <= 1


def test_each_clip_is_a_chapter(film: Film) -> None:
    with av.open(str(film.path)) as container:
        chapters = [(one["start"] * one["time_base"], one["metadata"]["title"]) for one in container.chapters()]
    starts = [0.0, *(start / 30 for start in film.plan.cut_list.starts[1:])]
    assert [float(at) for at, _ in chapters] == pytest.approx(starts, abs=0.001)
    assert [title for _, title in chapters] == ["Clip 1", "Clip 2", "Clip 3"]


def test_chapters_go_beside_what_is_there() -> None:
    head = b"\0\0\0\x08ftyp" + b"\0\0\0\x18moov" + b"\0\0\0\x10udta" + b"\0\0\0\x08meta"
    data = with_chapters(head, [(0.0, "ä" * 200)])
    moov = [*boxes(data, 0, len(data))][1]
    (udta,) = boxes(data, moov.start + 8, moov.end)
    assert [one.kind for one in boxes(data, udta.start + 8, udta.end)] == [b"meta", b"chpl"]


def ranges(text_of: str) -> list[tuple[int, int]]:
    return [(int(size), int(at)) for size, at in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", text_of)]


def test_the_playlist_is_the_file_in_pieces(film: Film) -> None:
    listed = playlist(film.path, "film.mp4", fps=30, ended=True)
    found = layout(film.path)
    pieces = ranges(listed)
    assert pieces[0][1] == found.fragments[0].start
    assert all(at + size == after for (size, at), (_, after) in itertools.pairwise(pieces))
    assert sum(pieces[-1]) == film.path.stat().st_size
    assert sum(map(float, re.findall(r"#EXTINF:([\d.]+)", listed))) == pytest.approx(film.facts.duration_s, abs=0.001)
    assert listed.rstrip().endswith("#EXT-X-ENDLIST")


def test_what_is_listed_once_stays_listed() -> None:
    fragments = tuple(Fragment(n * 10, n * 10 + 10, 30 if n % 3 else 15) for n in range(12))
    before: list[str] = []
    for count in range(13):
        listed = text(Layout(8, fragments[:count]), "m", fps=30, ended=False).splitlines()[7:]
        assert listed[: len(before)] == before
        before = listed
    assert "#EXT-X-ENDLIST" not in before


def test_a_player_of_streams_plays_it(film: Film, tmp_path: Path) -> None:
    shutil.copyfile(film.path, tmp_path / "film.mp4")
    (tmp_path / "film.m3u8").write_text(playlist(film.path, "film.mp4", fps=30, ended=True))
    with av.open(str(tmp_path / "film.m3u8"), options={"allowed_extensions": "ALL"}) as container:
        assert sum(1 for packet in container.demux(container.streams.video[0]) if packet.pts is not None) == film.facts.frames


def test_the_beginning_plays_while_the_rest_is_made(film: Film, tmp_path: Path) -> None:
    out, seen = tmp_path / "film.mp4", []

    def look(stage: str, fraction: float) -> None:
        if stage == "write" and fraction < 1:
            seen.append(sum(one.frames for one in layout(growing(out)).fragments) if growing(out).exists() else 0)

    facts = render(FilmPlan(film.plan.cut_list), film.clips, out, on_progress=look)
    assert 0 < seen[1] < facts.frames
    assert seen == sorted(seen)


def test_its_first_second_is_there_before_any_fade_is_encoded(film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, there = tmp_path / "film.mp4", []
    begin = _Joints.begin

    def look(joints: _Joints) -> None:
        there.append(sum(one.frames for one in layout(growing(out)).fragments))
        begin(joints)

    monkeypatch.setattr(_Joints, "begin", look)
    render(film.plan, film.clips, out)
    assert there[0] >= PROFILE.fps
    assert there == sorted(there)


@pytest.mark.parametrize(
    ("other", "clashes"), [(b"\x67\x64\x00\x28\x80", False), (b"\x67\x64\x00\x29\x80", True), (b"\x67\x64\x00\x29\x40", False)]
)
def test_headers_clash_when_one_id_means_two_things(other: bytes, clashes: bool) -> None:
    """The id stands behind the four bytes of profile and level, as an Exp-Golomb number: 1 is id 0, 010 is id 1."""
    pps = (b"\x68\x80",)
    assert clash([ParameterSets((b"\x67\x64\x00\x28\x80",), pps), ParameterSets((other,), pps)]) is clashes


def test_clips_of_different_encoders_meet_without_being_encoded(film: Film, tmp_path: Path, pictures_of: Callable[[Path], object]) -> None:
    """One clip's encoder uses the same id for other headers: these then stand before each key frame."""
    stranger = tmp_path / "stranger.mp4"
    with av.open(str(film.clips["clip-1"])) as source, av.open(str(stranger), "w") as target:
        stream = target.add_stream("libx264", rate=30, options={"preset": "ultrafast", "g": "30", "bf": "0", "sc_threshold": "0"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            frame.pts, frame.time_base = number, Fraction(1, 30)
            frame.pict_type = 1 if number % 30 == 0 else 0
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    facts = render(FilmPlan(film.plan.cut_list), {**film.clips, "clip-1": stranger}, tmp_path / "film.mp4")
    assert (facts.left_out, facts.normalised, facts.copied_frames) == ((), (), film.facts.copied_frames)
    assert sum(1 for _ in pictures_of(tmp_path / "film.mp4")) == facts.frames  # type: ignore[call-overload] # an iterator


def test_fades_are_kept_and_damage_to_the_store_only_costs_time(film: Film, tmp_path: Path) -> None:
    store = tmp_path / "joints"
    first = render(film.plan, film.clips, tmp_path / "1.mp4", cache=store)
    kept = sorted(store.iterdir())
    assert len(kept) == 5  # the card, the fades out of it, between the three clips, and into black
    times = [path.stat().st_ino for path in kept]
    render(film.plan, film.clips, tmp_path / "2.mp4", cache=store)
    assert [path.stat().st_ino for path in sorted(store.iterdir())] == times  # none was encoded again
    kept[0].write_bytes(b"cut short")
    again = render(film.plan, film.clips, tmp_path / "3.mp4", cache=store)
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "2.mp4").read_bytes() == (tmp_path / "3.mp4").read_bytes()
    assert again.frames == first.frames
    forget_joints(store, "clip-1")
    assert sorted(path.name.rsplit("_", 1)[0] for path in store.iterdir()) == [
        "clip-0",
        "clip-0",
        "clip-2",
    ]  # the title's two and the last one
