"""Saved tensors may be read by whom the umask allows."""

import os
import stat
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.engine.saving import give_usual_modes, save_tensors


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_files_have_the_mode_that_the_umask_gives(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        save_tensors({"a": torch.ones(2)}, tmp_path / "one.safetensors", {"format": "pt"})
        (tmp_path / "part").mkdir()
        save_file({"a": torch.ones(2)}, tmp_path / "part" / "two.safetensors")
        give_usual_modes(tmp_path)
    finally:
        os.umask(before)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o666 & ~umask}
    assert torch.equal(load_file(tmp_path / "one.safetensors")["a"], torch.ones(2))
