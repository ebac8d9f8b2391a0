"""The finished film as one MP4: moov at the front, both tracks from 0 to the same end, under its name only when durable."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import av

from glasses.wire.segment import CaptureProfile
from relay.assemble.audio import AAC_BIT_RATE, RATE_HZ
from relay.assemble.encode import EncodedPicture
from relay.assemble.h264 import annexb, parse_avcc

PacketOfFilm: TypeAlias = "av.Packet[Any]"


class FilmFile:
    """Takes pictures in order, and beside them the sound that ``sound_packets`` holds.

    Leaves nothing behind when it is left by an error; ``close`` puts the film under its name.
    """

    def __init__(self, out: Path, profile: CaptureProfile, avcc: bytes, sound_packets: list[PacketOfFilm], frames: int) -> None:
        self._out, self._part = out, out.with_name(f"{out.name}.part")
        self._profile, self._sound = profile, sound_packets
        self._sound_at = self.frames = 0
        options = {
            "moov_size": str(_moov_bytes(frames, len(sound_packets), len(avcc))),
            "video_track_timescale": str(profile.ticks_per_second),
        }
        self._container = av.open(str(self._part), "w", format="mp4", container_options=options)
        self._video = add_video_track(self._container, profile, avcc)
        self._audio = self._container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        self._audio.codec_context.bit_rate = AAC_BIT_RATE

    def add_copied(self, packets: Iterable[PacketOfFilm]) -> int:
        """Packets of a clip, their bytes untouched; says how many."""
        before = self.frames
        for packet in packets:
            self._mux(packet)
        return self.frames - before

    def add_encoded(self, pictures: Iterable[EncodedPicture]) -> int:
        before = self.frames
        for picture in pictures:
            packet: PacketOfFilm = av.Packet(picture.data)
            packet.is_keyframe = picture.is_keyframe
            self._mux(packet)
        return self.frames - before

    def close(self) -> None:
        """Sync the file, then give it its name, then sync the folder."""
        self._mux_sound(until_s=float("inf"))
        self._container.close()
        _sync(self._part)
        self._part.replace(self._out)
        _sync(self._out.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if problem is not None:
            self._container.close()
            self._part.unlink(missing_ok=True)

    def _mux(self, packet: PacketOfFilm) -> None:
        self._mux_sound(until_s=self.frames / self._profile.fps)
        packet.stream, packet.time_base = self._video, Fraction(1, self._profile.ticks_per_second)
        packet.pts = packet.dts = self.frames * self._profile.ticks_per_frame
        packet.duration = self._profile.ticks_per_frame
        self._container.mux(packet)
        self.frames += 1

    def _mux_sound(self, until_s: float) -> None:
        while self._sound_at < len(self._sound) and (self._sound[self._sound_at].dts or 0) / RATE_HZ <= until_s:
            packet = self._sound[self._sound_at]
            packet.stream = self._audio
            self._container.mux(packet)
            self._sound_at += 1


def add_video_track(container: av.container.OutputContainer, profile: CaptureProfile, avcc: bytes) -> av.VideoStream:
    """A track for pictures that are encoded already. PyAV makes one only after a template: a stream of nothing but headers."""
    with av.open(io.BytesIO(annexb(parse_avcc(avcc))), format="h264") as headers:
        stream = container.add_stream_from_template(headers.streams.video[0], opaque=True)
    stream.time_base = Fraction(1, profile.ticks_per_second)
    codec = stream.codec_context
    codec.width, codec.height, codec.pix_fmt = profile.width, profile.height, "yuv420p"
    codec.extradata = avcc
    return stream


def _moov_bytes(frames: int, sound_packets: int, avcc_bytes: int) -> int:
    """Upper bound of the moov: per sample 4 bytes of size, 12 of chunk, 8 of offset, 8 of time and 4 of key frame (ISO/IEC 14496-12)."""
    return 8192 + avcc_bytes + 36 * (frames + sound_packets)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
