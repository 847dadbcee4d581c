"""The seventh migration: changes that are asked for again are done once."""

SEVENTH = """
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    answer TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE INDEX answers_by_time ON answers (time)
"""
