"""``scripts/bench NAME [--json]``: a readable table, and with ``--json`` one JSON object as the last line."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from typing import Any, Protocol

import bench
from glasses.wire.errors import SouvenirError


class Bench(Protocol):
    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> dict[str, Any]: ...

    def table(self, result: dict[str, Any]) -> Any: ...


def benches() -> list[Bench]:
    """Every module of the package that is a bench; the others are their parts."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
    modules: list[Any] = [importlib.import_module(f"bench.{name}") for name in names]
    return [module for module in modules if hasattr(module, "NAME")]


def main() -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as both programs have it
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    commands = parser.add_subparsers(title="benches", required=True, metavar="NAME")
    for each in benches():
        command = commands.add_parser(each.NAME, help=each.HELP, description=each.HELP)
        command.add_argument("--json", action="store_true", help="one JSON object as the last line")
        each.add_arguments(command)
        command.set_defaults(bench=each)
    arguments = parser.parse_args()
    try:
        result = arguments.bench.run(arguments)
    except SouvenirError as problem:
        print(f"Error: {problem.kind.title}: {problem.detail}\nTry: {problem.hint}", file=sys.stderr)
        return 1
    from rich.console import Console

    Console(stderr=arguments.json).print(arguments.bench.table(result))
    if arguments.json:
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
