"""The finished project is made stage by stage: it waits for a person's choices, goes on, and is packed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from gal_studio.assets import bundled_version
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.tiny_project import tiny_draft
from tools.finished import pack as packing
from tools.finished.gallery import animated, gallery
from tools.finished.make import NotChosenError, make
from tools.finished.pack import pack
from tools.finished.plan import Plan

ROUNDS: list[dict[str, Any]] = [
    {"name": "", "after": None},
    {"name": "", "after": 0},
    {"name": "Other layers", "after": 0, "changes": {"tune": {"target": "style"}}, "measured": False},
]


def plan_of(folder: Path, *accepted: Any) -> Plan:
    """A plan of three rounds in which this was chosen."""
    rounds = [{**one, **({"accepted": mine} if mine is not None else {})}
              for one, mine in zip(ROUNDS, (*accepted, None, None, None), strict=False)]  # fmt: skip
    table = {
        "name": "Finished", "seed": 5, "changes": {}, "test_prompts": [], "benchmark": ["A house {}"],
        "seeds": 1, "rounds": rounds,
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(table))
    return Plan.read(folder / "plan.json")


@pytest.mark.thorough
def test_it_is_made_stage_by_stage(
    names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, workspace = replace(tiny_draft(names), origin="made"), tmp_path / "workspace"
    with pytest.raises(NotChosenError, match=r"workspace-1-.*\.png, and write into the plan"):
        make(workspace, plan_of(tmp_path), draft)
    assert len(list(tmp_path.glob("workspace-1-*.png"))) == 1
    with Store(workspace) as store:
        (project,) = store.projects.all()
        (first,) = store.rounds.of_project(project.id)
        assert first.adapter and {
            one.dtype.itemsize for one in load_file(store.adapters.path(first.adapter)).values()
        } == {2}
    chosen = [["koala", 1], ["kite", 0]], [["tie", 2]], []
    made = make(workspace, plan_of(tmp_path, *chosen), draft)
    assert made == project.id
    with Store(workspace) as store:
        studio, rounds = Studio(store), store.rounds.of_project(made)
        assert [round_.number for round_ in rounds] == [1, 2, 2]
        assert [store.rounds.get(one.id).settings.tune.target for one in rounds] == ["all", "all", "style"]
        assert store.projects.get(made).settings.tune.target == "all", "the branch alone has its own"
        assert rounds[0].adapter == first.adapter, "what was there is kept"
        assert [len(store.decisions.of_round(one.id).accepted) for one in rounds] == [2, 1, 0]
        assert {one.author for one in store.decisions.log(rounds[0].id)} == {"human"}
        assert all(is_trained(inputs_of(store, one.id)) for one in rounds)
        assert len(studio.measures(made).reports) == 3, "the base model, and two rounds"
        before = sorted(path.name for path in store.images.folder.iterdir())
        out = tmp_path / "out"
        pack(studio, made, out)
        assert gallery(studio, made).width > 300
        assert animated(studio, made).startswith(b"GIF89a")
    assert make(workspace, plan_of(tmp_path, *chosen), draft) == made
    with Store(workspace) as store:
        assert sorted(path.name for path in store.images.folder.iterdir()) == before, "nothing is done twice"
    assert json.loads((out / "made.json").read_text())["model"] == bundled_version()
    with Store(tmp_path / "other") as store:
        opened = Studio(store).import_project(out / "project.zip")
        assert [one.adapter for one in store.rounds.of_project(opened)] == [one.adapter for one in rounds]
    monkeypatch.setattr(packing, "MOST", 1000)
    with Store(workspace) as store, pytest.raises(Exception, match="more than 1,000: draw fewer images"):
        pack(Studio(store), made, tmp_path / "small")
