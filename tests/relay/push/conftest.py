"""A push service of the test's own, and a relay that sends to it."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

_spec = spec_from_file_location("push_service", Path(__file__).with_name("push_service.py"))
_module = module_from_spec(_spec)
sys.modules[_spec.name] = _module  # where dataclasses look
_spec.loader.exec_module(_module)


@pytest.fixture
def relay_config(relay_config):
    relay_config.push.services = ["127.0.0.1", "fcm.googleapis.com"]
    return relay_config


@pytest.fixture
async def service(relay):
    async with _module.PushService(relay.clock.ms // 1000) as service:
        yield service
