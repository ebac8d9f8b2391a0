"""What the wearer asked for."""

from __future__ import annotations

from enum import StrEnum

from glasses.wire.codec import Wire


class IntentName(StrEnum):
    TAKE_PICTURE = "take_picture"
    RECORD_VIDEO = "record_video"
    STOP_RECORDING = "stop_recording"
    KEEP_LAST = "keep_last"
    """Save the last thirty seconds."""
    IS_IT_SAFE = "is_it_safe"
    BATTERY = "battery"
    CREATE_MEMORY = "create_memory"
    CANCEL = "cancel"


class Intent(Wire):
    name: IntentName = IntentName.CANCEL
    slots: dict[str, str] = {}
    """{"request": "my wife and me in paris"} for open requests."""
    confidence: float = 0.0
    """Mean confidence of the words, 0 to 1."""
    text: str = ""
    """What was heard, after the wake phrase."""
