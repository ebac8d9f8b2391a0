"""A recording as fragmented MP4 that survives power loss: every second reaches the disk before the next begins.

The file is ``ftyp moov (moof mdat)* mfra``. Each fragment starts with a key frame and is fsynced as soon as it is whole,
so what a kill leaves is whole fragments and at most one torn one, which ``repair`` cuts off.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import av
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags

from glasses.errors import StorageDamagedError, StorageFullError
from glasses.hw.packet import EncodedFrame, annexb_headers
from glasses.wire.segment import CaptureProfile

AAC_BIT_RATE = 96_000
AAC_FRAME_SAMPLES = 1024
"""ISO/IEC 14496-3: samples in one AAC-LC frame; also how far its encoder runs behind."""

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ClosedFile:
    """What a finished file holds, counted and hashed as it was written."""

    frames: int
    duration_s: float
    size_bytes: int
    sha256: str


class FragmentWriter:
    """Writes one new file; both tracks start at 0 and end together. Not for use by several threads at once.

    ``parameter_sets`` is an avcC record. ``on_step`` hears "init synced", "fragment written", "fragment synced" and
    "closed" as they happen. Raises FileExistsError for a path that is taken, StorageFullError when the disk is full; after an
    error call ``abandon``: what was synced stays and can be repaired.
    """

    def __init__(self, path: Path, profile: CaptureProfile, parameter_sets: bytes, *, on_step: OnStep = lambda _: None) -> None:
        self._profile, self._on_step = profile, on_step
        self._disk = _DurableFile(path)
        self._container = av.open(self._disk, "w", format="mp4", container_options=_MUXER_OPTIONS)
        self._video = _add_video_track(self._container, profile, parameter_sets)
        self._sound = _SoundTrack(self._container, profile)
        self._container.start_encoding()
        self._disk.sync()
        _sync_directory(path.parent)
        on_step("init synced")
        self._first_index: int | None = None
        self._next_index = 0
        self._frames = 0

    def write_video(self, frame: EncodedFrame) -> None:
        """The first frame, which is time 0, must be a key frame; a gap in the indexes stays a gap in time.

        Raises ValueError for a first frame that is none, and for an index that goes back.
        """
        if self._first_index is None:
            if not frame.is_keyframe:
                raise ValueError("a file starts with a key frame")
            self._first_index = self._next_index = frame.index
        if frame.index < self._next_index:
            raise ValueError(f"frame {frame.index} after frame {self._next_index - 1}")
        at = frame.index - self._first_index
        self._sound.encode_until(self._samples(at))
        packet = av.Packet(frame.data)
        packet.stream, packet.time_base = self._video, Fraction(1, self._profile.ticks_per_second)
        packet.pts = packet.dts = at * self._profile.ticks_per_frame
        packet.duration = self._profile.ticks_per_frame
        packet.is_keyframe = frame.is_keyframe
        self._container.mux(packet)
        self._next_index, self._frames = frame.index + 1, self._frames + 1
        self._sync_if_grown()

    def write_audio(self, pcm: bytes | npt.NDArray[np.int16], at_sample: int) -> None:
        """Mono 16 bit samples, the first being sample ``at_sample`` of the file.

        A gap becomes silence; what overlaps with earlier samples or lies before 0 is left out.
        """
        self._sound.add(np.frombuffer(pcm, np.int16) if isinstance(pcm, bytes) else pcm, at_sample)

    def close(self) -> ClosedFile:
        """End both tracks together (sound is trimmed, or padded with silence), sync, and say what the file holds."""
        shown = 0 if self._first_index is None else self._next_index - self._first_index
        self._sound.end_at(self._samples(shown))
        self._container.close()
        self._disk.sync()
        self._disk.close()
        self._on_step("closed")
        return ClosedFile(self._frames, shown / self._profile.fps, self._disk.size_bytes, self._disk.sha256.hexdigest())

    def abandon(self) -> None:
        """Let go of the file as it is, as a kill would."""
        self._disk.deaf = True
        with contextlib.suppress(av.FFmpegError):  # the muxer reports the failed write once more; its caller has it already
            self._container.close()
        self._disk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if not self._disk.closed:
            self.abandon()

    def _samples(self, frames: int) -> int:
        return frames * self._profile.audio_rate_hz // self._profile.fps

    def _sync_if_grown(self) -> None:
        if self._disk.unsynced:
            self._on_step("fragment written")
            self._disk.sync()
            self._on_step("fragment synced")


def repair(path: Path) -> ClosedFile:
    """Make the file that a kill left behind clean: cut its torn last fragment off, sync, and say what remains.

    The cut is one truncation, so that being killed here too does no harm, and a clean file is left as it is.
    Raises StorageDamagedError, touching nothing, for a file without its head (killed before "init synced").
    """
    with path.open("r+b") as file:
        end = _whole_end(file)
        if end is None:
            raise StorageDamagedError(f"{path.name} has no MP4 head")
        file.truncate(end)
        os.fsync(file.fileno())
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    frames, duration_s = _count(path)
    return ClosedFile(frames, duration_s, end, sha256)


_MUXER_OPTIONS = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof",
    "video_track_timescale": "30000",
    # Packets go to the muxer in order already; a silent microphone must not hold pictures back.
    "max_interleave_delta": "1",
    "flush_packets": "1",
}


class _DurableFile(io.RawIOBase):
    """The muxer's output: appended, hashed on the way, synced when told. No seeking: fragments are only ever appended."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("xb", buffering=0)
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0
        self.unsynced = False
        self.deaf = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # the muxer hands over bytes; RawIOBase asks for any buffer
        if self.deaf:
            return len(data)
        rest = memoryview(data)
        try:
            while rest:
                written = self._file.write(rest)
                self.sha256.update(rest[:written])
                self.size_bytes += written
                rest = rest[written:]
        except OSError as problem:
            self.deaf = True
            if problem.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFullError(f"{self._file.name} ends after {self.size_bytes} bytes") from problem
            raise
        self.unsynced = True
        return len(data)

    def sync(self) -> None:
        os.fsync(self._file.fileno())
        self.unsynced = False

    def close(self) -> None:
        if hasattr(self, "_file"):  # not when opening it failed: the base class closes it even then
            self._file.close()
        super().close()


class _SoundTrack:
    """PCM to AAC, never encoded past the picture, so that the end can still be trimmed."""

    def __init__(self, container: av.container.OutputContainer, profile: CaptureProfile) -> None:
        self._container = container
        self._rate_hz = profile.audio_rate_hz
        self._stream = container.add_stream("aac", rate=profile.audio_rate_hz)
        self._codec = self._stream.codec_context
        self._codec.layout = "mono" if profile.audio_channels == 1 else "stereo"
        self._codec.bit_rate = AAC_BIT_RATE
        self._codec.flags |= Flags.global_header
        self._waiting: list[npt.NDArray[np.int16]] = []
        self._waiting_samples = 0
        self._encoded_samples = 0
        self._end_sample: int | None = None

    def add(self, pcm: npt.NDArray[np.int16], at_sample: int) -> None:
        gap = at_sample - (self._encoded_samples + self._waiting_samples)
        if gap > 0:
            self._wait(np.zeros(gap, np.int16))
        if -gap < len(pcm):
            self._wait(pcm[max(0, -gap) :])

    def encode_until(self, sample: int) -> None:
        while self._waiting_samples >= AAC_FRAME_SAMPLES and self._encoded_samples + AAC_FRAME_SAMPLES <= sample:
            self._encode(self._take(AAC_FRAME_SAMPLES))

    def end_at(self, sample: int) -> None:
        self._end_sample = sample
        self.encode_until(sample)
        kept = self._take(min(self._waiting_samples, sample - self._encoded_samples))
        missing = -(-(sample - self._encoded_samples) // AAC_FRAME_SAMPLES) * AAC_FRAME_SAMPLES - len(kept)
        rest = np.concatenate([kept, np.zeros(missing, np.int16)])
        for start in range(0, len(rest), AAC_FRAME_SAMPLES):
            self._encode(rest[start : start + AAC_FRAME_SAMPLES])
        if sample:
            self._mux(self._codec.encode(None))

    def _wait(self, pcm: npt.NDArray[np.int16]) -> None:
        self._waiting.append(pcm)
        self._waiting_samples += len(pcm)

    def _take(self, samples: int) -> npt.NDArray[np.int16]:
        whole = np.concatenate([np.zeros(0, np.int16), *self._waiting])
        self._waiting = [whole[samples:]]
        self._waiting_samples = len(whole) - samples
        return whole[:samples]

    def _encode(self, pcm: npt.NDArray[np.int16]) -> None:
        floats = (pcm.astype(np.float32) / 32768.0)[np.newaxis, :]
        frame = av.AudioFrame.from_ndarray(floats, "fltp", "mono")
        frame.sample_rate, frame.time_base, frame.pts = self._rate_hz, Fraction(1, self._rate_hz), self._encoded_samples
        self._encoded_samples += len(pcm)
        self._mux(self._codec.encode(frame))

    def _mux(self, packets: list[av.Packet[Any]]) -> None:
        """Leaves out the encoder's run-in (negative time): with the moov written first no edit list could hide it."""
        for packet in packets:
            if packet.pts is None or packet.pts < 0:
                continue
            packet.stream = self._stream
            if self._end_sample is not None and packet.pts + AAC_FRAME_SAMPLES > self._end_sample:
                packet.duration = self._end_sample - packet.pts
            self._container.mux(packet)


def _add_video_track(container: av.container.OutputContainer, profile: CaptureProfile, parameter_sets: bytes) -> av.VideoStream:
    """PyAV makes a track for packets that are encoded already only after a template: a stream of nothing but the headers."""
    with av.open(io.BytesIO(annexb_headers(parameter_sets)), format="h264") as headers:
        stream = container.add_stream_from_template(headers.streams.video[0], opaque=True)
    stream.time_base = Fraction(1, profile.ticks_per_second)
    codec = stream.codec_context
    codec.width, codec.height, codec.pix_fmt = profile.width, profile.height, "yuv420p"
    codec.extradata = parameter_sets
    return stream


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_BOXES = {b"ftyp", b"moov", b"moof", b"mdat", b"mfra"}
_WHOLE_AFTER = {b"moov", b"mdat", b"mfra"}


def _whole_end(file: BinaryIO) -> int | None:
    """Offset behind the last box at which the file is whole; None when it has no moov (ISO/IEC 14496-12, 4.2)."""
    size_bytes = file.seek(0, os.SEEK_END)
    at, end = 0, None
    while at + 8 <= size_bytes:
        file.seek(at)
        length, name, large = struct.unpack(">I4sQ", file.read(16).ljust(16, b"\0"))
        at += large if length == 1 else length
        if name not in _BOXES or length in range(2, 8) or length == 0 or at > size_bytes:
            break
        if name in _WHOLE_AFTER:
            end = at
    return end


def _count(path: Path) -> tuple[int, float]:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        times = [packet.pts for packet in container.demux(video) if packet.pts is not None]
        if not times or video.time_base is None or video.average_rate is None:
            return 0, 0.0
        return len(times), float((max(times) - min(times)) * video.time_base + 1 / video.average_rate)
