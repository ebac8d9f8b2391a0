"""The stand-ins for picamera2 and for a Video4Linux device, which lie beside these tests and belong to no package."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from glasses.hw.v4l2 import V4l2Camera

Installed = Callable[[], AbstractContextManager[Any]]


def beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(spec.name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def picamera2_installed() -> Installed:
    """A context in which ``import picamera2`` finds the stand-in; it gives its camera class, whose behaviour can be set."""
    installed: Installed = beside("fake_picamera2").installed
    return installed


@pytest.fixture(scope="session")
def v4l2_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Motion JPEG, as USB cameras send it."""
    path = tmp_path_factory.mktemp("v4l2") / "camera.avi"
    beside("fake_v4l2").draw(path)
    return path


@pytest.fixture
def v4l2_camera(v4l2_film: Path) -> Callable[..., V4l2Camera]:
    """The real camera class over a device that plays a file; arguments go to the device."""

    def made(**behaviour: Any) -> V4l2Camera:
        fake = beside("fake_v4l2")
        clock = fake.QuickClock()
        return V4l2Camera("7", lambda _device: fake.FileDevice(v4l2_film, clock, **behaviour), clock.now_s)

    return made
