"""Logs as JSON lines, the same of glasses and relay: whoever collects both can follow a clip from shutter to film by one id."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

CORRELATION_HEADER = "Correlation-Id"
_followed: ContextVar[str] = ContextVar("followed", default="")
_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


@contextlib.contextmanager
def following(correlation_id: str) -> Iterator[None]:
    """Every line that is logged inside carries the id."""
    token = _followed.set(correlation_id or _followed.get())
    try:
        yield
    finally:
        _followed.reset(token)


def followed() -> str:
    """The id of what is done here and now; empty when nothing is followed."""
    return _followed.get()


class JsonFormatter(logging.Formatter):
    """``extra`` fields become fields of the line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
        }
        if followed():
            line["correlation_id"] = followed()
        line.update({key: value for key, value in record.__dict__.items() if key not in _STANDARD})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()
