"""A large binary is refused outside of the folders for weights and pictures; text is not."""

from pathlib import Path

import pytest

from tools.large_files import MOST, too_large


def write(root: Path, name: str, data: bytes) -> str:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)
    return name


@pytest.mark.parametrize(
    ("name", "data", "refused"),
    [
        ("docs/sheet.png", b"\x89PNG\0" + bytes(MOST), True),
        ("docs/sheet.png", b"\x89PNG\0" + bytes(100), False),
        ("assets/ui/vendor/library.js", b"text " * MOST, False),
        ("assets/pocket/unet/weights.safetensors", bytes(MOST + 1), False),
        ("docs/screens/rounds.jpg", bytes(MOST + 1), False),
        ("tests/stored/weights.safetensors", bytes(MOST + 1), True),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, data: bytes, refused: bool) -> None:
    assert bool(too_large(tmp_path, [write(tmp_path, name, data)])) == refused
