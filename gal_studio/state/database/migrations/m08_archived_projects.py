"""The eighth migration: projects that are put away, and may be deleted."""

EIGHTH = """
CREATE TABLE put_away (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    time REAL NOT NULL
)
"""
