"""What has been touched since: a token for each part of an account, another one after every write to it, whoever wrote (triggers)."""

from __future__ import annotations

from enum import StrEnum

from relay.catalog.rows import Connection


class Touch(StrEnum):
    PROFILE = "profile"
    """The account, its people and the places that were named."""
    CLIPS = "clips"
    """Any clip, what was found in it, and whether it is in a film."""
    FILMS = "films"


def state(connection: Connection, user_id: str, what: str) -> bytes:
    """Empty while nothing of it was ever written."""
    row = connection.execute("SELECT token FROM touched WHERE user_id = ? AND what = ?", (user_id, what)).fetchone()
    return b"" if row is None else bytes(row["token"])


def of_video(connection: Connection, user_id: str, video_id: str) -> bytes:
    """Of one clip alone."""
    return state(connection, user_id, f"video:{video_id}")
