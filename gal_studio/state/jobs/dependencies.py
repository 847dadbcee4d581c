"""Dependencies between jobs, as SQL conditions on the rows `later` and `earlier`."""

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
"""  # the later job has more to work on when the earlier one is done


OVERTAKEN = """
(jobs.kind IN ('fine_tune', 'refine') AND jobs.state IN ('stopped', 'error')
AND EXISTS (SELECT 1 FROM rounds WHERE rounds.id = jobs.round_id AND rounds.adapter IS NOT NULL)
AND (EXISTS (SELECT 1 FROM candidates WHERE candidates.round_id = jobs.round_id)
    OR EXISTS (SELECT 1 FROM rounds AS child WHERE child.parent_id = jobs.round_id)
    OR EXISTS (SELECT 1 FROM jobs AS drawing WHERE drawing.round_id = jobs.round_id
        AND drawing.kind = 'generate' AND drawing.state IN ('running', 'pausing', 'stopping'))))
"""  # a halted training whose round was drawn from or built on since, with the adapter that it has


def _blocked(later: str) -> str:
    """The condition that a queued job waits for another one; `later` is the name of its row."""
    order = f"({FOLLOWS} OR {WAITS})".replace("later.", f"{later}.")
    return (
        f"({later}.state = 'queued' AND EXISTS (SELECT 1 FROM jobs AS earlier WHERE {order} "
        "AND earlier.state NOT IN ('completed', 'stopped', 'error')))"
    )


BLOCKED = _blocked("jobs")
