"""Version 18: projects that draw another one again, with what a person decided in that one."""

# The source and its round are named, not referred to: they may be deleted, or stay in another workspace.
# `left_out` is a JSON list of clauses. `seen` is the hash of the picture that the person decided about, whose
# file belongs to the source.
STATEMENTS = """
CREATE TABLE replays (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    source_id TEXT NOT NULL,
    source_name TEXT NOT NULL,
    source_round TEXT NOT NULL,
    policy TEXT NOT NULL,
    left_out TEXT NOT NULL
);
CREATE INDEX replays_of_source ON replays (source_id);
CREATE TABLE replay_rounds (
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    settings TEXT NOT NULL,
    prompts TEXT NOT NULL,
    PRIMARY KEY (project_id, number)
);
CREATE TABLE replay_decisions (
    project_id TEXT NOT NULL REFERENCES projects (id),
    number INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    place INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
    mask TEXT,
    weight REAL CHECK (weight >= 0),
    seen TEXT NOT NULL,
    PRIMARY KEY (project_id, number, prompt, place)
)
"""
