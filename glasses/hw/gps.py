"""Position. No receiver is supported yet: the phone will tell the glasses where they are."""

from __future__ import annotations

from glasses.wire.segment import GeoPoint


class NoGps:
    def fix(self) -> GeoPoint | None:
        return None
