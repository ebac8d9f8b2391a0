"""What goes with an upload, and what comes back when it is safe."""

from __future__ import annotations

from glasses.wire.codec import Wire


class Receipt(Wire):
    """The relay's word that it has stored these bytes durably. Only this ends the giver's duty to keep them."""

    segment_id: str = ""
    video_id: str = ""
    size_bytes: int = 0
    sha256: str = ""
    stored_at: int = 0
    relay_id: str = ""
