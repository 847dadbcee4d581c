"""`gal-studio figures`: files that need no network, and sentences for what is missing."""

import json
from pathlib import Path

import pytest

from gal_studio.cli import main
from tests.ui.seeded import finished, measure


def run(*words: object) -> int:
    return main(["figures", *map(str, words)])


def test_the_figures_of_a_project_are_pages_without_a_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    studio, _, round_id = finished(tmp_path / "workspace")
    measure(studio, round_id)
    studio.close()
    out = tmp_path / "out"
    assert run("--workspace", tmp_path / "workspace", "--out", out, "--theme", "dark") == 0
    said = capsys.readouterr().out
    assert "agreement: left out. Nobody has chosen an image" in said
    of_the_round = {"map", "copy-curves", "training"}
    names = {f"{name}-round-1" for name in of_the_round} | {"rates", "clock-arms", "gains"}
    assert {path.stem for path in out.glob("*.html")} == names
    for name in names:
        page = (out / f"{name}.html").read_text(encoding="utf-8")
        assert 'src="plotly.min.js"' in page and "https://cdn" not in page
        assert "Watercolour" in page or name in ("copy-curves-round-1", "training-round-1")
        assert "background:#14181d" in page
    assert (out / "plotly.min.js").stat().st_size > 1_000_000
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert run("--workspace", tmp_path / "workspace", "--out", out, "--theme", "dark") == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_evaluation_is_drawn_beside_the_published_one(tmp_path: Path) -> None:
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    told = {
        "evaluation": "DreamBench", "compared": "all images of each subject",
        "rows": [{"subject": "all 30", "dino": figure, "clip_i": figure, "clip_t": figure}],
    }  # fmt: skip
    (tmp_path / "evaluation.json").write_text(json.dumps(told))
    assert run("--evaluation", tmp_path, "--out", tmp_path / "out") == 0
    assert "published (PatchDPO, SDXL)" in (tmp_path / "out" / "dreambench.html").read_text(encoding="utf-8")


def test_bad_input_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, expected in (
        ((), "Give either --workspace FOLDER or --evaluation FOLDER"),
        (("--evaluation", tmp_path), "There is no evaluation in"),
        (("--workspace", tmp_path / "nothing"), "There is no workspace in"),
    ):
        assert run("--out", tmp_path / "out", *words) == 2
        said = capsys.readouterr().err.strip()
        assert expected in said and len(said.splitlines()) == 1
