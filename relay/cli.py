"""The relay's command line. ``relay --help`` teaches; heavy parts are loaded only by the commands that need them."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import getpass
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from relay.cli_music import music_parser
from relay.config import RelayConfig, load
from relay.errors import SouvenirError

if TYPE_CHECKING:
    from relay.services import Services

_EPILOG = """
first steps:
  relay user add anna            make an account (asks for a password)
  relay serve                    take clips at http://127.0.0.1:8787
  relay user approve BCDF-GHJK   let the glasses that speak this code in
  relay doctor                   is everything well? what to do if not

Data is kept in ~/.local/share/souvenir/relay (or $XDG_DATA_HOME, or --data DIR). Every setting has a default;
--config FILE takes a TOML file with the tables [server], [storage], [auth], [uploads], [limits], [jobs].
"""

_JOBS_EPILOG = """
Whatever takes time is a job: looking into a clip, making a film, keeping the index up to date. A job that fails is tried
again, after 1 s, 2 s, 4 s ... at most 5 minutes; after [jobs] max_attempts tries (default 5), or at once when no try can
help, it is given up and stays here as a dead letter:
  relay jobs list --state dead     what was given up, and why
  relay jobs replay                try all of it again, when the reason is gone (relay jobs replay JOB: one)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 well, 1 something is wrong, 2 the command line is."""
    # Matrices are small here: on a busy machine a second thread of numpy's would cost milliseconds of waiting, and save none.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    asked = _parser().parse_args(arguments)
    try:
        status = asked.run(asked)
        return int(status or 0)
    except SouvenirError as problem:
        print(f"Error: {problem.kind.title}: {problem.detail}", file=sys.stderr)
        print(f"Try: {problem.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--config", type=Path, metavar="FILE", help="TOML configuration (default: none, all defaults)")
    where.add_argument("--data", type=Path, metavar="DIR", help="where clips and the catalogue are kept")
    parser = argparse.ArgumentParser(
        prog="relay", description="Takes clips from glasses, finds moments in them, makes films of them.",
        epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", parents=[where], help="run the relay")
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1: this machine only)")
    serve.add_argument("--port", type=int, help="port to listen on (default 8787; 0: any that is free)")
    serve.add_argument("--port-file", type=Path, metavar="PATH", help="write the port here once requests are taken")
    serve.set_defaults(run=_serve)
    _user_parser(commands.add_parser("user", help="accounts and their devices"), where)
    _keys_parser(commands.add_parser("keys", help="the keys that sign tokens"), where)
    _jobs_parser(commands.add_parser("jobs", help="work under way and given up"), where)
    music_parser(commands.add_parser("music", help="music to play under films"), where, _services)
    doctor = commands.add_parser("doctor", parents=[where], help="check everything; say what is wrong and what to do")
    doctor.add_argument("--json", action="store_true", help="one JSON object")
    doctor.set_defaults(run=_doctor)
    status = commands.add_parser("status", parents=[where], help="accounts and devices, clips and films, queues, custody and storage")
    status.add_argument("--json", action="store_true", help="one JSON object")
    status.set_defaults(run=_status)
    reindex = commands.add_parser(
        "reindex", parents=[where], help="look again into clips that were looked into with older models",
        description="Only old clips are looked into. Stop it at any time and start it again; a relay that runs does the work.",
    )  # fmt: skip
    reindex.add_argument("--user", metavar="NAME", default="", help="one account (default: all)")
    reindex.add_argument("--all", action="store_true", help="every clip, old or not")
    reindex.set_defaults(run=_reindex)
    backup = commands.add_parser("backup", parents=[where], help="copy catalogue, keys and media while the relay runs")
    backup.add_argument("target", type=Path, metavar="DIR", help="a new or earlier backup; what it has already is not copied again")
    backup.set_defaults(run=_backup)
    return parser


def _user_parser(parser: argparse.ArgumentParser, where: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add = commands.add_parser("add", parents=[where], help="make an account")
    add.add_argument("name")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input instead of asking")
    add.add_argument("--timezone", default="UTC", help="IANA name, as Europe/Paris (default UTC): what 'yesterday' means")
    add.add_argument("--tier", default="standard", help="names its upload quota: a key of uploads.quota_bytes (default standard)")
    add.add_argument("--admin", action="store_true", help="may see all accounts and change their tiers, nothing of what is in them")
    add.set_defaults(run=_user_add)
    approve = commands.add_parser("approve", parents=[where], help="let the glasses that speak and show CODE into an account")
    approve.add_argument("code", metavar="CODE")
    approve.add_argument("--user", metavar="NAME", help="the account (default: the only one there is)")
    approve.set_defaults(run=_user_approve)
    listing = commands.add_parser("list", parents=[where], help="accounts and their devices")
    listing.set_defaults(run=_user_list)
    revoke = commands.add_parser(
        "revoke", parents=[where], help="shut a lost device out; a running relay ends what it is doing within a second"
    )
    revoke.add_argument("device_id", metavar="DEVICE", help="its id, as relay user list shows it")
    revoke.set_defaults(run=_user_revoke)
    tier = commands.add_parser("tier", parents=[where], help="which quota of uploads.quota_bytes an account has")
    tier.add_argument("name")
    tier.add_argument("tier", help="one that relay.toml names; 'standard' unless told otherwise")
    tier.set_defaults(run=_user_tier)


def _keys_parser(parser: argparse.ArgumentParser, where: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    rotate = commands.add_parser("rotate", parents=[where], help="sign tokens with a new key; those of the old one run out by themselves")
    rotate.set_defaults(run=_keys_rotate)


def _jobs_parser(parser: argparse.ArgumentParser, where: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    parser.epilog, parser.formatter_class = _JOBS_EPILOG, argparse.RawDescriptionHelpFormatter
    listing = commands.add_parser("list", parents=[where], help="the newest jobs: topic, age, next try, and why the last one failed")
    listing.add_argument("--state", choices=["waiting", "leased", "done", "dead"], help="only these; dead: given up")
    listing.add_argument("--topic", choices=["video-uploads", "video-processing", "metadata-updates", "memory-video-creation"])
    listing.set_defaults(run=_jobs_list)
    replay = commands.add_parser("replay", parents=[where], help="try dead jobs again, with all their tries")
    replay.add_argument("job_id", nargs="?", metavar="JOB", help="default: all dead ones")
    replay.set_defaults(run=_jobs_replay)


def _config(asked: argparse.Namespace) -> RelayConfig:
    config = load(asked.config)
    if asked.data is not None:
        config.storage.data_dir = str(asked.data)
    config.server.host = getattr(asked, "host", None) or config.server.host
    port = getattr(asked, "port", None)
    config.server.port = config.server.port if port is None else port
    return config


def _serve(asked: argparse.Namespace) -> None:
    from relay.server import serve

    asyncio.run(serve(_config(asked), asked.port_file))


async def _opened(asked: argparse.Namespace) -> Services:
    from relay.server import now_ms
    from relay.services import open_services

    return await open_services(_config(asked), now_ms)


@contextlib.asynccontextmanager
async def _services(asked: argparse.Namespace) -> AsyncIterator[Services]:
    relay = await _opened(asked)
    try:
        yield relay
    finally:
        relay.close()


def _user_add(asked: argparse.Namespace) -> None:
    password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else getpass.getpass(f"Password for {asked.name}: ")

    async def run() -> None:
        relay = await _opened(asked)
        try:
            user = await relay.accounts.add(asked.name, password, asked.timezone, tier=asked.tier, admin=asked.admin)
        finally:
            relay.close()
        print(f"Account {user.name} made ({user.user_id}).")

    asyncio.run(run())


def _user_approve(asked: argparse.Namespace) -> None:
    from relay.catalog import users
    from relay.errors import NotFoundError
    from relay.push.notices import DEVICE_PAIRED, Notices

    async def run() -> None:
        relay = await _opened(asked)
        try:
            everyone = await relay.database.read(users.everyone)
            chosen = [user for user in everyone if asked.user is None or user.name.lower() == asked.user.lower()]
            if len(chosen) != 1:
                names = ", ".join(user.name for user in everyone) or "none"
                raise NotFoundError(
                    f"{len(chosen)} accounts fit; there are: {names}", hint="Say which: relay user approve CODE --user NAME."
                )
            device = await relay.pairings.approve(asked.code, chosen[0].user_id)
            await Notices(relay.database, relay.bus).device(chosen[0].user_id, DEVICE_PAIRED, device.device_id, device.name)
        finally:
            relay.close()
        print(f"Device {device.device_id} belongs to {chosen[0].name} from now on.")

    asyncio.run(run())


def _user_tier(asked: argparse.Namespace) -> None:
    from relay.catalog import users
    from relay.errors import NotFoundError
    from relay.ingest.quota import in_words

    async def run() -> None:
        relay = await _opened(asked)
        try:
            user = await relay.database.read(lambda connection: users.by_name(connection, asked.name))
            quotas = relay.config.uploads.quota_bytes
            if user is None or asked.tier not in quotas:
                what = f"account {asked.name}" if user is None else f"tier {asked.tier}; there is {', '.join(sorted(quotas))}"
                raise NotFoundError(what, hint="relay user list shows accounts; relay.toml names tiers: [uploads.quota_bytes].")
            user.tier = asked.tier
            await relay.database.write(lambda connection: users.save(connection, user))
        finally:
            relay.close()
        print(f"{user.name} is of the tier {user.tier}: {in_words(quotas[user.tier])}.")

    asyncio.run(run())


def _user_list(asked: argparse.Namespace) -> None:
    from relay.catalog import users

    async def run() -> None:
        relay = await _opened(asked)
        try:
            for user in await relay.database.read(users.everyone):
                print(f"{user.name}  {user.user_id}  {user.timezone}")
                for device in await relay.sessions.list(user.user_id):
                    state = "revoked" if device.revoked_at else "paired"
                    print(f"  {device.kind:<10} {device.name:<20} {state:<8} {device.device_id}")
        finally:
            relay.close()

    asyncio.run(run())


def _user_revoke(asked: argparse.Namespace) -> None:
    from relay.catalog import users
    from relay.errors import NotFoundError
    from relay.push.notices import DEVICE_REVOKED, Notices

    async def run() -> None:
        relay = await _opened(asked)
        try:
            everyone = await relay.database.read(users.everyone)
            found = [
                (user, device)
                for user in everyone
                for device in await relay.sessions.list(user.user_id)
                if device.device_id == asked.device_id
            ]
            if not found:
                raise NotFoundError(f"device {asked.device_id}", hint="relay user list shows them all.")
            for user, device in found:
                await relay.sessions.revoke(user.user_id, asked.device_id)
                await Notices(relay.database, relay.bus).device(user.user_id, DEVICE_REVOKED, device.device_id, device.name)
                print(f"Device {asked.device_id} of {user.name} is shut out.")
        finally:
            relay.close()

    asyncio.run(run())


def _keys_rotate(asked: argparse.Namespace) -> None:
    async def run() -> None:
        relay = await _opened(asked)
        try:
            made = relay.tokens.ring.rotate()
        finally:
            relay.close()
        print(f"Key {made.key_id} signs in a minute; a running relay finds it by itself.")

    asyncio.run(run())


def _jobs_list(asked: argparse.Namespace) -> None:
    from relay.jobs.kinds import JobState, Topic
    from relay.jobs.listing import table

    async def run() -> None:
        relay = await _opened(asked)
        try:
            jobs = await relay.bus.list(JobState(asked.state) if asked.state else None, Topic(asked.topic) if asked.topic else None)
        finally:
            relay.close()
        print(table(jobs, relay.now_ms()) if jobs else "No such jobs.")

    asyncio.run(run())


def _jobs_replay(asked: argparse.Namespace) -> None:
    from relay.jobs.kinds import JobState

    async def run() -> None:
        relay = await _opened(asked)
        try:
            chosen = [asked.job_id] if asked.job_id else [job.job_id for job in await relay.bus.list(JobState.DEAD)]
            for job_id in chosen:
                await relay.bus.replay(job_id)
        finally:
            relay.close()
        print(f"{len(chosen)} jobs wait again; a running relay takes them up within a second.")

    asyncio.run(run())


def _doctor(asked: argparse.Namespace) -> int:
    from relay.doctor import examine, shown

    findings = asyncio.run(examine(_config(asked)))
    print(json.dumps([finding._asdict() for finding in findings]) if asked.json else shown(findings))
    return 0 if all(finding.well for finding in findings) else 1


def _status(asked: argparse.Namespace) -> None:
    from relay.status import numbers, tables

    found = asyncio.run(numbers(_config(asked)))
    if asked.json:
        print(json.dumps(found))
        return
    from rich.console import Console

    for table in tables(found):
        Console().print(table)


def _reindex(asked: argparse.Namespace) -> None:
    from relay.server import DataTakenError, only_one
    from relay.work.reindexing import Reindexing, current
    from relay.work.stages import make_stages

    async def run(*, alone: bool) -> int:
        relay = await _opened(asked)
        try:
            reindexing = Reindexing(relay, current)
            count = await reindexing.ask(asked.user, everything=asked.all)
            stages = make_stages(relay) if alone and count else None
            with _bar(count) as shown:
                await reindexing.work(stages.workers if stages else None, shown)
            if stages:
                stages.close()
        finally:
            relay.close()
        return count

    try:
        with only_one(_config(asked).data_dir):
            count = asyncio.run(run(alone=True))
    except DataTakenError:
        print("A relay is running: it looks into them.", file=sys.stderr)
        count = asyncio.run(run(alone=False))
    print(f"{count} clips were old and have been looked into again." if count else "Nothing is old.")


@contextlib.contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error; call it with how many are left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Looking again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda left: progress.update(task, completed=max(0, total - left))


def _backup(asked: argparse.Namespace) -> None:
    from relay.backup import back_up

    report = asyncio.run(back_up(_config(asked), asked.target))
    print(f"{report.copied} files copied, {report.kept} there already; catalogue healthy: {report.target}")


if __name__ == "__main__":
    sys.exit(main())
