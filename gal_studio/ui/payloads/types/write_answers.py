"""The answers to writes (`assets/ui/app/types/payloads_writes.d.ts`)."""

from typing import Any

from typing_extensions import TypedDict

from gal_studio.ui.payloads.types.basics import Nothing


class OfProject(TypedDict):
    """The project that was created."""

    project: str


class Freed(TypedDict):
    """How much of the disk was freed."""

    freed: str


class Named(TypedDict):
    """The name that a project has now."""

    name: str


class Said(TypedDict):
    """What has changed, in words."""

    said: str


class Requested(TypedDict):
    """The job that was requested."""

    job: str


class RequestedAll(TypedDict):
    """The jobs that were requested."""

    jobs: list[str]


class Accepted(TypedDict):
    """The pictures that were accepted."""

    accepted: list[str]


class Changed(TypedDict):
    """The pictures that changed."""

    changed: list[str]


class Undone(Changed):
    """The pictures that changed, and what was undone or redone, in words."""

    what: str


class Tried(TypedDict):
    """The picture that was asked for."""

    trial: str


class Used(TypedDict):
    """The candidate that was made of a picture, and its round."""

    candidate: str
    round: str


class ChangedOne(TypedDict):
    """What an undo changed, if anything."""

    changed: str | bool | None


class Rule(TypedDict):
    """What the next round does with a refinement."""

    rule: str


class OfRound(TypedDict):
    """The round to show next."""

    round: str


class Before(TypedDict):
    """The round before it, which is shown instead; null for none."""

    before: str | None


class OfJob(TypedDict):
    """The state of the job."""

    state: str


class Looked(TypedDict):
    """The hash of each picture, by which the studio knows it."""

    images: dict[str, str]


class WriteAnswers(TypedDict):
    """Response types of `write` in writes.js."""

    create: OfProject
    look: Looked
    try_demo: OfProject
    delete: Freed
    change: dict[str, Any]
    rename: Named
    archive: Nothing
    restore: Nothing
    add_anchors: Said
    enable_anchor: Nothing
    fine_tune: OfRound
    generate: OfRound
    measure: Requested
    measure_all: RequestedAll
    export_round: Requested
    replay: OfProject
    continue_replay: RequestedAll
    stop_replay: RequestedAll
    change_test_set: Nothing
    measure_when: Nothing
    next_round: OfRound
    branch: OfRound
    run_round: OfRound
    rename_round: Named
    star_round: Nothing
    archive_round: Before
    restore_round: Nothing
    make_pairs: OfRound
    refine: OfRound
    run_refinement: OfRound
    judge_quality: Requested
    accept: Accepted
    decide: Nothing
    mark_copies: Nothing
    accept_in_part: Nothing
    undo: Undone
    redo: Undone
    go_to: Changed
    set_weight: Nothing
    explain_choice: Nothing
    learn: Nothing
    try_prompt: Tried
    use_trial: Used
    forget_trial: Nothing
    restore_trial: Nothing
    paint: Nothing
    undo_painting: ChangedOne
    redo_painting: ChangedOne
    set_mask: Nothing
    undo_mask: ChangedOne
    redo_mask: ChangedOne
    next_rule: Rule
    stop: OfJob
    pause: OfJob
    resume: OfJob
    preview: Nothing
    reorder: Nothing
