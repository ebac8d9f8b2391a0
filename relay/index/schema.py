"""The tables of one account's index. Another ``VERSION`` means: throw it away and rebuild."""

from __future__ import annotations

VERSION = 1

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE video (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    video_id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    captured_at INTEGER NOT NULL,
    local_at INTEGER NOT NULL,
    timezone TEXT NOT NULL,
    duration_s REAL NOT NULL,
    lat REAL,
    lon REAL,
    place TEXT NOT NULL,
    country TEXT NOT NULL,
    place_ids TEXT NOT NULL,
    quality REAL NOT NULL
);
CREATE TABLE moment (
    key INTEGER PRIMARY KEY,
    moment_id TEXT NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    quality REAL NOT NULL,
    people TEXT NOT NULL,
    unknown_faces INTEGER NOT NULL,
    labels TEXT NOT NULL
);
CREATE TABLE posting (term TEXT NOT NULL, moment INTEGER NOT NULL, PRIMARY KEY (term, moment)) WITHOUT ROWID;
CREATE INDEX posting_by_moment ON posting (moment);
CREATE TABLE vector (row INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, moment INTEGER NOT NULL, value BLOB NOT NULL);
CREATE UNIQUE INDEX vector_by_moment ON vector (moment, channel);
CREATE INDEX vector_by_channel ON vector (channel, row);
CREATE VIRTUAL TABLE words USING fts5 (speech, written, notes, labels, place, tokenize = "porter unicode61 remove_diacritics 2");
"""
