"""Doctor names what is wrong and what to do; backup is a whole relay; the command line tells both."""

from __future__ import annotations

import io
import json
import shutil
import tomllib
from pathlib import Path

import pytest

from relay.backup import back_up
from relay.catalog import users, videos
from relay.catalog.db import Database
from relay.cli import main
from relay.config import RelayConfig, StorageConfig, parse
from relay.doctor import examine, shown
from relay.errors import SouvenirError
from relay.jobs.kinds import JobKind, Message


@pytest.fixture
def no_models(monkeypatch):
    """Hashing all models takes seconds and is tested where they are."""
    monkeypatch.setattr("models.store.ModelStore.check", lambda self, used_by="": [])


async def wrong(config):
    return {finding.name: finding for finding in await examine(config) if not finding.well}


async def test_a_well_relay_has_nothing_to_do(relay, relay_config, no_models):
    await relay.store()
    relay_config.server.port = 0
    assert await wrong(relay_config) == {}


async def test_missing_media_dead_jobs_and_a_taken_port_are_named(relay, relay_config, no_models):
    segment = await relay.store()
    user_id = relay.accounts["anna"].user.user_id
    video = await relay.services.database.read(lambda c: videos.get(c, user_id, segment.segment_id))
    relay.services.blobs.local(video.blob_key).unlink()
    await relay.services.bus.publish(Message(user_id=user_id, operation=JobKind.REINDEX, video_id="v"))
    job = await relay.services.bus.claim({JobKind.REINDEX})
    await relay.services.bus.fail(job, "model.missing: meaning", again=False)
    found = await wrong(relay_config)
    assert set(found) == {"media", "jobs"}
    assert video.blob_key in found["media"].says
    assert "model.missing" in found["jobs"].says
    assert "relay jobs replay" in shown(list(found.values()))


async def test_a_port_of_another_program_and_of_a_relay(relay, relay_config, no_models):
    import asyncio

    async def silent(_reader, writer):
        writer.close()

    other = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with other:
        relay_config.server.port = other.sockets[0].getsockname()[1]
        answer = await asyncio.to_thread(lambda: asyncio.run(wrong(relay_config)))
    assert "--port" in answer["port"].do
    relay_config.server.port = int(relay.url.rsplit(":", 1)[1])
    assert "port" not in await asyncio.to_thread(lambda: asyncio.run(wrong(relay_config)))


async def test_a_damaged_catalogue_is_told(tmp_path, no_models):
    config = RelayConfig(storage=StorageConfig(data_dir=str(tmp_path)))
    config.server.port = 0
    (tmp_path / "catalog.sqlite").write_bytes(b"not a database at all" * 1000)
    found = await wrong(config)
    assert "backup" in found["database"].do


async def test_a_backup_is_a_relay_of_its_own(relay, relay_config, tmp_path):
    segment = await relay.store(b"precious")
    target = tmp_path / "backup"
    first = await back_up(relay_config, target)
    again = await back_up(relay_config, target)
    assert (first.kept, again.copied) == (0, 0)
    database = Database(target / "catalog.sqlite")
    [user] = await database.read(users.everyone)
    video = await database.read(lambda c: videos.get(c, user.user_id, segment.segment_id))
    database.close()
    assert (target / "blobs" / video.blob_key).read_bytes() == b"precious"
    assert (target / "keys" / "link-key").exists()


async def test_no_data_is_no_backup(tmp_path):
    with pytest.raises(SouvenirError, match="no catalogue"):
        await back_up(RelayConfig(storage=StorageConfig(data_dir=str(tmp_path))), tmp_path / "b")


def test_the_command_line_end_to_end(tmp_path, capsys, monkeypatch, no_models):
    data = ["--data", str(tmp_path / "data")]
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert main(["user", "add", "anna", "--password-stdin", *data]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["user", "add", "ben", "--password-stdin", *data]) == 1
    assert "Try: Use at least 10 characters." in capsys.readouterr().err
    assert main(["user", "approve", "BCDF-GHJK", *data]) == 1
    assert main(["user", "list", *data]) == 0
    assert main(["jobs", "list", *data]) == 0
    assert main(["jobs", "replay", *data]) == 0
    capsys.readouterr()
    assert main(["status", "--json", *data]) == 0
    assert json.loads(capsys.readouterr().out)["accounts"] == 1
    (tmp_path / "c.toml").write_text("[server]\nport = 0\n")
    assert main(["doctor", "--config", str(tmp_path / "c.toml"), *data]) == 0
    shutil.rmtree(tmp_path / "data" / "blobs")
    assert main(["doctor", "--json", "--config", str(tmp_path / "c.toml"), *data]) == 0


@pytest.mark.parametrize(
    ("text", "names"),
    [("[server]\nprot = 1", "prot"), ("[serve]", "serve"), ("[server]\nport = 'x'", "port"), ("[server", "table declaration")],
)
def test_an_unknown_or_wrong_key_is_named(text, names):
    with pytest.raises(SouvenirError, match=names) as problem:
        parse(text)
    assert problem.value.code == "config.invalid"


def test_every_key_has_a_default():
    assert parse("") == RelayConfig()


def test_the_documented_configuration_is_that_of_the_program():
    """Every key of every part that docs/relay.md shows is there, with its default."""
    text = (Path(__file__).parents[3] / "docs" / "relay.md").read_text()
    shown = text.split("```toml\n")[1].split("```")[0]
    assert parse(shown) == RelayConfig()
    for part in ("storage", "uploads"):
        given, config = tomllib.loads(shown)[part], getattr(RelayConfig(), part)
        assert set(given) == set(config.__struct_fields__)
    assert set(tomllib.loads(shown)["storage"]["s3"]) == set(RelayConfig().storage.s3.__struct_fields__)


def test_an_account_is_put_into_another_tier(tmp_path, capsys, monkeypatch):
    data = ["--data", str(tmp_path / "data"), "--config", str(tmp_path / "c.toml")]
    (tmp_path / "c.toml").write_text("[uploads.quota_bytes]\nstandard = 1073741824\nfamily = 0\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert main(["user", "add", "anna", "--password-stdin", *data]) == 0
    assert main(["user", "tier", "anna", "family", *data]) == 0
    assert "no limit" in capsys.readouterr().out
    assert main(["user", "tier", "anna", "gold", *data]) == 1
    assert "family, standard" in capsys.readouterr().err
    assert main(["user", "tier", "ben", "family", *data]) == 1


async def test_a_bucket_that_does_not_answer_is_named(relay, relay_config, no_models, monkeypatch):
    await relay.store()
    relay_config.server.port = 0
    s3 = relay_config.storage.s3
    s3.bucket, s3.endpoint, s3.access_key_id, s3.secret_access_key = "clips", "http://127.0.0.1:9", "x", "x"
    monkeypatch.setattr("relay.ingest.objects.GIVE_UP_S", 0)
    found = await wrong(relay_config)
    assert set(found) == {"store of media"}
    assert "bucket clips" in found["store of media"].says
