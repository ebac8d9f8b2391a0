"""The recording light: an LED of the kernel (sysfs leds class), or the one that a webcam carries itself."""

from __future__ import annotations

from pathlib import Path

from glasses.errors import LightFailedError

ROOT = Path("/sys/class/leds")
PI_NAME = "recording"
"""The label that firmware_config gives the LED."""


class SysfsLight:
    """``root/name/brightness``; no kernel trigger may blink it meanwhile."""

    def __init__(self, name: str = PI_NAME, root: Path = ROOT) -> None:
        self._folder = root / name

    def switch(self, on: bool) -> None:
        if not on and not self._folder.exists():
            return
        try:
            if on:
                self._write("trigger", "none")
            self._write("brightness", self._read("max_brightness", "255") if on else "0")
        except OSError as problem:
            raise LightFailedError(f"{problem.filename}: {problem.strerror}") from problem

    def is_on(self) -> bool:
        try:
            return int((self._folder / "brightness").read_text()) > 0
        except (OSError, ValueError):
            return False

    def _write(self, name: str, value: str) -> None:
        path = self._folder / name
        if name == "brightness" or path.exists():
            path.write_text(value)

    def _read(self, name: str, default: str) -> str:
        path = self._folder / name
        return path.read_text().strip() if path.exists() else default


class WebcamLight:
    """A webcam's light is wired to its sensor: it is on whenever pictures are taken, and no program can say otherwise."""

    def switch(self, on: bool) -> None:
        """Nothing to do."""

    def is_on(self) -> bool:
        return True
