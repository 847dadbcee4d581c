"""Version 11: scores of candidates by name, besides the two that are columns of the table of candidates."""

STATEMENTS = """
CREATE TABLE candidate_scores (
    candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (candidate_id, name)
)
"""
