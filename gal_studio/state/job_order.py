"""Which jobs wait for which, as conditions of SQL over the rows `later` and `earlier`."""

FOLLOWS = """
((later.round_id = earlier.round_id AND (later.kind, earlier.kind) IN (VALUES
    ('generate', 'fine_tune'), ('generate', 'refine'), ('refine', 'pairs')))
OR (later.kind = 'pairs' AND earlier.kind = 'fine_tune' AND earlier.round_id =
    (SELECT parent_id FROM rounds WHERE rounds.id = later.round_id)))
"""  # the later job needs what the earlier one makes
WAITS = """
((later.round_id = earlier.round_id AND later.kind = 'quality' AND earlier.kind = 'generate')
OR (later.kind = 'pairs' AND earlier.kind = 'generate' AND earlier.round_id =
    (SELECT parent_id FROM rounds WHERE rounds.id = later.round_id)))
"""  # the later job makes more of it when the earlier one is done


def _blocked(later: str) -> str:
    """A queued job waits for what comes before it; `later` is the name of its row."""
    order = f"({FOLLOWS} OR {WAITS})".replace("later.", f"{later}.")
    return (
        f"({later}.state = 'queued' AND EXISTS (SELECT 1 FROM jobs AS earlier WHERE {order} "
        "AND earlier.state NOT IN ('completed', 'stopped', 'error')))"
    )


BLOCKED = _blocked("jobs")
