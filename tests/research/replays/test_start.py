"""What a replay records of a project, what it cannot repeat, and what it decides."""

import json

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.snapshot import ProjectSnapshot
from gal_studio.research.replays.line import record_line
from gal_studio.research.replays.record import RecordedDecision, replays_of
from gal_studio.research.replays.reports import replay_zip
from gal_studio.research.replays.view import versions
from gal_studio.rounds import measured as measured_rounds
from gal_studio.rounds import test_set
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.test_set import TestSet
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.features.needed import refinings
from tests.research.replaying import redraw
from tests.studio.replaying import decide, next_round, project_of
from tests.studio.seeding import draft, draw, train


def test_what_stands_is_recorded_and_the_last_decisions_are_not(studio: Studio, second: str) -> None:
    decide(studio, second, 0)
    line = record_line(studio.store, second)
    first, last = line.rounds
    made = list(first.decisions.values())
    assert [each.verdict for each in made] == ["accepted", "accepted", "rejected"]
    assert [each.weight for each in made] == [0.5, None, None]
    assert (first.accepted, len(first.prompts), len(last.prompts)) == (2, 18, 18)
    assert last.decisions == {}
    assert line.left_out == ()
    assert isinstance(made[0], RecordedDecision)


def test_a_replay_is_a_project_of_its_own_that_stays_as_it_was_made(studio: Studio, second: str) -> None:
    source = project_of(studio, second)
    made = studio.replay(source, "random", second)
    studio.store.projects.set_archived(made, True)
    assert studio.replay(source, "random", second) == made, "the same twice is one"
    assert [project.archived for project in studio.projects() if project.id == made] == [False]
    assert studio.store.projects.get(made).name.endswith("(replay: random)")
    assert studio.store.projects.get(made).seed == studio.store.projects.get(source).seed
    kinds = [job.kind for job in studio.store.jobs.of_project(made)]
    assert sorted(kinds) == ["fine_tune", "generate", "measure", "replay"]
    assert not studio.store.jobs.of_project(source)
    studio.undo(studio.store.rounds.get(second).parent_id or "")
    assert replays_of(studio.store).rounds(made)[0].accepted == 2
    assert studio.replay(source, "random", second) != made, "other decisions are another replay"
    with pytest.raises(StudioError, match="is a replay itself"):
        studio.replay(made, "human")


def test_a_replay_stays_known_when_settings_are_added(studio: Studio, second: str) -> None:
    """One that was made before some settings existed has their defaults."""
    source = project_of(studio, second)
    made = studio.replay(source, "random", second)
    for row in studio.store.database.rows("SELECT * FROM replay_rounds WHERE project_id = ?", (made,)):
        settings = json.loads(row["settings"])
        settings["generation"]["guidance_start"] = 0.25  # which was a setting, too
        del settings["tune"]["validate_every"]
        settings["gal"]["trainings"] = 3  # which was a setting
        studio.store.database.write(
            "UPDATE replay_rounds SET settings = ? WHERE project_id = ? AND number = ?",
            (json.dumps(settings), made, row["number"]),
        )
    assert studio.replay(source, "random", second) == made


def test_a_policy_accepts_as_many_pictures_as_the_person(studio: Studio, second: str) -> None:
    made = studio.replay(project_of(studio, second), "random", second)
    first = redraw(studio, made)
    assert len(studio.store.decisions.of_round(first).accepted) == 2
    assert not studio.store.decisions.of_round(first).weights
    after = studio.store.rounds.of_project(made)[1]
    assert len(studio.pool(after.id)) == 16
    queued = [job.kind for job in studio.store.jobs.of_project(made) if job.round_id == after.id]
    assert sorted(queued) == ["fine_tune", "generate", "measure"], "nothing is decided after the last round"


def test_the_control_accepts_nothing_and_trains_as_many_steps(studio: Studio, second: str) -> None:
    """Was it worth it? Accepted pictures add steps (Eq. G9), which the control trains as well."""
    store, source = studio.store, project_of(studio, second)
    for each in store.rounds.of_project(source):
        shared = each.settings.updated({"tune": {"steps": 30, "accepted_share": 0.5}})
        store.rounds.set_settings(each.id, shared)
    made = {policy: studio.replay(source, policy, second) for policy in ("human", "nothing")}
    assert studio.replay(source, "nothing", second) == made["nothing"], "the same twice is one"
    trained = {}
    for policy, project in made.items():
        redraw(studio, project)
        trained[policy] = [inputs_of(store, each.id) for each in store.rounds.of_project(project)]
    for own, control in zip(*trained.values(), strict=True):
        plans = [
            plan_draws(each.here.settings.tune, True, len(each.examples) > 1).steps for each in (own, control)
        ]
        assert plans[0] == plans[1]
        assert len(control.examples) == 1, "the reference alone"
    assert [len(own.examples) for own in trained["human"]] == [1, 3]
    assert [each.here.settings.tune.steps for each in trained["nothing"]] == [30, 60]
    assert studio.replay_view(made["nothing"]).title == "Nothing accepted"
    assert not studio.replay_view(made["nothing"]).not_replayed


def test_a_replay_is_not_decided_in_by_hand(studio: Studio, second: str) -> None:
    made = studio.replay(project_of(studio, second), "random", second)
    first = redraw(studio, made)
    before = studio.store.decisions.log(first)
    picture = studio.store.candidates.of_round(first)[0].id
    for act in (
        lambda: studio.decide([picture], "accepted"),
        lambda: studio.mark_copies([picture], True),
        lambda: studio.accept_suggestion(first),
        lambda: studio.undo(first),
        lambda: studio.redo(first),
        lambda: studio.go_to(first, None),
        lambda: studio.set_weight(picture, 0.5),
        lambda: studio.accept_in_part(picture, np.zeros((8, 8), np.uint8)),
        lambda: studio.next_round(first),
        lambda: studio.branch(first),
        lambda: studio.fine_tune(first),
        lambda: studio.generate(first),
        lambda: studio.run_round(first),
        lambda: studio.run_missing(first),
        *refinings(studio, first),
        lambda: studio.change_settings(made, {"gal": {"top_k": 2}}),
        lambda: studio.add_anchors(made, ["A boat {}"]),
        lambda: studio.enable_anchor(studio.store.projects.anchors(made)[0].id, False),
        lambda: studio.change_test_set(made, ["A boat {}"], 1),
    ):
        with pytest.raises(StudioError, match="it decides and generates by itself"):
            act()
    assert studio.store.decisions.log(first) == before
    assert len(studio.store.rounds.of_project(made)) == 2


def test_the_person_is_repeated_with_weights_and_what_changed_is_said(studio: Studio, second: str) -> None:
    source = project_of(studio, second)
    first = studio.store.rounds.of_project(source)[0].id
    anchor = studio.store.projects.anchors(source)[8].id
    part = next(each.id for each in studio.store.candidates.of_round(first) if each.anchor_id == anchor)
    mask = studio.store.images.add_picture(Image.new("L", (8, 8), 255))
    studio.store.decisions.record(first, [(part, "accepted")], "human", {part: mask})
    made = studio.replay(source, "human", second)
    again = redraw(studio, made)
    assert sorted(studio.store.decisions.of_round(again).verdicts.values()) == ["accepted"] * 3 + ["rejected"]
    assert list(studio.store.decisions.of_round(again).weights.values()) == [0.5]
    assert not studio.store.decisions.of_round(again).masks, "the painted part belongs to another image"
    assert studio.replay_view(made).not_replayed == (
        "Not replayed: round 2 was trained before the decisions that stand now, which the replay follows; "
        "4 decided images came out differently; "
        "1 painted part no longer fitted, so whole images are trained on."
    )
    prompts = {example.prompt for example in inputs_of(studio.store, again).examples}
    assert len(prompts) == 1, "a round learns what was accepted above it"


def test_what_cannot_be_replayed_is_said(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [1])
    second = next_round(studio, round_id)
    decide(studio, second, 1)
    node = studio.store.rounds.add(
        project_of(studio, second), second, studio.store.rounds.get(second).settings, "refine"
    )
    train(studio, node.id)
    draw(studio, node.id, [])
    decide(studio, node.id, 3)
    third = next_round(studio, node.id)
    assert record_line(studio.store, third).left_out == (
        "nothing was accepted in round 1, so no strategy accepts anything there",
        "the refinement of round 2 is not generated again with the 1 image accepted in it, nor what was "
        "painted in its pairs",
    )
    assert len(record_line(studio.store, third).rounds) == 3


def test_marks_of_copies_are_not_replayed_and_that_is_said(studio: Studio, second: str) -> None:
    first = studio.store.rounds.of_project(project_of(studio, second))[0].id
    marked = [one.id for one in studio.store.candidates.of_round(first)[:2]]
    studio.mark_copies(marked[:1], True)
    (one,) = record_line(studio.store, second).left_out
    assert one == "the 1 mark of a copy in round 1: copy detection decides instead"
    studio.mark_copies(marked, False)
    assert record_line(studio.store, second).left_out[0].startswith("the 2 marks of copies in round 1: ")
    studio.mark_copies(marked, None)
    assert record_line(studio.store, second).left_out == ()


def test_a_stopped_replay_says_so_and_goes_on(studio: Studio, second: str) -> None:
    source = project_of(studio, second)
    made = studio.replay(source, "random", second)
    before = versions(studio.store, source)
    assert [view.state for view in studio.replays(source)] == ["working"]
    studio.stop_replay(made)
    assert versions(studio.store, source) != before
    assert [view.state for view in studio.replays(source)] == ["halted"]
    jobs = studio.continue_replay(made)
    assert {job.kind for job in jobs} == {"fine_tune", "generate", "measure", "replay"}
    with pytest.raises(StudioError, match="is not a replay"):
        studio.continue_replay(source)


def test_a_replay_outlives_the_project(studio: Studio, second: str) -> None:
    source = project_of(studio, second)
    made = studio.replay(source, "human", second)
    studio.archive(source)
    studio.delete(source)
    view = studio.replay_view(made)
    assert (view.has_source, view.incomparable) == (False, "The project is not in this workspace.")
    assert redraw(studio, made)


def test_a_line_that_nobody_has_gone_on_with_is_refused(studio: Studio, round_id: str) -> None:
    with pytest.raises(StudioError, match="No round is trained yet"):
        studio.replay(studio.create_project(draft()), "human")
    project = project_of(studio, round_id)
    with pytest.raises(StudioError, match="train a second round first"):
        studio.replay(project, "human")
    draw(studio, round_id, [1])
    second = next_round(studio, round_id)
    with pytest.raises(StudioError, match="Nothing was accepted before the last round"):
        studio.replay(project, "random")
    studio.store.database.write("DELETE FROM candidates WHERE round_id = ?", (round_id,))
    with pytest.raises(StudioError, match="Round 1 has no images"):
        record_line(studio.store, second)


def test_what_was_accepted_before_any_training_is_not_replayed_and_that_is_said(
    studio: Studio, second: str
) -> None:
    first = studio.store.rounds.get(second).parent_id or ""
    settings = studio.store.rounds.get(first).settings
    zero = studio.store.rounds.add(project_of(studio, second), None, settings, "instant")
    studio.store.rounds.put_below(first, zero.id)
    draw(studio, zero.id, [1, 2])
    said = "what was accepted in round 0, which was generated without training"
    assert said not in record_line(studio.store, second).left_out
    decide(studio, zero.id, 3)
    line = record_line(studio.store, second)
    assert said in line.left_out and len(line.rounds) == 2


def test_an_export_measures_each_project_once(
    studio: Studio, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = project_of(studio, second)
    made = [studio.replay(source, policy, second) for policy in ("random", "human")]
    measured: list[str] = []

    def load(store: Store, project: ProjectSnapshot) -> TestSet:
        measured.append(project.project.id)
        return test_set.load(store, project)

    monkeypatch.setattr(measured_rounds, "load", load)
    assert replay_zip(studio, made[0])
    assert sorted(measured) == sorted([source, *made])
