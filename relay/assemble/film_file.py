"""The film as it is written: one fragmented MP4 that can be played while it grows, and is a whole file with an index at its end.

A fragment is a GOP or a fade with its sound. Streams (HLS) name fragments of this file by their bytes.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import av

from glasses.wire.segment import CaptureProfile
from relay.assemble.audio import AAC_BIT_RATE, AAC_FRAME_SAMPLES, RATE_HZ
from relay.assemble.boxes import Clock, box, index, layout, with_chapters
from relay.assemble.encode import EncodedPicture
from relay.assemble.film_name import growing
from relay.assemble.h264 import annexb, clash, join_avcc, length_prefixed, parse_avcc

PacketOfFilm: TypeAlias = "av.Packet[Any]"


class FilmFile:
    """Takes pictures in order, and beside them the sound that ``sound`` yields, from sample 0 on.

    ``headers`` are the avcC records of all encoders in the film; ``on_fragment`` hears of each fragment but the last that is whole in
    the file. Leaves nothing behind when it is left by an error; ``close`` puts the film under its name.
    """

    def __init__(
        self,
        out: Path,
        profile: CaptureProfile,
        headers: Sequence[bytes],
        sound: Iterator[PacketOfFilm],
        *,
        channels: int,
        frames: int,
        chapters: Sequence[tuple[float, str]] = (),
        on_fragment: Callable[[], None] = lambda: None,
    ) -> None:
        self._out, self._part, self._on_fragment = out, growing(out), on_fragment
        self._profile, self._sound, self.frames = profile, sound, 0
        self._next_sound = next(sound, None)
        self._fragment_ended = False
        self.in_band = clash([*map(parse_avcc, headers)])
        self._file = self._part.open("wb")
        sink = _Sink(self._file)
        options = {"movflags": "+frag_keyframe+empty_moov+default_base_moof+skip_trailer", "flush_packets": "1"}
        options["video_track_timescale"] = str(profile.ticks_per_second)
        self._container = av.open(sink, "w", format="mp4", container_options=options)
        self._video = add_video_track(self._container, profile, headers[0] if self.in_band else join_avcc([*map(parse_avcc, headers)]))
        if self.in_band:
            self._video.codec_context.codec_tag = "avc3"
        self._audio = self._container.add_stream("aac", rate=RATE_HZ, layout="stereo" if channels == 2 else "mono")
        self._audio.codec_context.bit_rate = AAC_BIT_RATE
        self._container.start_encoding()
        head = sink.pass_on()
        head = with_chapters(head, chapters) if chapters else head
        self._room = 128 + 24 * (frames // profile.gop_frames + 4 * len(chapters) + frames // 15 + 16)
        self._index_at = len(head)
        self._file.write(head + box(b"free", bytes(self._room - 8)))
        self._file.flush()

    def add_copied(self, packets: Iterable[PacketOfFilm], avcc: bytes) -> int:
        """Packets of a clip, their pictures untouched; says how many."""
        before, sets = self.frames, length_prefixed(parse_avcc(avcc)) if self.in_band else b""
        for packet in packets:
            self._mux(_led_by(sets, packet) if sets and packet.is_keyframe else packet)
        self._file.flush()
        return self.frames - before

    def add_encoded(self, pictures: Iterable[EncodedPicture], avcc: bytes) -> int:
        before, sets = self.frames, length_prefixed(parse_avcc(avcc)) if self.in_band else b""
        for picture in pictures:
            packet: PacketOfFilm = av.Packet((sets if picture.is_keyframe else b"") + picture.data)
            packet.is_keyframe = picture.is_keyframe
            self._mux(packet)
        self._file.flush()
        return self.frames - before

    def close(self) -> None:
        """Write the index, sync the file, then give it its name, then sync the folder."""
        self._mux_sound(until_s=float("inf"))
        self._container.close()
        self._file.flush()
        pictures, sound = Clock(self._profile.ticks_per_second, self._profile.ticks_per_frame), Clock(RATE_HZ, AAC_FRAME_SAMPLES)
        self._file.seek(self._index_at)
        self._file.write(index(layout(self._part).fragments, pictures, sound, room_bytes=self._room))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._out)
        _sync(self._out.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if problem is not None:
            self._container.close()
            self._file.close()
            self._part.unlink(missing_ok=True)

    def _mux(self, packet: PacketOfFilm) -> None:
        self._mux_sound(until_s=self.frames / self._profile.fps)
        packet.stream, packet.time_base = self._video, Fraction(1, self._profile.ticks_per_second)
        packet.pts = packet.dts = self.frames * self._profile.ticks_per_frame
        packet.duration = self._profile.ticks_per_frame
        self._container.mux(packet)
        if self._fragment_ended:  # by the key frame before this one: the muxer had to see what follows it
            self._file.flush()
            self._on_fragment()
        self._fragment_ended = packet.is_keyframe and self.frames > 0
        self.frames += 1

    def _mux_sound(self, until_s: float) -> None:
        while self._next_sound is not None and (self._next_sound.pts or 0) / RATE_HZ <= until_s:
            self._next_sound.stream = self._audio
            self._container.mux(self._next_sound)
            self._next_sound = next(self._sound, None)


def add_video_track(container: av.container.OutputContainer, profile: CaptureProfile, avcc: bytes) -> av.VideoStream:
    """A track for pictures that are encoded already. PyAV makes one only after a template: a stream of nothing but headers."""
    with av.open(io.BytesIO(annexb(parse_avcc(avcc))), format="h264") as headers:
        stream = container.add_stream_from_template(headers.streams.video[0], opaque=True)
    stream.time_base = Fraction(1, profile.ticks_per_second)
    codec = stream.codec_context
    codec.width, codec.height, codec.pix_fmt = profile.width, profile.height, "yuv420p"
    codec.extradata = avcc
    return stream


class _Sink:
    """Holds the head back until it is asked for; then everything goes to the file."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file
        self._head: bytearray | None = bytearray()

    def write(self, data: bytes) -> int:
        if self._head is None:
            return self._file.write(data)
        self._head += data
        return len(data)

    def pass_on(self) -> bytes:
        head, self._head = bytes(self._head or b""), None
        return head


def _led_by(sets: bytes, packet: PacketOfFilm) -> PacketOfFilm:
    led: PacketOfFilm = av.Packet(sets + bytes(packet))
    led.is_keyframe = True
    return led


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
