"""All that is on the display at one moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from glasses.hud.cards import Card


@dataclass(frozen=True, slots=True)
class Status:
    """What the strip along the top tells."""

    recording_s: float | None = None
    """How long a video has been recorded; None when none is."""
    battery_fraction: float | None = None
    charging: bool = False
    online: bool = True


@dataclass(frozen=True, slots=True)
class Screen:
    """``card`` is None when there is nothing to say: the strip alone, so that the eyes are free."""

    card: Card | None
    status: Status


def clock_text(seconds: float) -> str:
    """ "0:07", "12:34", "1:02:03"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
