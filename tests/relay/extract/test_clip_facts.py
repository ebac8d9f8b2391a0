"""A clip with a sign, words and a cut: what can be read, where is spoken, what is in view how long, how good each second is."""

from __future__ import annotations

import cv2
import numpy as np

from relay.extract.extract import extract, versions_of
from relay.extract.facts import ExtractRequest


def test_a_clip_is_known_second_by_second(make_clip, picture, speak):
    board = np.full((720, 1280, 3), (180, 200, 190), np.uint8)
    cv2.putText(board, "Cafe de Flore", (150, 300), cv2.FONT_HERSHEY_DUPLEX, 3, (20, 20, 60), 6, cv2.LINE_AA)
    quiet = np.zeros(48_000, np.int16)
    clip = make_clip([(picture("coffee"), 4), (board, 4)], np.concatenate([quiet, speak("happy birthday my dear"), quiet]))

    facts = extract(clip, ExtractRequest())

    assert [moment.text for moment in facts.moments] == ["", "Cafe de Flore"]
    [(start_s, end_s)] = facts.speech_spans
    assert 0.4 < start_s < 1.2 < end_s < 4
    assert facts.moments[0].speech == "happy birthday my dear"
    assert [second.at_s for second in facts.seconds] == [float(number) for number in range(8)]
    assert all(0 < second.exposure < 1 and second.shake is not None and second.shake < 0.003 for second in facts.seconds)
    loud = [second.loudness_lufs for second in facts.seconds if second.loudness_lufs is not None]
    assert max(loud) > -35
    assert ("cup", 0.0, 4.0) in [(track.name, track.start_s, track.end_s) for track in facts.tracks]
    assert facts.models == versions_of(ExtractRequest())
    assert sum(facts.cpu_s.values()) > 0


def test_what_is_not_asked_for_is_not_done(make_clip, picture, speak):
    facts = extract(make_clip([(picture("coffee"), 2)], speak("hello there")), ExtractRequest(speech=False, text=False))
    assert {"speech", "voice", "text"} & set(facts.models) == set()
    assert facts.speech_spans == []
    assert facts.loudness_lufs is not None
