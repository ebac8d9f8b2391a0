"""The processor's temperature as the kernel tells of it (sysfs thermal class)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/sys/class/thermal")
PLAUSIBLE_C = (-40.0, 130.0)


class SysfsThermal:
    """The hottest zone that answers."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root

    def temperature_c(self) -> float | None:
        found = []
        for zone in self._root.glob("thermal_zone*/temp"):
            try:
                found.append(int(zone.read_text()) / 1000)
            except (OSError, ValueError):
                continue
        plausible = [celsius for celsius in found if PLAUSIBLE_C[0] <= celsius <= PLAUSIBLE_C[1]]
        return max(plausible, default=None)
