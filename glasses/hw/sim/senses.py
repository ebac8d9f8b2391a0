"""The small simulated devices: position, light, battery and network."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from glasses.wire.segment import GeoPoint

if TYPE_CHECKING:
    from glasses.hw.sim.world import World

log = logging.getLogger("glasses.display")


class SimGps:
    def __init__(self, world: World) -> None:
        self._world = world

    def fix(self) -> GeoPoint | None:
        scene, _ = self._world.scene()
        if scene.lat is None or scene.lon is None:
            return None
        return GeoPoint(lat=scene.lat, lon=scene.lon, accuracy_m=5.0)


class SimLight:
    """``broken``: it stays dark, whatever it is told."""

    def __init__(self) -> None:
        self._on = self.broken = False

    def switch(self, on: bool) -> None:
        self._on = on

    def is_on(self) -> bool:
        return self._on and not self.broken


class SimBattery:
    def __init__(self, world: World) -> None:
        self._world = world

    def fraction(self) -> float | None:
        return self._world.scene()[0].battery

    def charging(self) -> bool:
        return self._world.scene()[0].charging


class SimThermal:
    def __init__(self, world: World) -> None:
        self._world = world

    def temperature_c(self) -> float | None:
        return self._world.scene()[0].temperature_c


class SimNetwork:
    def __init__(self, world: World) -> None:
        self._world = world

    def is_up(self) -> bool:
        return self._world.scene()[0].network

    def is_metered(self) -> bool:
        return self._world.scene()[0].metered
