"""``relay music``: bring music to play under films, and see what there is."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from relay.errors import NotFoundError

if TYPE_CHECKING:
    from relay.catalog.records import User
    from relay.music.shelf import MusicShelf
    from relay.services import Services

_EPILOG = """
Music lies under a film, quieter where something is heard, quietest where somebody speaks. A piece that is shorter than the
film is repeated, a longer one is cut.
  relay music add holiday.mp3 --user anna --default    under all of anna's films from now on
  relay music list                                     what has been brought, and which piece is the usual one
  relay music remove MUSIC --user anna                 films that have it keep it
"""

Opened = Callable[[argparse.Namespace], AbstractAsyncContextManager["Services"]]


def music_parser(parser: argparse.ArgumentParser, where: argparse.ArgumentParser, opened: Opened) -> None:
    parser.epilog, parser.formatter_class = _EPILOG, argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add = commands.add_parser("add", parents=[where], help="bring a piece: MP3, M4A, FLAC, WAV, Ogg or Opus")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--user", metavar="NAME", default="", help="the account (default: the only one there is)")
    add.add_argument("--default", action="store_true", help="it plays under every film that asks for no other")
    add.set_defaults(run=lambda asked: _run(asked, opened, _add))
    listing = commands.add_parser("list", parents=[where], help="what has been brought")
    listing.add_argument("--user", metavar="NAME", default="", help="one account (default: all)")
    listing.set_defaults(run=lambda asked: _run(asked, opened, _list))
    remove = commands.add_parser("remove", parents=[where], help="take a piece away")
    remove.add_argument("music_id", metavar="MUSIC", help="its id, as relay music list shows it")
    remove.add_argument("--user", metavar="NAME", default="", help="the account (default: the only one there is)")
    remove.set_defaults(run=lambda asked: _run(asked, opened, _remove))


def _run(asked: argparse.Namespace, opened: Opened, work: Callable[[argparse.Namespace, MusicShelf, list[User]], Awaitable[None]]) -> None:
    from relay.app import music_shelf
    from relay.catalog import users

    async def run() -> None:
        async with opened(asked) as relay:
            everyone = await relay.database.read(users.everyone)
            await work(asked, music_shelf(relay), [user for user in everyone if not asked.user or user.name.lower() == asked.user.lower()])

    asyncio.run(run())


async def _add(asked: argparse.Namespace, shelf: MusicShelf, found: list[User]) -> None:
    from relay.music.shelf import Brought

    user = _only(found)
    if not asked.file.is_file():
        raise NotFoundError(f"file {asked.file}", hint="Check the path.")
    with asked.file.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    piece = await shelf.add(user.user_id, Brought(asked.file, asked.file.name, sha256, asked.file.stat().st_size))
    if asked.default:
        await shelf.choose(user.user_id, piece.music_id)
    usual = ", and plays under films from now on" if asked.default else ""
    print(f"{piece.name} ({piece.duration:.0f} s) is {user.name}'s{usual}: {piece.music_id}")


async def _list(_asked: argparse.Namespace, shelf: MusicShelf, found: list[User]) -> None:
    for user in found:
        shown = await shelf.everything(user.user_id)
        print(f"{user.name}: {len(shown.music)} pieces")
        for piece in shown.music:
            print(f"  {'*' if piece.music_id == shown.default else ' '} {piece.duration:6.0f} s  {piece.music_id}  {piece.name}")


async def _remove(asked: argparse.Namespace, shelf: MusicShelf, found: list[User]) -> None:
    await shelf.remove(_only(found).user_id, asked.music_id)
    print("It is gone; films that have it keep it.")


def _only(found: list[User]) -> User:
    if len(found) != 1:
        raise NotFoundError(f"{len(found)} accounts fit", hint="Say whose it is: --user NAME; relay user list shows all.")
    return found[0]
