"""Version 10: the kinds of jobs are checked by `gal_studio.core.jobs.kinds` instead of the database."""

# SQLite cannot drop a CHECK constraint in place: the table is rebuilt. Rows keep their rowids, which order
# jobs of the same time.
STATEMENTS = """
CREATE TABLE jobs_of_today (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    kind TEXT NOT NULL,
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
    finished REAL,
    paused_for TEXT NOT NULL DEFAULT '' CHECK (paused_for IN ('', 'room')),
    room_needed INTEGER NOT NULL DEFAULT 0
);
INSERT INTO jobs_of_today (rowid, id, project_id, round_id, kind, state, phase, done, total, message,
    position, worker_id, sample_wanted, created, started, finished, paused_for, room_needed)
    SELECT rowid, id, project_id, round_id, kind, state, phase, done, total, message, position,
    worker_id, sample_wanted, created, started, finished, paused_for, room_needed FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_of_today RENAME TO jobs;
CREATE INDEX jobs_of_project ON jobs (project_id, created)
"""
