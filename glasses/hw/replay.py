"""Recorded clips as camera and microphone: a folder of MP4 files, played one after another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glasses.errors import HardwareUnknownError
from glasses.hw.sim.camera import SimCamera
from glasses.hw.sim.day import Day, Scene
from glasses.hw.sim.microphone import SimMicrophone
from glasses.hw.sim.sound import HeldSound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from glasses.hw.sim.sound import Sound
    from glasses.hw.sim.world import World


def day_of_clips(folder: Path) -> Day:
    """One scene for each ``*.mp4``, in order of name. Raises HardwareUnknownError when there is none that plays."""
    import av

    scenes = []
    for path in sorted(folder.glob("*.mp4")):
        try:
            with av.open(str(path)) as clip:
                if not clip.streams.video or not clip.duration:
                    raise HardwareUnknownError(f"{path} has no pictures")
                at = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
                scenes.append(Scene(at=at, duration_s=clip.duration / 1_000_000, picture=path.name, sound=path.name))
        except av.FFmpegError as problem:
            raise HardwareUnknownError(f"{path}: {problem}") from problem
    if not scenes:
        raise HardwareUnknownError(f"{folder} holds no .mp4 files to replay")
    return Day(scenes=scenes, folder=str(folder))


class ReplayCamera(SimCamera):
    """The frames of the clip whose turn it is, scaled to the profile."""

    def __init__(self, world: World) -> None:
        super().__init__(world, ClipPainter(world))


class ReplayMicrophone(SimMicrophone):
    def _opened(self, path: Path) -> Sound:
        return HeldSound(read_sound(path, self.rate_hz))


class ClipPainter:
    """Decodes forward through one clip at a time; a step back opens it again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._name = ""
        self._clip: Any = None
        self._frames: Any = iter(())
        self._shown: tuple[float, Any] | None = None

    def paint(self, at_s: float, width: int, height: int, _canvas: NDArray[np.uint8] | None = None, /) -> NDArray[np.uint8]:
        scene, into_s = self._world.scene(at_s)
        if scene.picture != self._name or (self._shown is not None and into_s < self._shown[0]):
            self._open(scene.picture)
        while self._shown is None or self._shown[0] < into_s:
            frame = next(self._frames, None)
            if frame is None:
                break
            self._shown = (float(frame.pts * frame.time_base), frame)
        if self._shown is None:
            raise HardwareUnknownError(f"{self._name} has no frame at {into_s:.1f} s")
        picture: NDArray[np.uint8] = self._shown[1].to_ndarray(format="rgb24", width=width, height=height)
        return picture

    def _open(self, name: str) -> None:
        import av

        if self._clip is not None:
            self._clip.close()
        self._clip = av.open(str(self._world.day.file(name)))
        self._frames, self._name, self._shown = self._clip.decode(video=0), name, None


def read_sound(path: Path, rate_hz: int) -> NDArray[np.int16]:
    """All sound of a clip, mono; silence when it has none."""
    import av

    with av.open(str(path)) as clip:
        if not clip.streams.audio:
            return np.zeros(0, np.int16)
        resampler = av.AudioResampler("s16", "mono", rate_hz)
        pieces = [piece.to_ndarray()[0] for frame in clip.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
