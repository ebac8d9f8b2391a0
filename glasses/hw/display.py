"""A display that is a terminal: each card is a line."""

from __future__ import annotations

import sys


class TerminalDisplay:
    def show(self, title: str, lines: tuple[str, ...]) -> None:
        print("  ".join((f"[{title}]", *lines)), file=sys.stdout, flush=True)  # noqa: T201  # a terminal is what this device shows on
