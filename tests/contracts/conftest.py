"""The stand-in for picamera2, which lies beside these tests and belongs to no package."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

Installed = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def picamera2_installed() -> Installed:
    """A context in which ``import picamera2`` finds the stand-in; it gives its camera class, whose behaviour can be set."""
    spec = importlib.util.spec_from_file_location("fake_picamera2", Path(__file__).with_name("fake_picamera2.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(spec.name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    installed: Installed = module.installed
    return installed
