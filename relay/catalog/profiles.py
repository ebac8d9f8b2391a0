"""An account, its people and its named places: asked for with every request, and rarely another than before."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from relay.catalog import people, places, touched, users
from relay.catalog.kept import PROFILE_S, Kept
from relay.catalog.records import OwnPlace, Person, User
from relay.catalog.rows import Connection
from relay.catalog.touched import Touch


class Profile(NamedTuple):
    user: User
    people: tuple[Person, ...]
    places: tuple[OwnPlace, ...]
    state: bytes
    """Another one after every change to them."""


class Profiles:
    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.kept: Kept[Profile] = Kept(now_ms, PROFILE_S, 1024)

    def of(self, connection: Connection, user_id: str) -> Profile:
        """Raises NotFoundError."""
        state = touched.state(connection, user_id, Touch.PROFILE)

        def look() -> Profile:
            known, named = people.of_user(connection, user_id), places.of_user(connection, user_id)
            return Profile(users.get(connection, user_id), tuple(known), tuple(named), state)

        return self.kept.of(user_id, state, look)
