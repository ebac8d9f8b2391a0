"""What the device needs of its hardware. One file per technology implements these; ``hw.spec`` chooses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from glasses.clock import Clock
from glasses.wire.segment import CaptureProfile, GeoPoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glasses.hw.packet import EncodedFrame


@dataclass(frozen=True, slots=True)
class AudioChunk:
    pcm: bytes
    """Signed 16 bit little endian, mono."""
    first_sample: int
    """Number of its first sample since the microphone was opened; a gap means samples were lost."""


class Microphone(Protocol):
    rate_hz: int

    def chunks(self) -> AsyncIterator[AudioChunk]:
        """About 100 ms each, for ever. Raises MicrophoneMissingError."""
        ...

    async def close(self) -> None: ...


class Camera(Protocol):
    """Delivers the capture profile already encoded, by hardware where there is some."""

    async def start(self, profile: CaptureProfile) -> bytes:
        """Begin with a key frame; returns the parameter sets. Raises CameraMissingError, CameraProfileError."""
        ...

    def frames(self) -> AsyncIterator[EncodedFrame]:
        """Frames from ``start`` on, indexes without gaps. Ends after ``stop``. Raises CameraStoppedError."""
        ...

    async def stop(self) -> None: ...

    async def still(self) -> NDArray[np.uint8]:
        """One picture, height x width x 3 RGB, also while frames are running."""
        ...

    async def close(self) -> None: ...


class Gps(Protocol):
    def fix(self) -> GeoPoint | None:
        """The last position, None when there is none."""
        ...


class Battery(Protocol):
    def fraction(self) -> float | None:
        """0 to 1; None on mains power."""
        ...


class Network(Protocol):
    def is_up(self) -> bool: ...


class Display(Protocol):
    def show(self, title: str, lines: tuple[str, ...]) -> None: ...


@dataclass(slots=True)
class Hardware:
    """One of each, as a spec string chose them."""

    spec: str
    clock: Clock
    microphone: Microphone
    camera: Camera
    gps: Gps
    battery: Battery
    network: Network
    display: Display
