"""Whether any network interface but loopback is up (sysfs)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/sys/class/net")


class KernelNetwork:
    def __init__(self, root: Path = ROOT) -> None:
        self._root = root

    def is_up(self) -> bool:
        """Also true where only loopback exists: a relay on the same machine needs no more."""
        states = [path.read_text().strip() for path in self._root.glob("*/operstate") if path.parent.name != "lo"]
        return not states or any(state in ("up", "unknown") for state in states)
