"""Lists of words, written as running text."""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """The words of ``text``, for asking whether one is among them."""
    return frozenset(text.split())


def in_order(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """Phrases that commas part, each as its words."""
    return tuple(tuple(phrase.split()) for phrase in text.split(","))
