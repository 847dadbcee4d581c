"""Version 12: what finds copies is a setting; patch maps may have any kind."""

# Projects and rounds of former versions keep the prompts as their only witness, so that no flag changes.
# SQLite cannot drop a CHECK constraint in place: the table of maps is rebuilt, in the order of its rows.
STATEMENTS = """
UPDATE rounds SET settings = json_patch(settings, '{"gal": {"witnesses": "prompts"}}')
    WHERE json_valid(settings) AND json_extract(settings, '$.gal.witnesses') IS NULL;
UPDATE project_settings SET settings = json_patch(settings, '{"gal": {"witnesses": "prompts"}}')
    WHERE json_valid(settings) AND json_extract(settings, '$.gal.witnesses') IS NULL;
CREATE TABLE patch_maps_of_today (
    owner_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    map_values BLOB NOT NULL,
    vision_model TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, kind, subject)
);
INSERT INTO patch_maps_of_today SELECT owner_id, kind, height, width, map_values, vision_model, subject
    FROM patch_maps ORDER BY rowid;
DROP TABLE patch_maps;
ALTER TABLE patch_maps_of_today RENAME TO patch_maps
"""
