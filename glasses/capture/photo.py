"""A picture as a JPEG that says when and where it was taken (EXIF 2.32)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from glasses.errors import CameraStoppedError
from glasses.wire.segment import Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUALITY = 92


def encode_jpeg(picture: NDArray[np.uint8], segment: Segment) -> bytes:
    """``picture``: height x width x 3 RGB. Raises CameraStoppedError for a picture that is none."""
    import io

    import cv2
    import piexif

    done, jpeg = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise CameraStoppedError("the camera's picture cannot be encoded")
    whole = io.BytesIO()
    piexif.insert(exif_of(segment), jpeg.tobytes(), whole)
    return whole.getvalue()


def exif_of(segment: Segment) -> bytes:
    import piexif

    taken = datetime.fromtimestamp(segment.captured_at / 1000, UTC)
    exif: dict[str, dict[int, object]] = {
        "0th": {piexif.ImageIFD.Make: "Souvenir", piexif.ImageIFD.DateTime: f"{taken:%Y:%m:%d %H:%M:%S}"},
        "Exif": {piexif.ExifIFD.DateTimeOriginal: f"{taken:%Y:%m:%d %H:%M:%S}", piexif.ExifIFD.OffsetTimeOriginal: "+00:00"},
    }
    if segment.place is not None:
        lat, lon = segment.place.lat, segment.place.lon
        exif["GPS"] = {
            piexif.GPSIFD.GPSLatitudeRef: "N" if lat >= 0 else "S", piexif.GPSIFD.GPSLatitude: _degrees(lat),
            piexif.GPSIFD.GPSLongitudeRef: "E" if lon >= 0 else "W", piexif.GPSIFD.GPSLongitude: _degrees(lon),
        }  # fmt: skip
    dumped: bytes = piexif.dump(exif)
    return dumped


def _degrees(value: float) -> list[tuple[int, int]]:
    """Degrees, minutes, seconds as rationals, seconds to a thousandth (about 3 cm)."""
    thousandths = round(abs(value) * 3_600_000)
    return [(thousandths // 3_600_000, 1), (thousandths // 60_000 % 60, 1), (thousandths % 60_000, 1000)]
