"""The pairing code: a QR that a camera reads off the display, the letters beside it, and the words that are spoken."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from glasses.hud.cards import pairing_card, spelled
from glasses.hud.render import HEIGHT_PX, WIDTH_PX, render
from glasses.hud.screen import Screen, Status


@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:8787", "https://memories.example.org", "https://a-rather-long-name-of-a-relay.example.org:8443"]
)
def test_a_camera_reads_it_off_the_display(host: str) -> None:
    address = f"{host}/pair?user_code=BCDF-GHJK"
    picture = np.asarray(render(Screen(pairing_card("BCDF-GHJK", address), Status(battery_fraction=0.6))))
    assert picture.shape == (HEIGHT_PX, WIDTH_PX, 3)
    seen = [cv2.resize(picture[:, :, ::-1], None, fx=nearer, fy=nearer, interpolation=cv2.INTER_AREA) for nearer in (1.0, 1.5, 2.0)]
    assert address in [cv2.QRCodeDetector().detectAndDecode(view)[0] for view in seen], "a phone is held nearer or farther"


def test_it_is_spelled_twice() -> None:
    assert spelled("BCDF-GHJK") == "Your pairing code is: B, C, D, F. G, H, J, K. Again: B, C, D, F. G, H, J, K."
