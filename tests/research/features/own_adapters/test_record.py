"""Whatever lies in the folder of image adapters, to read it neither waits, fails nor reads another one."""

import json
import os
from pathlib import Path

import pytest

from gal_studio.research.features.own_adapters.record import WEIGHTS, trained_adapters
from tests.test_json_files import DAMAGED

PLAN = {"title": "T", "adapter": "a", "subjects": "", "names": ["x"], "steps": 1, "seed": 1}


@pytest.mark.parametrize("kind", [*DAMAGED, "pipe", "link"])
def test_a_plan_that_cannot_be_read_hides_no_adapter(kind: str, tmp_path: Path) -> None:
    whole, other = (tmp_path / "own-adapters" / (16 * digit) / "plan.json" for digit in "01")
    for path in (whole, other):
        path.parent.mkdir(parents=True)
        (path.parent / WEIGHTS).write_bytes(b"weights")
    whole.write_text(json.dumps(PLAN))
    if kind in DAMAGED:
        other.write_bytes(DAMAGED[kind])
    elif kind == "pipe":
        os.mkfifo(other)
    else:
        (tmp_path / "theirs.json").write_text(json.dumps(PLAN))
        other.symlink_to(tmp_path / "theirs.json")
    (found,) = trained_adapters(tmp_path)
    assert (found.folder, found.plan.title) == (whole.parent, "T")
