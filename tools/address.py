"""Write the address of the public repository wherever it is named: `python -m tools.address`.

Whoever publishes sets `REPOSITORY` in `gal_studio/version.py` once. README and installation then clone from
it, the package links it, and CITATION.cff has `repository-code`. Until then they say `ADDRESS` or nothing.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from gal_studio.version import REPOSITORY

ROOT = Path(__file__).resolve().parents[1]
UNKNOWN = "ADDRESS"


def _cloned(text: str, address: str) -> str:
    return re.sub(r"(git clone --depth 1 )\S+", rf"\g<1>{address or UNKNOWN}", text)


def _packaged(text: str, address: str) -> str:
    text = re.sub(r"\[project\.urls\]\n(?:.+\n)*\n", "", text)
    links = {"Repository": "", "Documentation": "/tree/main/docs", "Changelog": "/blob/main/CHANGELOG.md"}
    rows = "".join(f'{name} = "{address}{rest}"\n' for name, rest in links.items())
    if not address:
        return text
    return text.replace("[project.scripts]", f"[project.urls]\n{rows}\n[project.scripts]")


def _cited(text: str, address: str) -> str:
    text = re.sub(r"^repository-code: .*\n", "", text, flags=re.MULTILINE)
    return text.replace("license: ", f"repository-code: {address}\nlicense: ", 1) if address else text


WRITTEN: Mapping[str, Callable[[str, str], str]] = {
    "README.md": _cloned,
    "docs/install.md": _cloned,
    "pyproject.toml": _packaged,
    "CITATION.cff": _cited,
}


def filled(name: str, address: str) -> str:
    """One of the files with this address, or without one if it is empty."""
    return WRITTEN[name]((ROOT / name).read_text(encoding="utf-8"), address)


def main() -> None:
    """Write the address into every file."""
    for name in WRITTEN:
        (ROOT / name).write_text(filled(name, REPOSITORY), encoding="utf-8")


if __name__ == "__main__":
    main()
