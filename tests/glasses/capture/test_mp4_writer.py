"""Recordings as files: durable each second, in step, clean after a kill."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glasses.capture.mp4 import FragmentWriter, repair
from glasses.errors import StorageDamagedError, StorageFullError
from glasses.hw.packet import EncodedFrame
from glasses.hw.x264 import SoftwareEncoder
from glasses.wire.segment import CaptureProfile

SMALL = CaptureProfile(width=320, height=192)
RATE_HZ = SMALL.audio_rate_hz


@cache
def footage() -> tuple[bytes, tuple[EncodedFrame, ...]]:
    """Headers and three seconds and a half of pictures."""
    encoder = SoftwareEncoder(SMALL)
    y, x = np.mgrid[0 : SMALL.height, 0 : SMALL.width]
    pictures = (np.stack([(x + 3 * n) % 256, (y + n) % 256, (x * y // 60) % 256], axis=-1).astype(np.uint8) for n in range(105))
    return encoder.parameter_sets, tuple(frame for n, picture in enumerate(pictures) for frame in encoder.encode(picture, 500 + n))


Sound = npt.NDArray[np.int16]


def tone(seconds: float) -> Sound:
    return (np.sin(np.arange(round(seconds * RATE_HZ)) * 440 * 2 * np.pi / RATE_HZ) * 8000).astype(np.int16)


def record(path: Path, *, sound: Sound | None = None, **options: Callable[[str], None]) -> FragmentWriter:
    """All the footage, sound in pieces of 100 ms beside it, not yet closed."""
    headers, frames = footage()
    writer = FragmentWriter(path, SMALL, headers, **options)
    for n, frame in enumerate(frames):
        writer.write_video(frame)
        if sound is not None and n % 3 == 0:
            piece = sound[n * 1600 : (n + 3) * 1600]
            writer.write_audio(piece.tobytes(), n * 1600)
    return writer


def spans(path: Path) -> dict[str, tuple[Fraction, Fraction, int]]:
    """Type of track to start and end in seconds, and number of frames that decode."""
    found: dict[str, tuple[Fraction, Fraction, int]] = {}
    with av.open(str(path)) as container:
        for stream in container.streams:
            container.seek(0)
            packets = [p for p in container.demux(stream) if p.pts is not None]
            if not packets:
                continue
            start = min(p.pts * p.time_base for p in packets)
            end = max((p.pts + (p.duration or 0)) * p.time_base for p in packets)
            decoded = sum(len(p.decode()) for p in packets) + len(stream.codec_context.decode(None))
            found[stream.type] = (start, end, decoded)
    return found


def samples(path: Path) -> npt.NDArray[np.float32]:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


@pytest.mark.parametrize("sound_s", [3.5, 1.2, 5.0], ids=["as long", "shorter", "longer"])
def test_both_tracks_start_at_zero_and_end_together(tmp_path: Path, sound_s: float) -> None:
    path = tmp_path / "clip.mp4"
    writer = record(path, sound=tone(sound_s))
    if sound_s > 3.5:
        writer.write_audio(tone(2.0), round(3.5 * RATE_HZ))
    facts = writer.close()
    assert (facts.frames, facts.duration_s) == (105, 3.5)
    found = spans(path)
    assert found["video"] == (0, Fraction(7, 2), 105)
    assert found["audio"][:2] == (0, Fraction(7, 2))


def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    facts = record(path, sound=tone(3.5)).close()
    data = path.read_bytes()
    assert (facts.size_bytes, facts.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert repair(path) == facts
    assert path.read_bytes() == data


def test_sound_lies_where_it_was_heard(tmp_path: Path) -> None:
    headers, frames = footage()
    writer = FragmentWriter(tmp_path / "clip.mp4", SMALL, headers)
    for frame in frames:
        writer.write_video(frame)
    click = np.full(480, 20_000, np.int16)
    writer.write_audio(click, 48_000)  # nothing before: silence
    writer.write_audio(click, 48_000)  # heard already
    writer.write_audio(click, 96_000)
    writer.close()
    heard = np.abs(samples(tmp_path / "clip.mp4"))
    loud = np.flatnonzero(heard > 0.3)
    assert abs(int(loud[0]) - 48_000) < 100
    assert abs(int(loud[-1]) - 96_480) < 100
    assert heard[50_000:94_000].max() < 0.05


def test_each_second_is_synced_before_the_next_begins(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    steps: list[tuple[str, int]] = []
    writer = record(path, sound=tone(3.5), on_step=lambda step: steps.append((step, path.stat().st_size)))
    names = [step for step, _ in steps]
    assert names == ["init synced", *["fragment written", "fragment synced"] * 3]
    sizes = [size for step, size in steps if step == "fragment synced"]
    assert sizes == sorted(set(sizes))
    writer.close()
    assert [step for step, _ in steps][-1] == "closed"


def test_a_silent_microphone_does_not_hold_pictures_back(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    record(path).abandon()
    assert repair(path).frames == 90


def test_a_path_that_is_taken_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"an older recording")
    with pytest.raises(FileExistsError):
        record(path)
    assert path.read_bytes() == b"an older recording"


def test_a_file_starts_with_a_key_frame_and_never_goes_back(tmp_path: Path) -> None:
    headers, frames = footage()
    with FragmentWriter(tmp_path / "clip.mp4", SMALL, headers) as writer:
        with pytest.raises(ValueError, match="key frame"):
            writer.write_video(frames[1])
        writer.write_video(frames[0])
        with pytest.raises(ValueError, match="after frame"):
            writer.write_video(frames[0])


def test_a_gap_in_the_pictures_stays_a_gap_in_time(tmp_path: Path) -> None:
    headers, frames = footage()
    writer = FragmentWriter(tmp_path / "clip.mp4", SMALL, headers)
    for frame in (*frames[:20], *frames[60:]):
        writer.write_video(frame)
    facts = writer.close()
    assert (facts.frames, facts.duration_s) == (65, 3.5)
    assert spans(tmp_path / "clip.mp4")["video"][1] == Fraction(7, 2)


def test_a_file_without_pictures_still_closes(tmp_path: Path) -> None:
    facts = FragmentWriter(tmp_path / "clip.mp4", SMALL, footage()[0]).close()
    assert (facts.frames, facts.duration_s) == (0, 0.0)
    assert repair(tmp_path / "clip.mp4").frames == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "clip.mp4"
    record(path, sound=tone(3.5)).close()
    return path.read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.0, 1.0))
def test_cut_anywhere_it_is_mended_to_whole_seconds(whole: bytes, tmp_path: Path, share: float) -> None:
    path = tmp_path / "torn.mp4"
    path.write_bytes(whole[: round(share * len(whole))])
    torn = path.read_bytes()
    try:
        facts = repair(path)
    except StorageDamagedError:
        assert len(torn) < 2000
        assert path.read_bytes() == torn
        return
    assert facts.frames in (0, 30, 60, 90, 105)
    assert path.read_bytes() == whole[: facts.size_bytes]
    assert repair(path) == facts
    if facts.frames:
        assert spans(path)["video"][2] == facts.frames


def test_a_full_disk_is_said_and_keeps_what_was_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, frames = footage()
    path = tmp_path / "clip.mp4"
    writer = FragmentWriter(path, SMALL, headers)
    limit_bytes = 60_000
    write = type(writer._disk._file).write

    class FullDisk:
        """Takes ``limit_bytes``, then has no room."""

        name = str(path)

        def __init__(self, file: object) -> None:
            self.file = file

        def write(self, data: memoryview) -> int:
            if path.stat().st_size >= limit_bytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(self.file, data[: max(1, limit_bytes - path.stat().st_size)])  # type: ignore[arg-type] # the file that it stands before

        def __getattr__(self, attribute: str) -> object:
            return getattr(self.file, attribute)

    writer._disk._file = FullDisk(writer._disk._file)  # type: ignore[assignment] # a disk that is full
    with pytest.raises(StorageFullError):  # noqa: PT012 # which of the frames is the last to fit is not the point
        for frame in frames:
            writer.write_video(frame)
    writer.abandon()
    assert path.stat().st_size == limit_bytes
    facts = repair(path)
    assert facts.frames == 30
    assert spans(path)["video"][2] == 30


RECORDER = """
import sys, numpy as np
from pathlib import Path
from glasses.capture.mp4 import FragmentWriter
from glasses.hw.x264 import SoftwareEncoder
from glasses.wire.segment import PROFILE
encoder = SoftwareEncoder(PROFILE)
writer = FragmentWriter(Path(sys.argv[1]), PROFILE, encoder.parameter_sets)
y, x = np.mgrid[0:1080, 0:1920]
scene = np.stack([x % 256, y % 256, (x * y // 999) % 256], axis=-1).astype(np.uint8)
for n in range(100_000):
    for frame in encoder.encode(np.roll(scene, 4 * n, axis=1), n):
        writer.write_video(frame)
    writer.write_audio(np.zeros(1600, np.int16), n * 1600)
    print(n, flush=True)
"""


@pytest.mark.parametrize("kill_after", [31, 84])
def test_killed_while_recording_it_loses_at_most_a_second(tmp_path: Path, kill_after: int) -> None:
    path = tmp_path / "clip.mp4"
    with subprocess.Popen([sys.executable, "-c", RECORDER, str(path)], stdout=subprocess.PIPE, text=True) as recorder:
        assert recorder.stdout is not None
        written = next(n for n in map(int, recorder.stdout) if n >= kill_after)
        os.kill(recorder.pid, signal.SIGKILL)
        written = max([written, *map(int, recorder.stdout.read().split())])
    assert recorder.returncode == -signal.SIGKILL
    with av.open(str(path)) as torn:  # plays as it is
        assert sum(1 for _ in torn.decode(video=0)) >= written + 1 - 30
    facts = repair(path)
    assert written + 1 - 30 <= facts.frames <= written + 1
    assert facts.frames % 30 == 0
    assert spans(path)["video"] == (0, Fraction(facts.frames, 30), facts.frames)
