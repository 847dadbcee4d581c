"""Who teaches what: references that teach less at high noise, and what is counted of the arms."""

import json
from pathlib import Path

import pytest
import torch

from gal_studio.engine.models.image_model import load_image_model
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.trained import EXAMPLES, SETTINGS
from workshop.benchmarks.output import read, write
from workshop.benchmarks.quality.later_rounds import BEST, FULL, trial
from workshop.benchmarks.quality.teachers import (
    ARMS,
    FIRST,
    MASKED,
    SECOND,
    STRENGTHS,
    TODAY,
    QuietReferences,
    cells,
    report,
)

pytestmark = pytest.mark.thorough


def test_references_alone_weigh_less_and_only_at_high_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_image_model(make_tiny_pipeline(tmp_path / "model"), device="cpu")
    settings = SETTINGS.updated({"batch_size": 200, "accepted_noise": 3.0})
    examples = [EXAMPLES[0], EXAMPLES[1].__class__(EXAMPLES[1].image, "A tie", 0.3, is_reference=False)]
    monkeypatch.setattr(QuietReferences, "share", 0.25)
    source = QuietReferences(model, examples, [], settings, seed=0)
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    high = source.process.share(batch.times) >= source.lowest_accepted
    weights = batch.weights.flatten()
    assert {round(float(each), 3) for each in weights[high]} == {0.25, 0.3}
    assert {round(float(each), 3) for each in weights[~high]} == {1.0}, (
        "accepted images have high noise alone"
    )


def test_arms_are_mixed_and_counted(tmp_path: Path) -> None:
    for name in ("one", "two"):
        home = tmp_path / name
        home.mkdir()
        for arm in (FIRST, *ARMS, MASKED):
            rows = [
                {"image": "x.png", "prompt": f"thing {n}", "seed": n, "strength": strength, "u": 0.5}
                for strength in STRENGTHS
                for n in range(2)
            ]
            write(home / f"{arm}.json", rows)
    pages = cells(tmp_path, SECOND)
    assert [row["arm"] for _, row in pages["one-1"]] != sorted(row["arm"] for _, row in pages["one-1"])
    said = {
        page: {
            str(number): [0, 1, int(row["arm"] != TODAY)] for number, (_, row) in enumerate(shown, start=1)
        }
        for page, shown in pages.items()
    }
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "count-a.json").write_text(json.dumps(said))
    lines = list(report(tmp_path, SECOND))
    assert f"{TODAY} | 1.0 | 0.50 | 1.00, 1.00, 0.00, 0.00" in lines
    assert f"{FIRST} | 1.0 | 0.50 | 1.00, 1.00, 1.00, 1.00" in lines
    assert f"all three, {FIRST} - {TODAY}, at 1.0: +1.00 [+1.00, +1.00]" in lines
    labels = (tmp_path / "labels.csv").read_text().splitlines()
    assert labels[0] == "reference,arm,strength,prompt,seed,copy_1,asked_1,like_1"
    assert len(labels) == 1 + 2 * 2 * len(STRENGTHS) * (len(ARMS) + 2)


def test_an_arm_is_compared_only_with_pictures_drawn_alike(tmp_path: Path) -> None:
    """The first round of a trial of three rounds has a schedule of its own, which no later round has."""
    third, home = trial(3), tmp_path / "one"
    home.mkdir()
    for arm in third.arms:
        assert not third.is_done(home)
        strengths = (FULL, BEST) if arm == FIRST else (FULL,)
        rows = [
            {"image": "x.png", "prompt": "thing", "seed": 0, "strength": strength, "u": float(arm == FIRST)}
            for strength in strengths
        ]
        write(home / f"{arm}.json", rows)
    assert third.is_done(home)
    (tmp_path / "two").mkdir()
    for arm in third.arms:
        write(tmp_path / "two" / f"{arm}.json", read(home / f"{arm}.json")[:1])
    lines = list(report(tmp_path, third))
    assert f"{FIRST} | best | 1.00 | nan, nan, nan, nan" in lines
    assert f"u, {FIRST} - {third.usual}, at full: +1.00 [+1.00, +1.00]" in lines
    assert not [line for line in lines if "at best" in line]
