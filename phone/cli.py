"""A phone for developers: everything that a companion app does with the glasses over Bluetooth, on a command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

EPILOG = """\
with simulated glasses, in two terminals:
  glasses run --hw sim: --ble sim:7700            glasses with a simulated radio; type what the wearer says
  scripts/phone --radio tcp-client:127.0.0.1:7700 pair      type the six digits that the glasses show
  scripts/phone --radio tcp-client:127.0.0.1:7700 run       watch captures arrive, pull them, forward them

with real glasses: leave --radio out (the computer's own Bluetooth), or name an adapter that nothing else uses: --radio hci-socket:1

first steps:
  scan            which glasses are near
  pair            once; afterwards the bond is remembered
  login           so that clips and errands can go on to a relay (http://ADDRESS:8787)
  run             stay connected: pull what is new, forward it, do errands, reconnect
  pull            once: thumbnails and small copies; --originals takes the clips themselves
  record | stop | photo | status | film "my wife and me in Paris"
  push            people, places (of the relay, or of a TOML file) and the time
  set preroll_s=0 no_record_hours=22:00-06:00
"""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    import asyncio
    import logging

    from glasses.wire.errors import SouvenirError
    from phone.commands import run

    logging.basicConfig(level=arguments.log.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel("WARNING")
    try:
        return asyncio.run(run(arguments))
    except SouvenirError as error:
        print(f"Error: {error.kind.title}: {error.detail} [{error.code}]", file=sys.stderr)
        print(f"Try: {error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/phone", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--radio", metavar="SPEC", default="", help="tcp-client:HOST:PORT, hci-socket:N, usb:N ... (default: the system's)")
    parser.add_argument("--glasses", metavar="NAME", default="", help="name or address of the glasses (default: the first found)")
    parser.add_argument("--folder", metavar="DIR", default="", help="what the phone keeps (default: ~/.local/share/souvenir/phone)")
    parser.add_argument("--no-channel", action="store_true", help="notifications even where an L2CAP channel could be had")
    parser.add_argument("--log", metavar="LEVEL", default="warning", help="debug, info, warning or error (default: %(default)s)")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    scan = commands.add_parser("scan", help="list the glasses in reach")
    scan.add_argument("--seconds", type=float, default=5.0, metavar="S", help="how long to listen (default: %(default)s)")
    pair = commands.add_parser("pair", help="pair with the glasses: type the six digits that they speak and show")
    pair.add_argument("--passkey", metavar="DIGITS", help="do not ask for them")
    commands.add_parser("forget", help="forget the glasses; they forget the phone with: glasses phones --forget")
    login = commands.add_parser("login", help="log in to a relay as a companion")
    login.add_argument("url", metavar="URL", help="http://ADDRESS:8787")
    login.add_argument("user", metavar="USER", help="name of the account")
    login.add_argument("--password", help="do not ask for it")
    status = commands.add_parser("status", help="how the glasses are and where every clip is")
    status.add_argument("--json", action="store_true", help="the same as one JSON object")
    _add_carrying(commands)
    commands.add_parser("record", help="begin a video")
    commands.add_parser("stop", help="end the video")
    commands.add_parser("photo", help="take a picture")
    film = commands.add_parser("film", help="ask for a film and read the answer")
    film.add_argument("query", help='what it is to show: "my wife and me in Paris"')
    film.add_argument("--wait", type=float, default=120.0, metavar="S", help="for the film (default: %(default)s)")
    push = commands.add_parser("push", help="tell the glasses people, places and the time")
    example = 'people = [{name = "Ada", relations = ["wife"]}], places = ["Paris"]'
    push.add_argument("--from", dest="source", metavar="FILE", help=f"TOML: {example} (default: what the relay knows)")
    change = commands.add_parser("set", help="settings of the glasses, from their next start on")
    names = "preroll_s, proxy, no_record_hours, timezone, longest_s, device_name"
    change.add_argument("settings", nargs="+", metavar="KEY=VALUE", help=names)
    return parser


def _add_carrying(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands.add_parser("watch", help="show captures, custody and cards as they come, and keep nothing")
    for name, what in (("pull", "take what is new, once"), ("run", "stay connected: take what is new, forward it, do errands")):
        command = commands.add_parser(name, help=what)
        command.add_argument("--originals", action=argparse.BooleanOptionalAction, default=name == "run", help="the clips themselves too")
        command.add_argument("--metered", action="store_true", help="this phone's network costs money: originals are not forwarded")
    commands.add_parser("forward", help="send originals that are on the phone to the relay, and its receipts to the glasses")


if __name__ == "__main__":
    sys.exit(main())
