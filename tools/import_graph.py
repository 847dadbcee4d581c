"""Draw which folders of gal_studio import which, as docs/architecture.svg.

python -m tools.import_graph          (needs the extra [test], which brings grimp)

A folder stands above all that it imports; an arrow that a longer way implies is left out.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import permutations, product
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
PACKAGE = "gal_studio"
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 118, 40, 18, 52, 20


def folders() -> dict[str, set[str]]:
    """The folders and lone modules of the package, and what each imports; package-level names only."""
    graph = grimp.build_graph(PACKAGE)
    imports: dict[str, set[str]] = {}
    for module in sorted(graph.modules):
        if module == PACKAGE:
            continue
        imports.setdefault(_folder(module), set()).update(
            _folder(other) for other in graph.find_modules_directly_imported_by(module) if other != PACKAGE
        )
    return {name: {other for other in others if other != name} for name, others in imports.items()}


def _folder(module: str) -> str:
    return module.split(".")[1]


def heights(imports: dict[str, set[str]]) -> dict[str, int]:
    """How far each folder stands above the lowest: the longest way down."""
    found: dict[str, int] = {}

    def height(name: str) -> int:
        if name not in found:
            found[name] = max((height(other) + 1 for other in imports[name]), default=0)
        return found[name]

    for name in sorted(imports):
        height(name)
    return found


def direct(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The imports that no longer way implies, in the order of their names."""

    def below(name: str) -> set[str]:
        return imports[name].union(*(below(other) for other in imports[name]))

    return [
        (name, other)
        for name in sorted(imports)
        for other in sorted(imports[name])
        if not any(other in below(between) for between in imports[name] if between != other)
    ]


def placed(rows: Sequence[Sequence[str]], width: int) -> dict[str, tuple[float, float]]:
    """The upper left corner of each box; every other row is shifted, so that fewer stand in a line."""
    places = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (WIDTH + GAP_X) + GAP_X) / 2 + (WIDTH / 4 if number % 2 else -WIDTH / 4)
        for column, name in enumerate(row):
            places[name] = left + column * (WIDTH + GAP_X), float(MARGIN + number * (HEIGHT + GAP_Y))
    return places


def hidden(places: Mapping[str, tuple[float, float]], arrows: Sequence[tuple[str, str]]) -> int:
    """How often an arrow passes behind a box between its ends."""
    count = 0
    for upper, lower in arrows:
        (x1, y1), (x2, y2) = places[upper], places[lower]
        for x, y in places.values():
            if y1 < y < y2:
                middle = x1 + (x2 - x1) * (y - y1) / (y2 - y1)
                count += abs(middle - x) < WIDTH / 2 + 8
    return count


def draw(imports: dict[str, set[str]]) -> str:
    """The picture as SVG; the same imports give the same text."""
    level = heights(imports)
    rows = [sorted(n for n in level if level[n] == number) for number in range(max(level.values()), -1, -1)]
    width = 3 * MARGIN + max(len(row) for row in rows) * (WIDTH + GAP_X) + WIDTH
    arrows = direct(imports)
    orders = product(*(permutations(row) for row in rows))
    places = min((placed(order, width) for order in orders), key=lambda place: hidden(place, arrows))
    height = 2 * MARGIN + len(rows) * (HEIGHT + GAP_Y) - GAP_Y
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        'font-family="sans-serif" font-size="15" text-anchor="middle">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#74777f"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for upper, lower in arrows:
        (x1, y1), (x2, y2) = places[upper], places[lower]
        lines.append(
            f'<path d="M{x1 + WIDTH / 2:g} {y1 + HEIGHT:g}L{x2 + WIDTH / 2:g} {y2 - 2:g}" stroke="#74777f" '
            'fill="none" stroke-width="1.5" marker-end="url(#tip)"/>'
        )
    for name, (x, y) in places.items():
        lines.append(
            f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#eef" stroke="#55d"/>'
            f'<text x="{x + WIDTH / 2:g}" y="{y + 26:g}" fill="#1c1d21">{escape(name)}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])


def main() -> None:
    PICTURE.write_text(draw(folders()), encoding="utf-8")
    print(f"Written to {PICTURE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
