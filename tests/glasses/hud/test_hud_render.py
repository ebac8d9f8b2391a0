"""Cards as pixels: everything fits, nothing is clipped, everything can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from glasses.events import Answered, CustodyChanged, FaultRaised, FilmFetched, LinkChanged, RecordingStarted, SegmentClosed, WakeHeard
from glasses.hud.cards import Card, CardKind, card_for, film_card, safety
from glasses.hud.render import COLOURS, FAINT, HEIGHT_PX, MARGIN, SOFT, WIDTH_PX, render
from glasses.hud.screen import Screen, Status, clock_text
from glasses.hud.typeset import ELLIPSIS, Weight, fit
from glasses.wire.errors import ERRORS
from glasses.wire.memory import ClipChoice, Memory, MemoryStatus, Plan
from glasses.wire.segment import Segment
from glasses.wire.status import ClipCustody, Custody

CALM = Status(battery_fraction=0.62)
EDGE = MARGIN - 10
FILM = Memory(
    status=MemoryStatus.COMPLETED, duration_s=42, plan=Plan(said="A film of Anna and you in Paris."), clips_used=[ClipChoice()] * 7
)


def pixels(card: Card | None, status: Status = CALM) -> np.ndarray:
    return np.asarray(render(Screen(card, status)))


def contrast(colour: tuple[int, int, int]) -> float:
    """With black, by WCAG 2.2."""
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) / 0.05


def within_the_edge(picture: np.ndarray) -> bool:
    inside = picture.copy()
    inside[EDGE : HEIGHT_PX - 20, EDGE : WIDTH_PX - EDGE] = 0
    inside[20:EDGE, EDGE : WIDTH_PX - EDGE] = 0
    return not inside.any()


CARDS = [
    card_for(WakeHeard()),
    card_for(RecordingStarted(Segment())),
    card_for(SegmentClosed(Segment(duration_s=9.4))),
    card_for(CustodyChanged("a", Custody.STORED)),
    card_for(LinkChanged(False, "http://192.168.1.20:8787: All connection attempts failed")),
    card_for(
        Answered("Battery 65%", ("You can record for 1 hour 20 minutes; the battery ends first.", "Battery at 65%: everything runs."))
    ),
    safety([ClipCustody(custody=Custody.KEPT)]),
    film_card(FilmFetched(FILM, "film.mp4")),
    *(card_for(FaultRaised(code, kind.title, kind.hint)) for code, kind in ERRORS.items()),
]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title + card.hint[:20])
def test_every_card_fits_and_says_all_of_it(card: Card) -> None:
    picture = pixels(card)
    assert picture.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert within_the_edge(picture)
    assert (picture > 200).any()
    for text, width in ((card.title, 464), (card.hint, 536)):
        block = fit(text, Weight.REGULAR, width_px=width, height_px=64, size_px=27, least_px=20)
        assert not any(line.endswith(ELLIPSIS) for line in block.lines), text


@given(st.text(max_size=90), st.lists(st.text(max_size=160), max_size=4), st.sampled_from(CardKind), st.text(max_size=120))
@settings(max_examples=40, deadline=None)
def test_whatever_is_said_stays_within_the_edge(title: str, lines: list[str], kind: CardKind, hint: str) -> None:
    assert within_the_edge(pixels(Card(title, tuple(lines), kind, hint), Status(3700.0, 1.0, charging=True, online=False)))


def test_every_colour_can_be_read_on_black_and_told_in_grey() -> None:
    for colour in (*COLOURS.values(), SOFT, FAINT):
        assert contrast(colour) >= 5.5


def test_each_kind_has_a_shape_of_its_own() -> None:
    shapes = {kind: (pixels(Card("x", ("y",), kind)).max(axis=2) > 100).tobytes() for kind in CardKind}
    assert len(set(shapes.values())) == len(CardKind)


def test_a_recording_shows_its_time_large_and_then_in_the_strip() -> None:
    card = card_for(RecordingStarted(Segment()))
    early, late = pixels(card, Status(recording_s=7)), pixels(card, Status(recording_s=67))
    assert (early[100:260] != late[100:260]).any()
    strip = pixels(None, Status(recording_s=67))
    assert strip[16:60].any()
    assert not strip[70:].any(), "nothing else: the eyes are free"
    assert not pixels(None, Status()).any()


def test_the_battery_tells_how_full_it_is() -> None:
    lit = [int((pixels(None, Status(battery_fraction=fraction))[26:50, 550:600] > 128).sum()) for fraction in (0.2, 0.6, 1.0)]
    assert lit == sorted(set(lit))
    low = pixels(None, Status(battery_fraction=0.08))
    assert (low[26:50, 550:600, 2] < 120).any(), "a low one is not white"


def test_a_film_is_shown_with_its_poster(tmp_path: Path) -> None:
    Image.new("RGB", (1280, 720), (0, 200, 0)).save(tmp_path / "poster.jpg")
    with_poster = pixels(film_card(FilmFetched(FILM, "film.mp4", str(tmp_path / "poster.jpg"))))
    assert with_poster[110, 360:600, 1].mean() > 150
    assert (with_poster[172, 480] == 0).all() or (with_poster[172, 480] > 200).all(), "a sign to play it"
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    broken = pixels(film_card(FilmFetched(FILM, "film.mp4", str(tmp_path / "broken.jpg"))))
    assert (broken == pixels(film_card(FilmFetched(FILM, "film.mp4")))).all()


def test_what_is_too_long_is_shrunk_and_only_then_cut() -> None:
    long = "The quick brown fox jumps over the lazy dog " * 6
    block = fit(long, Weight.REGULAR, width_px=400, height_px=90, size_px=40, least_px=20)
    assert (block.size_px, len(block.lines)) == (20, 3)
    assert block.lines[-1].endswith(ELLIPSIS)
    assert block.width_px <= 400
    assert fit("short", Weight.BOLD, width_px=400, height_px=90, size_px=40, least_px=20).size_px == 40


def test_times_as_they_are_read() -> None:
    assert [clock_text(seconds) for seconds in (0.4, 67, 3723)] == ["0:00", "1:07", "1:02:03"]
