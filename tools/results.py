"""Write the figures of docs/lab/results.json where documents print them: `python -m tools.results`.

A document marks a figure as `<!--result:KEY-->0.90<!---->`. Figures are of the shipped version of the
bundled model (`assets/pocket/version.json`); a test says when a document or the file has fallen behind.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "docs" / "lab" / "results.json"
MARKED = re.compile(r"<!--result:([^>]+?)-->(.*?)<!---->", re.DOTALL)


def values() -> dict[str, str]:
    """What is printed for each key."""
    figures = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"]
    return {key: figure["value"] for key, figure in figures.items()}


def readers() -> list[Path]:
    """The documents that may print figures of the shipped model."""
    documents = [path for path in (ROOT / "docs").rglob("*.md") if "lab" not in path.parts]
    return [ROOT / "README.md", ROOT / "assets" / "pocket" / "MODEL_CARD.md", *sorted(documents)]


def filled(text: str, printed: Mapping[str, str]) -> str:
    """A document with its marked figures. Raises `KeyError` for a figure that the file does not have."""
    return MARKED.sub(lambda found: f"<!--result:{found[1]}-->{printed[found[1]]}<!---->", text)


def main() -> None:
    """Write the figures into every document."""
    for path in readers():
        text = path.read_text(encoding="utf-8")
        path.write_text(filled(text, values()), encoding="utf-8")


if __name__ == "__main__":
    main()
