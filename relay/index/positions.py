"""Which videos were taken near a point of the earth."""

from __future__ import annotations

import sqlite3

import numpy as np
import numpy.typing as npt

from relay.index.sets import EMPTY, KeySet, keys_of

EARTH_KM = 6371.0088
_CACHED = 512

Degrees = npt.NDArray[np.float64]
Circle = tuple[float, float, float]
"""Latitude, longitude, radius in km."""


class Positions:
    """Read at the first question, then kept in step. Not thread-safe: its shard holds the lock."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._sorted: tuple[npt.NDArray[np.int64], Degrees, Degrees] | None = None
        self._added: list[tuple[int, float, float]] = []
        self._near: dict[Circle, KeySet] = {}

    def near(self, circle: Circle) -> KeySet:
        """Keys of videos within it, by great circles; of those that are gone since, too."""
        if circle not in self._near:
            if len(self._near) >= _CACHED:
                self._near.clear()
            self._near[circle] = self._within(circle)
        return self._near[circle]

    def added(self, key: int, lat: float | None, lon: float | None) -> None:
        if lat is None or lon is None or self._sorted is None:
            return
        self._added.append((key, lat, lon))
        for circle, keys in self._near.items():
            if distance_km(circle[0], circle[1], np.array([lat]), np.array([lon]))[0] <= circle[2]:
                self._near[circle] = keys | keys_of([key])

    def forget(self) -> None:
        self._sorted = None
        self._added.clear()
        self._near.clear()

    def _within(self, circle: Circle) -> KeySet:
        lat, lon, radius_km = circle
        keys, lats, lons = self._table()
        band = slice(int(np.searchsorted(lats, lat - radius_km / 110.0)), int(np.searchsorted(lats, lat + radius_km / 110.0, "right")))
        close = distance_km(lat, lon, lats[band], lons[band]) <= radius_km
        return keys_of(keys[band][close]) if close.any() else EMPTY

    def _table(self) -> tuple[npt.NDArray[np.int64], Degrees, Degrees]:
        """Keys, latitudes and longitudes, in the order of latitude."""
        if self._sorted is None or len(self._added) > 4096:
            rows = self._db.execute("SELECT key, lat, lon FROM video WHERE lat IS NOT NULL AND lon IS NOT NULL").fetchall()
            self._sorted, self._added = _by_latitude(np.array(rows, np.float64).reshape(-1, 3)), []
        elif self._added:
            more = np.column_stack([self._sorted[0], self._sorted[1], self._sorted[2]])
            self._sorted, self._added = _by_latitude(np.concatenate([more, np.array(self._added, np.float64)])), []
        return self._sorted


def distance_km(lat: float, lon: float, lats: Degrees, lons: Degrees) -> Degrees:
    """Haversine; NaN positions are infinitely far."""
    phi, phis = np.radians(lat), np.radians(lats)
    half = np.sin((phis - phi) / 2) ** 2 + np.cos(phi) * np.cos(phis) * np.sin(np.radians(lons - lon) / 2) ** 2
    result: Degrees = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return np.nan_to_num(result, nan=np.inf)


def _by_latitude(table: Degrees) -> tuple[npt.NDArray[np.int64], Degrees, Degrees]:
    table = table[np.argsort(table[:, 1], kind="stable")]
    return table[:, 0].astype(np.int64), np.ascontiguousarray(table[:, 1]), np.ascontiguousarray(table[:, 2])
