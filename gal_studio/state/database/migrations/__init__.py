"""The schema, one file per version, in order. A released file is never edited: a change is a new file."""

from gal_studio.state.database.migrations import (
    m01_first,
    m02_refinements,
    m03_paused_for_room,
    m04_pinned_models,
    m05_subjects,
    m06_reference_masks,
    m07_answers,
    m08_archived_projects,
    m09_pair_regions,
    m10_job_kinds,
    m11_candidate_scores,
    m12_witnesses,
    m13_overrides,
    m14_test_set,
    m15_seen_pictures,
    m16_round_labels,
    m17_trials,
    m18_replays,
    m19_exports,
    m20_limits,
    m21_marked_copies,
    m22_forgotten_trials,
    m23_waiting_exports,
    m24_candidate_strengths,
)

_VERSIONS = (
    m01_first,
    m02_refinements,
    m03_paused_for_room,
    m04_pinned_models,
    m05_subjects,
    m06_reference_masks,
    m07_answers,
    m08_archived_projects,
    m09_pair_regions,
    m10_job_kinds,
    m11_candidate_scores,
    m12_witnesses,
    m13_overrides,
    m14_test_set,
    m15_seen_pictures,
    m16_round_labels,
    m17_trials,
    m18_replays,
    m19_exports,
    m20_limits,
    m21_marked_copies,
    m22_forgotten_trials,
    m23_waiting_exports,
    m24_candidate_strengths,
)
MIGRATIONS: tuple[tuple[str, ...], ...] = tuple(
    tuple(statement.strip() for statement in version.STATEMENTS.split(";")) for version in _VERSIONS
)
"""`MIGRATIONS[n]` are the SQL statements that bring a workspace from version n to version n + 1."""
