"""Version 13: weights set by hand, and what was suggested when a person decided."""

# `scores` is JSON without IDs, since an imported project may get new ones. A reason is appended, not changed:
# the newest one of an override counts.
STATEMENTS = """
ALTER TABLE decisions ADD COLUMN weight REAL CHECK (weight >= 0);
CREATE TABLE overrides (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES decision_batches (id),
    anchor_id TEXT NOT NULL REFERENCES anchors (id),
    suggested_id TEXT REFERENCES candidates (id),
    chosen_id TEXT NOT NULL REFERENCES candidates (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    scores TEXT NOT NULL
);
CREATE INDEX overrides_of_batch ON overrides (batch_id);
CREATE TABLE override_reasons (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    override_id INTEGER NOT NULL REFERENCES overrides (id),
    reason TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE INDEX reasons_of_override ON override_reasons (override_id)
"""
