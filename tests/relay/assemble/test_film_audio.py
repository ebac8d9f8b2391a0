"""A film's sound: one loudness, smooth joints, in step with the pictures."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from relay.assemble.audio import RATE_HZ, TARGET_LUFS, encode_aac, gain_for, integrated_lufs, mixed
from relay.assemble.cutlist import CutList
from relay.assemble.film import ClipUnreadableError

PER_FRAME = RATE_HZ // 30


def tone(seconds: float, amplitude: float, hertz: float = 997.0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    wave = amplitude * np.sin(np.arange(round(seconds * RATE_HZ)) * 2 * np.pi * hertz / RATE_HZ)
    return np.stack([wave, wave]).astype(np.float32)


def together(
    cut_list: CutList, clips: dict[str, Path], loudness_lufs: dict[str, float]
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.concatenate([*mixed(cut_list, clips, loudness_lufs)], axis=1)


def test_loudness_is_measured_as_the_standard_says() -> None:
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
    assert integrated_lufs(tone(20, 10 ** (-23 / 20))) == pytest.approx(-23.0, abs=0.1)
    assert integrated_lufs(np.zeros((2, RATE_HZ), np.float32)) <= -69.0


@pytest.mark.parametrize(
    ("lufs", "peak", "gain_db"), [(-16.0, 0.1, 0.0), (-22.0, 0.1, 6.0), (-10.0, 0.9, -6.0), (-60.0, 0.01, 0.0), (-45.0, 0.01, 15.0)]
)
def test_gain(lufs: float, peak: float, gain_db: float) -> None:
    assert 20 * np.log10(gain_for(lufs, peak)) == pytest.approx(gain_db, abs=1e-6)


def test_gain_never_clips() -> None:
    assert gain_for(-30.0, 0.5) * 0.5 < 1.0


def test_loud_and_quiet_clips_come_to_one_loudness(clips: dict[str, Path], cut_list: CutList) -> None:
    sound = together(cut_list, clips, {})
    assert sound.shape == (2, cut_list.planned_frames * PER_FRAME)
    for cut, start in zip(cut_list.cuts, cut_list.starts, strict=True):
        middle = sound[:, (start + 15) * PER_FRAME : (start + cut.frames - 15) * PER_FRAME]
        assert integrated_lufs(middle) == pytest.approx(TARGET_LUFS, abs=1.0)


def test_a_loudness_that_is_known_is_used(clips: dict[str, Path], cut_list: CutList) -> None:
    """Said to be at -22 LUFS in its one channel, which is -19 in two, a clip is raised by 3 dB, whatever it is."""
    part = slice((cut_list.starts[0] + 20) * PER_FRAME, (cut_list.starts[0] + 70) * PER_FRAME)
    power = float(np.mean(together(cut_list, clips, {"clip-0": -22.0})[:, part] ** 2))
    assert 10 * np.log10(2 * power / (3_000 / 32_768) ** 2) == pytest.approx(3.0, abs=0.1)


def test_the_title_is_silent_and_the_end_fades(clips: dict[str, Path], cut_list: CutList) -> None:
    sound = np.abs(together(cut_list, clips, {}))
    assert sound[:, : (cut_list.title_frames - 15) * PER_FRAME].max() == 0.0
    assert sound[:, -100:].max() < 0.02
    assert sound.max() <= 1.0


def test_crossing_sounds_keep_their_power(clips: dict[str, Path], cut_list: CutList) -> None:
    """Two different tones of equal loudness: no dip and no bump in the middle of the fade."""
    sound = together(cut_list, clips, {})
    joint = (cut_list.starts[1] * PER_FRAME) + np.arange(15 * PER_FRAME)
    before = joint - 20 * PER_FRAME
    power = [float(np.mean(sound[:, where] ** 2)) for where in (before, joint)]
    assert 10 * np.log10(power[1] / power[0]) == pytest.approx(0.0, abs=1.5)


def test_sound_stays_with_its_picture(clips: dict[str, Path], cut_list: CutList) -> None:
    """The film's samples are those of the clip at the same place, but for their loudness."""
    sound, cut, start = together(cut_list, clips, {}), cut_list.cuts[1], cut_list.starts[1]
    with av.open(str(clips["clip-1"])) as container:
        whole = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    theirs = whole[(cut.in_frame + 20) * PER_FRAME : (cut.in_frame + 40) * PER_FRAME]
    ours = sound[0, (start + 20) * PER_FRAME : (start + 40) * PER_FRAME]
    assert np.corrcoef(theirs, ours)[0, 1] > 0.9999


def test_a_clip_without_sound_is_silent(clips: dict[str, Path], cut_list: CutList, tmp_path: Path) -> None:
    mute = tmp_path / "mute.mp4"
    with av.open(str(clips["clip-1"])) as source, av.open(str(mute), "w") as target:
        track = target.add_stream_from_template(source.streams.video[0], opaque=True)
        for packet in source.demux(source.streams.video[0]):
            if packet.pts is not None:
                packet.stream = track
                target.mux(packet)
    sound = together(cut_list, {**clips, "clip-1": mute}, {})
    assert np.abs(sound[:, (cut_list.starts[1] + 15) * PER_FRAME : (cut_list.starts[2]) * PER_FRAME]).max() == 0.0


def test_sound_that_cannot_be_read_names_its_clip(clips: dict[str, Path], cut_list: CutList, tmp_path: Path) -> None:
    with pytest.raises(ClipUnreadableError) as problem:
        together(cut_list, {**clips, "clip-2": tmp_path / "gone.mp4"}, {})
    assert problem.value.video_id == "clip-2"


def test_aac_is_as_long_as_the_sound_to_the_sample() -> None:
    sound = tone(1.2345, 0.3)
    packets = list(encode_aac([sound[:, :20_000], sound[:, 20_000:20_001], sound[:, 20_001:]], channels=1))
    assert packets[0].pts == 0
    assert (packets[-1].pts or 0) + (packets[-1].duration or 0) == sound.shape[1]
