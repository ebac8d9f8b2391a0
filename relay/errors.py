"""Errors of the relay: those of the wire, by name where the code wants to catch one."""

from __future__ import annotations

from glasses.wire.errors import ERRORS, Action, ErrorKind, Problem, SouvenirError, problem

__all__ = ["ERRORS", "Action", "ErrorKind", "NotFoundError", "Problem", "SouvenirError", "problem"]


class NotFoundError(SouvenirError):
    code = "request.not_found"
