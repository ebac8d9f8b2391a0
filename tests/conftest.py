"""What tests of several rooms share: the fetched models, real pictures, small clips made of them, and a voice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, settings

from models.keyframes import read_photo
from models.store import ModelStore

settings.register_profile("souvenir", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("souvenir")  # how long an example takes says something about the machine only

Picture = npt.NDArray[np.uint8]
MakeClip = Callable[..., Path]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hardware", metavar="SPEC", default="", help="run the tests that need real hardware on it: laptop:, pi:, ble:RADIO")
    parser.addoption("--slow", action="store_true", help="also the complete sweep of kills and power losses (four minutes)")


@pytest.fixture(scope="session")
def hardware_spec(pytestconfig: pytest.Config) -> str:
    """What --hardware named; without it the test is skipped."""
    spec: str = pytestconfig.getoption("--hardware")
    if spec.startswith("ble:"):
        pytest.skip("needs a camera: --hardware=laptop: or --hardware=pi:")
    return spec or pytest.skip("needs real hardware: --hardware=laptop: or --hardware=pi:")


@pytest.fixture(scope="session")
def phone_radio(pytestconfig: pytest.Config) -> str:
    """The phone's radio that --hardware=ble:RADIO named; empty for the system's own Bluetooth."""
    spec: str = pytestconfig.getoption("--hardware")
    return spec.removeprefix("ble:") if spec.startswith("ble:") else pytest.skip("needs real radios: --hardware=ble:RADIO")


@pytest.fixture(scope="session")
def store() -> ModelStore:
    """The models that scripts/fetch-models fetched."""
    return ModelStore()


@pytest.fixture(scope="session")
def picture(store: ModelStore) -> Callable[[str], Picture]:
    """A picture of the manifest as height x width x 3 RGB."""
    return lambda name: read_photo(store.media(name))


@pytest.fixture(scope="session")
def speak() -> Callable[[str], npt.NDArray[np.int16]]:
    """Words to samples at 48 kHz."""
    from glasses.hw.sim.voice import Voice

    return Voice().speak


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """A small clip with a key frame each second: (picture, seconds) one after the other, and sound if given."""

    def make(shots: Sequence[tuple[Picture, float]], sound: npt.NDArray[np.int16] | None = None, name: str = "clip.mp4") -> Path:
        size = (640, 360)
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "g": "30", "bf": "0", "sc_threshold": "0"})
            video.width, video.height, video.pix_fmt = (*size, "yuv420p")
            video.time_base = Fraction(1, 30)
            audio = container.add_stream("aac", rate=48_000, layout="mono") if sound is not None else None
            for picture, seconds in shots:
                frame = av.VideoFrame.from_ndarray(fitted(picture, size), format="rgb24")
                for _ in range(round(seconds * 30)):
                    frame.pts = None
                    container.mux(video.encode(frame))
            container.mux(video.encode(None))
            if audio is not None and sound is not None:
                samples = av.AudioFrame.from_ndarray(sound[None, :], format="s16", layout="mono")
                samples.sample_rate = 48_000
                container.mux(audio.encode(samples))
                container.mux(audio.encode(None))
        return path

    return make


def fitted(picture: Picture, size: tuple[int, int]) -> Picture:
    """The picture inside ``size``, on grey."""
    width_px, height_px = size
    scale = min(width_px / picture.shape[1], height_px / picture.shape[0])
    small = cv2.resize(picture, (round(picture.shape[1] * scale), round(picture.shape[0] * scale)), interpolation=cv2.INTER_AREA)
    canvas = np.full((height_px, width_px, 3), 90, np.uint8)
    top, left = (height_px - small.shape[0]) // 2, (width_px - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole journeys come last, whatever the order of the rest; the complete sweep of kills only when asked for."""
    items.sort(key=lambda item: "flows" in item.path.parts)
    if not config.getoption("--slow"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]
