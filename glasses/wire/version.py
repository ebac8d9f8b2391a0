"""Which protocol this is, and how old a peer may be."""

from __future__ import annotations

PROTOCOL = 1
"""Raised when a change would break an older peer."""

OLDEST_SPOKEN = 1
"""The oldest protocol that a relay of this version still answers."""

HEADER = "Souvenir-Protocol"
