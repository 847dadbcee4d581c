"""Version 5: one patch map per subject of a picture."""

# SQLite cannot change a primary key in place: the table is rebuilt. The empty subject stands for the whole
# picture: of a style, of a single object, of a pair.
STATEMENTS = """
CREATE TABLE patch_maps_of_today (
    owner_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('quality', 'reproduction')),
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    map_values BLOB NOT NULL,
    vision_model TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, kind, subject)
);
INSERT INTO patch_maps_of_today (owner_id, kind, height, width, map_values, vision_model)
    SELECT owner_id, kind, height, width, map_values, vision_model FROM patch_maps ORDER BY rowid;
DROP TABLE patch_maps;
ALTER TABLE patch_maps_of_today RENAME TO patch_maps
"""
