"""The device is found without torch, as the worker chooses it."""

import os
import platform
import sys
from pathlib import Path

import pytest

from gal_studio.core.memory.allocator import instruction_set
from gal_studio.studio import device
from gal_studio.studio.device import (
    Card,
    Device,
    flags_of,
    has_bfloat16,
    how_to_repair,
    read_card,
    torch_cuda,
)


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
    ("words", "expected"), [("cuda: Optional[str] = '13.2'", "13.2"), ("cuda = None", ""), ("", None)]
)
def test_the_cuda_of_a_torch_is_read_without_loading_it(
    tmp_path: Path, words: str, expected: str | None
) -> None:
    path = tmp_path / "version.py"
    assert torch_cuda(path) is None, "not known: the worker finds out"
    path.write_text(f"debug = False\n{words}\nhip: Optional[str] = None\n")
    assert torch_cuda(path) == expected


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the driver's tool")
@pytest.mark.parametrize(
    ("visible", "name"), [(None, "GPU of"), ("1,0", "GPU of --id=1"), ("", None), ("-1", None)]
)
def test_a_hidden_gpu_is_not_planned_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visible: str | None, name: str | None
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text('#!/bin/sh\necho "GPU of $3, 8192, 8000, 580.95.05, 8.6"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = device._nvidia()
    assert (found and found.device.name.strip()) == name


RECORDED = {
    "new": "NVIDIA GeForce RTX 3060, 12288, 11877, 580.95.05, 8.6\n",
    "old driver": "NVIDIA GeForce RTX 3060, 12288, 11877, 550.54.14, 8.6\n",
    "old card": "NVIDIA GeForce GTX 1080 Ti, 11264, 11001, 580.95.05, 6.1\n",
    "no capability": "Quadro P1000, 4096, 4000, 470.82.01\n",
}
"""Answers of `nvidia-smi --query-gpu=name,memory.total,memory.free,driver_version,compute_cap`."""


@pytest.mark.parametrize(
    ("answer", "cuda", "why"),
    [
        ("new", "13.0", ""),
        ("new", None, ""),
        ("new", "", "this PyTorch is built without CUDA: "),
        ("old driver", "12.6", ""),
        ("old driver", "13.0", "PyTorch for CUDA 13.0 needs a driver from 580 on, and it has 550: update"),
        ("old card", "12.6", ""),
        ("old card", "13.0", "PyTorch for CUDA 13.0 is not made for cards of its age: "),
        ("no capability", "12.6", "PyTorch for CUDA 12.6 needs a driver from 525 on, and it has 470: update"),
    ],
)
def test_where_torch_cannot_use_the_gpu_the_processor_is_planned_for_and_the_reason_told(
    monkeypatch: pytest.MonkeyPatch, answer: str, cuda: str | None, why: str
) -> None:
    card = read_card(RECORDED[answer])
    assert card is not None
    monkeypatch.setattr(device, "_known", {})
    monkeypatch.setattr(device, "_nvidia", lambda: card)
    monkeypatch.setattr(device, "torch_cuda", lambda: cuda)
    found = device.this_device()
    if not why:
        assert (found, found.unused) == (card.device, "")
    else:
        assert found.kind.startswith("cpu")
        assert found.unused.startswith(f"{card.device.name} is not used, since {why}")


def test_an_older_driver_that_does_not_know_the_capability_is_asked_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    refusal = 'case "$1" in *compute_cap*) echo "Field compute_cap is not valid" ; exit 2 ;; esac'
    tool.write_text(f'#!/bin/sh\n{refusal}\necho "{RECORDED["no capability"].strip()}"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert device._nvidia() == Card(Device("cuda", "Quadro P1000", 4096 << 20, 4000 << 20), 470)
    assert read_card("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.") is None


def test_the_repair_of_an_unused_gpu_is_that_of_the_installation(tmp_path: Path) -> None:
    package = tmp_path / "gal_studio"
    assert "pytorch.org" in how_to_repair(package), "a wheel has no launch.py"
    (tmp_path / "launch.py").touch()
    assert f"launch.py --repair` in {tmp_path}" in how_to_repair(package)


@pytest.mark.parametrize("machine", ["aarch64", "arm64", "ARM64"])
def test_no_instructions_of_other_processors_are_named_on_arm(
    monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    torch = pytest.importorskip("torch")
    from gal_studio.engine.models import devices

    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"architecture": machine, "neon": True})
    assert devices.how_it_computes(torch.device("cpu")) == "computes in float32"
    monkeypatch.setattr(devices, "computes_bfloat16", lambda *_: True)
    told = "computes in bfloat16, small models in float32"
    assert devices.how_it_computes(torch.device("cpu")) == told
