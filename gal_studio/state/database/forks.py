"""Rounds with their copies, and which images of them are the same, in SQL."""

_IMAGE = ("anchor_id", "number", "seed", "strength")
"""What an image of a round and those of its copies have in common."""


def forks(condition: str) -> str:
    """Rounds of this condition, each with the round that drew its images: the table `forks` of a query."""
    return f"""
    WITH RECURSIVE above(id, begins, next) AS (
        SELECT id, id, copy_of FROM rounds WHERE {condition}
        UNION SELECT above.id, rounds.id, rounds.copy_of FROM rounds JOIN above ON rounds.id = above.next
    ),
    forks(id, begins) AS (SELECT id, begins FROM above WHERE next IS NULL)
    """


def same(one: str, other: str) -> str:
    """That candidates of a round and of its copies are one image."""
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in _IMAGE)


FIRST = f"""
(SELECT twin.id FROM forks AS its JOIN forks AS one ON one.begins = its.begins
    JOIN candidates AS twin ON twin.round_id = one.id AND {same("twin", "candidates")}
    WHERE its.id = candidates.round_id ORDER BY twin.rowid LIMIT 1)
"""
"""The candidate by which an image is marked, the one drawn first, of a row of `candidates` beside `forks`."""


def copy_marks(condition: str) -> str:
    """Let all candidates of images have their marks, `:said`: a JSON list of [ID, copy, counts]."""
    return f"""
    {forks(condition)}
    UPDATE candidates SET marked_copy = json_extract(said.value, '$[1]'),
        mark_counts = json_extract(said.value, '$[2]')
    FROM json_each(:said) AS said JOIN candidates AS marked ON marked.id = json_extract(said.value, '$[0]')
        JOIN forks AS its ON its.id = marked.round_id JOIN forks AS one ON one.begins = its.begins
    WHERE candidates.round_id = one.id AND {same("candidates", "marked")}
    """
