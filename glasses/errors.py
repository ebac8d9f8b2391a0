"""Errors of the device, by name where the code wants to catch one. Codes and hints are in ``glasses.wire.errors``."""

from __future__ import annotations

from glasses.wire.errors import SouvenirError


class ConfigInvalidError(SouvenirError):
    code = "config.invalid"


class HardwareUnknownError(SouvenirError):
    code = "hardware.unknown"


class HardwareLibraryError(SouvenirError):
    code = "hardware.library"


class MicrophoneMissingError(SouvenirError):
    code = "microphone.missing"


class CameraMissingError(SouvenirError):
    code = "camera.missing"


class CameraProfileError(SouvenirError):
    code = "camera.profile"


class CameraStoppedError(SouvenirError):
    code = "camera.stopped"


class StorageFullError(SouvenirError):
    code = "storage.full"


class StorageDamagedError(SouvenirError):
    code = "storage.damaged"


class SpoolTakenError(SouvenirError):
    code = "storage.taken"


class RecordingRunningError(SouvenirError):
    code = "recording.running"


class RecordingIdleError(SouvenirError):
    code = "recording.idle"


class RecordingForbiddenError(SouvenirError):
    code = "recording.forbidden_here"


class NothingHeldError(SouvenirError):
    code = "recording.nothing_held"


class LightFailedError(SouvenirError):
    code = "light.failed"


class RelayUnreachableError(SouvenirError):
    code = "relay.unreachable"


class NotPairedError(SouvenirError):
    code = "auth.unpaired"


class TaggerStoppedError(SouvenirError):
    code = "tagger.stopped"


class PowerSavingError(SouvenirError):
    code = "power.saving"


class DisplayFailedError(SouvenirError):
    code = "display.failed"


class StageStalledError(SouvenirError):
    code = "stage.stalled"


class ListeningBehindError(SouvenirError):
    code = "listening.behind"


class UnreadableError(SouvenirError):
    code = "upload.not_a_video"


class PhoneAwayError(SouvenirError):
    code = "phone.away"


class PhoneLostError(SouvenirError):
    code = "phone.lost"


class PhoneUnknownError(SouvenirError):
    code = "phone.unknown"


class RadioMissingError(SouvenirError):
    code = "radio.missing"
