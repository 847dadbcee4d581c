"""Contact sheets: of all arms on one reference, and of all pictures of one arm."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from benchmarks.quality.regimes.cases import Case

SIDE, TILE, LABEL = 128, 96, 150
RED = (214, 39, 40)


def save_grid(pictures: Sequence[Image.Image], columns: int, path: Path) -> None:
    """Keep pictures losslessly in one file, `columns` in a row."""
    grid = Image.new("RGB", (columns * SIDE, -(-len(pictures) // columns) * SIDE))
    for number, picture in enumerate(pictures):
        grid.paste(picture.resize((SIDE, SIDE)), (number % columns * SIDE, number // columns * SIDE))
    grid.save(path)


def load_grid(path: Path) -> list[Image.Image]:
    """The pictures of a file, row by row."""
    with Image.open(path) as opened:
        grid = opened.convert("RGB")
    places = [(x, y) for y in range(0, grid.height, SIDE) for x in range(0, grid.width, SIDE)]
    return [grid.crop((x, y, x + SIDE, y + SIDE)) for x, y in places]


def arms_sheet(case: Case, out: Path, arms: Sequence[str], seeds: int, shown: int = 2) -> Image.Image:
    """One row an arm, `shown` seeds of each anchor; the reference is above the names of the arms."""
    shown = min(shown, seeds)
    columns = len(case.anchors) * shown
    tile = TILE * 3 // 4
    sheet = Image.new("RGB", (LABEL + columns * tile, (len(arms) + 1) * tile), "white")
    write = ImageDraw.Draw(sheet)
    for number, (picture, _) in enumerate(case.references):
        sheet.paste(picture.resize((tile, tile)), (number * (tile + 2), 0))
    for number, anchor in enumerate(case.anchors):
        name = anchor.replace(case.prompts.name, "").strip()
        write.text((LABEL + number * shown * tile + 4, tile - 14), name[:22], fill="black")
    for row, arm in enumerate(arms, start=1):
        write.text((4, row * tile + tile // 2), arm, fill="black")
        pictures = load_grid(out / case.name / arm / "pictures.png")
        for column in range(columns):
            picture = pictures[column // shown * seeds + column % shown]
            sheet.paste(picture.resize((tile - 2, tile - 2)), (LABEL + column * tile, row * tile))
    return sheet


def seeds_sheet(case: Case, grid: Path, seeds: int, flags: Sequence[bool]) -> Image.Image:
    """All pictures of an arm in three columns of anchors; the copies of Eq. G2 have a red frame."""
    pictures, third = load_grid(grid), -(-len(case.anchors) // 3)
    width = LABEL + seeds * (TILE + 6)
    sheet = Image.new("RGB", (3 * width, third * (TILE + 6)), "white")
    write = ImageDraw.Draw(sheet)
    for number, anchor in enumerate(case.anchors):
        left, top = number // third * width, number % third * (TILE + 6)
        write.text(
            (left + 4, top + TILE // 2), anchor.replace(case.prompts.name, "").strip()[:24], fill="black"
        )
        for seed in range(seeds):
            at = (left + LABEL + seed * (TILE + 6), top)
            if flags[number * seeds + seed]:
                write.rectangle((at[0], at[1], at[0] + TILE + 5, at[1] + TILE + 5), fill=RED)
            sheet.paste(pictures[number * seeds + seed].resize((TILE, TILE)), (at[0] + 3, at[1] + 3))
    return sheet
