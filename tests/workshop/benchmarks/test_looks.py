"""Whether a second round keeps the look: how its rivals draw, and what is counted of the arms."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gal_studio.core.denoising import Denoising
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, detach, save_adapter, trainable
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.trained import SETTINGS
from workshop.benchmarks.output import write
from workshop.benchmarks.quality.looks import (
    ARMS,
    BY_SCHEDULE,
    FIRST,
    HANDED_OVER,
    TODAY,
    Partial,
    handed_over,
    kappa,
    report,
)
from workshop.benchmarks.quality.teachers import cells

pytestmark = pytest.mark.thorough
TRIAL = Partial(ARMS, (1,), TODAY)


def test_the_last_steps_have_the_weights_of_the_first_rounds_lora(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_pipeline(tmp_path / "model"), device="cpu")
    files = []
    for number in range(2):
        attach_lora(model, SETTINGS, torch.Generator().manual_seed(number))
        for weight in trainable(model).values():
            weight.data.fill_(0.1 * (number + 1))
        files.append(save_adapter(model, tmp_path / f"{number}.safetensors", AdapterCard("", "tiny", 1, 0)))
        detach(model)
    expected = []
    for path in files:
        with drawing(model, path) as ready:
            expected.append({name: one.data.clone() for name, one in ready.denoiser.named_parameters()})
    base = {name: one.data.clone() for name, one in model.denoiser.named_parameters()}
    steps = Denoising(4, (10.0, 4.0, 2.0, 1.0))
    with handed_over(model, *files, steps) as ready:
        for step, wanted in ((0, 0), (1, 0), (2, 1), (3, 1), (0, 0)):
            ready.before_step(step, steps)
            now = dict(ready.denoiser.named_parameters())
            assert all(torch.allclose(now[name], one) for name, one in expected[wanted].items()), step
    after = dict(model.denoiser.named_parameters())
    assert all(torch.equal(after[name], one) for name, one in base.items())


def test_right_and_whole_looks_are_counted(tmp_path: Path) -> None:
    """Two raters; today's look is partly there, the first round's is whole; the other arm is one's copy."""
    arms = {
        "one": (FIRST, TODAY, BY_SCHEDULE, HANDED_OVER),
        "two": (FIRST, TODAY, HANDED_OVER),
    }
    for name, made in arms.items():
        (tmp_path / name).mkdir()
        for arm in made:
            rows = [
                {"image": "x.png", "prompt": f"thing {n}", "seed": n, "copy": 0.1, "asked": 0.9,
                 "alike": 0.5, "u": 0.4}
                for n in range(3)
            ]  # fmt: skip
            write(tmp_path / name / f"{arm}.json", rows)
    pages = cells(tmp_path, TRIAL)
    assert {row["arm"] for _, row in pages["two-1"]} == set(arms["two"])
    (tmp_path / "pages").mkdir()
    for rater in range(2):
        said = {FIRST: [0, 1, 2], TODAY: [0, 1, 1], BY_SCHEDULE: [rater, 1, 2], HANDED_OVER: [0, 0, 2]}
        count = {
            page: {str(number): said[row["arm"]] for number, (_, row) in enumerate(shown, start=1)}
            for page, shown in pages.items()
        }
        (tmp_path / "pages" / f"count-{rater}.json").write_text(json.dumps(count))
    lines = list(report(tmp_path, TRIAL))
    assert lines[0] == "reference | arm | right | whole look | copies | prompt | look | u"
    assert f"one | {TODAY} | 1.00 | 0.00 | 0.00 | 1.00 | 0.50 | 0.40" in lines
    assert f"one | {BY_SCHEDULE} | 0.50 | 0.50 | 0.50 | 1.00 | 1.00 | 0.40" in lines
    assert f"two | {HANDED_OVER} | 0.00 | 0.00 | 0.00 | 0.00 | 1.00 | 0.40" in lines
    assert f"whole look, {FIRST} - {TODAY}: +1.00 [+1.00, +1.00], 2" in lines
    assert not any(line.startswith(f"right, {BY_SCHEDULE} - {TODAY}") for line in lines), "one reference"
    table = (tmp_path / "labels.csv").read_text().splitlines()
    assert table[0].endswith("style_match,u,copy_1,asked_1,look_1,copy_2,asked_2,look_2,rater_1,rater_2")
    assert len(table) == 1 + 3 * (4 + 3)


def test_kappa_by_hand() -> None:
    """Three of four answers agree, and half would by chance: (3/4 - 1/2) / (1 - 1/2)."""
    assert kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])) == pytest.approx(0.5)
    assert kappa(np.array([1, 1]), np.array([1, 1])) == 1.0
