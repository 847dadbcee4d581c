"""Second rounds of equal number: what arms accept, and what is counted of them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.gal_gain import equal_numbers as equal
from benchmarks.quality.suggestions import Picture
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.recipe import Recipe
from gal_studio.rounds.lineage import round_weight
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.tiny_project import CHANGES, make_models, tiny_draft
from tests.worker.working import first_round

pytestmark = pytest.mark.thorough
LADDER = {**CHANGES, "generation": {**CHANGES["generation"], "allocation": "ladder", "candidates": 9}}


def first(pictures: Sequence[Picture], number: int) -> list[Picture]:
    return list(pictures[:number])


def test_arms_accept_images_and_draw_them_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in equal.EQUAL:
        monkeypatch.setitem(equal.EQUAL, name, first)
    monkeypatch.setattr(equal, "suggested", first)
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store)
        round_id = first_round(studio, tiny_draft(make_models(tmp_path), changes=LADDER))
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish(studio.fine_tune(round_id))
            worker.finish(studio.generate(round_id))
            here = store.snapshots.round(round_id)
            weak = next(one for one in here.candidates if one.recipe == Recipe.constant(0.4))
            full = next(one for one in here.candidates if one.recipe.is_as_trained)
            late = equal.drawn_late(studio, worker, round_id, [weak.id, full.id])
        made = [tile for tile in store.snapshots.round(round_id).tiles if tile.own]
        assert [(one.seed, one.recipe) for one in made] == [(weak.seed, Recipe(0.4, 1.0, 0.7))]
        assert late == [weak.id if made[0].chance >= 0.5 else made[0].id, full.id]
        equal.accept(studio, round_id, late, 5.0)
        here = store.snapshots.round(round_id)
        assert set(here.decided.accepted) == set(late)
        wanted = round_weight(here) * 5.0 / here.gal.balance_lambda
        assert list(here.decided.weights.values()) == pytest.approx([wanted] * 2)
        equal.accept(studio, round_id, [full.id])
        decided = store.snapshots.round(round_id).decided
        assert (decided.accepted, decided.weights.get(full.id)) == ((full.id,), None)

        assert equal.chosen_by(here, tmp_path, equal.ARMS[equal.NOTHING], 3) == []
        usual = equal.chosen_by(here, tmp_path, equal.ARMS[equal.TODAY], 3)
        assert usual is not None and len(usual) == 3
        assert equal.chosen_by(here, tmp_path, equal.Arm(equal.TODAY, 1000), 3) is None
        vetoed = equal.ARMS[equal.VETO]
        assert equal.chosen_by(here, tmp_path, vetoed, 3) is None, "nobody has looked"
        numbers = {one.id: number for number, one in enumerate(equal.shown(here), start=1)}
        (tmp_path / "veto.json").write_text(json.dumps([numbers[usual[0]]]))
        (tmp_path / "by-eye.json").write_text(json.dumps([numbers[name] for name in usual[::-1]]))
        rest = equal.chosen_by(here, tmp_path, vetoed, 3)
        assert rest is not None and rest[:2] == usual[1:] and len(rest) == 3
        assert equal.chosen_by(here, tmp_path, equal.ARMS[equal.BY_EYE], 3) == usual[::-1]


def row(reference: str, arm: str, schedule: str, rater: str, right: bool) -> dict[str, str]:
    said = {"copy_1": "0", "asked_1": "1", "like_1": str(int(right)), "right_1": str(int(right))}
    return {
        "reference": reference,
        "arm": arm,
        "schedule": schedule,
        "prompt": "A tie",
        "rater_1": rater,
        **said,
    }


def test_arms_are_compared_over_the_references_that_have_them() -> None:
    rows = [
        row(reference, arm, how, rater, arm == equal.NOTHING)
        for reference, arm, how in (
            ("felt", equal.TODAY, "full, best"),
            ("felt, seed 1", equal.TODAY, "full, own best"),
            ("car", equal.TODAY, "full"),
            ("felt", equal.NOTHING, "full"),
            ("felt, seed 1", equal.NOTHING, "best"),
        )
        for rater in "AB"
    ]
    heading, *lines, names = equal.report(rows)
    told = dict(line.split(" | ", 1) for line in lines)
    assert told["suggestions, full"].startswith("2 | 1.00, 1.00, 0.00, 0.00 | +0.00 (+0.00 to +0.00)")
    assert told["nothing, full"] == "1 | 1.00, 1.00, 1.00, 1.00 | +1.00 (+1.00 to +1.00) | 1.00"
    assert "nothing, best" not in told, "no suggestions of that trial are drawn so"
    ways = ["full", "best", "own best", "better of both"]
    assert list(told) == [*(f"suggestions, {way}" for way in ways), "nothing, full"]
    assert names == "felt, car" and heading.startswith("arm, way")


def test_the_better_way_is_that_of_the_other_prompts() -> None:
    right = {"full": (1, 1, 0), "best": (1, 0, 0)}
    rows = [
        {**row("felt", equal.TODAY, way, "A", bool(each)), "prompt": str(prompt)}
        for way, said in right.items()
        for prompt, each in enumerate(said)
    ]
    told = dict(line.split(" | ", 1) for line in list(equal.report(rows))[1:-1])
    # of prompt 0 the others say 1 to 0, of prompt 1 they are equal: half of (1, 0); of prompt 2 2 to 1
    assert told["suggestions, better of both"].startswith("1 | 1.00, 1.00, 0.50, 0.50 | ")
