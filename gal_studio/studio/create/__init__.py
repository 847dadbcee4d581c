"""Making a project: references, anchors and settings, checked before anything is stored."""
