"""A new setting: one line more in its group, in a copy of the package that reads a workspace of this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gal_studio
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store

PACKAGE = Path(gal_studio.__file__).parent
NEW = {
    "class TuneSettings(SettingsGroup):": (
        '    sharpness: float = setting(0.0, "Sharpness", 0.0, 1.0, note="-")'
    ),
    "class RefineSettings(SettingsGroup):": '    softening: bool = setting(False, "Softening", note="-")',
}
LOOK = """
import sys
from gal_studio.core.settings import Settings
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store

with Store(sys.argv[1]) as store:
    for round_id in sys.argv[2:]:
        store.rounds.get(round_id).settings.tune.sharpness
        kept = store.rounds.get(round_id).settings
        print(fingerprints.is_trained(inputs_of(store, round_id)), end=" ")
        store.rounds.set_settings(round_id, kept.updated({"tune": {"sharpness": 0.5}}))
        print(fingerprints.is_trained(inputs_of(store, round_id)), end=" ")
        store.rounds.set_settings(round_id, kept)
        print(fingerprints.is_trained(inputs_of(store, round_id)))
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A copy of the package in which a training and a refinement have a setting more."""
    core = tmp_path / "newer" / "gal_studio" / "core"
    core.mkdir(parents=True)
    for folder, copy in ((PACKAGE, core.parent), (PACKAGE / "core", core)):
        for entry in folder.iterdir():
            if entry.name not in ("core", "settings.py", "__pycache__"):
                (copy / entry.name).symlink_to(entry)
    text = (PACKAGE / "core" / "settings.py").read_text()
    for start, line in NEW.items():
        above, below = text.split(start)
        group, rest = below.split("    @property", 1)
        fields, after = group.split("    def __post_init__", 1) if "__post_init__" in group else (group, None)
        tail = "" if after is None else "    def __post_init__" + after
        text = f"{above}{start}{fields}{line}\n\n{tail}    @property{rest}"
    (core / "settings.py").write_text(text)
    return core.parent.parent


def test_a_new_setting_leaves_trained_rounds_trained(store: Store, first_round: Round, newer: Path) -> None:
    second = store.rounds.add(
        first_round.project_id,
        first_round.id,
        Settings().updated({"tune": {"rank": 3, "schedule": "cosine"}}),
    )
    refined = store.rounds.add(first_round.project_id, second.id, Settings(), "refine")
    rounds = [first_round.id, second.id, refined.id]
    for round_id in rounds:
        inputs = inputs_of(store, round_id)
        known = fingerprints.training_fingerprint(inputs)
        store.rounds.finish_training(round_id, f"adapter of {round_id}", known, inputs.examples)
    looked = subprocess.run(
        [sys.executable, "-c", LOOK, str(store.workspace), *rounds],
        env=os.environ | {"PYTHONPATH": str(newer)},
        cwd=newer,
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.stdout.splitlines() == ["True False True"] * 3, looked.stderr
