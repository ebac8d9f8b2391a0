"""Lives whose questions are written one by one. Mexico is held out: look at its totals only."""

from __future__ import annotations

from bench.ask_adelaide import ADELAIDE
from bench.ask_berlin import BERLIN
from bench.ask_lagos import LAGOS
from bench.ask_mexico import MEXICO
from bench.ask_osaka import OSAKA

STRANGERS = {"adelaide": ADELAIDE, "berlin": BERLIN, "lagos": LAGOS, "mexico": MEXICO, "osaka": OSAKA}
