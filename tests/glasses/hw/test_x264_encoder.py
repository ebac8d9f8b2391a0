"""The software encoder keeps the capture profile, whatever is in the picture and however well it is encoded."""

from __future__ import annotations

import subprocess
import sys

import av
import numpy as np
import numpy.typing as npt
import pytest

from glasses.hw.packet import EncodedFrame, annexb_headers
from glasses.hw.x264 import SoftwareEncoder
from glasses.wire.segment import PROFILE, CaptureProfile

SMALL = CaptureProfile(width=320, height=192)


def drawn(number: int, profile: CaptureProfile = SMALL) -> npt.NDArray[np.uint8]:
    y, x = np.mgrid[0 : profile.height, 0 : profile.width]
    return np.stack([(x + 5 * number) % 256, (y * 2) % 256, np.full_like(x, 90)], axis=-1).astype(np.uint8)


def encoded(encoder: SoftwareEncoder, numbers: range) -> list[EncodedFrame]:
    return [frame for number in numbers for frame in encoder.encode(drawn(number), number)]


def test_every_picture_comes_out_at_once_with_its_number() -> None:
    encoder = SoftwareEncoder(SMALL)
    for number in range(100, 140):
        (frame,) = encoder.encode(drawn(number), number)
        assert frame.index == number
    assert encoder.flush() == []


def test_a_key_frame_each_second_and_nowhere_else() -> None:
    flash = [drawn(n) if n != 41 else 255 - drawn(n) for n in range(75)]  # a scene change must not make one
    encoder = SoftwareEncoder(SMALL)
    frames = [frame for n, picture in enumerate(flash) for frame in encoder.encode(picture, 7 + n)]
    assert [frame.index - 7 for frame in frames if frame.is_keyframe] == [0, 30, 60]


@pytest.mark.parametrize("how", [{"crf": 35.0}, {"bitrate_bps": 3_000_000}, {"preset": "veryfast"}, {"preset": "medium", "threads": 2}])
def test_headers_depend_on_the_profile_alone(how: dict[str, object]) -> None:
    assert SoftwareEncoder(PROFILE, **how).parameter_sets == SoftwareEncoder(PROFILE).parameter_sets  # type: ignore[arg-type] # one of several keyword types


def test_it_decodes_in_order_as_the_profile_says() -> None:
    encoder = SoftwareEncoder(SMALL)
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = encoder.parameter_sets
    decoder.thread_count = 1
    shown: list[av.VideoFrame] = []
    for frame in encoded(encoder, range(45)):
        packet = av.Packet(frame.data)
        packet.pts = packet.dts = frame.index
        shown += decoder.decode(packet)
    shown += decoder.decode(None)
    assert [frame.pts for frame in shown] == list(range(45))
    assert (decoder.profile, decoder.pix_fmt, decoder.width, decoder.height) == ("High", "yuv420p", 320, 192)
    assert (decoder.color_primaries, decoder.color_trc, decoder.colorspace, decoder.color_range) == (1, 1, 1, 1)
    back = shown[40].reformat(format="rgb24", src_colorspace=1).to_ndarray().astype(float)
    assert np.abs(back - drawn(40)).mean() < 6.0


def test_planar_pictures_go_in_as_they_are() -> None:
    planar = np.full((SMALL.height * 3 // 2, SMALL.width), 128, np.uint8)
    assert len(SoftwareEncoder(SMALL).encode(planar, 0)) == 1


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="192 x 320 x 3"):
        SoftwareEncoder(SMALL).encode(np.zeros((100, 100, 3), np.uint8), 0)


@pytest.mark.parametrize("record", [b"", b"\0\0\0\1gd", bytes.fromhex("01640028ffe1001d6764"), bytes.fromhex("01640028ffe0")])
def test_what_is_no_avcc_record_is_refused(record: bytes) -> None:
    with pytest.raises(ValueError, match="avcC"):
        annexb_headers(record)


def test_the_packet_module_is_light() -> None:
    code = "import sys, glasses.hw.packet; sys.exit(bool({'av', 'numpy', 'cv2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
