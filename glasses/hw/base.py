"""What the device needs of its hardware. One file per technology implements these; ``hw.spec`` chooses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
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
    at_s: float | None = None
    """When that sample was heard, by the clock that also times the camera's frames; None: not known."""


class Microphone(Protocol):
    rate_hz: int
    waits: bool
    """Whether it gives its next chunk when it is asked for it, however late: a simulated one does, for it makes its own time."""

    def chunks(self) -> AsyncIterator[AudioChunk]:
        """About 100 ms each, for ever. Raises MicrophoneMissingError."""
        ...

    async def close(self) -> None: ...


class Camera(Protocol):
    """Delivers the capture profile already encoded, by hardware where there is some."""

    async def start(self, profile: CaptureProfile) -> bytes:
        """Begin with a key frame; returns the parameter sets. Raises CameraMissingError, CameraProfileError."""
        ...

    def frames(self) -> AsyncGenerator[EncodedFrame]:
        """Frames from ``start`` on, one index for each 1/fps: a gap is a frame the camera lost.

        Ends after ``stop``. Raises CameraStoppedError, also when nothing comes any more, and CameraProfileError.
        """
        ...

    async def stop(self) -> None: ...

    async def still(self) -> NDArray[np.uint8]:
        """One picture, height x width x 3 RGB, also while frames are running."""
        ...

    async def close(self) -> None: ...


class Light(Protocol):
    """Tells everybody that the camera is seeing them."""

    def switch(self, on: bool) -> None:
        """Raises LightFailedError."""
        ...

    def is_on(self) -> bool:
        """What the light says of itself, not what was asked of it. Quick: asked for every frame."""
        ...


class Gps(Protocol):
    def fix(self) -> GeoPoint | None:
        """The last position, None when there is none."""
        ...


class Battery(Protocol):
    def fraction(self) -> float | None:
        """0 to 1; None on mains power."""
        ...

    def charging(self) -> bool:
        """True while power comes in."""
        ...


class Thermal(Protocol):
    def temperature_c(self) -> float | None:
        """Of the processor; None where nothing measures it."""
        ...


class NoThermal:
    def temperature_c(self) -> None:
        return None


class Network(Protocol):
    def is_up(self) -> bool: ...

    def is_metered(self) -> bool:
        """True where bytes cost money."""
        ...


class Display(Protocol):
    def show(self, title: str, lines: tuple[str, ...]) -> None: ...


class Panel(Protocol):
    """A display with pixels."""

    width_px: int
    height_px: int

    def put(self, rgb: bytes, brightness: float) -> None:
        """One whole frame, three bytes a pixel, row by row; brightness 0 to 1. Raises DisplayFailedError."""
        ...

    def close(self) -> None: ...


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
    light: Light
    preroll_s: float | None = None
    """What a simulated day wants of the ring; None leaves it to the configuration."""
    thermal: Thermal = field(default_factory=NoThermal)
    panel: Panel | None = None
