"""`gal-studio run` by a policy that needs other trainings."""

from pathlib import Path

from gal_studio.research.features.other_trainings.record import ensembles_of
from gal_studio.state import Store
from tests.commands.running import run, write_project


def test_a_run_by_disagreement_trains_with_other_seeds_where_it_decides(
    folder: Path, names: tuple[str, str]
) -> None:
    out = folder / "out"
    project = write_project(folder, names)
    project.write_text(project.read_text().replace("[settings.gal]", "[settings.gal]\ntrainings = 2"))
    assert run("run", project, "--out", out, "--rounds", 2, "--policy", "bald") == 0
    with Store(out / "workspace") as store:
        first, last = store.rounds.of_project(store.projects.all()[0].id)
        here = store.snapshots.round(first.id)
        drawn = ensembles_of(store).of_round(first.id)
        assert here.gal.trainings == 2 and {len(each) for each in drawn.values()} == {1}
        assert here.decided.accepted and not ensembles_of(store).of_round(last.id)
