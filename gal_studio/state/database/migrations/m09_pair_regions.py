"""Version 9: the region of each pair is stored with its maps; older pairs get theirs when it is needed."""

# One byte per patch, 1 inside; NULL where all patches count. `foreground_mask` is the picture from which the
# foreground patches were made.
STATEMENTS = """
CREATE TABLE pair_regions (
    pair_id TEXT PRIMARY KEY NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    learned BLOB CHECK (length(learned) = height * width),
    foreground BLOB CHECK (length(foreground) = height * width),
    subject BLOB CHECK (length(subject) = height * width),
    foreground_mask TEXT
)
"""
