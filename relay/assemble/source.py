"""A clip as films use it: whole GOPs to copy, and pictures to fade. Checks that it is in the capture profile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias, cast

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext

from glasses.wire.segment import CaptureProfile
from relay.assemble.film import ClipOffProfileError, ClipUnreadableError
from relay.assemble.h264 import is_whole, parse_avcc

Picture = npt.NDArray[np.uint8]
"""Planar I420, BT.709 limited range: (height * 3/2, width)."""
_HEADERS_ALONE = {"probesize": "32", "analyzeduration": "0"}
_NO_PICTURES = [{"skip_frame": "all"}] * 8
"""For the first streams of a file, more than any clip has."""
_YUV420P = (b"\x42", b"\x4d", b"\x58", b"\x64")
"""Baseline, Main, Extended and High: all of them have 8 bits and 4:2:0."""
VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"


@dataclass(frozen=True, slots=True)
class Source:
    """One clip file. ``avcc`` are its headers; frames are counted from the first, 1/fps apart."""

    video_id: str
    path: Path
    avcc: bytes
    profile: CaptureProfile

    def check(self, first: int, end: int) -> None:
        """Look at the frames from ``first`` to ``end`` without decoding them.

        Raises ClipOffProfileError where key frames or times are off the grid, ClipUnreadableError where data is missing.
        """
        expected = first // self.profile.gop_frames * self.profile.gop_frames
        for index, packet in self.packets(expected, end):
            if index != expected:
                raise ClipOffProfileError(self.video_id, f"frame {expected} is missing or out of order")
            if packet.is_keyframe != (index % self.profile.gop_frames == 0):
                raise ClipOffProfileError(self.video_id, f"frame {index} breaks the grid of key frames")
            if not is_whole(bytes(packet)):
                raise ClipUnreadableError(self.video_id, f"the data of frame {index} is damaged")
            expected += 1
        if expected < end:
            raise ClipUnreadableError(self.video_id, f"the file ends after {expected} of {end} frames")

    def packets(self, first: int, end: int) -> Iterator[tuple[int, VideoPacket]]:
        """Frame number and packet of the frames from ``first`` to ``end`` (exclusive), as they lie in the file."""
        with _reading(self.video_id), headers_of(self.path) as container:
            stream = container.streams.video[0]
            start = stream.start_time or 0
            container.seek(start + round(first / self.profile.fps / (stream.time_base or 1)), stream=stream, backward=True)
            for packet in container.demux(stream):
                if packet.pts is None:
                    continue
                index = self._index(packet.pts - start, stream)
                if index >= end:
                    return
                if index >= first:
                    yield index, packet

    def frames(self, first: int, end: int) -> Iterator[av.VideoFrame]:
        """The frames from ``first`` to ``end`` (exclusive), decoded from the key frame before. Raises ClipUnreadableError."""
        decoder = self._decoder()
        lead_in = first // self.profile.gop_frames * self.profile.gop_frames
        shown = 0
        with _reading(self.video_id):
            for frame in self._decoded(decoder, lead_in, end):
                if frame.is_corrupt or frame.format.name != "yuv420p":
                    raise ClipUnreadableError(self.video_id, f"frame {lead_in + shown} is damaged")
                if lead_in + shown >= first:
                    yield frame
                shown += 1
        if shown != end - lead_in:
            raise ClipUnreadableError(self.video_id, f"{end - lead_in - shown} of {end - lead_in} frames do not decode")

    def pictures(self, first: int, end: int) -> Iterator[Picture]:
        """``frames`` as arrays."""
        for frame in self.frames(first, end):
            yield cast("Picture", frame.to_ndarray())

    def picture(self, index: int) -> Picture:
        """One frame, decoded. Raises ClipUnreadableError."""
        (only,) = self.pictures(index, index + 1)
        return only

    def _decoded(self, decoder: VideoCodecContext, first: int, end: int) -> Iterator[av.VideoFrame]:
        for _, packet in self.packets(first, end):
            yield from decoder.decode(packet)
        yield from decoder.decode(None)

    def _decoder(self) -> VideoCodecContext:
        decoder = av.CodecContext.create("h264", "r")
        decoder.extradata = self.avcc
        decoder.thread_count = 1
        decoder.options = {"err_detect": "explode"}
        return decoder

    def _index(self, ticks: int, stream: av.VideoStream) -> int:
        frames = ticks * (stream.time_base or Fraction(0)) * self.profile.fps
        if frames.denominator != 1:
            raise ClipOffProfileError(
                self.video_id, f"a frame at {float(frames):.2f} frames of 1/{self.profile.fps} s: the rate is not constant"
            )
        return int(frames)


def headers_of(path: Path) -> InputContainer:
    """The file, open. Headers say all that is needed: left to itself, each opening decodes its first pictures, which takes 40 ms."""
    return av.open(str(path), options=_HEADERS_ALONE, stream_options=_NO_PICTURES)  # type: ignore[arg-type]  # its documentation and code say dictionaries


def open_source(video_id: str, path: Path, profile: CaptureProfile) -> Source:
    """Raises ClipUnreadableError for what is no video, ClipOffProfileError for one in another form."""
    with _reading(video_id), headers_of(path) as container:
        if not container.streams.video:
            raise ClipUnreadableError(video_id, "the file holds no video")
        codec = container.streams.video[0].codec_context
        avcc = bytes(codec.extradata or b"")
        pixels = codec.pix_fmt or ("yuv420p" if avcc[1:2] in _YUV420P else "other pixels")
        found = (codec.name, pixels, codec.width, codec.height)
    wanted = ("h264", "yuv420p", profile.width, profile.height)
    if found != wanted:
        raise ClipOffProfileError(video_id, f"it is {_words(found)}, not {_words(wanted)}")
    try:
        parse_avcc(avcc)
    except ValueError as problem:
        raise ClipOffProfileError(video_id, str(problem)) from problem
    return Source(video_id, path, avcc, profile)


def _words(form: tuple[str, str | None, int, int]) -> str:
    return f"{form[0]} {form[1]} {form[2]}x{form[3]}"


@contextlib.contextmanager
def _reading(video_id: str) -> Iterator[None]:
    try:
        yield
    except (av.FFmpegError, OSError) as problem:
        raise ClipUnreadableError(video_id, f"the file cannot be read: {problem.strerror}") from problem
