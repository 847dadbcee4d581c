"""Version 2: refinements (PatchDPO), masks, several subjects."""

# SQLite cannot change a CHECK constraint in place: the table of jobs is rebuilt with the new kinds.
STATEMENTS = """
ALTER TABLE rounds ADD COLUMN kind TEXT NOT NULL DEFAULT 'fine_tune' CHECK (kind IN ('fine_tune', 'refine'));
ALTER TABLE project_references ADD COLUMN trigger_word TEXT NOT NULL DEFAULT '';
ALTER TABLE project_references ADD COLUMN mask TEXT;
UPDATE project_references SET trigger_word = (
    SELECT trigger_word FROM projects WHERE projects.id = project_id AND kind = 'object'
) WHERE project_id IN (SELECT id FROM projects WHERE kind = 'object');
ALTER TABLE decisions ADD COLUMN mask TEXT;
ALTER TABLE training_sets ADD COLUMN mask TEXT;
CREATE TABLE jobs_of_today (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    kind TEXT NOT NULL CHECK (kind IN ('fine_tune', 'generate', 'pairs', 'refine', 'quality')),
    state TEXT NOT NULL,
    phase TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    position REAL NOT NULL,
    worker_id TEXT REFERENCES workers (id),
    sample_wanted INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    started REAL,
    finished REAL
);
INSERT INTO jobs_of_today SELECT id, project_id, round_id, kind, state, phase, done, total, message, position,
    worker_id, sample_wanted, created, started, finished FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_of_today RENAME TO jobs;
CREATE INDEX jobs_of_project ON jobs (project_id, created);
CREATE TABLE foregrounds (
    image TEXT PRIMARY KEY,
    mask TEXT,
    problem TEXT NOT NULL
);
CREATE TABLE pairs (
    id TEXT PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    position INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    seed INTEGER NOT NULL,
    reference_image TEXT NOT NULL,
    reference_mask TEXT,
    generated_image TEXT,
    subject TEXT NOT NULL,
    weight REAL NOT NULL
);
CREATE INDEX pairs_of_round ON pairs (round_id, position);
CREATE TABLE patch_maps (
    owner_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('quality', 'reproduction')),
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    map_values BLOB NOT NULL,
    vision_model TEXT NOT NULL,
    PRIMARY KEY (owner_id, kind)
);
CREATE TABLE vision_limits (
    project_id TEXT NOT NULL REFERENCES projects (id),
    vision_model TEXT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    PRIMARY KEY (project_id, vision_model)
);
CREATE TABLE paintings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    owner_id TEXT NOT NULL,
    image TEXT,
    author TEXT NOT NULL,
    time REAL NOT NULL,
    undoes INTEGER REFERENCES paintings (id),
    redoes INTEGER REFERENCES paintings (id)
);
CREATE INDEX paintings_of_round ON paintings (round_id);
CREATE TABLE measurements (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    metric TEXT NOT NULL,
    before REAL NOT NULL,
    after REAL NOT NULL,
    difference REAL NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    images INTEGER NOT NULL,
    PRIMARY KEY (round_id, metric)
)
"""
