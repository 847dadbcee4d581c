"""Exported files."""
