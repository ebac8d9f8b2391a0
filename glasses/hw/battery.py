"""The battery as the kernel tells of it (sysfs power_supply class)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/sys/class/power_supply")


class SysfsBattery:
    def __init__(self, root: Path = ROOT) -> None:
        self._root = root

    def fraction(self) -> float | None:
        for capacity in sorted(self._root.glob("*/capacity")):
            try:
                return int(capacity.read_text()) / 100
            except (OSError, ValueError):
                continue
        return None
