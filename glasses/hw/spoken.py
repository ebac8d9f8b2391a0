"""Words said aloud, by the system's espeak-ng where it is installed."""

from __future__ import annotations

import shutil
import subprocess

_PROGRAM = "espeak-ng"
_WORDS_PER_MINUTE = "120"
_LONGEST_S = 60


def say(text: str) -> bool:
    """Until it has been said. False when there is nothing to say it with."""
    if shutil.which(_PROGRAM) is None:
        return False
    try:
        subprocess.run([_PROGRAM, "-s", _WORDS_PER_MINUTE, text], check=True, timeout=_LONGEST_S, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
