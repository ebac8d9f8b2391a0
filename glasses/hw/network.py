"""Whether any network interface but loopback is up, and whether the one in use costs money (sysfs, procfs)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/sys/class/net")
ROUTES = Path("/proc/net/route")
METERED = ("wwan", "ppp", "rmnet", "usb", "bnep", "rndis")
"""Interfaces of modems, and of phones that share their connection over USB or Bluetooth."""
ANYWHERE = "00000000"


class KernelNetwork:
    """``metered``: what the wearer says of the network; None to tell by the kind of interface."""

    def __init__(self, root: Path = ROOT, routes: Path = ROUTES, metered: bool | None = None) -> None:
        self._root, self._routes, self._metered = root, routes, metered

    def is_up(self) -> bool:
        """Also true where only loopback exists: a relay on the same machine needs no more."""
        states = [path.read_text().strip() for path in self._root.glob("*/operstate") if path.parent.name != "lo"]
        return not states or any(state in ("up", "unknown") for state in states)

    def is_metered(self) -> bool:
        """True when the way to everywhere else is a modem or a phone. A phone's Wi-Fi hotspot cannot be told from any other."""
        return self._default_interface().startswith(METERED) if self._metered is None else self._metered

    def _default_interface(self) -> str:
        """The default route with the least metric; empty when there is none."""
        try:
            rows = [line.split() for line in self._routes.read_text().splitlines()[1:]]
        except OSError:
            return ""
        ways = [(int(row[6]), row[0]) for row in rows if len(row) > 6 and row[1] == ANYWHERE]
        return min(ways)[1] if ways else ""
