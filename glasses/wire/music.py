"""Music that a person has brought, to play under their films."""

from __future__ import annotations

from glasses.wire.codec import Wire

NO_MUSIC = "none"
"""What a film asks for that shall have none, whatever the account's usual piece is."""


class MusicInfo(Wire):
    music_id: str = ""
    name: str = ""
    duration: float = 0.0
    """Seconds."""
    size_bytes: int = 0
    sha256: str = ""
    added_at: int = 0
    url: str = ""
    """The file itself, by a signed link."""


class MusicList(Wire):
    music: list[MusicInfo] = []
    """The newest first."""
    default: str = ""
    """The id of the piece that plays under films which ask for none; empty: none does."""


class MusicDefault(Wire):
    music_id: str = ""
    """Empty: no music unless a film asks for some."""
