"""What a kill of the relay costs at most: what is not durable yet, and what two sockets hold that nobody has read."""

from __future__ import annotations

import select
import socket

from relay import server
from relay.ingest.receiving import MOST_AT_RISK_BYTES

CHUNK_BYTES = 16 << 20
PIECE = bytes(256 << 10)
TIDES = 40
"""The kernel enlarges the buffers of a connection on which much is read at once."""


def test_a_kill_costs_no_more_than_a_chunk() -> None:
    with server._listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()) as sender:
        connection, _ = listening.accept()
        with connection:
            sender.setblocking(False)
            for _ in range(TIDES):
                _fill(sender, 0.0)
                _drain(connection)
            held_bytes = _fill(sender, 1.0)
    assert held_bytes > len(PIECE), "the sockets hold something"
    assert MOST_AT_RISK_BYTES + held_bytes <= CHUNK_BYTES, f"the sockets hold {held_bytes / (1 << 20):.1f} MiB"


def _drain(receiver: socket.socket) -> None:
    while select.select([receiver], [], [], 0.01)[0]:
        receiver.recv(4 << 20)


def _fill(sender: socket.socket, patience_s: float) -> int:
    """How many bytes the kernel takes while nobody reads."""
    held_bytes = 0
    while select.select([], [sender], [], patience_s)[1]:
        held_bytes += sender.send(PIECE)
    return held_bytes
