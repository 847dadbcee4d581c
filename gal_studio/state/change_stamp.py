"""Detect with one query whether anything in a project changed."""

from gal_studio.state.store import Store

_ROUNDS = """
WITH own AS (SELECT id FROM rounds WHERE project_id = :project)
SELECT
    (SELECT name FROM projects WHERE id = :project),
    (SELECT MAX(id) FROM project_settings WHERE project_id = :project),
    (SELECT group_concat(id || enabled) FROM anchors WHERE project_id = :project),
    (SELECT MAX(reference_masks.id) || ' ' || COUNT(mask) FROM reference_masks JOIN project_references
        ON project_references.id = reference_id WHERE project_id = :project),
    (SELECT group_concat(id || COALESCE(adapter, '') || title || starred || archived) FROM rounds
        WHERE project_id = :project),
    (SELECT TOTAL(seconds) FROM round_seconds WHERE round_id IN own),
    (SELECT COUNT(*) || ' ' || COUNT(NULLIF(image, '')) FROM candidates WHERE round_id IN own),
    (SELECT group_concat(id || marked_copy) FROM candidates
        WHERE round_id IN own AND marked_copy IS NOT NULL),
    (SELECT group_concat(id || COALESCE(image, '') || trouble || COALESCE(candidate_id, '')) FROM trials
        WHERE round_id IN own),
    (SELECT group_concat(round_id || form || COALESCE(made_of, '') || is_same || waits) FROM exports
        WHERE round_id IN own),
    (SELECT MAX(id) FROM decision_batches WHERE round_id IN own),
    (SELECT MAX(override_reasons.id) FROM override_reasons JOIN overrides ON overrides.id = override_id
        JOIN decision_batches ON decision_batches.id = batch_id WHERE round_id IN own),
    (SELECT group_concat(id || COALESCE(reference_mask, '') || COALESCE(generated_image, '')) FROM pairs
        WHERE round_id IN own),
    (SELECT COUNT(*) || ' ' || COALESCE(MAX(rowid), 0) FROM patch_maps WHERE owner_id IN
        (SELECT id FROM pairs WHERE round_id IN own UNION ALL
         SELECT id FROM candidates WHERE round_id IN own)),
    (SELECT MAX(id) FROM paintings WHERE round_id IN own),
    (SELECT group_concat(round_id || metric || after) FROM measurements WHERE round_id IN own),
    (SELECT measured || seeds FROM test_sets WHERE project_id = :project),
    (SELECT group_concat(enabled) FROM test_prompts WHERE project_id = :project),
    (SELECT COUNT(*) || ' ' || TOTAL(created) FROM test_pictures JOIN test_prompts
        ON test_prompts.id = prompt_id WHERE project_id = :project),
    (SELECT MAX(job_moves.id) FROM job_moves JOIN jobs ON jobs.id = job_id WHERE project_id = :project)
"""
_TRAINING = """
    (SELECT COUNT(*) || ' ' || COALESCE(MAX(rowid), 0) FROM losses WHERE round_id IN own),
    (SELECT COUNT(*) FROM training_images WHERE round_id IN own)
"""

_MEASURES = """
SELECT
    (SELECT seed FROM projects WHERE id = :project),
    (SELECT MAX(id) FROM project_settings WHERE project_id = :project),
    (SELECT group_concat(prompt) FROM anchors WHERE project_id = :project),
    (SELECT group_concat(id || COALESCE(trained_as, '') || COALESCE(adapter, '') || title || archived)
        FROM rounds WHERE project_id = :project),
    (SELECT measured || seeds FROM test_sets WHERE project_id = :project),
    (SELECT group_concat(id || enabled) FROM test_prompts WHERE project_id = :project),
    (SELECT COUNT(*) || ' ' || TOTAL(created) FROM test_pictures JOIN test_prompts
        ON test_prompts.id = prompt_id WHERE project_id = :project)
"""


def measures_stamp(store: Store, project_id: str) -> str:
    """A string that changes whenever the view of the project's test set does; decisions do not change it."""
    return _stamp(store, _MEASURES, project_id)


def project_stamp(store: Store, project_id: str) -> str:
    """A string that changes whenever a view of the project does, except for the progress of jobs."""
    return _stamp(store, f"{_ROUNDS}, {_TRAINING}", project_id)


def rounds_stamp(store: Store, project_id: str) -> str:
    """A string that changes whenever the summaries of the project's rounds do; a training's losses and
    pictures do not change it.
    """
    return _stamp(store, _ROUNDS, project_id)


def _stamp(store: Store, query: str, project_id: str) -> str:
    row = store.database.row(query, {"project": project_id})
    return "" if row is None else repr(tuple(row))
