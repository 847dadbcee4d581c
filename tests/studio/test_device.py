"""The device is found without torch, as the worker chooses it."""

import os
import sys
from pathlib import Path

import pytest

from gal_studio.core.memory.allocator import instruction_set
from gal_studio.studio import device
from gal_studio.studio.device import Device, flags_of, has_bfloat16, how_to_repair, torch_knows_cuda


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16 fma\n", True),
        ("Features : fp asimd i8mm bf16\n", True),
        ("flags : fpu avx2 fma\nbugs : bf16\n", False),
        ("", False),
    ],
)
def test_bfloat16_is_read_from_the_processors_description(tmp_path: Path, text: str, expected: bool) -> None:
    path = tmp_path / "cpuinfo"
    assert has_bfloat16(path) is False
    path.write_text(text)
    assert has_bfloat16(path) is expected


@pytest.mark.skipif(sys.platform != "linux", reason="known on Linux alone")
def test_it_is_what_the_worker_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from gal_studio.engine.models.devices import has_fast_bfloat16, instructions

    for limit in ("AVX512_CORE", "AVX2", ""):
        monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
        assert has_bfloat16() == has_fast_bfloat16(torch.device("cpu"))
        assert instruction_set(flags_of(), os.environ) == instructions()


@pytest.mark.parametrize(
    ("words", "expected"), [("cuda: Optional[str] = '13.2'", True), ("cuda = None", False)]
)
def test_a_torch_for_the_processor_alone_is_known_as_one(tmp_path: Path, words: str, expected: bool) -> None:
    path = tmp_path / "version.py"
    assert torch_knows_cuda(path) is True, "not known: the worker finds out"
    path.write_text(f"debug = False\n{words}\nhip: Optional[str] = None\n")
    assert torch_knows_cuda(path) is expected


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the driver's tool")
@pytest.mark.parametrize(
    ("visible", "name"), [(None, "GPU of"), ("1,0", "GPU of --id=1"), ("", None), ("-1", None)]
)
def test_a_hidden_gpu_is_not_planned_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visible: str | None, name: str | None
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text('#!/bin/sh\necho "GPU of $3, 8192, 8000"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = device._nvidia()
    assert (found and found.name.strip()) == name


@pytest.mark.parametrize("knows_cuda", [True, False])
def test_without_cuda_in_torch_the_processor_is_planned_for_and_the_gpu_is_told_of(
    monkeypatch: pytest.MonkeyPatch, knows_cuda: bool
) -> None:
    monkeypatch.setattr(device, "_known", {})
    monkeypatch.setattr(device, "_nvidia", lambda: Device("cuda", "RTX 3060", 12 << 30, 11 << 30))
    monkeypatch.setattr(device, "torch_knows_cuda", lambda: knows_cuda)
    found = device.this_device()
    assert (found.name, found.unused_gpu) == (
        ("RTX 3060", "") if knows_cuda else ("this computer", "RTX 3060")
    )


def test_the_repair_of_an_unused_gpu_is_that_of_the_installation(tmp_path: Path) -> None:
    package = tmp_path / "gal_studio"
    assert "pytorch.org" in how_to_repair(package), "a wheel has no launch.py"
    (tmp_path / "launch.py").touch()
    assert f"launch.py --repair` in {tmp_path}" in how_to_repair(package)
