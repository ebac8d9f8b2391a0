"""Errors of the relay: those of the wire, by name where the code wants to catch one."""

from __future__ import annotations

from glasses.wire.errors import ERRORS, Action, ErrorKind, Problem, SouvenirError, problem

__all__ = ["ERRORS", "Action", "ErrorKind", "LaterError", "NotFoundError", "Problem", "SouvenirError", "TooManyRequestsError", "problem"]


class NotFoundError(SouvenirError):
    code = "request.not_found"


class LaterError(SouvenirError):
    """It may be tried again, but not before ``retry_after_s`` are over."""

    def __init__(self, detail: str, retry_after_s: float = 0.0) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class TooManyRequestsError(LaterError):
    code = "request.slow_down"
