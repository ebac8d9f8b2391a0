"""Benches that measure in a process of their own start themselves as a module."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import bench

STARTED = sorted({name for path in Path(bench.__path__[0]).glob("*.py") for name in re.findall(r'"-m", "(bench\.\w+)"', path.read_text())})


def test_there_are_some() -> None:
    assert STARTED


@pytest.mark.parametrize("name", STARTED)
def test_it_does_something(name: str) -> None:
    """Without arguments it cannot; a module that ends well here has lost its main."""
    ran = subprocess.run([sys.executable, "-m", name], capture_output=True, check=False, timeout=60)
    assert ran.returncode != 0
