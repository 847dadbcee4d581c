"""The device is found without torch, as the worker chooses it."""

import sys
from pathlib import Path

import pytest

from gal_studio.studio.device import has_bfloat16


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
def test_it_is_what_the_worker_finds() -> None:
    torch = pytest.importorskip("torch")
    from gal_studio.engine.models.devices import has_fast_bfloat16

    assert has_bfloat16() == has_fast_bfloat16(torch.device("cpu"))
