"""Steps that turn what a registry carries into what the adapters run. Each module has ``build(fetched, built)``."""

from __future__ import annotations

import importlib
from pathlib import Path

_REVISIONS = {"tfjs": 2, "scene": 1, "centerface": 1, "face_embedder": 1, "speech": 2, "places": 1}
"""Raise a step's number when its output changes: caches made by the older one are then made again."""


def revision(step: str) -> int:
    return _REVISIONS.get(step, 0)


def run(step: str, fetched: Path, built: Path) -> None:
    """Make the product in the folder ``built`` from the files in ``fetched``. An empty step keeps them as they are."""
    if not step:
        for path in list(fetched.iterdir()):
            path.rename(built / path.name)
        return
    if step not in _REVISIONS:
        raise KeyError(f"models.build has no step {step}")
    importlib.import_module(f"models.build.{step}").build(fetched, built)
