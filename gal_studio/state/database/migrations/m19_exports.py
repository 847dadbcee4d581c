"""Version 19: exports with what their check found, and LoRAs from elsewhere that projects start from."""

# `measured` is a JSON list of sentences. `made_of` is the hash of the exported weights, NULL while it waits;
# the file itself is in a folder of the workspace, and can be made again.
STATEMENTS = """
CREATE TABLE exports (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    form TEXT NOT NULL,
    measured TEXT NOT NULL,
    made_of TEXT,
    sentence TEXT NOT NULL DEFAULT '',
    is_same INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    PRIMARY KEY (round_id, form)
);
CREATE TABLE project_starts (
    project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
    source TEXT NOT NULL,
    adapter TEXT NOT NULL
)
"""
