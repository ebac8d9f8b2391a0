"""Links by which somebody without an account sees one film or video."""

from __future__ import annotations

from glasses.wire.codec import Wire


class ShareRequest(Wire):
    """One of ``memory_id`` and ``video_id``."""

    memory_id: str = ""
    video_id: str = ""
    expires_in_s: int = 7 * 86_400


class ShareInfo(Wire):
    share_id: str = ""
    kind: str = ""
    """"memory" or "video"."""
    subject_id: str = ""
    title: str = ""
    url: str = ""
    """Opens a page with the film. Whoever has it may look, until it expires or is revoked."""
    created_at: int = 0
    expires_at: int = 0
    revoked_at: int | None = None
    opened: int = 0


class ShareList(Wire):
    shares: list[ShareInfo] = []


class SharedThing(Wire):
    """What a shared link shows: nothing else of the account."""

    kind: str = ""
    title: str = ""
    duration: float = 0.0
    video_url: str = ""
    poster_url: str = ""
    expires_at: int = 0
