"""Draw which folders of gal_studio import which, as docs/architecture.svg.

python -m tools.import_graph          (needs the extra [test], which brings grimp)

A folder stands above all that it imports; an arrow that a longer way implies is left out.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import combinations, permutations
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
PACKAGE = "gal_studio"
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 118, 40, 18, 52, 20
BOX = HEIGHT / (HEIGHT + GAP_Y)  # a box's share of its row
COLUMNS = 9  # half a box apart, on which a row's boxes may stand

Place = tuple[float, int]


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


def places_of(rows: Sequence[Sequence[str]], arrows: Sequence[tuple[str, str]]) -> dict[str, Place]:
    """The column and the row of each box: rows move to where the arrows run best."""
    places = {name: (2.0 * at, number) for number, row in enumerate(rows) for at, name in enumerate(row)}
    moved = True
    while moved:
        before = dict(places)
        for number, row in enumerate(rows):
            ways = (
                places | {name: (column / 2, number) for name, column in zip(row, columns, strict=True)}
                for columns in permutations(range(COLUMNS), len(row))
                if all(abs(one - other) >= 2 for one, other in combinations(columns, 2))
            )
            places = min((places, *ways), key=lambda way: clutter(way, arrows))
        moved = places != before
    return places


def clutter(places: Mapping[str, Place], arrows: Sequence[tuple[str, str]]) -> float:
    """What the eye suffers: arrows behind boxes first, then arrows that cross, then their slant."""
    ends = [(*places[upper], *places[lower]) for upper, lower in arrows]
    cost = sum(abs(x1 - x2) for x1, _, x2, _ in ends)
    for x1, y1, x2, y2 in ends:
        slope = (x2 - x1) / (y2 - y1 - BOX)
        for x, y in places.values():
            if y1 < y < y2:
                cost += 100 * any(abs(x1 + slope * (at - y1 - BOX) - x) < 0.5 for at in (y, y + BOX))
    for (a1, b1, a2, b2), (c1, d1, c2, d2) in combinations(ends, 2):
        if b1 == d1 and b2 == d2:
            cost += 5 * ((a1 - c1) * (a2 - c2) < 0)
    return cost


def draw(imports: dict[str, set[str]]) -> str:
    """The picture as SVG; the same imports give the same text."""
    level = heights(imports)
    rows = [sorted(n for n in level if level[n] == number) for number in range(max(level.values()), -1, -1)]
    arrows = direct(imports)
    columns = places_of(rows, arrows)
    left = min(column for column, _ in columns.values())
    places = {
        name: (MARGIN + (column - left) * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y))
        for name, (column, row) in columns.items()
    }
    width = max(x for x, _ in places.values()) + WIDTH + MARGIN
    height = 2 * MARGIN + len(rows) * (HEIGHT + GAP_Y) - GAP_Y
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        'font-family="sans-serif" font-size="15" text-anchor="middle">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#74777f"/></marker></defs>',
        f'<rect width="{width:g}" height="{height:g}" fill="white"/>',
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
