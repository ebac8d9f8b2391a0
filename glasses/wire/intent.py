"""What the wearer asked for."""

from __future__ import annotations

from enum import StrEnum

from glasses.wire.codec import Wire


class IntentName(StrEnum):
    TAKE_PICTURE = "take_picture"
    RECORD_VIDEO = "record_video"
    STOP_RECORDING = "stop_recording"
    IS_IT_SAFE = "is_it_safe"
    CREATE_MEMORY = "create_memory"
    CANCEL = "cancel"
    KEEP_LAST = "keep_last"
    """Save the last thirty seconds, recorded or not."""
    BATTERY = "battery"
    SHOW_MEMORIES = "show_memories"
    FIND = "find"
    CORRECT = "correct"
    """"No, I said ...": the last request again, with the words of ``slots["request"]``."""
    UNDO = "undo"


class Intent(Wire):
    name: IntentName = IntentName.CANCEL
    slots: dict[str, str] = {}
    """{"request": "my wife and me in paris"} for open requests."""
    confidence: float = 0.0
    """Mean confidence of the words, 0 to 1."""
    text: str = ""
    """What was heard, after the wake phrase."""
    unsure: list[str] = []
    """Words of ``text`` that are on no list of the wearer's, or were not heard well."""
    audio: str = ""
    """When unsure: the sound itself, base64 FLAC, 16 kHz mono."""
