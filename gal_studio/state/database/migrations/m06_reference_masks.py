"""Version 6: masks of references are an append-only log; present masks become its first rows."""

# Older SQLite cannot drop a column: the table of references is rebuilt without its mask.
STATEMENTS = """
CREATE TABLE reference_masks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference_id TEXT NOT NULL REFERENCES project_references (id),
    mask TEXT,
    author TEXT NOT NULL,
    time REAL NOT NULL,
    undoes INTEGER REFERENCES reference_masks (id),
    redoes INTEGER REFERENCES reference_masks (id)
);
CREATE INDEX masks_of_reference ON reference_masks (reference_id);
INSERT INTO reference_masks (reference_id, mask, author, time)
    SELECT project_references.id, mask, 'human', created FROM project_references
    JOIN projects ON projects.id = project_id WHERE mask IS NOT NULL ORDER BY project_references.rowid;
CREATE TABLE references_of_today (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    position INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    plain_prompt TEXT NOT NULL,
    image TEXT NOT NULL,
    trigger_word TEXT NOT NULL DEFAULT '',
    UNIQUE (project_id, position)
);
INSERT INTO references_of_today SELECT id, project_id, position, prompt, plain_prompt, image, trigger_word
    FROM project_references ORDER BY rowid;
DROP TABLE project_references;
ALTER TABLE references_of_today RENAME TO project_references
"""
