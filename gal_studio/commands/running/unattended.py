"""Run a whole project without a page: a policy decides between rounds, and the results go to a folder.

Every step skips what is stored already, so that an interrupted command can be resumed.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.assets import load_preset
from gal_studio.commands.running.each_round import each_round
from gal_studio.commands.running.earlier import Results
from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.commands.running.outputs import check_folder, write_outputs
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.policies import FROM_A_MODULE
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import find_policy, policy_names
from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.pictures.crop import about_crop, about_shape, bucket
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.rounds import planned, test_set
from gal_studio.state import Store
from gal_studio.state.hooks import gives_references
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.plan import shape_of
from gal_studio.studio.create.project import settings_of
from gal_studio.studio.create.prompt_notes import about_project
from gal_studio.studio.create.references import Mask, open_picture
from gal_studio.studio.reports.measured import measure_sentences
from gal_studio.studio.views.words.benchmark import left_to_gain

MOST_ROUNDS = 50

Out = Annotated[Path, typer.Option(help="The folder for the results (default workspace: OUT/workspace).")]
Rounds = Annotated[int | None, typer.Option(help="Rounds to train (default: 2).")]
Candidates = Annotated[int | None, typer.Option(help="Images per prompt (default: the preset's).")]
Steps = Annotated[int | None, typer.Option(help="Training steps of a round (default: the preset's).")]
SamplingSteps = Annotated[int | None, typer.Option(help="Denoising steps (default: the preset's).")]
Policy = Annotated[
    str | None,
    typer.Option(
        help=f"The selection strategy that accepts images: {', '.join(policy_names())}, {FROM_A_MODULE} "
        "(default: that of the settings)."
    ),
]
BaseModel = Annotated[str | None, typer.Option(help="A folder, .safetensors file or hub ID.")]
ClipModel = Annotated[str | None, typer.Option(help="An open_clip name/tag or local-dir:FOLDER.")]
Seed = Annotated[int, typer.Option(help="The project's seed.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the results of another run in this folder.")
]
Instant = Annotated[
    bool,
    typer.Option(
        "--instant",
        help="Begin with Round 0, generated with the references and no training.",
        hidden=not gives_references(),
    ),
]
Measure = Annotated[
    bool,
    typer.Option(
        "--measure",
        help="Measure every round on the benchmark; otherwise only where that is quick.",
        hidden=not test_set.can_measure(),
    ),
]
Refine = Annotated[
    bool,
    typer.Option("--refine", help="Refine every round with PatchDPO.", hidden=each_round() is None),
]


@dataclass(frozen=True)
class RunPlan:
    """What to do and where to write it; `overwrite` replaces what another run has written there.

    `refine`: what a feature does with each round (`EachRound`).
    """

    draft: ProjectDraft
    rounds: int
    policy: str
    out: Path
    workspace: Path
    refine: bool = False
    overwrite: bool = False
    instant: bool = False
    measure: bool = False

    def __post_init__(self) -> None:
        """Refuse an unknown policy, a feature that is not there and an impossible number of rounds."""
        find_policy(self.policy)
        if self.refine and each_round() is None:
            raise StudioError("This studio cannot refine rounds: leave out --refine.")
        if self.instant and not gives_references():
            raise StudioError("This studio cannot generate a Round 0: leave out --instant.")
        if self.measure and not test_set.can_measure():
            raise StudioError("This studio cannot measure rounds: leave out --measure.")
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise StudioError(f"Rounds is {self.rounds}: choose a whole number from 1 to {MOST_ROUNDS}.")


def setting_changes(
    steps: int | None, candidates: int | None, sampling_steps: int | None
) -> dict[str, dict[str, int]]:
    """The settings to change, by group; an option that was not given changes nothing."""
    given = {"tune": {"steps": steps}, "generation": {"candidates": candidates, "steps": sampling_steps}}
    changes = {
        group: {name: value for name, value in values.items() if value is not None}
        for group, values in given.items()
    }
    return {group: values for group, values in changes.items() if values}


def changed(before: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of settings by group, with more of them; the later ones count."""
    return {group: {**before.get(group, {}), **more.get(group, {})} for group in {**before, **more}}


def own_policy(draft: ProjectDraft) -> str:
    """The policy of a draft's settings; the default one for a kind that creating the project refuses."""
    settings = draft.settings or load_preset(draft.preset).settings.get(draft.kind, Settings())
    return settings.updated(draft.changes).gal.policy


def personalize(plan: RunPlan, as_json: bool) -> None:
    """Run a plan from the command line; print its summary if wanted."""
    check_folder(plan.out)
    summary = carry_out(plan)
    if as_json:
        print(json_text(summary))


@contextmanager
def opened(plan: RunPlan) -> Iterator[tuple[Studio, ProgressLine, str]]:
    """The project of a plan, made or found; what was measured is said at the end."""
    from gal_studio.worker.model_check import CheckHere

    started = time.monotonic()
    origin = origin_of(plan)
    results = Results(plan.out, origin, plan.overwrite)
    with Store(plan.workspace) as store:
        studio = Studio(store, models=CheckHere())
        line = ProgressLine(studio)
        studio.tell = line.say
        project_id = studio.create_project(replace(plan.draft, origin=origin))
        results.claim()
        for sentence in about_crops(plan.draft):
            line.say(sentence)
        yield studio, line, project_id
        for words in measure_sentences(studio.measures(project_id)):
            line.say(words)
        line.say(f"Written to {plan.out} after {time.monotonic() - started:.0f} s.")


def carry_out(plan: RunPlan) -> dict[str, Any]:
    """Run all missing rounds of a plan; returns the summary that was written."""
    with opened(plan) as (studio, line, project_id):
        for sentence in about_project(studio.project(project_id)):
            line.say(sentence)
        with local_worker(studio, line) as worker:
            rounds, refinements = _run_rounds(plan, studio, worker, line, project_id)
            _measure(plan, studio, worker, line, rounds)
        return write_outputs(studio, rounds, plan.out, plan.policy, refinements)


def _measure(
    plan: RunPlan, studio: Studio, worker: LocalWorker, line: ProgressLine, rounds: Sequence[str]
) -> None:
    """Measure what the plan asks for and nobody has measured, or say that it was left out."""
    trained = [one for one in rounds if not studio.store.rounds.get(one).why_not("measure")]
    missing = [one for one in trained if test_set.lacks(studio.store, one)]
    if missing and not plan.measure:
        line.say(
            "Not every round is measured on the benchmark: for that, run the same command with --measure."
        )
        return
    for round_id in missing:
        finish_measuring(studio, worker, round_id)


def finish_measuring(studio: Studio, worker: LocalWorker, round_id: str) -> None:
    """Measure a round, by the job of a feature."""
    project_id = studio.store.rounds.get(round_id).project_id
    worker.finish(studio.store.jobs.enqueue(project_id, round_id, "measure"))


def _run_rounds(
    plan: RunPlan, studio: Studio, worker: LocalWorker, line: ProgressLine, project_id: str
) -> tuple[list[str], dict[str, str]]:
    """Train, draw and decide round by round; returns the rounds, and their refinements by round."""
    store, refinements = studio.store, dict[str, str]()
    more = each_round() if plan.refine else None
    before = [_instant_round(studio, worker, line, project_id, plan.policy)] if plan.instant else []
    first = [each for each in store.rounds.of_project(project_id) if each.variant.tunes]
    rounds = [_next_round(studio, before[0])] if before else first[:1]
    for number in range(1, plan.rounds + 1):
        round_, is_last = rounds[-1], number == plan.rounds
        _work_on(studio, worker, round_.id)
        if not studio.pool(round_.id):
            line.say(_no_prompts_left(number, plan.rounds))
            break
        _print_round(studio, line, round_.id, plan.policy)
        if not is_last or (more and not more.can(store.snapshots.round(round_.id))):
            made = _decide(studio, round_, plan.policy)
            if made and (made.ends or _would_repeat(studio, round_.id, made, plan)):
                for words in _why_last(studio, number, round_.id, plan):
                    line.say(words)
                break
        if more and (node := more.act(studio, worker, line, round_.id)):
            refinements[round_.id] = node
        if not is_last:
            rounds.append(_next_round(studio, refinements.get(round_.id, round_.id)))
    return [*before, *(round_.id for round_ in rounds)], refinements


def _would_repeat(studio: Studio, round_id: str, made: SuggestionSet, plan: RunPlan) -> bool:
    """Whether another round would be trained on the same images with the same settings: nothing is new.

    One that an earlier command has begun is carried on all the same.
    """
    here = studio.store.snapshots.round(round_id)
    changes = made.suggestions or plan.refine or here.settings.tune.continue_from_last
    return not (changes or here.children)


def _why_last(studio: Studio, number: int, round_id: str, plan: RunPlan) -> Iterator[str]:
    """That this round is the last one, what could be chosen by eye, and what that was worth elsewhere."""
    yield f"Round {number} is the last one: nothing is suggested, and another round would repeat it."
    shortlist = studio.round_view(round_id, plan.policy).shortlist
    if shortlist is not None:
        yield f"{shortlist.why} {shortlist.sentence} {shortlist.worth}".replace("below are", "the page lists")
    measured = {one.id: one for one in studio.measures(studio.store.rounds.get(round_id).project_id).rounds}
    if left := left_to_gain(measured[round_id]):
        yield left


def about_crops(draft: ProjectDraft) -> Iterator[str]:
    """What is learned of references that are not square."""
    tune = settings_of(draft).tune
    shape = shape_of(load_preset(draft.preset)) if draft.base_model is None else None
    for place, one in enumerate(draft.given, start=1):
        size = (1, 1) if one.crop is not None or tune.crop == "random" else open_picture(one.picture).size
        told = about_crop(size)
        if not told:
            continue
        if tune.crop == "center":
            yield f"Reference {place}: {told}. Write crop = 0 to 1 to choose another square."
        elif shape is None:
            yield f"Reference {place}: trained on as it is."
        else:
            kept = bucket(size, tune.resolution or shape.resolution, shape.grid)
            yield f"Reference {place}: {about_shape(size, kept)}."


def _instant_round(
    studio: Studio, worker: LocalWorker, line: ProgressLine, project_id: str, policy: str
) -> str:
    """Draw Round 0 and let the policy accept pictures of it; what an interrupted command did is used."""
    there = [each for each in studio.store.rounds.of_project(project_id) if each.variant.with_references]
    for round_ in there:
        worker.finish_what_was_left(round_.id)
    if not there or planned.missing(studio.store.snapshots.round(there[0].id)):
        job = getattr(studio, "instant_round")(project_id)  # noqa: B009 - a verb of a feature
        worker.finish(job)
        there = [studio.store.rounds.get(job.round_id)]
    _print_round(studio, line, there[0].id, policy)
    _decide(studio, there[0], policy)
    return there[0].id


def _no_prompts_left(number: int, wanted: int) -> str:
    after = "" if number == wanted else f", so it is the last of the {wanted} requested"
    return f"Round {number} has no images: all test prompts have accepted images{after}."


def origin_of(plan: RunPlan) -> str:
    """Identifies the command, so that it can be resumed, also with more rounds."""
    draft = plan.draft
    pictures = [_picture_digest(reference.picture) for reference in draft.given]
    plain = replace(draft, references=(), origin=None, settings=None, prior=(), start_from=None, judged=())
    rest = astuple(plain)[:-5]  # see below
    parts = [plan.policy, pictures, [reference.prompt for reference in draft.given], rest]
    own = [
        (reference.trigger_word, None if reference.mask is None else _picture_digest(reference.mask))
        for reference in draft.given
    ]
    if len(set(own)) > 1 or any(mask for _, mask in own):
        parts.append(own)
    if any(reference.crop is not None for reference in draft.given):
        parts.append([reference.crop for reference in draft.given])
    if draft.prior:  # the last fields are those that earlier versions did not have
        parts.append([(_picture_digest(picture), prompt) for picture, prompt in draft.prior])
    if plan.instant:
        parts.append("instant")
    if draft.start_from is not None:
        parts.append(_file_digest(draft.start_from))
    if draft.judged:
        parts.append([_file_digest(path) for path in draft.judged])
    if draft.without_text_encoder:
        parts.append("without text encoder")
    if draft.described:
        parts.append(draft.described)
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    """The SHA-256 of a file; of one that cannot be read its name, and the project is refused."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return str(path)


def _picture_digest(picture: Mask) -> str:
    return hashlib.sha256(open_picture(picture).convert("RGB").tobytes()).hexdigest()


def _work_on(studio: Studio, worker: LocalWorker, round_id: str) -> None:
    """Train and draw what is missing of a round."""
    worker.finish_what_was_left(round_id)
    if studio.store.rounds.get(round_id).adapter is None:
        worker.finish(studio.fine_tune(round_id))
    if planned.missing(studio.store.snapshots.round(round_id)):
        worker.finish(studio.generate(round_id))


def _next_round(studio: Studio, round_id: str) -> Round:
    """The round after this one; one from an interrupted run of the command is used again."""
    children = [
        child
        for child in studio.store.snapshots.node(round_id).children
        if child.variant.tunes and not child.round.archived
    ]
    return children[0].round if children else studio.next_round(round_id)


def _decide(studio: Studio, round_: Round, policy: str) -> SuggestionSet | None:
    """Let the policy accept pictures, unless it has done so already; returns what it suggested."""
    if studio.store.decisions.log(round_.id):
        return None
    made = studio.proposal(round_.id, policy)
    studio.decide([suggestion.candidate_id for suggestion in made.suggestions], "accepted", "policy")
    return made


def _print_round(studio: Studio, line: ProgressLine, round_id: str, policy: str) -> None:
    view = studio.round_view(round_id, policy)
    copies = sum(score.copies for score in view.scores)
    counted = f"Round {view.round.number}: {copies} of {len(view.candidates)} images are copies."
    line.say(" ".join(said for said in (counted, view.check, view.sentence) if said))
