"""Replays: a project of its own draws another one again, round after round, as queued jobs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.gal.policies.registry import NOTHING, deciders
from gal_studio.core.naming import MAX_NAME_LENGTH, unique_name
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.types import Job
from gal_studio.research.replays.decide import decide
from gal_studio.research.replays.line import RecordedLine, record_line
from gal_studio.research.replays.record import RecordedRound, Replay, replays_of
from gal_studio.rounds import lineage, planned, prior, test_set
from gal_studio.rounds.inputs import load_inputs
from gal_studio.state.store import Store


def start(store: Store, round_id: str, policy: str) -> str:
    """Make the project that draws the line of rounds to this one again; returns its ID.

    The same line, decisions and policy twice are one project. The source is only read.
    """
    if policy not in (choices := deciders()):
        raise StudioError(f"There is no selection strategy {policy!r}: choose one of {', '.join(choices)}.")
    source_id = store.rounds.get(round_id).project_id
    refuse_replay_of_replay(store, source_id)
    with store.database.transaction():
        line = record_line(store, round_id)
        if policy == NOTHING:
            line = replace(line, rounds=tuple(_as_long(line.rounds)))
        known = replays_of(store).same(source_id, policy, line.rounds)
        if known is None:
            return _make(store, line, policy)
        store.projects.set_archived(known.project_id, False)
        return known.project_id


def refuse_replay_of_replay(store: Store, project_id: str) -> None:
    """Refuse to draw a replay again: it would be compared with another replay."""
    if replays_of(store).get(project_id) is not None:
        raise StudioError("This project is a replay itself: replay the project that it generates again.")


def _make(store: Store, line: RecordedLine, policy: str) -> str:
    source, first = store.projects.get(line.project_id), line.rounds[0]
    source_id = source.id
    anchors = store.projects.anchors(source_id)
    present = max(anchor.order for anchor in anchors if anchor.prompt in first.prompts)
    asked = [source.taught.prior_anchors(recorded.settings.tune) for recorded in line.rounds]
    present = max(present, *(count - 1 for count in asked))
    made = store.projects.add(
        replace(source, name=_name(store, source.name, policy), origin=None),
        store.projects.references(source_id),
        [anchor.prompt for anchor in anchors if anchor.order <= present],
        store.projects.prior_images(source_id)[1],
    )
    for model, revision in store.projects.revisions(source_id).items():
        store.projects.revisions(made.id)[model] = revision
    store.model_locations.copy(source_id, made.id)
    if (given := lineage.given_lora(store.snapshots.round(line.last))) is not None:
        store.projects.set_start(made.id, given)
    replay = Replay(made.id, source_id, source.name, line.last, policy, line.left_out)
    replays_of(store).add(replay, line.rounds)
    _copy_test_set(store, source_id, made.id)
    store.blind.copy(source_id, made.id)
    _copy_prior(store, line.last, made.id)
    _add_round(store, made, None, first)
    return made.id


def _as_long(rounds: Sequence[RecordedRound]) -> Iterator[RecordedRound]:
    """The rounds with the steps that accepted pictures added to them (Eq. G9): the control has none."""
    accepted = 0
    for one in rounds:
        steps = plan_draws(one.settings.tune, True, accepted > 0).steps
        yield replace(one, settings=one.settings.updated({"tune": {"steps": steps}}))
        accepted += one.accepted


def _name(store: Store, name: str, policy: str) -> str:
    end = f" (replay: {policy})"
    return unique_name(f"{name[: MAX_NAME_LENGTH - len(end) - 5]}{end}", set(store.projects.names().values()))


def _copy_test_set(store: Store, source_id: str, project_id: str) -> None:
    """Copy the held-out prompts and seeds, so that the rounds of both compare; always measured."""
    chosen = store.measures.held_out_set(source_id)
    if chosen is not None:
        enabled = test_set.load(store, store.snapshots.outline(source_id)).enabled
        for part, prompts in groupby(enabled, key=attrgetter("part")):
            if part != "accepted":
                store.measures.add_prompts(project_id, part, [one.prompt for one in prompts])
        store.measures.choose(project_id, chosen)
    test_set.set_when(store, store.snapshots.outline(project_id), "always")


def _copy_prior(store: Store, last: str, project_id: str) -> None:
    """Copy the prior pictures for the rounds down to the last one, so that these train on equal sets."""
    here = store.snapshots.round(last)
    inputs = load_inputs(store, here)
    for each in (*here.ancestors, here):
        for wanted in prior.drawn_prior(replace(inputs, here=each)):
            for position, image in enumerate(inputs.prior.get(wanted.key, ())):
                store.projects.add_class_image(project_id, wanted.key, position, image)


def _add_round(store: Store, project: Project, parent: Round | None, recorded: RecordedRound) -> Round:
    """Add a round with the settings and the test prompts that the recorded one had."""
    store.projects.add_anchors(project.id, recorded.prompts)
    store.projects.enable_only(project.id, recorded.prompts)
    added = store.rounds.add(project.id, parent.id if parent else None, recorded.settings)
    if recorded.settings.generation.allocation == "ladder":  # another training would let it draw others
        ids = {anchor.prompt: anchor.id for anchor in store.projects.anchors(project.id)}
        store.races.ask(added.id, [(ids[prompt], index) for prompt, index in recorded.decisions])
    store.rounds.keep_prior_drawing(added.id, recorded.prior_drawing)
    return added


def go_on(store: Store, round_id: str) -> tuple[Job, ...]:
    """Decide in a round and queue the next one, if the recorded line has one; safe to do twice."""
    with store.database.transaction():
        decide(store, round_id)
        round_ = store.rounds.get(round_id)
        rounds = replays_of(store).rounds(round_.project_id)
        if round_.number >= len(rounds):
            return ()
        known = store.snapshots.node(round_id).children
        project = store.projects.get(round_.project_id)
        after = known[0].round if known else _add_round(store, project, round_, rounds[round_.number])
        return enqueue_missing(store, after)


def enqueue_missing(store: Store, round_: Round) -> tuple[Job, ...]:
    """Queue what a round of a replay lacks: training, candidates, decisions, measurement."""
    kinds = []
    if round_.adapter is None:
        kinds.append("fine_tune")
    here = store.snapshots.round(round_.id)
    if not here.children:  # test prompts may have come and gone since an earlier round
        if planned.missing(here):
            kinds.append("generate")
        if round_.number < len(replays_of(store).rounds(round_.project_id)):
            kinds.append("replay")
    if test_set.can_measure() and (round_.adapter is None or test_set.lacks(store, round_.id)):
        kinds.append("measure")
    return tuple(store.jobs.enqueue(round_.project_id, round_.id, kind) for kind in kinds)


def enqueue_all_missing(store: Store, project_id: str) -> tuple[Job, ...]:
    """Queue everything that a replay lacks, in order; empty when it is done."""
    with store.database.transaction():
        store.jobs.reap()
        rounds = store.rounds.of_project(project_id)
        return tuple(job for round_ in rounds for job in enqueue_missing(store, round_))
