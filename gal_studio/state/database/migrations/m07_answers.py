"""Version 7: answers to writes by idempotency key."""

STATEMENTS = """
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    answer TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE INDEX answers_by_time ON answers (time)
"""
