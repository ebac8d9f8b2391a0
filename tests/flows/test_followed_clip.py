"""One correlation id leads through the logs of both programs, from the shutter to the film."""

from __future__ import annotations

import json
import logging

from glasses.wire.journal import JsonFormatter, followed, following


def lines(records: list[logging.LogRecord]) -> list[dict[str, object]]:
    return [json.loads(JsonFormatter().format(record)) for record in records]


def test_every_line_inside_carries_the_id_and_none_outside(caplog) -> None:
    caplog.handler.setFormatter(JsonFormatter())
    log = logging.getLogger("glasses.somewhere")
    with caplog.at_level("INFO"), following("c-1"):
        log.info("kept")
        with following(""):
            log.info("still the same")
        with following("c-2"):
            log.info("another")
    log.warning("nobody's")
    said = [json.loads(line) for line in caplog.text.splitlines()]
    assert [(line["event"], line.get("correlation_id")) for line in said] == [
        ("kept", "c-1"), ("still the same", "c-1"), ("another", "c-2"), ("nobody's", None),
    ]  # fmt: skip
    assert followed() == ""
