"""The request of each call and each write, by name (`assets/ui/app/types/payloads_asked.d.ts`)."""

from typing_extensions import TypedDict

from gal_studio.ui.payloads.types import forms as f
from gal_studio.ui.payloads.types import requests as r
from gal_studio.ui.payloads.types.basics import Nothing


class Requests(TypedDict):
    """Requests of `call` in session.js."""

    poll: r.Poll
    log: r.Log
    derive: f.Derive
    overview: Nothing
    options: Nothing
    check: f.Check
    seen: f.Seen
    model_facts: f.AskedModels
    captions: f.Captions
    results: r.OfAProject
    test_pictures: r.OfAProject
    same_seed: r.OneSeed
    other_rounds: r.NotThisRound
    patch_maps: r.Maps
    part_mask: r.OfACandidate
    pair: r.OfAPair
    reference_mask: r.OfAReference
    before_after: r.OfARound
    history: r.OfARound
    choices: r.OfAProject
    relatives: r.OfACandidate
    trials: r.OfAProject


class WriteRequests(TypedDict):
    """Requests of `write` in writes.js."""

    create: f.Create
    look: f.Look
    try_demo: r.OfAKind
    delete: r.OfAProject
    change: r.ChangeSettings
    rename: r.Rename
    archive: r.OfAProject
    restore: r.OfAProject
    add_anchors: r.AddAnchors
    enable_anchor: r.EnableAnchor
    fine_tune: r.OfARound
    generate: r.OfARound
    measure: r.OfARound
    measure_all: r.OfAProject
    export_round: r.ExportRound
    replay: r.AskReplay
    continue_replay: r.OfAProject
    stop_replay: r.OfAProject
    change_test_set: r.ChangeTestSet
    measure_when: r.MeasureWhen
    next_round: r.OfARound
    branch: r.OfARound
    run_round: r.OfARound
    rename_round: r.RenameRound
    star_round: r.StarRound
    archive_round: r.OfARound
    restore_round: r.OfARound
    make_pairs: r.OfARound
    refine: r.OfARound
    run_refinement: r.OfARound
    judge_quality: r.OfARound
    accept: r.AcceptSuggestion
    decide: r.Decide
    mark_copies: r.MarkCopies
    accept_in_part: r.AcceptInPart
    undo: r.OfARound
    redo: r.OfARound
    go_to: r.GoTo
    set_weight: r.SetWeight
    explain_choice: r.ExplainChoice
    learn: r.Learn
    try_prompt: r.TryPrompt
    use_trial: r.OfATrial
    forget_trial: r.OfATrial
    restore_trial: r.OfATrial
    paint: r.Paint
    undo_painting: r.OfARound
    redo_painting: r.OfARound
    set_mask: r.SetMask
    undo_mask: r.OfAReference
    redo_mask: r.OfAReference
    next_rule: r.NextRule
    stop: r.OfAJob
    pause: r.OfAJob
    resume: r.OfAJob
    preview: r.OfAJob
    reorder: r.Reorder
