"""Words in pictures: title card, poster, contact sheet."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from glasses.wire.segment import PROFILE
from relay.assemble.contact_sheet import SheetRow, contact_sheet
from relay.assemble.h264 import is_whole, join_avcc, parse_avcc
from relay.assemble.stills import cut_stills, film_stills
from relay.assemble.titles import poster, title_card
from relay.assemble.typeset import Face, fit, font

if TYPE_CHECKING:
    from conftest import Film

GREY = np.full((PROFILE.height * 3 // 2, PROFILE.width), 128, np.uint8)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200), st.integers(120, 1400), st.integers(1, 3))
def test_text_of_any_length_fits_its_width(text: str, width_px: int, lines: int) -> None:
    block = fit(text, Face.SERIF, width_px=width_px, size_px=80, least_px=24, lines=lines)
    assert len(block.lines) <= lines
    assert 24 <= block.size_px <= 80
    assert all(font(block.face, block.size_px).getlength(line) <= width_px for line in block.lines)


def test_short_text_is_whole_and_large_and_long_text_ends_in_an_ellipsis() -> None:
    short = fit("My wife & me", Face.SERIF, width_px=1400, size_px=120, least_px=40)
    assert (short.lines, short.size_px) == (("My wife & me",), 120)
    long = fit("word " * 300, Face.SERIF, width_px=600, size_px=60, least_px=40, lines=2)
    assert len(long.lines) == 2
    assert long.lines[-1].endswith("…")


@pytest.mark.parametrize("text", ["Zoë Łukasz Šárka İstanbul", "Владимир", "Αθήνα", "12 \u2013 14 June · Élysées"])
def test_the_typefaces_have_the_letters_of_names(text: str) -> None:
    for face in Face:
        missing = bytes(font(face, 40).getmask("\uffff"))
        assert all(bytes(font(face, 40).getmask(letter)) != missing for letter in text.replace(" ", ""))


def test_a_title_card_keeps_its_words_inside_and_its_edges_dark() -> None:
    card = title_card("An exceedingly long title " * 8, "A place with a very long name " * 4, "12 to 14 June 2024", GREY, PROFILE)
    luma = card[: PROFILE.height]
    assert card.shape == GREY.shape
    assert luma[:, 300:1600].max() > 215
    assert max(luma[:60].max(), luma[-60:].max(), luma[:, :60].max(), luma[:, -60:].max()) < 120
    assert luma.min() >= 16


def test_a_card_without_words_still_has_a_title() -> None:
    assert title_card("", "", "", GREY, PROFILE)[: PROFILE.height].max() > 215


def test_a_poster_is_a_jpeg_of_its_size() -> None:
    image = Image.open(io.BytesIO(poster(np.full((1080, 1920, 3), 90, np.uint8), "My wife & me", "Paris")))
    assert (image.format, image.size) == ("JPEG", (1280, 720))


def test_a_contact_sheet_has_a_strip_for_each_clip(film: Film) -> None:
    strips = cut_stills(film.path, film.facts.cut_list)
    rows = [SheetRow(strip, "Wed 12 June 2024, 14:02", "Paris, France", "Anna and you", "why") for strip in strips]
    one, three = (Image.open(io.BytesIO(contact_sheet("My wife & me", "Paris", part))) for part in (rows[:1], rows))
    assert (one.format, one.width) == ("PNG", 1680)
    row_px = (three.height - one.height) / 2
    assert row_px > 150
    shown = np.asarray(three.convert("RGB"), float)[three.height - 150, 402:1608]
    assert shown.std() > 20  # pictures in the last row


def test_a_sheet_without_rows_or_words_is_still_a_page() -> None:
    assert Image.open(io.BytesIO(contact_sheet("", "", []))).size[0] == 1680


def test_stills_are_the_frames_that_were_asked_for(film: Film) -> None:
    start = film.facts.cut_list.starts[1] + 15
    first, again, later = film_stills(film.path, [start, start, start + 30])
    assert first.shape == (360, 640, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, later)
    with pytest.raises(ValueError, match="no frame"):
        film_stills(film.path, [film.facts.frames + 40])


def test_headers_of_two_encoders_join_into_one_record() -> None:
    camera, other = (
        bytes([1, 0x64, 0, level, 0xFF, 0xE1, 0, 5, 0x67, 0x64, 0, level, n, 1, 0, 4, 0x68, n, 2, 3]) for n, level in ((1, 30), (2, 40))
    )
    joined = parse_avcc(join_avcc([parse_avcc(camera), parse_avcc(other), parse_avcc(camera)]))
    assert joined.sps == (*parse_avcc(camera).sps, *parse_avcc(other).sps)
    assert len(joined.pps) == 2
    assert join_avcc([parse_avcc(camera), parse_avcc(other)])[3] == 40
    for broken in (b"", camera[:12], b"\0" + camera[1:]):
        with pytest.raises(ValueError, match="avcC"):
            parse_avcc(broken)


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5), st.data())
def test_a_torn_picture_is_noticed(units: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    assert is_whole(whole)
    assert not is_whole(whole + b"\0")
    cut = data.draw(st.integers(1, len(whole) - 1))
    ends = {sum(4 + len(unit) for unit in units[:n]) for n in range(1, len(units))}
    assert is_whole(whole[:cut]) == (cut in ends)


def test_a_still_needs_a_film(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        film_stills(tmp_path / "none.mp4", [0])
