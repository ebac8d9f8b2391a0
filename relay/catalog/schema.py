"""The catalogue's tables, as a list of migrations: ``user_version`` counts those applied.

Records are kept whole as JSON; what is looked up by is a column generated from it, so that a record has one truth.
Every table is led by the account: the shard key of a larger store.
"""

from __future__ import annotations

import sqlite3

from relay.errors import SouvenirError

_FIRST = """
CREATE TABLE users (
    user_id TEXT PRIMARY KEY, record TEXT NOT NULL,
    name TEXT GENERATED ALWAYS AS (json_extract(record, '$.name')) VIRTUAL
);
CREATE UNIQUE INDEX users_by_name ON users (name COLLATE NOCASE);
CREATE TABLE credentials (user_id TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE, password_hash TEXT NOT NULL);
CREATE TABLE devices (
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE, device_id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    scope TEXT NOT NULL, session_id TEXT NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, revoked_at INTEGER,
    PRIMARY KEY (user_id, device_id)
);
CREATE TABLE refresh_tokens (
    token_hash TEXT PRIMARY KEY, session_id TEXT NOT NULL, user_id TEXT NOT NULL, device_id TEXT NOT NULL,
    issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER, successor_hash TEXT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE TABLE pairings (
    device_code_hash TEXT PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, device_id TEXT NOT NULL, name TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, asked_at INTEGER NOT NULL DEFAULT 0, interval_s INTEGER NOT NULL,
    user_id TEXT, denied_at INTEGER, redeemed_at INTEGER
);
CREATE TABLE videos (
    user_id TEXT NOT NULL, video_id TEXT NOT NULL, record TEXT NOT NULL,
    captured_at INTEGER GENERATED ALWAYS AS (json_extract(record, '$.captured_at')) VIRTUAL,
    status TEXT GENERATED ALWAYS AS (json_extract(record, '$.status')) VIRTUAL,
    deleted_at INTEGER GENERATED ALWAYS AS (json_extract(record, '$.deleted_at')) VIRTUAL,
    PRIMARY KEY (user_id, video_id)
);
CREATE INDEX videos_by_time ON videos (user_id, captured_at DESC, video_id DESC);
CREATE TABLE video_timings (
    user_id TEXT NOT NULL, video_id TEXT NOT NULL, stored_at INTEGER NOT NULL, searchable_at INTEGER, stages TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (user_id, video_id)
);
CREATE TABLE device_tags (
    user_id TEXT NOT NULL, video_id TEXT NOT NULL, tags TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (user_id, video_id)
);
CREATE TABLE custody (
    user_id TEXT NOT NULL, segment_id TEXT NOT NULL, device_id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (user_id, segment_id)
);
CREATE TABLE moments (
    user_id TEXT NOT NULL, video_id TEXT NOT NULL, moment_id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (user_id, moment_id)
);
CREATE INDEX moments_by_video ON moments (user_id, video_id);
CREATE TABLE people (user_id TEXT NOT NULL, person_id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (user_id, person_id));
CREATE TABLE person_photos (
    user_id TEXT NOT NULL, photo_id TEXT NOT NULL, person_id TEXT NOT NULL, sha256 TEXT NOT NULL, embedding TEXT NOT NULL,
    blob_key TEXT NOT NULL, added_at INTEGER NOT NULL, PRIMARY KEY (user_id, photo_id)
);
CREATE UNIQUE INDEX person_photos_once ON person_photos (user_id, person_id, sha256);
CREATE TABLE memories (
    user_id TEXT NOT NULL, memory_id TEXT NOT NULL, record TEXT NOT NULL, idempotency_key TEXT, blob_key TEXT NOT NULL DEFAULT '',
    poster_key TEXT NOT NULL DEFAULT '', PRIMARY KEY (user_id, memory_id)
);
CREATE UNIQUE INDEX memories_once ON memories (user_id, idempotency_key);
CREATE TABLE memory_clips (
    user_id TEXT NOT NULL, memory_id TEXT NOT NULL, video_id TEXT NOT NULL, PRIMARY KEY (user_id, video_id, memory_id)
);
CREATE TABLE changes (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, kind TEXT NOT NULL, subject_id TEXT NOT NULL,
    value TEXT NOT NULL, at INTEGER NOT NULL
);
CREATE INDEX changes_by_user ON changes (user_id, cursor);
CREATE INDEX changes_by_subject ON changes (user_id, subject_id, kind);
CREATE TABLE ops (
    user_id TEXT NOT NULL, op_id TEXT NOT NULL, record TEXT NOT NULL, result TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (user_id, op_id)
);
CREATE TABLE uploads (
    upload_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, device_id TEXT NOT NULL, segment TEXT NOT NULL, length_bytes INTEGER NOT NULL,
    offset_bytes INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ended TEXT NOT NULL DEFAULT ''
);
CREATE INDEX uploads_by_user ON uploads (user_id, ended);
CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, topic TEXT NOT NULL, message TEXT NOT NULL, dedupe_key TEXT,
    priority INTEGER NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, lease_id TEXT NOT NULL DEFAULT '', lease_until INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '', finished_at INTEGER
);
CREATE UNIQUE INDEX jobs_waiting_once ON jobs (dedupe_key) WHERE state = 'waiting';
CREATE INDEX jobs_by_due ON jobs (state, priority, due_at);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)
"""

_SAME_BYTES = """
CREATE INDEX videos_by_hash ON videos (user_id, json_extract(record, '$.sha256'));
ALTER TABLE uploads ADD COLUMN metadata TEXT NOT NULL DEFAULT ''
"""

_DETAILS = """
CREATE TABLE details (user_id TEXT NOT NULL, video_id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (user_id, video_id))
"""

_MERGED_EDITS = """
CREATE TABLE edits (user_id TEXT NOT NULL, subject_id TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (user_id, subject_id));
CREATE TABLE conflicts (
    user_id TEXT NOT NULL, conflict_id TEXT NOT NULL, subject_id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (user_id, conflict_id)
);
CREATE TABLE feed_readers (
    user_id TEXT NOT NULL, device_id TEXT NOT NULL, cursor INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (user_id, device_id)
);
CREATE TABLE feed_floors (user_id TEXT PRIMARY KEY, cursor INTEGER NOT NULL)
"""

_FILMS_BY_CONTENT = """
ALTER TABLE memories ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
CREATE INDEX memories_by_fingerprint ON memories (user_id, fingerprint)
"""

_DOOR = """
ALTER TABLE devices ADD COLUMN key_thumbprint TEXT NOT NULL DEFAULT '';
ALTER TABLE pairings ADD COLUMN key_thumbprint TEXT NOT NULL DEFAULT '';
ALTER TABLE pairings ADD COLUMN scope TEXT NOT NULL DEFAULT 'device';
CREATE TABLE proofs (proof_id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
CREATE TABLE second_factors (
    user_id TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE, sealed_secret TEXT NOT NULL, confirmed_at INTEGER,
    last_step INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE, code_hash TEXT NOT NULL, used_at INTEGER, PRIMARY KEY (user_id, code_hash)
);
CREATE TABLE guesses (who TEXT PRIMARY KEY, failures INTEGER NOT NULL, failed_at INTEGER NOT NULL, blocked_until INTEGER NOT NULL);
CREATE TABLE shares (
    share_id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE, kind TEXT NOT NULL, subject_id TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, revoked_at INTEGER, opened INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX shares_by_user ON shares (user_id, created_at)
"""
"""Who may come in: keys of devices, second factors, wrong guesses, shared links."""

_PARTS_AND_TURNS = """
CREATE TABLE parts (
    user_id TEXT NOT NULL, video_id TEXT NOT NULL, name TEXT NOT NULL, faces INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (user_id, video_id, name)
);
CREATE TABLE job_turns (user_id TEXT PRIMARY KEY, turn INTEGER NOT NULL);
DROP INDEX jobs_by_due;
CREATE INDEX jobs_by_turn ON jobs (state, priority, user_id, due_at);
CREATE INDEX jobs_leased ON jobs (dedupe_key) WHERE state = 'leased'
"""

_MUSIC = """
CREATE TABLE music (user_id TEXT NOT NULL, music_id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (user_id, music_id));
CREATE UNIQUE INDEX music_once ON music (user_id, json_extract(record, '$.sha256'))
"""
"""Pieces of music that an account has brought, to play under its films."""

_OCCASIONS = """
CREATE TABLE occasions (user_id TEXT NOT NULL, memory_id TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (user_id, memory_id));
CREATE TABLE occasions_seen (user_id TEXT PRIMARY KEY, state TEXT NOT NULL)
"""
"""Films that were prepared of trips and years."""

_WATCHED = {
    "users": ["'profile'"], "people": ["'profile'"], "memories": ["'films'"],
    "videos": ["'clips'", "'video:' || {row}.video_id"], "moments": ["'clips'", "'video:' || {row}.video_id"],
    "video_timings": ["'clips'", "'video:' || {row}.video_id"], "memory_clips": ["'clips'", "'video:' || {row}.video_id"],
}  # fmt: skip
"""Table to what a write to it touches (``touched.py``)."""


def _touching(table: str, event: str, row: str) -> str:
    """Without any ON CONFLICT: that of the write itself would be taken for these statements too."""
    told = [one.format(row=row) for one in _WATCHED[table]]
    first = "INSERT INTO touched SELECT {row}.user_id, {what}, x'' WHERE NOT EXISTS (SELECT 1 FROM touched WHERE {it})"
    then = "UPDATE touched SET token = randomblob(8) WHERE {it}"
    marks = "".join(
        f" {statement.format(row=row, what=what, it=f'user_id = {row}.user_id AND what = {what}')};"
        for what in told
        for statement in (first, then)
    )
    return f"CREATE TRIGGER touch_{table}_{event} AFTER {event} ON {table} BEGIN{marks} END"


_TOUCHED = ";\n".join(
    [
        "CREATE TABLE touched (user_id TEXT NOT NULL, what TEXT NOT NULL, token BLOB NOT NULL, PRIMARY KEY (user_id, what)) WITHOUT ROWID",
        *(_touching(table, event, row) for table in _WATCHED for event, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"))),
    ]
)
"""Which parts of an account were written to, for what is kept in memory of them."""

_MISSED = """
CREATE TABLE missed_clips (
    user_id TEXT NOT NULL, video_id TEXT NOT NULL, memory_id TEXT NOT NULL, PRIMARY KEY (user_id, video_id, memory_id)
)
"""
"""Films that a clip was in which is in the trash: made anew with it when it comes back."""

_PUSHES = """
CREATE TABLE push_subscriptions (
    subscription_id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE, device_id TEXT NOT NULL,
    session_id TEXT NOT NULL, endpoint TEXT NOT NULL, p256dh TEXT NOT NULL, auth TEXT NOT NULL, created_at INTEGER NOT NULL,
    delivered_at INTEGER
);
CREATE INDEX push_subscriptions_by_user ON push_subscriptions (user_id, created_at)
"""
"""Browsers that want to be told when something happens."""

_FILMS = f"{_MUSIC};\n{_OCCASIONS};\n{_MISSED};\n{_TOUCHED}"

MIGRATIONS: list[str] = [_FIRST, _MERGED_EDITS, _DETAILS, _FILMS_BY_CONTENT, _DOOR, _SAME_BYTES, _PARTS_AND_TURNS, _FILMS, _PUSHES]


class SchemaNewerError(SouvenirError):
    code = "storage.damaged"


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this version, one transaction per step. Raises SchemaNewerError for a file of a newer relay."""
    done = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if done > len(MIGRATIONS):
        raise SchemaNewerError(f"the catalogue is of version {done}, this relay knows {len(MIGRATIONS)}", hint="Run the newer relay.")
    for number in range(done, len(MIGRATIONS)):
        connection.execute("BEGIN IMMEDIATE")
        if int(connection.execute("PRAGMA user_version").fetchone()[0]) == number:
            for statement in MIGRATIONS[number].split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number + 1}")
        connection.execute("COMMIT")
