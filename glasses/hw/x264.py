"""H.264 in the capture profile, encoded on the processor by libx264 (PyAV)."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from glasses.hw.packet import EncodedFrame
from glasses.wire.segment import CaptureProfile

BT709 = 1
"""Colour primaries, transfer and matrix of ITU-R BT.709 in ISO/IEC 23091-2."""
LIMITED_RANGE = 1


class SoftwareEncoder:
    """Pictures in, one EncodedFrame out for each at once: no B-frames, no look-ahead.

    Headers depend on the profile alone (x264 ``stitchable``), not on quality, content or preset, so all clips share them.
    ``bitrate_bps`` replaces ``crf`` where given. The first frame starts a closed GOP, and so does every one
    ``gop_frames`` further on.
    """

    def __init__(
        self, profile: CaptureProfile, *, preset: str = "ultrafast", crf: float = 23.0, bitrate_bps: int | None = None, threads: int = 1
    ) -> None:
        self._profile = profile
        self._codec = _open(profile, preset=preset, crf=crf, bitrate_bps=bitrate_bps, threads=threads)
        self._to_yuv = VideoReformatter()
        self._first_index: int | None = None

    @property
    def parameter_sets(self) -> bytes:
        """The avcC record (MP4 extradata) with the one SPS, id 0, and the one PPS."""
        return bytes(self._codec.extradata or b"")

    def encode(self, picture: npt.NDArray[np.uint8], index: int) -> list[EncodedFrame]:
        """``picture``: RGB (height, width, 3), or planar I420 BT.709 limited (height * 3/2, width). Indexes must rise.

        Raises ValueError for another shape.
        """
        frame = self._frame(picture)
        frame.pts = index
        frame.time_base = Fraction(1, self._profile.fps)
        if self._first_index is None:
            self._first_index = index
        if (index - self._first_index) % self._profile.gop_frames == 0:
            frame.pict_type = PictureType.I
        return _packets(self._codec, frame)

    def flush(self) -> list[EncodedFrame]:
        """What the encoder still holds; nothing can be encoded after."""
        return _packets(self._codec, None)

    def _frame(self, picture: npt.NDArray[np.uint8]) -> av.VideoFrame:
        width, height = self._profile.width, self._profile.height
        if picture.shape == (height * 3 // 2, width):
            return av.VideoFrame.from_ndarray(picture, "yuv420p")
        if picture.shape != (height, width, 3):
            raise ValueError(f"a picture of the profile is {height} x {width} x 3, not {picture.shape}")
        return self._to_yuv.reformat(
            av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(picture), "rgb24"),  # not copied: it is read here and now
            format="yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.FAST_BILINEAR,
        )


def _packets(codec: VideoCodecContext, frame: av.VideoFrame | None) -> list[EncodedFrame]:
    return [EncodedFrame(bytes(packet), packet.pts or 0, packet.is_keyframe) for packet in codec.encode(frame)]


def _open(profile: CaptureProfile, *, preset: str, crf: float, bitrate_bps: int | None, threads: int) -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = profile.width, profile.height, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, profile.fps), Fraction(profile.fps)
    codec.color_primaries = codec.color_trc = codec.colorspace = BT709
    codec.color_range = LIMITED_RANGE
    codec.flags |= Flags.global_header
    if bitrate_bps is not None:
        codec.bit_rate = bitrate_bps
    codec.options = {
        "preset": preset,
        "tune": "zerolatency",
        "profile": "high",
        "level": "4.0",
        "forced-idr": "1",
        **({"crf": str(crf)} if bitrate_bps is None else {}),
        "x264-params": _x264_params(profile.gop_frames, threads),
    }
    codec.open()
    return codec


def _x264_params(gop_frames: int, threads: int) -> str:
    """Everything that goes into the headers is named, so that a preset cannot change them."""
    fixed = {
        "keyint": gop_frames, "min-keyint": gop_frames, "scenecut": 0, "open-gop": 0, "bframes": 0, "ref": 1, "weightp": 0,
        "cabac": 1, "8x8dct": 1, "psy": 0, "sps-id": 0, "stitchable": 1, "annexb": 0, "threads": threads, "sliced-threads": 0,
    }  # fmt: skip
    return ":".join(f"{name}={value}" for name, value in fixed.items())
