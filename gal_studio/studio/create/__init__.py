"""Create a project: its references, anchors and settings are checked before anything is stored."""
