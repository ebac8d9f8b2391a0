"""What is on the pixels from moment to moment: cards that go, films that play, panels that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from glasses.clock import FakeClock
from glasses.errors import DisplayFailedError
from glasses.hud.cards import Card, CardKind
from glasses.hud.player import FRAMES_PER_S, FilmUnplayableError, frames_of
from glasses.hud.screen import Status
from glasses.hud.screens import Screens
from glasses.hw.framebuffer import HEIGHT_PX, WIDTH_PX, FramebufferDisplay, open_framebuffer


class Paper:
    width_px, height_px = WIDTH_PX, HEIGHT_PX

    def __init__(self, broken: bool = False) -> None:
        self.frames: list[bytes] = []
        self.brightness, self.closed, self.broken = [1.0][:0], False, broken

    def put(self, rgb: bytes, brightness: float) -> None:
        if self.broken:
            raise DisplayFailedError("the cable is out")
        self.frames.append(rgb)
        self.brightness.append(brightness)

    def close(self) -> None:
        self.closed = True


class Scene:
    def __init__(self, *panels: Paper) -> None:
        self.clock, self.status, self.brightness = FakeClock(), Status(), 1.0
        self.panels = panels or (Paper(),)
        self.screens = Screens(list(self.panels), lambda: self.status, lambda: self.brightness, self.clock)

    async def __aenter__(self) -> Self:
        self.running = asyncio.create_task(self.screens.run())
        await self.until(lambda: bool(self.panels[-1].frames))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def until(self, true: Callable[[], bool]) -> None:
        """Drawing and decoding happen on threads: their end is waited for, not a time."""
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.002)

    async def passes(self, seconds: float) -> None:
        await self.clock.advance(seconds)


async def test_a_card_goes_when_it_has_been_read() -> None:
    async with Scene() as scene:
        paper, card = scene.panels[0], Card("Saved", ("9.4 s", "kept on the glasses"), CardKind.SAVED)
        blank = paper.frames[-1]
        assert not any(blank)
        scene.screens.show(card)
        await scene.until(lambda: paper.frames[-1] != blank)
        await asyncio.sleep(0.01)
        await scene.passes(card.shown_s)
        await scene.until(lambda: paper.frames[-1] == blank)
        assert len(paper.frames) == 3, "what has not changed is not drawn again"


async def test_the_time_of_a_recording_goes_on_second_by_second() -> None:
    async with Scene() as scene:
        paper = scene.panels[0]
        scene.screens.show(Card("Recording", kind=CardKind.RECORDING, hint="say: stop recording"))
        scene.status = Status(recording_s=0.0)
        await scene.until(lambda: len(paper.frames) == 2)
        for second in (1, 2):
            await asyncio.sleep(0.01)
            scene.status = Status(recording_s=float(second))
            await scene.passes(1.0)
            await scene.until(lambda second=second: len(paper.frames) == 2 + second)


async def test_a_panel_that_fails_is_left_out_and_the_other_goes_on() -> None:
    async with Scene(Paper(broken=True), Paper()) as scene:
        scene.screens.show(Card("Ready"))
        await scene.until(lambda: len(scene.panels[1].frames) == 2)


async def test_brightness_follows_the_plan() -> None:
    async with Scene() as scene:
        scene.brightness = 0.35
        scene.screens.show(Card("Ready"))
        await scene.until(lambda: scene.panels[0].brightness[-1] == 0.35)


@pytest.fixture
def film(make_clip: Callable[..., Path]) -> Path:
    red, blue = np.full((360, 640, 3), (200, 30, 30), np.uint8), np.full((360, 640, 3), (30, 30, 200), np.uint8)
    return make_clip([(red, 1.0), (blue, 1.0)], name="film.mp4")


async def test_a_film_is_decoded_at_a_few_frames_a_second_and_fitted(film: Path) -> None:
    frames = [(at_s, np.frombuffer(rgb, np.uint8).reshape(HEIGHT_PX, WIDTH_PX, 3)) async for at_s, rgb in frames_of(film)]
    assert len(frames) == pytest.approx(2 * FRAMES_PER_S, abs=3)
    first, last = frames[0][1], frames[-1][1]
    assert first[200, 320, 0] > 150
    assert last[200, 320, 2] > 150
    assert not first[:10].any(), "black above: 16:9 on 16:10"


async def test_what_is_no_film_is_said(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"none")
    with pytest.raises(FilmUnplayableError):
        await anext(frames_of(tmp_path / "film.mp4"))


async def test_a_film_plays_after_its_card_and_ends(film: Path) -> None:
    async with Scene() as scene:
        paper, card = scene.panels[0], Card("Film ready", ("A film of Anna and you.",), CardKind.FILM)
        scene.screens.show(card)
        scene.screens.play(film)
        await scene.until(lambda: len(paper.frames) == 2)
        async with asyncio.timeout(30):
            while not scene.screens.films_played:
                await asyncio.sleep(0.005)
                await scene.passes(0.25)
        shown = [np.frombuffer(frame, np.uint8).reshape(HEIGHT_PX, WIDTH_PX, 3)[200, 320] for frame in paper.frames[2:]]
        assert any(colour[0] > 150 for colour in shown)
        assert any(colour[2] > 150 for colour in shown)
        await scene.until(lambda: not any(paper.frames[-1]))


async def test_a_film_gives_way_to_a_card_and_to_a_recording(film: Path) -> None:
    async with Scene() as scene:
        paper = scene.panels[0]
        scene.screens.play(film)
        await scene.until(lambda: len(paper.frames) == 2)
        scene.screens.show(Card("Listening", kind=CardKind.LISTENING))
        await scene.until(lambda: len(paper.frames) == 3)
        scene.status = Status(recording_s=1.0)
        scene.screens.play(film)
        await asyncio.sleep(0.05)
        played = scene.screens.films_played
        await scene.passes(10.0)
        await asyncio.sleep(0.05)
        assert scene.screens.films_played == played


# the frame buffer, on a file that looks like one


def framebuffer(folder: Path, size: str, bits: int, stride: int | None = None) -> tuple[Path, Path]:
    across, down = (int(part) for part in size.split(","))
    (folder / "virtual_size").write_text(size + "\n")
    (folder / "bits_per_pixel").write_text(f"{bits}\n")
    if stride:
        (folder / "stride").write_text(f"{stride}\n")
    device = folder / "fb0"
    device.write_bytes(bytes((stride or across * bits // 8) * down))
    return device, folder


def test_a_card_in_16_bits_is_in_the_middle_of_the_screen(tmp_path: Path) -> None:
    device, sysfs = framebuffer(tmp_path, "800,480", 16, 1664)
    display = FramebufferDisplay(device, sysfs)
    picture = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    picture[0, 0], picture[0, 1], picture[0, 2] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    display.put(picture.tobytes(), 1.0)
    screen = np.frombuffer(device.read_bytes(), "<u2").reshape(480, 832)
    assert [int(word) for word in screen[40, 80:83]] == [0xF800, 0x07E0, 0x001F]
    assert np.count_nonzero(screen) == 3
    display.close()
    assert not any(device.read_bytes())


def test_a_large_screen_in_32_bits_gets_a_larger_card_and_a_dimmed_one(tmp_path: Path) -> None:
    device, sysfs = framebuffer(tmp_path, "1920,1080", 32)
    display = FramebufferDisplay(device, sysfs)
    display.put(bytes([200, 100, 50]) * (WIDTH_PX * HEIGHT_PX), 0.5)
    screen = np.frombuffer(device.read_bytes(), np.uint8).reshape(1080, 1920, 4)
    assert tuple(screen[540, 960]) == (25, 50, 100, 0)
    assert np.count_nonzero(screen[..., 2]) == WIDTH_PX * 2 * HEIGHT_PX * 2
    display.close()


def test_a_small_screen_shows_what_it_can(tmp_path: Path) -> None:
    device, sysfs = framebuffer(tmp_path, "320,240", 16)
    display = FramebufferDisplay(device, sysfs)
    display.put(bytes([255]) * (WIDTH_PX * HEIGHT_PX * 3), 1.0)
    assert set(device.read_bytes()) == {255}
    display.close()


def test_where_there_is_no_such_display_there_is_none(tmp_path: Path) -> None:
    assert open_framebuffer(tmp_path / "fb0", tmp_path) is None
    device, sysfs = framebuffer(tmp_path, "320,240", 8)
    with pytest.raises(DisplayFailedError, match="8 bits a pixel"):
        FramebufferDisplay(device, sysfs)
