"""Version 24: candidates are drawn with several strengths of their round's LoRA (Eq. G13)."""

STATEMENTS = """
ALTER TABLE candidates ADD COLUMN strength REAL NOT NULL DEFAULT 1.0
"""
