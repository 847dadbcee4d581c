"""Results, Finish, the strip, Judge, exports, cards, the command line and programs name one best round."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.measures.blind import Answer
from gal_studio.core.measures.compare import images_of
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.types import CHANCE, SHOWN
from gal_studio.features.judge.verbs import judged
from gal_studio.rounds.measured import measured_setting
from gal_studio.studio import Studio
from gal_studio.studio.reports.measured import best_sentence, describe_measures
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.programs.endpoints import status_answer
from tests.ui.seeded import draw, draw_held_back, finished, measure, train

Judging = tuple[Studio, str, tuple[str, str]]


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    """Two files, whose images are best by a schedule of which the benchmark says that it only copies."""
    studio, project, first = finished(tmp_path_factory.mktemp("judging") / "workspace")
    database = studio.store.database
    with studio.store:
        studio.accept_suggestion(first)
        second = studio.next_round(first).id
        train(studio, second)
        draw(studio, second)
        for name, copies in ((first, 3), (second, 0)):
            draw_held_back(studio, name)
            database.write("UPDATE rounds SET source = ? WHERE id = ?", (f"{name}.safetensors", name))
            measure(studio, name, copies=copies, by_schedule=12)
        weak = "CASE WHEN early_strength < 1 THEN"
        score = f"json_set(scores, '$.{SHOWN}', 0.1, '$.{CHANCE}', {weak} 0.7 ELSE 0.45 * (number > 0) END)"
        database.write(f"UPDATE test_pictures SET scores = {score}")
        database.write(f"INSERT INTO candidate_scores SELECT id, '{SHOWN}', 0.1 FROM candidates")
        database.write(
            f"INSERT INTO candidate_scores SELECT id, '{CHANCE}', {weak} 0.1 ELSE 0.6 END FROM candidates"
        )
        yield studio, project, (first, second)


def everywhere(studio: Studio, project: str) -> set[tuple[str, str]]:
    """The best round and its setting, as each part of the studio has them."""
    view = studio.measures(project)
    names = {one.id: one.name for one in view.rounds}
    page = poll(ViewCache(studio), {"project": project})["parts"]["measures"]
    best = str(page["best"])
    words = page["words"]["rounds"]
    (column,) = (one for one in page["words"]["sheet"] if one["best"])
    (chip,) = (name for name, said in words.items() if said["chip"]["best"])
    (place,) = (name for name, said in words.items() if said["place"].startswith("★"))
    loras = {one.round_id: one for one in judged(studio, project)}
    command = describe_measures(view)
    programs = status_answer(ViewCache(studio), project)["measures"]
    card = studio.measured_sentences(best)[-1]
    assert card == best_sentence(view) and names[best] in card and names[best] in page["headline"]

    def brief(given: dict[str, Any]) -> str:
        return Recipe(**given).brief

    found = {
        "Results": (best, brief(page["setting"])),
        "its sheet": (column["round"], column["name"].split(", ", 1)[1]),
        "the strip": (chip, words[chip]["chip"]["title"].partition("(")[2].partition(")")[0]),
        "Finish": (place, next(one.setting_words for one in view.rounds if one.id == place)),
        **({"Judge": (best, loras[best].best.brief)} if loras else {}),
        "exports": (best, measured_setting(studio.store, best).brief),
        "the command line": (
            next(name or "" for name in names if names[name] == command["best"]),
            brief(command["best_setting"]),
        ),
        "programs": (programs["best"], brief(programs["setting"])),
    }
    assert len(set(found.values())) == 1, found
    return set(found.values())


def test_nothing_is_trained_suggested_or_accepted(judging: Judging) -> None:
    studio, project, (_, second) = judging
    here = studio.round_view(second)
    assert here.step == "done" and here.shortlist is None
    assert not any(tile.suggested for tile in here.candidates)
    assert {"run", "accept", "refine"}.isdisjoint(here.actions)
    page = poll(ViewCache(studio), {"project": project})["parts"]["project"]
    assert page["judges"] and not {"Training", "Weight multiplier (λ)"} & {name for name, _ in page["facts"]}


def test_all_name_one_best_round_and_setting(judging: Judging) -> None:
    studio, project, (first, second) = judging
    assert {one.round_id for one in judged(studio, project)} == {first, second}
    figures = everywhere(studio, project)
    (best, setting), *_ = figures
    here = studio.store.snapshots.round(best)
    assert setting == AS_TRAINED.brief != here.best_recipe.brief, "not what its own images alone say"
    counted = [one.report.copies for one in studio.measures(project).rounds if one.report and one.id]
    marked = [one.candidate.id for one in studio.round_view(first).candidates[:5]]
    studio.mark_copies(marked, True)
    studio.count_marks(first)
    everywhere(studio, project)
    moved = [one.report.copies for one in studio.measures(project).rounds if one.report and one.id]
    assert moved > counted, "marks count in all of them"
    other = first if best == second else second
    reports = studio.measures(project).reports
    drawn, chosen = (images_of(reports[name].arm.part("held_out")) for name in (best, other))
    for at, image in list(chosen.items())[:12]:
        studio.store.blind.add(project, Answer(drawn[at], image, "right"), "human")
    assert everywhere(studio, project) == {(other, setting)}
    assert "in blind pairs" in studio.measured_sentences(other)[-1]
    assert [one for one in judged(studio, project)[0].sentences if "was chosen over" in one]
    while studio.store.blind.undo(project):
        pass
    studio.mark_copies(marked, None)
    assert everywhere(studio, project) == figures
    assert asdict(studio.measures(project))["blind"] == ()


def test_a_project_that_judges_the_files_of_another_says_the_same(judging: Judging, tmp_path: Path) -> None:
    """Marks and blind answers of either count in both, and are undone in both."""
    studio, own, (first, _) = judging
    store = studio.store
    other = studio.import_project(studio.export_project(own, tmp_path / "own.zip"))
    store.database.write("UPDATE rounds SET source = '' WHERE project_id = ?", (own,))
    twin = dict(zip(*([one.id for one in studio.rounds(name)] for name in (own, other)), strict=True))

    def both() -> tuple[str, list[float]]:
        ((best, setting),) = everywhere(studio, own)
        assert everywhere(studio, other) == {(twin[best], setting)}
        copies = [
            [one.report.copies for one in studio.measures(name).rounds if one.report and one.id]
            for name in (own, other)
        ]
        assert copies[0] == copies[1]
        return best, copies[0]

    before = both()
    marked = [one.candidate.id for one in studio.round_view(first).candidates[:5]]
    studio.mark_copies(marked, True)
    assert both() == before, "marks that are not applied count in neither"
    studio.count_marks(first)
    assert both()[1] > before[1]
    also = [one.candidate.id for one in studio.round_view(twin[first]).candidates[:5]]
    studio.mark_copies(also, True)
    counted = both()
    studio.count_marks(twin[first])
    assert both() == counted, "an image counts once"
    studio.mark_copies(also, None)
    for name in (own, other):  # the answers of one, then of the other
        reports = studio.measures(name).reports
        best = both()[0] if name == own else twin[both()[0]]
        rival = next(one for one in reports if one not in (None, best))
        drawn, chosen = (images_of(reports[one].arm.part("held_out")) for one in (best, rival))
        for at, image in list(chosen.items())[:12]:
            store.blind.add(name, Answer(drawn[at], image, "right"), "human")
        assert both()[0] in (rival, next((one for one in twin if twin[one] == rival), None))
    for name in (other, own):
        while store.blind.undo(name):
            pass
        both()
    studio.mark_copies(marked, None)
    assert both() == before
    store.database.write("UPDATE rounds SET source = id || '.safetensors' WHERE project_id = ?", (own,))
