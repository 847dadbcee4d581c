"""What the comparison with other programs counts: tools/interop, here with the studio's own reader."""

from pathlib import Path

import torch

from gal_studio.engine.loras.foreign import read_foreign
from tools.interop.__main__ import compare
from tools.interop.files import exported


def test_layers_count_if_what_is_added_to_them_is_the_same(tmp_path: Path) -> None:
    with torch.no_grad():
        made = {one.form: one for one in exported(tmp_path, ["krea-2"])}
    assert set(made) == {"diffusers", "kohya", "comfyui", "invokeai"}
    for one in made.values():
        read = {name: each.change for name, each in read_foreign(one.model, one.file).factors.items()}
        layers = len(one.changes)
        assert compare(one, read) == (layers, layers, 0.0)
        first, *rest = read
        assert compare(one, {name: read[name] for name in rest})[:2] == (layers - 1, layers)
        taken, of, worst = compare(one, {**read, first: -read[first]})
        assert (taken, of) == (layers - 1, layers) and worst > 1
        module = one.zeros(is_original=True)
        weights = dict(module.named_parameters())
        assert {f"{name}.weight": change.shape for name, change in one.original.items()} == {
            name: weight.shape for name, weight in weights.items()
        }
