"""The command line of the glasses. Light to start: what a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glasses.config import Config

EPILOG = """\
first steps:
  glasses doctor                              what is missing, and what to do about it
  glasses pair --relay http://127.0.0.1:8787  shows a code; approve it on the relay
  glasses run --hw sim:                       simulated glasses; type what the wearer says
  glasses run --hw sim: --preview             the same with a page that shows camera, display and events
  glasses status                              where every clip is
"""


def main(argv: Sequence[str] | None = None) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the spotter multiplies small matrices: threads would mostly wait for each other
    arguments = _parser().parse_args(argv)
    from glasses.wire.errors import SouvenirError

    try:
        return int(arguments.command(arguments))
    except SouvenirError as error:
        print(f"Error: {error.kind.title}: {error.detail} [{error.code}]", file=sys.stderr)
        print(f"Try: {error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="glasses", description="Smart glasses that keep your memories: the runtime on the device.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--config", metavar="FILE", help="TOML configuration (default: ~/.config/souvenir/glasses.toml, if there)")
    parser.add_argument("--data", metavar="DIR", help="where clips and the queue are kept (default: ~/.local/share/souvenir/glasses)")
    parser.add_argument("--log", metavar="LEVEL", default="warning", help="debug, info, warning or error (default: %(default)s)")
    parser.add_argument("--log-json", action="store_true", help="log JSON lines that carry the clip's correlation id")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_run(commands)
    pair = commands.add_parser("pair", help="pair with a relay: shows a code that its owner approves")
    pair.add_argument("--relay", metavar="URL", help="address of the relay (default: relay.url of the configuration)")
    pair.set_defaults(command=_pair)
    status = commands.add_parser("status", help="where every clip is, and what waits to be sent")
    status.add_argument("--json", action="store_true", help="the same as one JSON object")
    status.set_defaults(command=_status)
    phones = commands.add_parser("phones", help="the paired phones; forget one or all")
    phones.add_argument("--forget", metavar="ADDRESS", default="", help="end the pairing with this phone, at once")
    phones.add_argument("--forget-all", action="store_true", help="as new: no phone is paired, and none knows the glasses again")
    phones.set_defaults(command=_phones)
    doctor = commands.add_parser("doctor", help="check models, camera, microphone, disk, clock, relay and database")
    doctor.add_argument("--hw", metavar="SPEC", help="hardware to check (default: hardware of the configuration)")
    doctor.set_defaults(command=_doctor)
    drain = commands.add_parser("drain", help="send everything that waits, without recording, then stop")
    drain.add_argument("--timeout", type=float, default=600.0, metavar="S", help="give up after this many seconds (default: %(default)s)")
    drain.set_defaults(command=_drain)
    return parser


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser(
        "run", help="listen, record, tag and send, until stopped",
        description="Listen, record, tag and send. Say 'okay glasses' and: take a picture; record a video; stop recording; "
        "is the last one safe; create a memory video of my wife and me in Paris. With --hw sim: on a terminal, type it instead.",
    )  # fmt: skip
    run.add_argument("--hw", metavar="SPEC", help="sim: | sim:DIR | replay:DIR | laptop: | pi: (default: hardware of the configuration)")
    run.add_argument(
        "--until-over", action="store_true", help="with sim:DIR or replay:DIR: stop when the day is over and everything is sent"
    )
    run.add_argument(
        "--preview", nargs="?", type=int, const=8790, metavar="PORT",
        help="show camera, display and events on a page that only this computer can open (default port: 8790)",
    )  # fmt: skip
    run.add_argument(
        "--ble", metavar="RADIO",
        help="let phones connect: hci-socket:0 (a Pi's own radio) | sim:7700 (simulated; scripts/phone says how) (default: ble.transport)",
    )  # fmt: skip
    run.set_defaults(command=_run)


def _run(arguments: argparse.Namespace) -> int:
    from glasses.running import run

    return run(_config(arguments), arguments.hw, until_over=arguments.until_over, preview_port=arguments.preview, ble=arguments.ble)


def _pair(arguments: argparse.Namespace) -> int:
    from glasses.running import pair_device

    config = _config(arguments)
    return pair_device(config, arguments.relay or config.relay.url)


def _status(arguments: argparse.Namespace) -> int:
    from glasses.status import print_status

    return print_status(_config(arguments), as_json=arguments.json)


def _phones(arguments: argparse.Namespace) -> int:
    from glasses.running import phones

    return phones(_config(arguments), arguments.forget, forget_all=arguments.forget_all)


def _doctor(arguments: argparse.Namespace) -> int:
    from glasses.doctor import examine

    return examine(_config(arguments), arguments.hw)


def _drain(arguments: argparse.Namespace) -> int:
    from glasses.running import drain

    return drain(_config(arguments), arguments.timeout)


def _config(arguments: argparse.Namespace) -> Config:
    import logging
    from pathlib import Path

    from glasses.config import load

    logging.basicConfig(level=arguments.log.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr)
    if arguments.log_json:
        from glasses.wire.journal import JsonFormatter

        logging.getLogger().handlers[0].setFormatter(JsonFormatter())
    logging.getLogger("httpx").setLevel("WARNING")
    config = load(Path(arguments.config) if arguments.config else None)
    if arguments.data:
        config.data_dir = arguments.data
    return config


if __name__ == "__main__":
    sys.exit(main())
