"""How fast clips come in beside a plain write and fsync of the same bytes, what a cut costs, and what 200 at once weigh."""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from bench._processes import cpu_s
from bench._relay import Relay
from bench._tus_client import RULE, TusClient, segment_of
from relay.ingest.receiving import MOST_AT_RISK_BYTES

NAME = "upload"
HELP = "uploads: throughput beside a plain write and fsync, small clips a second, bytes sent again after cuts, memory of 200 at once"
MIB = 1 << 20
PROXY_BYTES = 256 << 10
CHUNK_BYTES = MOST_AT_RISK_BYTES + 6 * MIB
"""What a kill may cost at most: what was not durable yet, and what the two sockets held (2 MiB the relay's, 4 MiB the sender's)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size-mib", type=int, default=128, metavar="N", help="of the clip for the throughput (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="the two sides take turns so often (default: %(default)s)")
    parser.add_argument("--proxies", type=int, default=200, metavar="N", help="small clips (default: %(default)s)")
    parser.add_argument("--cuts", type=int, default=24, metavar="N", help="cut connections, and half as many kills (default: %(default)s)")
    parser.add_argument("--in-flight", type=int, default=200, metavar="N", help="uploads at once (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="on the disk to measure (default: that of temporary files)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """A relay in a process of its own, without workers: what comes after an upload is measured elsewhere."""
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name, ExitStack() as stack:
        folder = Path(name)
        relay = stack.enter_context(Relay(folder))
        idle_mb = relay.rss_mb()
        return {
            **_throughput(relay, folder, arguments.size_mib * MIB, arguments.rounds),
            **_proxies(relay, folder, arguments.proxies),
            **_in_flight(relay, folder, arguments.in_flight),
            "rss_mb_idle": idle_mb,
            **_cuts(relay, folder, arguments.cuts),
            "peer": "plain write and fsync; tusd is in no package registry that is reachable",
        }


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title="Uploads", title_justify="left")
    for column in ("", "figure", "bar"):
        shown.add_column(column)
    shown.add_row("throughput / write+fsync", f"{result['throughput_ratio_vs_write_fsync']:.2f}", ">= 0.70")
    shown.add_row("  relay, MiB/s", f"{result['throughput_mib_s']:.0f} (CPU {result['relay_cpu_s_per_gib']:.2f} s/GiB)", "")
    shown.add_row("  write+fsync, MiB/s", f"{result['write_fsync_mib_s']:.0f}", "")
    shown.add_row("256 KiB clips a second", f"{result['uploads_per_s']:.0f}", "")
    shown.add_row("PATCH p50 / p99, ms", f"{result['p50_ms']:.1f} / {result['p99_ms']:.1f}", "")
    shown.add_row("sent again after a cut, at most", f"{result['resent_bytes_max']:,}", f"<= {result['chunk_bytes']:,}")
    shown.add_row("sent again after a kill, at most", f"{result['resent_bytes_max_killed']:,}", f"<= {result['chunk_bytes']:,}")
    shown.add_row(f"memory of {result['in_flight']} at once, MB", f"{result['rss_mb']:.0f} (idle {result['rss_mb_idle']:.0f})", "<= 300")
    return shown


def _throughput(relay: Relay, folder: Path, size_bytes: int, rounds: int) -> dict[str, Any]:
    """Medians over rounds in which the two follow each other, so that both see the same disk and the same neighbours."""
    clip = _random_file(folder / "clip", size_bytes)
    ours, theirs, cpus = [], [], []
    warm = _random_file(folder / "warm", 8 * MIB)
    with TusClient(relay.url, relay.token) as client:
        _send_whole(client, warm, segment_of(warm))
    for number in range(rounds):
        _salt(clip, number)
        segment = segment_of(clip)
        _fetch_memory(clip, folder)
        theirs.append(_timed(partial(_write_fsync, clip, folder / "plain")))
        (folder / "plain").unlink()
        before = cpu_s(relay.pid)
        with TusClient(relay.url, relay.token) as client:
            ours.append(_timed(partial(_send_whole, client, clip, segment)))
        cpus.append(cpu_s(relay.pid) - before)
    plain_s, relay_s = statistics.median(theirs), statistics.median(ours)
    return {
        "throughput_ratio_vs_write_fsync": round(statistics.median(p / o for p, o in zip(theirs, ours, strict=True)), 3),
        "throughput_mib_s": round(size_bytes / MIB / relay_s, 1),
        "write_fsync_mib_s": round(size_bytes / MIB / plain_s, 1),
        "relay_cpu_s_per_gib": round(statistics.median(cpus) * (1 << 30) / size_bytes, 2),
        "rounds": [[round(plain, 3), round(relay, 3)] for plain, relay in zip(theirs, ours, strict=True)],
        "client": f"raw sockets, sendfile, {RULE}; it shares the machine's processors with the relay",
    }


def _send_whole(client: TusClient, clip: Path, segment: Any) -> None:
    answer = client.patch(client.create(segment), clip, 0, segment.size_bytes)
    if not answer.receipted:
        raise RuntimeError(f"no receipt: {answer.status}")


def _fetch_memory(clip: Path, folder: Path) -> None:
    """For both sides: a virtual machine's host gives it a page only when that is first touched, which takes longer than to write it."""
    copies = [folder / f"fetch-{number}" for number in range(2)]
    for copy in copies:
        _write_fsync(clip, copy)
    for copy in copies:
        copy.unlink()


def _write_fsync(source: Path, target: Path) -> None:
    with source.open("rb") as file, target.open("wb", buffering=0) as out:
        while data := file.read(MIB):
            out.write(data)
        os.fsync(out.fileno())


def _proxies(relay: Relay, folder: Path, count: int) -> dict[str, Any]:
    """Small clips from eight devices at once: created, sent in one PATCH, receipted."""
    files = [_random_file(folder / f"proxy-{number}", PROXY_BYTES) for number in range(count)]
    segments = {file: segment_of(file) for file in files}
    own, taken_s = threading.local(), []

    def send(file: Path) -> None:
        client = own.client = getattr(own, "client", None) or TusClient(relay.url, relay.token)
        url = client.create(segments[file])
        begun_s = time.perf_counter()
        if not client.patch(url, file, 0, PROXY_BYTES).receipted:
            raise RuntimeError("no receipt")
        taken_s.append(time.perf_counter() - begun_s)

    with ThreadPoolExecutor(8) as pool:
        whole_s = _timed(lambda: list(pool.map(send, files)))
    ranked = sorted(taken_s)
    return {
        "uploads_per_s": round(count / whole_s, 1), "proxies": count,
        "p50_ms": round(ranked[len(ranked) // 2] * 1000, 2), "p99_ms": round(ranked[int(len(ranked) * 0.99) - 1] * 1000, 2),
    }  # fmt: skip


def _in_flight(relay: Relay, folder: Path, count: int) -> dict[str, Any]:
    """Each sends its clip but for the last byte, and waits for all the others; the relay is weighed meanwhile and then."""
    clip = _random_file(folder / "one-of-many", 2 * MIB)
    clients, urls, peak_mb = [TusClient(relay.url, relay.token) for _ in range(count)], [], 0.0
    clips = []
    for number, client in enumerate(clients):
        copy = folder / f"of-many-{number}"
        copy.write_bytes(clip.read_bytes())
        _salt(copy, number)
        urls.append(client.create(segment_of(copy)))
        client.begin_patch(urls[-1], 0, 2 * MIB)
        clips.append(copy.read_bytes())
        copy.unlink()
    with ThreadPoolExecutor(16) as pool:
        sending = pool.map(lambda pair: pair[0].socket.sendall(pair[1][:-1]), zip(clients, clips, strict=True))
        weighing = threading.Thread(target=lambda: list(sending))
        weighing.start()
        while weighing.is_alive():
            peak_mb = max(peak_mb, relay.rss_mb())
            weighing.join(0.05)
    peak_mb = max(peak_mb, relay.rss_mb())
    for client, data in zip(clients, clips, strict=True):
        client.socket.sendall(data[-1:])
    receipts = sum(client.answer("PATCH").receipted for client in clients)
    for client in clients:
        client.socket.close()
    if receipts != count:
        raise RuntimeError(f"{receipts} of {count} were receipted")
    return {"rss_mb": round(max(peak_mb, relay.rss_mb()), 1), "in_flight": count}


def _cuts(relay: Relay, folder: Path, count: int) -> dict[str, Any]:
    """Bytes that were handed to the network and had to be sent again, after a reset or a SIGKILL anywhere in the clip."""
    clip, chance = _random_file(folder / "cut", 48 * MIB), random.Random(5)  # noqa: S311 -- not for secrets
    cut = [_resent(relay, clip, chance.randrange(1, 48 * MIB), lambda client: client.reset()) for _ in range(count)]
    killed = [_resent(relay, clip, chance.randrange(1, 48 * MIB), lambda _client: relay.restart()) for _ in range(count // 2)]
    return {
        "resent_bytes_max": max(cut, default=0), "resent_bytes_median": int(statistics.median(cut)) if cut else 0,
        "resent_bytes_max_killed": max(killed, default=0), "cuts": count, "kills": count // 2, "chunk_bytes": CHUNK_BYTES,
    }  # fmt: skip


def _resent(relay: Relay, clip: Path, at: int, cut: Callable[[TusClient], None]) -> int:
    _salt(clip, at)
    segment = segment_of(clip)
    client = TusClient(relay.url, relay.token)
    url = client.create(segment)
    client.begin_patch(url, 0, segment.size_bytes)
    client.send(clip, 0, at)
    cut(client)
    with TusClient(relay.url, relay.token) as again:
        offset = again.offset_bytes(url)
        answer = again.patch(url, clip, offset, segment.size_bytes)
        if not answer.receipted:
            raise RuntimeError(f"no receipt after the cut at {at}: {answer.status} {answer.headers.get('souvenir-code', '')}")
    return at - offset


def _random_file(path: Path, size_bytes: int) -> Path:
    with path.open("wb") as file:
        for start in range(0, size_bytes, MIB):
            file.write(os.urandom(min(MIB, size_bytes - start)))
    return path


def _salt(path: Path, number: int) -> None:
    """Other bytes: another clip."""
    with path.open("r+b") as file:
        file.write(os.urandom(16) + number.to_bytes(8))


def _timed(work: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s
