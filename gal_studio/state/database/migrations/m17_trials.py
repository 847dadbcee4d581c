"""Version 17: pictures of free prompts, and candidates that were taken from them."""

# A candidate that is `own` was chosen by a person and is no sample of the model: no statistic counts it.
# A trial without an image waits to be drawn, unless `trouble` says why it cannot be. `scores` is a JSON
# object of numbers by name; `trained_as` is the fingerprint of the training that drew it.
STATEMENTS = """
ALTER TABLE candidates ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
CREATE TABLE trials (
    id TEXT PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    prompt TEXT NOT NULL,
    seed INTEGER NOT NULL,
    guidance_scale REAL NOT NULL,
    strength REAL NOT NULL,
    trained_as TEXT NOT NULL DEFAULT '',
    image TEXT,
    feature BLOB,
    scores TEXT NOT NULL DEFAULT '{}',
    remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat')),
    trouble TEXT NOT NULL DEFAULT '',
    candidate_id TEXT REFERENCES candidates (id),
    created REAL NOT NULL
);
CREATE INDEX trials_of_round ON trials (round_id, created)
"""
