"""Version 3: jobs that are paused until the disk has room; candidates that were drawn again."""

STATEMENTS = """
ALTER TABLE jobs ADD COLUMN paused_for TEXT NOT NULL DEFAULT '' CHECK (paused_for IN ('', 'room'));
ALTER TABLE jobs ADD COLUMN room_needed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE candidates ADD COLUMN remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat'))
"""
