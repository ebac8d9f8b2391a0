"""The relay's log: JSON lines on standard error."""

from __future__ import annotations

import logging
import sys

from glasses.wire.journal import JsonFormatter, followed, following

__all__ = ["JsonFormatter", "followed", "following", "start"]


def start(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # the front logs each request itself, with its correlation id
