"""Version 4: the commit of each hub model that a project uses."""

STATEMENTS = """
CREATE TABLE project_models (
    project_id TEXT NOT NULL REFERENCES projects (id),
    model TEXT NOT NULL,
    revision TEXT NOT NULL CHECK (length(revision) = 40 AND revision NOT GLOB '*[^0-9a-f]*'),
    PRIMARY KEY (project_id, model)
)
"""
