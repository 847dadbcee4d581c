"""The pictures of the README: the base model and the rounds, beside the reference.

They are those of the benchmark, whose prompts no training uses: each prompt's first seed at full strength,
none left out.
"""

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw

from gal_studio.core.measures.report import Report
from gal_studio.studio import Studio
from gal_studio.studio.reports.contact_sheet import GAP, INK, MARGIN, PAPER, SOFT, fitted, font

TILE, LABEL, HEAD = 128, 112, 24
SECONDS = 1.6
"""For which the animation shows a row."""
Row = tuple[str, Mapping[str, str]]
"""What drew it, and an image for each prompt."""


def gallery(studio: Studio, project_id: str) -> Image.Image:
    """A row each of the base model, the first and the last round."""
    rows = _rows(studio, project_id)
    return _sheet(studio, project_id, [*rows[:2], *rows[2:][-1:]])


def animated(studio: Studio, project_id: str) -> bytes:
    """A GIF that shows one row after the other, the last one twice as long, for ever."""
    frames = [_sheet(studio, project_id, [row]) for row in _rows(studio, project_id)]
    width, height = frames[0].size
    strip = Image.new("RGB", (width, height * len(frames)))
    for number, frame in enumerate(frames):
        strip.paste(frame, (0, number * height))
    colors = strip.quantize(method=Image.Quantize.FASTOCTREE)  # the others lose the reference's small areas
    frames = [frame.quantize(palette=colors) for frame in frames]
    file = io.BytesIO()
    shown = [round(1000 * SECONDS)] * (len(frames) - 1) + [round(2000 * SECONDS)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=shown, loop=0)
    return file.getvalue()


def _rows(studio: Studio, project_id: str) -> list[Row]:
    """The base model and all measured rounds."""
    return [_row(report) for report in studio.measures(project_id).reports.values()]


def _row(report: Report) -> Row:
    drawn = report.arm.part("held_out").items()
    return report.arm.name, {prompt: one.candidate.image for (prompt, number), one in drawn if not number}


def _sheet(studio: Studio, project_id: str, rows: Sequence[Row]) -> Image.Image:
    """The reference, and a row of images for each of these."""
    images, reference = studio.store.images, studio.store.projects.references(project_id)[0]
    asked, style = sorted(rows[0][1]), studio.store.projects.prompts(project_id).name
    edge = 2 * TILE + GAP if len(rows) > 1 else TILE
    left = MARGIN + edge + GAP + LABEL
    width = left + len(asked) * (TILE + GAP) - GAP + MARGIN
    sheet = Image.new("RGB", (width, 2 * MARGIN + HEAD + len(rows) * (TILE + GAP)), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN), "Reference", SOFT, font(14))
    shown = images.picture(reference.image).resize((edge, edge), Image.Resampling.LANCZOS)
    sheet.paste(shown, (MARGIN, MARGIN + HEAD))
    for column, prompt in enumerate(asked):
        words = prompt.replace(style, "").strip()
        pen.text((left + column * (TILE + GAP), MARGIN), fitted(words, 14, TILE), SOFT, font(14))
    for number, (name, drawn) in enumerate(rows):
        y = MARGIN + HEAD + number * (TILE + GAP)
        pen.text((left - LABEL + GAP, y + TILE // 2 - 8), fitted(name, 14, LABEL - 2 * GAP), INK, font(14))
        for column, prompt in enumerate(asked):
            tile = images.picture(drawn[prompt]).resize((TILE, TILE), Image.Resampling.LANCZOS)
            sheet.paste(tile, (left + column * (TILE + GAP), y))
    return sheet
