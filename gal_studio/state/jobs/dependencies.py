"""Dependencies between jobs, as SQL conditions on the rows `later` and `earlier`."""

from gal_studio.core.jobs.kinds import JOB_KINDS


def _after(needed: bool) -> str:
    """The condition that `later` waits for `earlier`, as the table of job kinds says."""
    rounds = {
        False: "later.round_id",
        True: "(SELECT parent_id FROM rounds WHERE rounds.id = later.round_id)",
    }
    conditions = [
        f"(later.kind = '{name}' AND earlier.kind = '{after.kind}' "
        f"AND earlier.round_id = {rounds[after.of_parent]})"
        for name, kind in JOB_KINDS.items()
        for after in kind.after
        if after.needed == needed
    ]
    return f"({' OR '.join(conditions)})"


FOLLOWS = _after(needed=True)  # the later job needs what the earlier one makes
BACKGROUND_KINDS = ", ".join(f"'{name}'" for name, kind in JOB_KINDS.items() if kind.is_background) or "''"
WAITS = _after(needed=False)  # the later job has more to work on when the earlier one is done
HALTS_WITH = f"({FOLLOWS} OR (later.kind IN ({BACKGROUND_KINDS}) AND {WAITS}))"
"""The later job halts with the earlier one: it needs it, or would start unasked in the background."""

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


def _busy(but: str) -> str:
    """The condition that a job's project is being worked on; `but` says which work does not count."""
    return (
        "EXISTS (SELECT 1 FROM jobs AS other WHERE other.project_id = jobs.project_id "
        f"AND other.state IN ('running', 'pausing', 'stopping') AND other.{but})"
    )


ELSEWHERE = _busy("worker_id IS NOT ?")
"""Another worker than this one works on the job's project: two never do so at once."""
BESIDE = _busy("id <> ?")
"""Another job than this one of the same project is being worked on."""
