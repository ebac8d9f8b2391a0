"""``scripts/fetch-models``: have every model and picture that the manifest names."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from glasses.wire.errors import SouvenirError
from models.manifest import Item, Model
from models.store import ModelStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 1 with a sentence on standard error."""
    asked = _parser().parse_args(arguments)
    try:
        store = ModelStore()
        if asked.list:
            return _list(store)
        if asked.check:
            return _check(store)
        return _fetch(store, _chosen(store, asked.only, asked.used_by), again=asked.again)
    except OSError as problem:
        print(f"Error: the cache of models cannot be written: {problem}\nTry: {_what_to_do(problem)}", file=sys.stderr)
        return 1
    except SouvenirError as problem:
        print(f"Error: {problem.kind.title}: {problem.detail}\nTry: {problem.hint}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fetch-models", description="Fetch the models and pictures that models/manifest.toml names.")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a role or a name; may be given again")
    parser.add_argument("--for", dest="used_by", choices=["glasses", "relay"], help="only the models of one program")
    parser.add_argument("--again", action="store_true", help="fetch even what is there")
    parser.add_argument("--list", action="store_true", help="show what the manifest names, and stop")
    parser.add_argument("--check", action="store_true", help="read what is there and compare hashes, and stop")
    return parser


def _what_to_do(problem: OSError) -> str:
    if problem.errno == errno.ENOSPC:
        return "free about 500 MB, then fetch again: what came before stays."
    return "set SOUVENIR_MODELS to a folder that you may write."


def _chosen(store: ModelStore, names: list[str], used_by: str | None) -> list[Item]:
    items = [item for item in store.manifest.items if used_by is None or (isinstance(item, Model) and used_by in item.used_by)]
    if not names:
        return items
    chosen = [item for item in items if {item.name, item.folder} & set(names)]
    unknown = set(names) - {name for item in chosen for name in (item.name, item.folder)}
    if unknown:
        detail = f"nothing enabled in the manifest is called {', '.join(sorted(unknown))}"
        raise SouvenirError(detail, code="config.invalid", hint="scripts/fetch-models --list")
    return chosen


def _list(store: ModelStore) -> int:
    for model in store.manifest.model:
        state = "off" if not model.enabled else "there" if store.is_whole(model) else "missing"
        print(
            f"{model.role:<11} {model.pinned:<40} {model.size_bytes / 1e6:6.1f} MB  {state:<8} {model.licence} ({', '.join(model.used_by)})"
        )
    for medium in store.manifest.media:
        state = "there" if store.is_whole(medium) else "missing"
        print(f"{'picture':<11} {medium.name:<40} {medium.size_bytes / 1e6:6.1f} MB  {state:<8} {medium.licence}; {medium.credit}")
    return 0


def _check(store: ModelStore) -> int:
    checked = store.check() + store.check_media()
    for name, ok, wrong in checked:
        print(f"{name:<18} {'ok' if ok else wrong}")
    return 0 if all(ok for _, ok, _ in checked) else 1


def _fetch(store: ModelStore, items: list[Item], *, again: bool) -> int:
    from rich.console import Console

    from models.fetch import fetch
    from models.progress import BarReport, PlainReport
    from models.sources import RegistryArchives

    if again:
        for item in items:
            store.forget(item)
    console = Console()
    bar = BarReport(items, console) if console.is_terminal else nullcontext(PlainReport(print))
    with bar as report:
        fetch(store, items, RegistryArchives, report)
    models = [item for item in items if isinstance(item, Model)]
    print(f"{len(models)} models and {len(items) - len(models)} pictures are in {store.root}")
    return 0
