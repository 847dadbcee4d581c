"""Version 14: the fixed test set of a project, and what the base model and each round drew for it."""

# A picture without a round is the base model's. `trained_as` is the fingerprint of the training that drew it:
# one of an earlier training of the round does not count. `scores` is a JSON object of numbers by name.
STATEMENTS = """
CREATE TABLE test_sets (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    seeds INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    guidance_scale REAL NOT NULL,
    resolution INTEGER,
    measured TEXT NOT NULL DEFAULT 'auto' CHECK (measured IN ('auto', 'always', 'never'))
);
CREATE TABLE test_prompts (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    position INTEGER NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('held_out', 'accepted', 'plain')),
    prompt TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    UNIQUE (project_id, part, prompt)
);
CREATE TABLE test_pictures (
    id TEXT PRIMARY KEY,
    prompt_id TEXT NOT NULL REFERENCES test_prompts (id),
    round_id TEXT REFERENCES rounds (id),
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    image TEXT NOT NULL,
    scores TEXT NOT NULL,
    remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat')),
    trained_as TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE INDEX test_pictures_of_prompt ON test_pictures (prompt_id, round_id)
"""
