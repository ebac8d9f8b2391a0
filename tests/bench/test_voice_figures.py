"""The voice bench's figures from what was heard."""

from __future__ import annotations

import pytest

from bench.voice_corpus import Names
from bench.voice_figures import figures
from bench.voice_hearing import Outcome
from bench.voice_labels import Label


def heard(snr_db: float | str, latency_s: float, *intents: str) -> Outcome:
    return Outcome(Label("a.wav", "cancel", {}, snr_db=snr_db), True, list(intents), "cancel", [], latency_s, 3.0)


def test_the_time_to_an_action_is_told_for_each_noise_and_for_all() -> None:
    silent = Outcome(Label("b.wav", "cancel", {}, snr_db=0), False, [], "", [], None, 3.0)
    found = figures([heard("clean", 0.3, "cancel"), heard(10, 0.9, "cancel"), heard(10, 5.0, "undo"), silent], Names())
    assert found["action_p95_s"] == pytest.approx(0.9), "what was not understood was not done"
    assert found["action_p95_s_by_snr"] == {"clean": 0.3, "10": 0.9, "0": None}
    assert found["wrong_intents"] == 1


def test_near_misses_in_noise_are_told_by_their_ratio_and_are_not_hours_of_speech() -> None:
    def near(snr_db: float | str, *intents: str) -> Outcome:
        return Outcome(Label("n.wav", snr_db=snr_db, near=True), bool(intents), list(intents), "", [], None, 3600.0)

    found = figures([near("clean"), near(10.0, "undo"), near(10.0), near(5.0)], Names())
    assert found["near_misses_done_in_noise"] == {"10": 0.5, "5": 0.0}
    assert (found["false_commands"], found["other_speech_h"]) == (0, 1.0)
    assert figures([near("clean", "undo")], Names())["false_commands"] == 1
