"""What can be wrong with a model."""

from __future__ import annotations

from glasses.wire.errors import SouvenirError


class ManifestInvalidError(SouvenirError):
    code = "config.invalid"


class ModelMissingError(SouvenirError):
    code = "model.missing"


class ModelHashMismatchError(SouvenirError):
    code = "model.hash_mismatch"

    def __init__(self, file: str, expected: str, found: str) -> None:
        super().__init__(f"{file}: expected sha256 {expected}, found {found}")
        self.file, self.expected, self.found = file, expected, found


class ModelSourceUnreachableError(SouvenirError):
    code = "model.source_unreachable"
