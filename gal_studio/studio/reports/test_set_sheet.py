"""The contact sheet of the benchmark: a row for each held-out prompt, a column for each round of each arm."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PIL import Image, ImageDraw

from gal_studio.core.measures.compare import DrawnByKey
from gal_studio.core.measures.report import Report
from gal_studio.state.files.content_store import Images
from gal_studio.studio.reports.contact_sheet import COPY, GAP, INK, MARGIN, PAPER, SOFT, TILE, fitted, font

LABEL, HEAD, BETWEEN = 220, 76, 14


@dataclass(frozen=True)
class MeasuredColumn:
    """A round of an arm; neighbours of the same arm share its title."""

    arm: str
    report: Report

    @property
    def drawn(self) -> DrawnByKey:
        """The pictures of held-out prompts by prompt and seed."""
        return self.report.arm.part("held_out")


def test_set_sheet(images: Images, columns: Sequence[MeasuredColumn]) -> Image.Image:
    """Draw the first picture of each held-out prompt by each measured round; copies have an orange bar."""
    prompts = list(dict.fromkeys(prompt for column in columns for prompt, _ in column.drawn))
    groups = [(arm, list(group)) for arm, group in groupby(columns, key=lambda column: column.arm)]
    width = 2 * MARGIN + LABEL + len(columns) * (TILE + GAP) + len(groups) * BETWEEN
    height = 2 * MARGIN + HEAD + len(prompts) * (TILE + GAP) + 16
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    for row, prompt in enumerate(prompts):
        y = MARGIN + HEAD + row * (TILE + GAP)
        pen.text((MARGIN, y + TILE // 2 - 8), fitted(prompt, 13, LABEL - 10), INK, font(13))
    x = MARGIN + LABEL
    for arm, group in groups:
        pen.text((x, MARGIN), fitted(arm, 15, len(group) * (TILE + GAP)), INK, font(15))
        for column in group:
            _draw_column(images, sheet, column, prompts, x)
            x += TILE + GAP
        x += BETWEEN
    pen.text((MARGIN, height - MARGIN - 8), "orange bar: copy", SOFT, font(11))
    return sheet


def _draw_column(
    images: Images, sheet: Image.Image, column: MeasuredColumn, prompts: Sequence[str], x: int
) -> None:
    pen, report = ImageDraw.Draw(sheet), column.report
    pen.text((x, MARGIN + 24), fitted(report.arm.name, 13, TILE), INK, font(13))
    line = f"{report.copies} of {report.pictures} copies"
    pen.text((x, MARGIN + 44), line, SOFT, font(11))
    for row, prompt in enumerate(prompts):
        picture = column.drawn.get((prompt, 0))
        if picture is None:
            continue
        y = MARGIN + HEAD + row * (TILE + GAP)
        tile = images.picture(picture.candidate.image).resize((TILE, TILE), Image.Resampling.LANCZOS)
        sheet.paste(tile, (x, y))
        if picture.copies:
            pen.rectangle((x, y + TILE - 5, x + TILE - 1, y + TILE - 1), COPY)
