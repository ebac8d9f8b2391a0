"""A film is whole, copies what it can, and comes also when a clip cannot be used."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
import pytest

from glasses.wire.segment import PROFILE
from relay.assemble.cutlist import Candidate, CutList, choose
from relay.assemble.encode import FilmEncoder
from relay.assemble.film import ClipOffProfileError, FilmFailedError, FilmNoClipsError, FilmPlan
from relay.assemble.h264 import parse_avcc
from relay.assemble.render import render, render_job

if TYPE_CHECKING:
    from conftest import Film

Picture = npt.NDArray[np.uint8]
PicturesOf = Callable[[Path], Iterator[Picture]]
FADE = 15


def packets_of(path: Path, kind: str = "video") -> list[av.Packet]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0] if kind == "video" else container.streams.audio[0]
        return [packet for packet in container.demux(stream) if packet.pts is not None]


def psnr_db(one: Picture, other: Picture) -> float:
    return float(10 * np.log10(255**2 / max(1e-9, np.mean((one.astype(float) - other.astype(float)) ** 2))))


@pytest.fixture(scope="module")
def decoded(film: Film, pictures_of: PicturesOf) -> dict[int, Picture]:
    """The pictures of the film's fades, and how many there are under -1."""
    starts = film.facts.cut_list.starts
    wanted = {start + n for start in starts for n in range(FADE)} | {3, 20, 25}
    kept, count = {}, 0
    for number, picture in enumerate(pictures_of(film.path)):
        count += 1
        if number in wanted:
            kept[number] = picture
    return {**kept, -1: np.array(count)}


def test_it_has_exactly_the_planned_frames(film: Film, decoded: dict[int, Picture]) -> None:
    planned = film.plan.cut_list.planned_frames
    assert planned == 45 + 3 * (90 - FADE)
    assert film.facts.frames == film.facts.planned_frames == planned == int(decoded[-1])
    assert film.facts.copied_frames + film.facts.encoded_frames == planned
    assert film.facts.encoded_frames == 45 + 2 * FADE + FADE
    assert film.facts.duration_s == planned / 30
    assert film.facts.left_out == ()


def test_sound_and_pictures_start_at_zero_and_end_together(film: Film) -> None:
    with av.open(str(film.path)) as container:
        spans = [
            (stream.start_time, stream.duration * stream.time_base) for stream in (container.streams.video[0], container.streams.audio[0])
        ]
    assert spans[0] == (0, Fraction(film.facts.frames, 30))
    assert spans[1][0] == 0
    assert abs(spans[1][1] - spans[0][1]) < Fraction(1, 30)
    video = packets_of(film.path)
    assert [packet.pts for packet in video] == [1000 * n for n in range(film.facts.frames)]
    assert all(packet.dts == packet.pts for packet in video)


def test_what_no_fade_touches_is_copied_bit_by_bit(film: Film) -> None:
    made = [bytes(packet) for packet in packets_of(film.path)]
    copied = 0
    for cut, start in zip(film.facts.cut_list.cuts, film.facts.cut_list.starts, strict=True):
        theirs = [bytes(packet) for packet in packets_of(film.clips[cut.video_id])[cut.in_frame + FADE : cut.out_frame - FADE]]
        assert made[start + FADE : start + FADE + len(theirs)] == theirs
        copied += len(theirs)
    assert copied == film.facts.copied_frames > 0


def test_fades_look_like_the_blend_of_both_sides(film: Film, decoded: dict[int, Picture], pictures_of: PicturesOf) -> None:
    clips = {name: list(pictures_of(path)) for name, path in film.clips.items()}
    cuts, starts = film.facts.cut_list.cuts, film.facts.cut_list.starts
    for left, right, start in zip(cuts, cuts[1:], starts[1:], strict=False):
        for n in range(FADE):
            weight = (n + 1) / (FADE + 1)
            blend = clips[left.video_id][left.out_frame - FADE + n] * (1 - weight) + clips[right.video_id][right.in_frame + n] * weight
            assert psnr_db(decoded[start + n], blend) >= 40.0


def test_the_title_stands_and_then_gives_way_to_the_first_clip(film: Film, decoded: dict[int, Picture]) -> None:
    assert psnr_db(decoded[20], decoded[25]) > 45.0  # it stands
    assert decoded[20][300:700, 500:1400].max() > 220  # light letters in the middle
    assert decoded[3][:1080].mean() < decoded[20][:1080].mean() - 5  # it comes up from black
    assert psnr_db(decoded[20], decoded[film.plan.cut_list.title_frames - 1]) < 20.0  # it is gone


def decode_with(headers: bytes, packets: list[av.Packet]) -> int:
    """How many pictures a strict decoder that knows only these headers gets."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata, decoder.thread_count = headers, 1
    decoder.options = {"err_detect": "explode"}
    good = 0
    for packet in packets:
        try:
            good += sum(not frame.is_corrupt for frame in decoder.decode(av.Packet(bytes(packet))))
        except av.InvalidDataError:
            continue
    return good + sum(not frame.is_corrupt for frame in decoder.decode(None))


def test_both_encoders_headers_are_needed_and_there(film: Film) -> None:
    packets = packets_of(film.path)
    with av.open(str(film.path)) as container:
        both = container.streams.video[0].codec_context.extradata
    with av.open(str(film.clips["clip-0"])) as container:
        cameras = container.streams.video[0].codec_context.extradata
    sets = parse_avcc(both)
    assert (len(sets.sps), len(sets.pps)) == (2, 2)
    assert decode_with(both, packets[:75]) == 75
    assert decode_with(cameras, packets[:75]) <= 75 - film.plan.cut_list.title_frames
    assert decode_with(FilmEncoder(PROFILE).avcc, packets[:75]) < 75


def test_the_index_stands_before_the_media(film: Film) -> None:
    data, at, names = film.path.read_bytes(), 0, []
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name)
        at += size
    assert names.index(b"moov") < names.index(b"mdat")


def test_it_comes_alone_into_its_folder_and_tells_how_far_it_is(film: Film) -> None:
    assert [path.name for path in film.path.parent.iterdir()] == ["film.mp4"]
    fractions = [fraction for _, fraction in film.progress]
    assert fractions == sorted(fractions)
    assert film.progress[-1] == ("done", 1.0)
    assert set(film.facts.timings_s) == {"prepare", "sound", "write", "first_playable", "total"}
    assert pickle.loads(pickle.dumps(film.facts)) == film.facts  # noqa: S301 # our own bytes


def damaged(path: Path, out: Path, frame: int) -> Path:
    """A copy with the picture data of one frame overwritten."""
    data, packet = bytearray(path.read_bytes()), bytes(packets_of(path)[frame])
    at = data.find(packet)
    assert at > 0
    data[at + 40 : at + len(packet)] = np.random.default_rng(1).bytes(len(packet) - 40)
    out.write_bytes(data)
    return out


def test_a_clip_that_does_not_decode_is_left_out_with_the_reason(
    clips: dict[str, Path], cut_list: CutList, tmp_path: Path, pictures_of: PicturesOf
) -> None:
    broken = damaged(clips["clip-1"], tmp_path / "broken.mp4", cut_list.cuts[1].out_frame - FADE)
    out = tmp_path / "film.mp4"
    facts = render(FilmPlan(cut_list, "Two of three"), {**clips, "clip-1": broken}, out)
    assert [cut.video_id for cut in facts.cut_list.cuts] == ["clip-0", "clip-2"]
    assert [miss.video_id for miss in facts.left_out] == ["clip-1"]
    assert "decode" in facts.left_out[0].reason
    assert facts.frames == facts.planned_frames == 45 + 2 * 75
    assert sum(1 for _ in pictures_of(out)) == facts.frames


def test_without_any_usable_clip_there_is_no_film(clips: dict[str, Path], cut_list: CutList, tmp_path: Path) -> None:
    cut_short, no_video, gone = (tmp_path / name for name in ("short.mp4", "text.mp4", "gone.mp4"))
    cut_short.write_bytes(clips["clip-0"].read_bytes()[: clips["clip-0"].stat().st_size // 3])
    no_video.write_text("not a video at all")
    out = tmp_path / "film.mp4"
    with pytest.raises(FilmNoClipsError) as problem:
        render(FilmPlan(cut_list), {"clip-0": cut_short, "clip-1": no_video, "clip-2": gone}, out)
    for reason in ("the file ends after", "cannot be read: Invalid data", "its file is not there"):
        assert reason in problem.value.detail
    assert not out.exists()


def test_given_up_half_way_it_leaves_nothing(clips: dict[str, Path], cut_list: CutList, tmp_path: Path) -> None:
    class GivenUpError(Exception):
        pass

    def give_up(stage: str, _fraction: float) -> None:
        if stage == "write":
            raise GivenUpError

    one = replace(cut_list, cuts=cut_list.cuts[:1])
    with pytest.raises(GivenUpError):
        render(FilmPlan(one), clips, tmp_path / "film.mp4", on_progress=give_up)
    assert list(tmp_path.iterdir()) == []


def test_a_plan_off_the_grid_is_an_error_and_no_film(clips: dict[str, Path], cut_list: CutList, tmp_path: Path) -> None:
    off_grid = replace(cut_list.cuts[0], in_frame=cut_list.cuts[0].in_frame + 7)
    with pytest.raises(FilmFailedError, match="key frame"):
        render(FilmPlan(replace(cut_list, cuts=(off_grid,), title_frames=15)), clips, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_a_clip_off_profile_is_brought_to_it(clips: dict[str, Path], tmp_path: Path, pictures_of: PicturesOf) -> None:
    phone = tmp_path / "phone.mp4"
    with av.open(str(phone), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "bf": "2", "g": "250"})
        stream.width, stream.height, stream.pix_fmt = 480, 640, "yuv420p"
        for n in range(75):
            picture = np.full((640, 480, 3), (40 + 2 * n, 160, 60), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    plan = FilmPlan(choose([Candidate("phone", 0, 90), Candidate("clip-0", 10**9, 105)], max_duration_s=30, title_s=0.5))
    out = tmp_path / "film.mp4"
    facts = render(plan, {**clips, "phone": phone}, out)
    assert facts.normalised == ("phone",)
    assert facts.frames == facts.planned_frames == 15 + (60 - FADE) + (90 - FADE)
    shown = list(pictures_of(out))
    assert len(shown) == facts.frames
    upright = shown[facts.cut_list.starts[0] + 30]
    assert upright[:1080, 900:1000].mean() > 80  # the phone's picture in the middle
    assert upright[:1080, :300].mean() < 20  # bars beside it


def test_a_child_process_can_make_it(clips: dict[str, Path], cut_list: CutList, tmp_path: Path) -> None:
    plan = FilmPlan(replace(cut_list, cuts=cut_list.cuts[:1], title_frames=15), "One")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        facts = pool.submit(render_job, plan, {name: str(path) for name, path in clips.items()}, str(tmp_path / "film.mp4")).result()
        assert facts.frames == 15 + 75
        with pytest.raises(FilmNoClipsError):
            pool.submit(render_job, plan, {}, str(tmp_path / "none.mp4")).result()


def test_errors_survive_the_way_back_from_a_child() -> None:
    problem = pickle.loads(pickle.dumps(ClipOffProfileError("clip-7", "why")))  # noqa: S301 # our own bytes
    assert (problem.video_id, problem.detail, problem.code) == ("clip-7", "why", "film.off_profile")
