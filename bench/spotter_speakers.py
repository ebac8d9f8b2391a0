"""Who speaks the spotter's lessons, in families: what is learned from some is examined with others."""

from __future__ import annotations

import random

from bench.voice_speakers import Speaker, present

EXAMINERS = (
    Speaker("espeak", "en-us+f4", 1.1, 45),
    Speaker("espeak", "en-us+m7", 1.05, 50),
    Speaker("espeak", "en-us+klatt3", 1.0, 40),
    Speaker("espeak", "en-us+Andrea", 1.1, 60),
    Speaker("espeak", "en-us+steph2", 0.95, 50),
    Speaker("espeak", "en-gb-scotland", 0.95, 45),
    Speaker("espeak", "en-gb-scotland+m2", 1.1, 35),
    Speaker("festival", "ked_diphone"),
    Speaker("flite", "awb", 1.0, 120),
    Speaker("flite", "awb", 1.15, 135),
)
"""Voices, and two accents, from which nothing is learned where the training is to be proved (``--prove``)."""

_ACCENTS = ["en-us", "gmw/en", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc"]
_VARIANTS = [
    "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6",
    "Alex", "Alicia", "Andrea", "Andy", "Annie", "Gene", "Hugo", "Lee", "Marco", "Michael", "Mike", "Storm", "adam", "anika", "antonio",
    "belinda", "benjamin", "boris", "caleb", "david", "ed", "edward", "grandma", "grandpa", "iven", "john", "linda", "max", "michel",
    "norbert", "pablo", "paul", "quincy", "rob", "robert", "shelby", "steph", "steph2", "travis", "victor", "zac",
]  # fmt: skip
_FLITE = {"slt": (145, 215), "rms": (80, 125), "kal16": (85, 135), "kal": (90, 130), "awb": (100, 150)}
_FESTIVAL = ["cmu_us_slt_arctic_hts", "kal_diphone", "ked_diphone"]


def teachers() -> list[Speaker]:
    """Those that this machine can speak with: each accent alone and with many variants, each other voice at many paces."""
    dice = random.Random("teachers")  # noqa: S311  # paces and pitches
    every = [
        Speaker("espeak", f"{accent}+{variant}", _pace(dice), dice.randint(25, 75))
        for variant in _VARIANTS
        for accent in dice.sample(_ACCENTS, 1)
    ]
    every += [Speaker("espeak", accent, _pace(dice), dice.randint(30, 65)) for accent in _ACCENTS * 3]
    every += [Speaker("flite", voice, _pace(dice), dice.randint(*pitch)) for voice, pitch in _FLITE.items() for _ in range(7)]
    every += [Speaker("festival", voice, _pace(dice)) for voice in _FESTIVAL for _ in range(6)]
    return [speaker for speaker in every if present(speaker)]


def guests() -> list[Speaker]:
    """The variants in two more accents each: they come for the last round only, for what one more speaker teaches most about."""
    dice = random.Random("guests")  # noqa: S311  # paces and pitches
    known = {speaker.voice for speaker in teachers()}
    every = [
        Speaker("espeak", f"{accent}+{variant}", _pace(dice), dice.randint(25, 75))
        for variant in _VARIANTS
        for accent in dice.sample([each for each in _ACCENTS if f"{each}+{variant}" not in known], 2)
    ]
    return [speaker for speaker in every if present(speaker)]


def is_examiner(speaker: Speaker) -> bool:
    """Whether it sounds like one of EXAMINERS: the same voice at any pace, or the same accent or variant."""
    accent, _, variant = speaker.voice.partition("+")
    if speaker.engine != "espeak":
        return any((speaker.engine, speaker.voice) == (each.engine, each.voice) for each in EXAMINERS)
    return accent == "en-gb-scotland" or variant in {
        each.voice.partition("+")[2] for each in EXAMINERS if not each.voice.startswith("en-gb")
    } - {""}


def _pace(dice: random.Random) -> float:
    return round(dice.uniform(0.8, 1.3), 2)
