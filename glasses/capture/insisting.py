"""Who says a command again that was doubted means it. Pure."""

from __future__ import annotations

from glasses.wire.intent import IntentName

AGAIN_S = 8.0
"""So long people wait before they say again what nothing answered."""
TRUSTED_S = 86_400.0
"""So long such a voice need not say anything twice."""


class Doubted:
    """The last command that was heard and not done, because its wake phrase may have been another."""

    def __init__(self) -> None:
        self._name: IntentName | None = None
        self._at_s = 0.0
        self._trusted_until_s = 0.0

    def insists(self, name: IntentName, at_s: float) -> bool:
        """Whether ``name`` was doubted shortly before ``at_s`` too, or anything was insisted on today. Else it is doubted now."""
        if at_s <= self._trusted_until_s or (name == self._name and at_s - self._at_s <= AGAIN_S):
            self._trusted_until_s = at_s + TRUSTED_S
            return True
        self._name, self._at_s = name, at_s
        return False
