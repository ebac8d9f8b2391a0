"""The battery as the kernel tells of it (sysfs power_supply class)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/sys/class/power_supply")


class SysfsBattery:
    """The first supply of type Battery that has a capacity; mice and pens (scope Device) are not it."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root

    def fraction(self) -> float | None:
        for supply in self._batteries():
            try:
                return min(1.0, max(0.0, int(_text(supply / "capacity")) / 100))
            except ValueError:
                continue
        return None

    def charging(self) -> bool:
        """From the battery's own status; where it tells none, from the supplies that are online."""
        states = [_text(supply / "status") for supply in self._batteries()]
        if any(states):
            return any(state in ("Charging", "Full") for state in states)
        return any(_text(online) == "1" for online in self._root.glob("*/online"))

    def _batteries(self) -> list[Path]:
        supplies = [path.parent for path in sorted(self._root.glob("*/capacity"))]
        return [supply for supply in supplies if _text(supply / "scope") != "Device"]


def _text(path: Path) -> str:
    """Empty where there is no such file, or the driver does not answer."""
    try:
        return path.read_text().strip()
    except OSError:
        return ""
