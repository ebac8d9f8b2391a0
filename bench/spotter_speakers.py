"""Who speaks the spotter's lessons: other voices than those that it is examined with."""

from __future__ import annotations

from itertools import product

from bench.voice_speakers import Speaker, present

EXAMINERS = (
    Speaker("espeak", "en-us+f4", 1.1, 45),
    Speaker("espeak", "en-us+m7", 1.05, 50),
    Speaker("espeak", "en-gb-scotland", 0.95, 45),
    Speaker("festival", "ked_diphone"),
)
"""Voices of the bench from which nothing is learned."""

_ACCENTS = ["en-us", "gmw/en", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"]
_VARIANTS = ["", "+f1", "+f2", "+f3", "+f5", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m8", "+klatt2", "+klatt4"]


def teachers() -> list[Speaker]:
    """Those that this machine can speak with."""
    every = [
        Speaker("espeak", accent + variant, 0.85 + 0.1 * (number % 5), 30 + 9 * (number % 6))
        for number, (accent, variant) in enumerate(product(_ACCENTS, _VARIANTS))
    ]
    paces = (0.85, 1.0, 1.15, 1.3)
    every += [Speaker("flite", "slt", pace, pitch) for pace, pitch in product(paces, (150, 170, 200))]
    every += [Speaker("flite", "rms", pace, pitch) for pace, pitch in product(paces, (85, 100, 120))]
    every += [Speaker("flite", "kal16", pace, pitch) for pace, pitch in product(paces, (90, 105, 130))]
    every += [Speaker("flite", "awb", pace, pitch) for pace, pitch in product(paces, (105, 125, 145))]
    every += [Speaker("festival", "cmu_us_slt_arctic_hts"), Speaker("festival", "kal_diphone")] * 2
    return [speaker for speaker in every if present(speaker)]
