import csv
import hashlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from safetensors import safe_open

from gal_studio.cli import main
from gal_studio.commands.project_file import read_project_file
from gal_studio.core.errors import StudioError
from gal_studio.core.selection import rank_anchors
from gal_studio.core.types import Anchor, Candidate
from gal_studio.core.uncertainty import score_anchor
from gal_studio.state import Store
from tests.tiny_project import drawing, make_models, make_tower

QUICK = """
[settings.tune]
steps = 3
batch_size = 2
rank = 2
prior_images = 2
checkpoint_every = 1
[settings.sample]
steps = 2
batch_size = 4
candidates = 3
[settings.gal]
top_k = 2
[settings.refine]
pairs = 2
steps = 3
checkpoint_every = 1
"""
ANCHORS = 'anchors = ["A tie {}", "A koala {}", "A drum {}", "A kite {}"]\n'
REFERENCE = '[[references]]\nimage = "cat.png"\nprompt = "A cat in ink style"\n'


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return make_models(tmp_path_factory.mktemp("cli-models"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cat.png").write_bytes(drawing(1))
    (tmp_path / "boat.png").write_bytes(drawing(2))
    return tmp_path


def write_project(folder: Path, names: tuple[str, str], text: str = "") -> Path:
    path = folder / "project.toml"
    head = f'kind = "style"\nseed = 3\nbase_model = "{names[0]}"\nclip_model = "{names[1]}"\n{ANCHORS}'
    path.write_text(head + (text or REFERENCE) + QUICK)
    return path


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def recomputed(rows: list[dict[str, str]]) -> list[tuple[str, int, float]]:
    """Prompt, copies and entropy of each anchor, in the order of priority, from the table alone."""
    anchors: dict[str, Anchor] = {}
    groups: dict[str, list[Candidate]] = {}
    for row in sorted(rows, key=lambda row: row["file"]):
        anchors.setdefault(row["prompt"], Anchor(row["prompt"], row["prompt"], len(anchors)))
        group = groups.setdefault(row["prompt"], [])
        numbers = float(row["similarity_anchor"]), float(row["similarity_reference"])
        group.append(
            Candidate(row["candidate_id"], row["prompt"], len(group), int(row["seed"]), "", *numbers)
        )
        assert int(row["overfit"]) == (numbers[0] <= numbers[1])
    ranked = rank_anchors(score_anchor(anchors[prompt], groups[prompt]) for prompt in groups)
    return [(score.anchor.prompt, score.overfit, score.entropy) for score in ranked]


def test_run_writes_everything(
    folder: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out"
    assert run("run", write_project(folder, names), "--out", out, "--json") == 0
    printed = capsys.readouterr()
    summary = json.loads((out / "summary.json").read_text())
    assert json.loads(printed.out) == summary
    assert "Round 2" in printed.err
    project = summary["project"]
    assert (project["kind"], project["reference_prompt"], project["seed"]) == (
        "style",
        "A cat in ink style",
        3,
    )
    assert {"base_model", "clip_model", "trigger_word", "lambda", "top_k"} <= set(project)
    assert summary["machine"]["cores"] == os.cpu_count()
    assert [entry["number"] for entry in summary["rounds"]] == [1, 2]
    table = list(csv.DictReader((out / "candidates.csv").read_text().splitlines()))
    check_rounds(summary, table, out)
    with safe_open(out / "lora-round-2.safetensors", framework="numpy") as file:
        assert all(name.startswith("unet.") for name in file.keys())  # noqa: SIM118
    assert not list(out.glob(".*"))


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def check_rounds(summary: dict[str, Any], table: list[dict[str, str]], out: Path) -> None:
    for entry in summary["rounds"]:
        rows = [row for row in table if int(row["round"]) == entry["number"]]
        anchors = entry["anchors"]
        assert len(rows) == 3 * len(anchors)
        assert recomputed(rows) == [(row["prompt"], row["overfit"], row["entropy"]) for row in anchors]
        assert [row["rank"] for row in anchors] == list(range(1, len(anchors) + 1))
        assert all(row["reason"] for row in anchors)
        assert entry["openness"] == pytest.approx(math.fsum(row["entropy"] for row in anchors) / len(anchors))
        assert set(entry["seconds"]) == {"fine_tune", "generate", "embed", "project"}
        assert entry["unet_forwards"] == math.ceil(len(rows) / 4) * 4 * 2 * 2  # batches are filled up to 4
        accepted = {row["candidate_id"] for row in rows if row["accepted"] == "1"}
        assert accepted == {choice["candidate_id"] for choice in entry["accepted"]}
        weight = summary["project"]["lambda"] * entry["openness"]
        assert all(choice["weight"] == pytest.approx(weight) for choice in entry["accepted"])
        for row in rows:
            assert size(out / row["file"]) == (32, 32)
            assert math.isfinite(float(row["tsne_x"]) + float(row["tsne_y"]))
        assert size(out / f"contact-sheet-round-{entry['number']}.png")[0] > 500
    first, last = summary["rounds"][0], summary["rounds"][-1]
    assert last["accepted"] == []
    assert len(last["anchors"]) == len(first["anchors"]) - len(first["accepted"])
    assert len(last["trained_on"]) == 1 + len(first["accepted"])


def test_object_project_under_the_random_policy(folder: Path, names: tuple[str, str]) -> None:
    path = folder / "object.toml"
    path.write_text(
        f'kind = "object"\ntrigger_word = "<sks>"\nbase_model = "{names[0]}"\nclip_model = "{names[1]}"\n'
        'policy = "random"\nanchors = ["{} in a gym", "{} in a bank", "{} at a cafe"]\n'
        '[[references]]\nimage = "cat.png"\nprompt = "A <sks> cat on a rug"\n'
        '[[references]]\nimage = "boat.png"\nprompt = "A <sks> cat on a boat"\n' + QUICK
    )
    out = folder / "out"
    assert run("run", path, "--out", out, "--rounds", 2, "--candidates", 2, "--steps", 2) == 0
    summary = json.loads((out / "summary.json").read_text())
    assert summary["project"]["policy"] == "random"
    assert summary["project"]["settings"]["tune"]["steps"] == 2
    assert len(summary["rounds"][0]["accepted"]) == 2
    assert all(entry["candidates"] == 2 for entry in summary["rounds"][0]["anchors"])


def results(out: Path) -> dict[str, str]:
    """What two runs of one workspace must agree on: everything but times, and the LoRA's tensors."""
    kept = {}
    for path in sorted(out.rglob("*")):
        if path.suffix in (".png", ".csv") and "workspace" not in path.parts:
            kept[str(path.relative_to(out))] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.name.startswith("lora-"):
            with safe_open(path, framework="numpy") as file:
                tensors = {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118
            kept[path.name] = hashlib.sha256(repr(sorted(tensors.items())).encode()).hexdigest()
    return kept


def test_same_command_again_does_nothing_twice_and_more_rounds_go_on(
    folder: Path, names: tuple[str, str]
) -> None:
    project, out = write_project(folder, names), folder / "out"
    assert run("run", project, "--out", out, "--rounds", 1) == 0
    before = results(out)
    assert run("run", project, "--out", out, "--rounds", 1) == 0
    assert results(out) == before
    assert run("run", project, "--out", out, "--rounds", 2) == 0
    with Store(out / "workspace") as store:
        assert len(store.projects.all()) == 1
        assert len(store.jobs.of_project(store.projects.all()[0].id)) == 4


@pytest.mark.slow
def test_killed_run_goes_on_and_ends_with_the_same_pictures(folder: Path, names: tuple[str, str]) -> None:
    project = write_project(folder, names)
    assert run("run", project, "--out", folder / "whole") == 0
    out = folder / "killed"
    command = [sys.executable, "-m", "gal_studio.cli", "run", str(project), "--out", str(out)]
    root = Path(__file__).parent.parent
    for seconds in (6.0, 8.0, 10.0, 12.0):
        with subprocess.Popen(command, cwd=root, stderr=subprocess.DEVNULL) as process:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
    assert run("run", project, "--out", out) == 0
    whole, killed = results(folder / "whole"), results(out)
    ids = ("candidates.csv",)  # names of rows differ from workspace to workspace
    assert {name: value for name, value in whole.items() if name not in ids} == {
        name: value for name, value in killed.items() if name not in ids
    }


@pytest.fixture(scope="session")
def tower(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> str:
    return make_tower(tmp_path_factory.mktemp("cli-tower") / "tower", names[1])


def refinable(folder: Path, names: tuple[str, str], tower: str) -> Path:
    path = write_project(folder, names)
    path.write_text(f'{path.read_text()}vision_model = "{tower}"\n')
    return path


REFINE_KEYS = {
    "pairs", "steps", "seconds", "loss_first", "loss_last", "metrics_before", "metrics_after",
}  # fmt: skip


def test_every_round_is_refined_when_asked(
    folder: Path, names: tuple[str, str], tower: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out = refinable(folder, names, tower), folder / "out"
    assert run("run", project, "--out", out, "--refine", "--policy", "random") == 0
    summary = json.loads((out / "summary.json").read_text())
    assert [entry["number"] for entry in summary["rounds"]] == [1, 2]
    for entry in summary["rounds"]:
        told = entry["refine"]
        assert set(told) >= REFINE_KEYS
        assert (told["pairs"], told["steps"]) == (2, 3)
        assert told["seconds"] > 0
        assert math.isfinite(told["loss_first"] + told["loss_last"])
        metrics = {"clip_t", "clip_i", "overfit_rate"}
        assert set(told["metrics_before"]) == set(told["metrics_after"]) == metrics
        assert (out / f"lora-round-{entry['number']}-refined.safetensors").is_file()
        assert (out / f"contact-sheet-round-{entry['number']}-refined.png").is_file()
    table = list(csv.DictReader((out / "candidates.csv").read_text().splitlines()))
    check_rounds(summary, table, out)
    refined = list(csv.DictReader((out / "refined-candidates.csv").read_text().splitlines()))
    assert [(row["round"], row["prompt"], row["seed"]) for row in refined] == [
        (row["round"], row["prompt"], row["seed"]) for row in table
    ]
    assert all((out / row["file"]).is_file() for row in refined)
    with Store(out / "workspace") as store:
        rounds = store.rounds.of_project(store.projects.all()[0].id)
        kinds = {entry.id: entry.kind for entry in rounds}
        assert sorted((entry.number, entry.kind) for entry in rounds) == [
            (1, "fine_tune"), (1, "refine"), (2, "fine_tune"), (2, "refine"),
        ]  # fmt: skip
        (second,) = (entry for entry in rounds if (entry.number, entry.kind) == (2, "fine_tune"))
        assert kinds[second.parent_id or ""] == "refine"
        jobs = len(store.jobs.of_project(rounds[0].project_id))
    before = results(out)
    capsys.readouterr()
    assert run("run", project, "--out", out, "--refine", "--policy", "random") == 0
    assert results(out) == before
    with Store(out / "workspace") as store:
        assert len(store.jobs.of_project(rounds[0].project_id)) == jobs


def test_refine_command_on_a_stored_project(
    folder: Path, names: tuple[str, str], tower: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out = refinable(folder, names, tower), folder / "out"
    assert run("run", project, "--out", out, "--rounds", 2, "--policy", "random") == 0
    summary = json.loads((out / "summary.json").read_text())
    assert [entry["refine"] for entry in summary["rounds"]] == [None, None]
    workspace, refined = out / "workspace", folder / "refined"
    capsys.readouterr()
    assert run("refine", "--workspace", workspace, "--round", 1, "--out", refined, "--json") == 0
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert set(told) >= REFINE_KEYS
    assert "text alignment" in printed.err
    assert json.loads((refined / "summary.json").read_text())["rounds"][0]["refine"] == told
    assert run("refine", "--workspace", workspace, "--round", 1, "--json") == 0  # it is done already
    assert json.loads(capsys.readouterr().out) == told
    assert run("refine", "--workspace", workspace, "--steps", 4, "--json") == 0  # the last round
    assert json.loads(capsys.readouterr().out)["steps"] == 4
    with Store(workspace) as store:
        rounds = store.rounds.of_project(store.projects.all()[0].id)
        assert sorted(entry.number for entry in rounds if entry.kind == "refine") == [1, 2]


def test_what_cannot_be_refined_is_one_sentence(
    folder: Path, names: tuple[str, str], tower: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out = refinable(folder, names, tower), folder / "out"
    assert run("run", project, "--out", out, "--rounds", 1) == 0
    workspace = out / "workspace"
    for arguments, words in (
        ((workspace,), "accept a picture first"),
        ((workspace, "--round", 3), "No round 3 of 'A cat in ink style'"),
        ((workspace, "--project", "Dog"), "no project 'Dog'"),
        ((workspace, "--pairs", 0), "Pairs is 0"),
        ((folder / "nowhere",), "no workspace in"),
    ):
        capsys.readouterr()
        assert run("refine", "--workspace", *arguments) == 2
        message = capsys.readouterr().err.strip()
        assert words in message
        assert len(message.splitlines()) == 1


BAD_FILES = {
    "gone": (None, "cannot be read"),
    "broken": ("kind = style", "not valid TOML"),
    "without kind": (REFERENCE, "has no kind"),
    "unknown entry": ('kind = "style"\nspeed = 3\n' + REFERENCE, "unknown entry 'speed'"),
    "seed as text": ('kind = "style"\nseed = "3"\n' + REFERENCE, "seed = '3'"),
    "anchors of numbers": ('kind = "style"\nanchors = [1]\n' + REFERENCE, "anchors = "),
    "no references": ('kind = "style"\n', "no reference"),
    "reference without prompt": ('kind = "style"\n[[references]]\nimage = "cat.png"\n', "has no prompt"),
    "unknown setting": (
        'kind = "style"\n' + REFERENCE + "[settings.tune]\nspeed = 3\n",
        "no setting 'speed'",
    ),
    "settings no table": ('kind = "style"\nsettings = {tune = 3}\n' + REFERENCE, "table of names and values"),
    "unknown kind": ('kind = "thing"\n' + REFERENCE, "The kind is 'thing'"),
    "no style": ('kind = "style"\n' + REFERENCE.replace(" in ink style", ""), "names no style"),
    "empty prompt": ('kind = "style"\n' + REFERENCE.replace("A cat in ink style", " "), "prompt is empty"),
    "missing picture": (
        'kind = "style"\n' + REFERENCE.replace("cat.png", "dog.png"),
        "'dog.png' cannot be found",
    ),
    "broken picture": (
        'kind = "style"\n' + REFERENCE.replace("cat.png", "bad.png"),
        "'bad.png' is not a picture",
    ),
    "missing model": ('kind = "style"\nbase_model = "./nothing"\n' + REFERENCE, "no model directory"),
    "no model": ('kind = "style"\nbase_model = "."\n' + REFERENCE, "is not an image model"),
    "unknown policy": ('kind = "style"\npolicy = "luck"\n' + REFERENCE, "no policy 'luck'"),
    "no rounds": ('kind = "style"\nrounds = 0\n' + REFERENCE, "Rounds is 0"),
    "one candidate": ('kind = "style"\n' + REFERENCE + "[settings.sample]\ncandidates = 1\n", "at least 2"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_input_is_one_sentence_and_exit_code_2(
    case: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, words = BAD_FILES[case]
    (folder / "bad.png").write_bytes(b"nonsense")
    path = folder / "project.toml"
    if text is not None:
        models = "" if "_model" in text else 'base_model = "some/model"\nclip_model = "some/clip"\n'
        path.write_text(models + text)
    assert run("run", path, "--out", folder / "out") == 2
    message = capsys.readouterr().err.strip()
    assert words in message
    assert len(message.splitlines()) == 1
    assert "Traceback" not in message


def test_output_folder_that_is_a_file_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = write_project(folder, ("some/model", "some/clip"))
    assert run("run", project, "--out", folder / "cat.png") == 2
    assert "is not a folder" in capsys.readouterr().err


def test_full_disk_ends_with_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, out = write_project(folder, ("some/model", "some/clip")), folder / "out"

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert run("run", project, "--out", out) == 2
    assert "is full" in capsys.readouterr().err


def test_project_file_is_read_as_documented(folder: Path) -> None:
    text = (Path(__file__).parent.parent / "docs" / "project-file.md").read_text()
    examples = [part.split("```")[0] for part in text.split("```toml\n")[1:]]
    assert len(examples) == 3
    for number, example in enumerate(examples):
        path = folder / f"{number}.toml"
        path.write_text(example)
        assert read_project_file(path).draft.references
    project = read_project_file(folder / "1.toml")
    assert project.rounds == 3
    assert project.draft.trigger_word == "<blue-pot>"
    assert project.draft.given[0].picture == folder / "photos" / "pot-table.jpg"
    assert project.draft.changes["sample"] == {"candidates": 8}
    both = read_project_file(folder / "2.toml").draft.given
    assert [entry.trigger_word for entry in both] == ["<blue-pot>", "<blue-pot>", "<brumm>", "<brumm>"]
    assert both[1].mask == folder / "photos" / "pot-snow-white.png"


def test_models_beside_the_project_file_are_found(folder: Path) -> None:
    (folder / "model").mkdir()
    path = folder / "project.toml"
    path.write_text('kind = "style"\nbase_model = "model"\nclip_model = "local-dir:clip"\n' + REFERENCE)
    draft = read_project_file(path).draft
    assert draft.base_model == str(folder / "model")
    assert draft.clip_model == f"local-dir:{folder / 'clip'}"
    path.write_text('kind = "style"\nbase_model = "owner/model"\n' + REFERENCE)
    assert read_project_file(path).draft.base_model == "owner/model"
    path.write_text('kind = "style"\nrounds = true\n' + REFERENCE)
    with pytest.raises(StudioError, match="rounds = True"):
        read_project_file(path)


def test_plain_command_opens_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from gal_studio.ui import serve

    opened: list[tuple[object, ...]] = []
    monkeypatch.setattr(serve, "serve", lambda *given: opened.append(given))
    assert run("--workspace", tmp_path, "--port", 7999, "--no-browser") == 0
    assert opened == [(tmp_path, "127.0.0.1", 7999, False, None, ())]


def test_doctor_probes_a_model(
    names: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from gal_studio.assets import load_preset
    from gal_studio.commands import doctor

    tiny = replace(load_preset("pocket"), base_model=names[0], clip_model=names[1])
    monkeypatch.setattr(doctor, "load_preset", lambda _name: tiny)
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 0.5)
    assert run("doctor", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["speed"]["images_per_second"] > 0
    assert report["speed"]["training_steps_per_second"] > 0
    assert report["round_seconds"]["object"] > report["round_seconds"]["style"] > 0
    assert "sd15" in report["models"]
    assert run("doctor", "--no-probe") == 0
    assert "torch" in capsys.readouterr().out


def test_doctor_refuses_an_unknown_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor", "--preset", "huge") == 2
    assert "no preset 'huge'" in capsys.readouterr().err


def test_worker_command_empties_the_queue(tmp_path: Path) -> None:
    assert run("worker", "--workspace", tmp_path, "--until-empty") == 0


def test_help_names_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gal_studio.cli", "--help"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    for command in ("demo", "run", "refine", "doctor", "worker", "--port"):
        assert command in done.stdout
