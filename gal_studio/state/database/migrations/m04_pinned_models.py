"""The fourth migration: which commit of each hub model a project was begun with."""

FOURTH = """
CREATE TABLE project_models (
    project_id TEXT NOT NULL REFERENCES projects (id),
    model TEXT NOT NULL,
    revision TEXT NOT NULL CHECK (length(revision) = 40 AND revision NOT GLOB '*[^0-9a-f]*'),
    PRIMARY KEY (project_id, model)
)
"""
