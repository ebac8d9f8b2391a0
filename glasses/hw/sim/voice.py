"""A synthetic wearer: text to speech by the espeak-ng library that the espeakng-loader package carries."""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_short, c_uint, c_void_p
from typing import TYPE_CHECKING

from glasses.errors import HardwareLibraryError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SYNCHRONOUS = 2
"""AUDIO_OUTPUT_SYNCHRONOUS of speak_lib.h: samples come through the callback."""
RATE, PITCH, GAP = 1, 3, 7
UTF8 = 1
_ON_SAMPLES = CFUNCTYPE(c_int, POINTER(c_short), c_int, c_void_p)


class Voice:
    """One voice of espeak-ng. The library has one state for all voices: speak from one thread."""

    def __init__(self, name: str = "en-us", words_per_minute: int = 150, pitch: int = 50, gap_10ms: int = 2) -> None:
        """Raises HardwareLibraryError when the package is not installed."""
        try:
            import espeakng_loader
        except ImportError as problem:
            raise HardwareLibraryError("the simulated wearer speaks through the package espeakng-loader") from problem
        self._library = ctypes.cdll.LoadLibrary(espeakng_loader.get_library_path())
        self._pieces: list[NDArray[np.int16]] = []
        self._callback = _ON_SAMPLES(self._take)
        self._rate_hz: int = self._library.espeak_Initialize(SYNCHRONOUS, 200, espeakng_loader.get_data_path().encode(), 0)
        if self._rate_hz <= 0:
            raise HardwareLibraryError("espeak-ng does not start with the data of espeakng-loader")
        self._name, self._settings = name, ((RATE, words_per_minute), (PITCH, pitch), (GAP, gap_10ms))
        self._take_over()

    def speak(self, text: str, rate_hz: int = 48_000) -> NDArray[np.int16]:
        """``text`` as mono samples at ``rate_hz``."""
        import numpy as np
        import soxr

        self._take_over()
        self._pieces.clear()
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, c_uint(len(data)), 0, 0, 0, UTF8, None, None)
        spoken = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
        resampled: NDArray[np.int16] = soxr.resample(spoken, self._rate_hz, rate_hz)
        return resampled

    def _take_over(self) -> None:
        """Make the library's one state this voice's: another voice may have spoken meanwhile."""
        self._library.espeak_SetSynthCallback(self._callback)
        if self._library.espeak_SetVoiceByName(c_char_p(self._name.encode())) != 0:
            raise HardwareLibraryError(f"espeak-ng has no voice {self._name!r}")
        for parameter, value in self._settings:
            self._library.espeak_SetParameter(parameter, value, 0)

    def _take(self, samples: object, count: int, _events: object) -> int:
        import numpy as np

        if count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        return 0
