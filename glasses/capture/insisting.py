"""Who says a command again that was doubted means it. Pure."""

from __future__ import annotations

from glasses.wire.intent import IntentName

AGAIN_S = 8.0
"""So long people wait before they say again what nothing answered."""
TRUSTED_S = 86_400.0
"""So long the spotter's doubt alone stands in nobody's way."""


class Doubted:
    """The last command that was heard and not done, because its wake phrase may have been another."""

    def __init__(self) -> None:
        self._name: IntentName | None = None
        self._at_s = 0.0
        self._trusted_until_s = -1.0

    def insists(self, name: IntentName, at_s: float) -> bool:
        """Whether ``name`` was doubted shortly before ``at_s`` too. Else it is doubted now."""
        if name == self._name and at_s - self._at_s <= AGAIN_S:
            self._name, self._trusted_until_s = None, at_s + TRUSTED_S
            return True
        self._name, self._at_s = name, at_s
        return False

    def is_trusted(self, at_s: float) -> bool:
        """Whether anything was insisted on in the day before ``at_s``."""
        return at_s <= self._trusted_until_s
