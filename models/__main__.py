"""``python -m models``: the same as scripts/fetch-models."""

from __future__ import annotations

import sys

from models.cli import main

sys.exit(main())
