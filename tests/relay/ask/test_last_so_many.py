"""The last so many seasons, feasts and weekends: each by itself, not what lies between."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from relay.ask.times import Calendar

NOW_MS = int(datetime(2025, 9, 17, 12, tzinfo=UTC).timestamp() * 1000)


def _read(words: str) -> list[str]:
    calendar = Calendar(NOW_MS, "UTC", country="CA")
    reading = calendar.read(words.split(), 0)
    assert reading is not None
    assert reading.took == len(words.split())
    parts = [each.removeprefix("only:").split("-") for each in calendar.hints(reading) if each.startswith("only:")]
    return ["..".join(f"{datetime.fromtimestamp(int(end) / 1000, UTC):%Y-%m-%d}" for end in part) for part in parts]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("the last three summers", ["2025-06-01..2025-09-01", "2024-06-01..2024-09-01", "2023-06-01..2023-09-01"]),
        ("the last two winters", ["2024-12-01..2025-03-01", "2023-12-01..2024-03-01"]),
        ("the past two christmases", ["2024-12-24..2024-12-27", "2023-12-24..2023-12-27"]),
        ("last two weekends", ["2025-09-13..2025-09-15", "2025-09-06..2025-09-08"]),
        ("the last three weeks", []),
    ],
)
def test_each_by_itself(words: str, parts: list[str]) -> None:
    assert _read(words) == parts
