"""The tables of one account's index. Another ``VERSION`` means: throw it away and rebuild."""

from __future__ import annotations

VERSION = 3

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE video (
    key INTEGER PRIMARY KEY,
    video_id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    captured_at INTEGER NOT NULL,
    late INTEGER NOT NULL,
    timezone TEXT NOT NULL,
    duration_s REAL NOT NULL,
    lat REAL,
    lon REAL,
    place TEXT NOT NULL,
    country TEXT NOT NULL,
    place_ids TEXT NOT NULL,
    moments INTEGER NOT NULL,
    terms BLOB NOT NULL
);
CREATE INDEX video_by_time ON video (late, captured_at, key);
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
CREATE TABLE place (
    ids TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    videos INTEGER NOT NULL,
    placed INTEGER NOT NULL,
    lat_sum REAL NOT NULL,
    lon_sum REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE term (term TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE posting (term TEXT NOT NULL, chunk INTEGER NOT NULL, keys BLOB NOT NULL, PRIMARY KEY (term, chunk)) WITHOUT ROWID;
CREATE TABLE vector_seen (moment INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE vector_said (moment INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (speech, written, notes, labels, place, tokenize = "porter unicode61 remove_diacritics 2");
"""
