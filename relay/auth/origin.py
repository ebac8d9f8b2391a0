"""Where a request comes from: the peer's address, or what a trusted proxy says of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from aiohttp import web

from relay.config import ConfigInvalidError

ADDRESS = web.RequestKey("address", str)
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_UNKNOWN = "unknown"


class Origin:
    """``trusted``: addresses or networks of proxies. X-Forwarded-For of anybody else is not looked at."""

    def __init__(self, trusted: Sequence[str]) -> None:
        try:
            self._trusted: list[_Network] = [ipaddress.ip_network(one, strict=False) for one in trusted]
        except ValueError as problem:
            raise ConfigInvalidError(f"server.trusted_proxies: {problem}") from problem

    def address(self, request: web.BaseRequest) -> str:
        """Of the one who asks; a whole /64 of IPv6 is one address."""
        hops = [request.remote or ""]
        if self._is_trusted(hops[0]):
            hops += [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")][::-1]
        asker = next((hop for hop in hops if not self._is_trusted(hop)), hops[-1])
        return _grouped(asker)

    def _is_trusted(self, hop: str) -> bool:
        try:
            address = ipaddress.ip_address(hop)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _grouped(hop: str) -> str:
    try:
        address = ipaddress.ip_address(hop)
    except ValueError:
        return _UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
