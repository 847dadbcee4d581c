"""Projects with images of the same LoRAs, which at least one of them only judges: one verdict is of both."""


def alike(project: str) -> str:
    """A project, an SQL expression, and those of which the benchmark has images of the same LoRAs: a query.

    Files differ by their formats, images do not. The references of one are among those of the other.
    """
    kept = "SELECT image FROM project_references WHERE project_id"
    return f"""
    SELECT {project} AS id UNION SELECT its.project_id FROM rounds AS here
        JOIN test_pictures AS drawn ON drawn.round_id = here.id
        JOIN test_pictures AS same ON same.image = drawn.image
        JOIN rounds AS its ON its.id = same.round_id
    WHERE EXISTS (SELECT 1 FROM rounds WHERE source <> '') AND here.project_id = {project}
        AND (here.source <> '' OR its.source <> '')
        AND (NOT EXISTS ({kept} = here.project_id EXCEPT {kept} = its.project_id)
            OR NOT EXISTS ({kept} = its.project_id EXCEPT {kept} = here.project_id))
    """


def raise_alike(project: str) -> str:
    """The statement that raises the versions of these projects: what is said in one counts in all."""
    return f"UPDATE project_versions SET version = version + 1 WHERE project_id IN ({alike(project)})"
