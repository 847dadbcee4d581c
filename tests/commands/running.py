"""Helpers for the tests of the commands: a project file, a command, and its output."""

import hashlib
import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gal_studio.cli import main
from gal_studio.core.gal.selection import rank_anchors
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import CARRIES, CHANCE, SHOWN, Anchor

QUICK = """
[settings.tune]
steps = 3
batch_size = 2
rank = 2
prior_images = 2
checkpoint_every = 1
[settings.generation]
steps = 2
batch_size = 4
candidates = 3
allocation = "fixed"
lowest_strength = 0.7
latest_switch = 0.0
[settings.gal]
top_k = 2
[settings.refine]
pairs = 2
steps = 3
checkpoint_every = 1
"""
ANCHORS = 'anchors = ["A tie {}", "A koala {}", "A drum {}", "A kite {}"]\n'
REFERENCE = '[[references]]\nimage = "cat.png"\nprompt = "A cat in ink style"\n'


def write_project(folder: Path, names: tuple[str, str], text: str = "") -> Path:
    """A project whose policy accepts pictures in every round, also where there is nothing to mend."""
    path = folder / "project.toml"
    models = f'base_model = "{names[0]}"\nclip_model = "{names[1]}"\n'
    head = f'kind = "style"\nseed = 3\npolicy = "random"\n{models}{ANCHORS}'
    path.write_text(head + (text or REFERENCE) + QUICK)
    return path


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def recomputed(rows: list[dict[str, str]]) -> list[tuple[str, int, float]]:
    """The prompt, copies and entropy of each anchor in the order of priority, computed from the table."""
    anchors: dict[str, Anchor] = {}
    groups: dict[str, list[Candidate]] = {}
    for row in sorted(rows, key=lambda row: row["file"]):
        anchors.setdefault(row["prompt"], Anchor(row["prompt"], row["prompt"], len(anchors)))
        group = groups.setdefault(row["prompt"], [])
        numbers = float(row["similarity_anchor"]), float(row["similarity_reference"])
        known = {name: float(row[name]) for name in (SHOWN, CHANCE, CARRIES) if row.get(name)}
        made = Candidate(row["candidate_id"], row["prompt"], len(group), int(row["seed"]), "", *numbers)
        recipe = Recipe(*(float(row[name]) for name in ("early_strength", "late_strength", "switch")))
        group.append(replace(made, more_scores=known, recipe=recipe))
        by_flags = numbers[0] <= numbers[1] or known.get(SHOWN, 0.0) >= 0.5
        assert int(row["overfit"]) == (known[CHANCE] >= 0.5 if CHANCE in known else by_flags)
        assert bool(row["overfit_by"]) == bool(int(row["overfit"]))
        known_kept, asked = (float(row[name] or 1.0) for name in ("kept", "asked"))
        assert float(row["utility"]) == pytest.approx((1.0 - float(row[CHANCE])) * asked * known_kept)
    drawn = [one for group in groups.values() for one in group]
    ranked = rank_anchors(score_pool(list(anchors.values()), drawn))
    return [(score.anchor.prompt, score.overfit, score.entropy) for score in ranked]


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def check_rounds(summary: dict[str, Any], table: list[dict[str, str]], out: Path) -> None:
    for round_ in summary["rounds"]:
        rows = [row for row in table if int(row["round"]) == round_["number"]]
        anchors = round_["anchors"]
        assert len(rows) == 3 * len(anchors)
        assert recomputed(rows) == [(row["prompt"], row["overfit"], row["entropy"]) for row in anchors]
        assert [row["rank"] for row in anchors] == list(range(1, len(anchors) + 1))
        assert all(row["reason"] for row in anchors)
        assert round_["mean_entropy"] == pytest.approx(
            math.fsum(row["entropy"] for row in anchors) / len(anchors)
        )
        strengths = Counter(row["late_strength"] for row in rows)  # of each, batches are filled up to 4
        filled = sum(math.ceil(count / 4) * 4 for count in strengths.values())
        assert len(strengths) == 3 and round_["unet_forwards"] == filled * 2 * 2
        accepted = {row["candidate_id"] for row in rows if row["accepted"] == "1"}
        assert accepted == {choice["candidate_id"] for choice in round_["accepted"]}
        weight = summary["project"]["lambda"] * round_["mean_entropy"]
        assert all(choice["weight"] == pytest.approx(weight) for choice in round_["accepted"])
        for row in rows:
            assert size(out / row["file"]) == (32, 32)
            assert math.isfinite(float(row["tsne_x"]) + float(row["tsne_y"]))
        assert size(out / f"contact-sheet-round-{round_['number']}.png")[0] > 500
    first, last = summary["rounds"][0], summary["rounds"][-1]
    assert last["accepted"] == []
    assert len(last["anchors"]) == len(first["anchors"]) - len(first["accepted"])
    assert len(last["trained_on"]) == 1 + len(first["accepted"])


def results(out: Path) -> dict[str, str]:
    """What must be equal in two runs: the bytes of every file but that of the times.

    Whether a round is measured depends on the speed of the machine, so that the summary counts without it.
    """
    kept = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_file() and name != "timing.json" and not name.startswith("workspace"):
            kept[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    summary = json.loads((out / "summary.json").read_text())
    del summary["measured"]
    for round_ in summary["rounds"]:
        del round_["measured"]
    return {**kept, "summary.json": json.dumps(summary)}


def refinable(folder: Path, names: tuple[str, str], tower: str) -> Path:
    path = write_project(folder, names)
    path.write_text(f'{path.read_text()}vision_model = "{tower}"\n')
    return path
