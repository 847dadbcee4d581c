"""Version 1: projects, rounds, candidates, decisions, jobs."""

STATEMENTS = """
CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('style', 'object')),
    base_model TEXT NOT NULL,
    clip_model TEXT NOT NULL,
    trigger_word TEXT NOT NULL,
    seed INTEGER NOT NULL,
    origin TEXT UNIQUE,
    created REAL NOT NULL
);
CREATE TABLE project_settings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL REFERENCES projects (id),
    settings TEXT NOT NULL,
    author TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE TABLE project_references (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    position INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    plain_prompt TEXT NOT NULL,
    image TEXT NOT NULL,
    UNIQUE (project_id, position)
);
CREATE TABLE anchors (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    position INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    UNIQUE (project_id, prompt)
);
CREATE TABLE class_images (
    project_id TEXT NOT NULL REFERENCES projects (id),
    drawn_by TEXT NOT NULL,
    position INTEGER NOT NULL,
    image TEXT NOT NULL,
    PRIMARY KEY (project_id, drawn_by, position)
);
CREATE TABLE rounds (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    parent_id TEXT REFERENCES rounds (id),
    number INTEGER NOT NULL,
    settings TEXT NOT NULL,
    adapter TEXT,
    trained_as TEXT,
    unet_forwards INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL
);
CREATE TABLE round_seconds (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    phase TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (round_id, phase)
);
CREATE TABLE losses (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    step INTEGER NOT NULL,
    loss REAL NOT NULL,
    PRIMARY KEY (round_id, step)
);
CREATE TABLE training_sets (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    position INTEGER NOT NULL,
    image TEXT NOT NULL,
    prompt TEXT NOT NULL,
    weight REAL NOT NULL,
    is_reference INTEGER NOT NULL,
    PRIMARY KEY (round_id, position)
);
CREATE TABLE training_images (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    step INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    seed INTEGER NOT NULL,
    image TEXT NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (round_id, step, prompt)
);
CREATE TABLE reference_places (
    round_id TEXT NOT NULL REFERENCES rounds (id),
    reference_id TEXT NOT NULL REFERENCES project_references (id),
    x REAL NOT NULL,
    y REAL NOT NULL,
    PRIMARY KEY (round_id, reference_id)
);
CREATE TABLE candidates (
    id TEXT PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    anchor_id TEXT NOT NULL REFERENCES anchors (id),
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    image TEXT NOT NULL,
    similarity_anchor REAL NOT NULL,
    similarity_reference REAL NOT NULL,
    feature BLOB NOT NULL,
    x REAL,
    y REAL,
    created REAL NOT NULL,
    UNIQUE (round_id, anchor_id, number)
);
CREATE TABLE decision_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    author TEXT NOT NULL CHECK (author IN ('human', 'sampler', 'policy')),
    time REAL NOT NULL,
    undoes INTEGER REFERENCES decision_batches (id),
    redoes INTEGER REFERENCES decision_batches (id)
);
CREATE INDEX batches_of_round ON decision_batches (round_id);
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES decision_batches (id),
    candidate_id TEXT NOT NULL REFERENCES candidates (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'undecided'))
);
CREATE INDEX decisions_of_candidate ON decisions (candidate_id);
CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process TEXT NOT NULL,
    beat REAL NOT NULL,
    ended REAL
);
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    kind TEXT NOT NULL CHECK (kind IN ('fine_tune', 'generate')),
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
CREATE INDEX jobs_of_project ON jobs (project_id, created);
CREATE TABLE job_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    state_before TEXT,
    state_after TEXT NOT NULL,
    reason TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE TABLE job_progress (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    phase TEXT NOT NULL,
    done REAL NOT NULL,
    time REAL NOT NULL
);
CREATE INDEX progress_of_job ON job_progress (job_id, time)
"""
