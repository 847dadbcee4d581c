"""The contact sheet of a round: one row for each anchor, in the order of priority."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from gal_studio.core.records.candidate import Tile
from gal_studio.state.files.content_store import Images
from gal_studio.studio.views.types import FullRound, ScoreView

TILE, GAP, LABEL, MARGIN, REFERENCE = 112, 6, 330, 16, 128
HEADING, MOST_REFERENCES = 540, 6
PAPER, INK, SOFT = "white", "#1c1d21", "#74777f"
SUGGESTED, ACCEPTED, COPY = "#5b5bd6", "#2a9d5c", "#d08030"


def contact_sheet(images: Images, view: FullRound) -> Image.Image:
    """Draw the sheet: references on top, then the anchors; accepted, suggested and copied ones are marked."""
    tiles_of = Counter(tile.candidate.anchor_id for tile in view.candidates)
    columns = max((tiles_of[ranked.anchor_id] for ranked in view.scores), default=0)
    shown = min(len(view.project.references), MOST_REFERENCES)
    grid, heading = LABEL + columns * (TILE + GAP), shown * (REFERENCE + GAP) + HEADING
    width = 2 * MARGIN + max(grid, heading)
    top = 2 * MARGIN + REFERENCE
    sheet = Image.new("RGB", (width, top + len(view.scores) * (TILE + GAP) + MARGIN), PAPER)
    pen = ImageDraw.Draw(sheet)
    _draw_heading(images, view, sheet, pen)
    for row, ranked in enumerate(view.scores):
        y = top + row * (TILE + GAP)
        _draw_label(pen, ranked, y, bool(view.project.references))
        tiles = [tile for tile in view.candidates if tile.candidate.anchor_id == ranked.anchor_id]
        for column, tile in enumerate(sorted(tiles, key=lambda tile: tile.candidate.index)):
            _draw_tile(images, sheet, pen, tile, (MARGIN + LABEL + column * (TILE + GAP), y))
    return sheet


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font of all sheets in a size."""
    return ImageFont.load_default(size)


def _draw_heading(images: Images, view: FullRound, sheet: Image.Image, pen: ImageDraw.ImageDraw) -> None:
    x = MARGIN
    for reference in view.project.references[:MOST_REFERENCES]:
        picture = images.picture(reference.image)
        picture.thumbnail((REFERENCE, REFERENCE))
        sheet.paste(picture, (x, MARGIN))
        x += picture.width + GAP
    lines = [
        (f"{view.project.name}: round {view.round.number}", 20, INK),
        (_reference_words(view), 13, SOFT),
        (view.sentence, 13, SOFT),
        *([(_entropy_words(view), 13, SOFT)] if view.project.references else []),
        (_LEGEND if view.project.references else "tick: accepted", 13, SOFT),
    ]
    y = MARGIN
    for text, size, colour in lines:
        pen.text((x + MARGIN, y), fitted(text, size, sheet.width - x - 2 * MARGIN), colour, font(size))
        y += size + 8


_LEGEND = "star: suggested    tick: accepted    orange bar: copy"


def _reference_words(view: FullRound) -> str:
    given = view.project.references
    return f"reference: {given[0].prompt}" if given else f"no reference images: {view.project.described}"


def _entropy_words(view: FullRound) -> str:
    return f"mean uncertainty {view.mean_entropy:.3f}, weight of accepted images {view.example_weight:.3f}"


def _draw_label(pen: ImageDraw.ImageDraw, ranked: ScoreView, y: int, is_judged: bool) -> None:
    colour = SUGGESTED if ranked.suggested else INK
    pen.text((MARGIN, y), fitted(f"{ranked.rank}  {ranked.prompt}", 14, LABEL - 12), colour, font(14))
    pen.text(
        (MARGIN, y + 20),
        f"{ranked.copies} of {ranked.n} copies, uncertainty {ranked.entropy:.2f}" if is_judged else "",
        SOFT,
        font(12),
    )
    for number, line in enumerate(wrapped(ranked.reason, 11, LABEL - 12, 4)):
        pen.text((MARGIN, y + 40 + 15 * number), line, SOFT, font(11))


def _draw_tile(
    images: Images, sheet: Image.Image, pen: ImageDraw.ImageDraw, tile: Tile, place: tuple[int, int]
) -> None:
    x, y = place
    sheet.paste(images.picture(tile.candidate.image).resize((TILE, TILE), Image.Resampling.LANCZOS), place)
    if tile.candidate.overfit:
        pen.rectangle((x, y + TILE - 5, x + TILE - 1, y + TILE - 1), COPY)
    if tile.verdict == "accepted":
        pen.rectangle((x, y, x + TILE - 1, y + TILE - 1), outline=ACCEPTED, width=4)
        pen.ellipse((x + TILE - 24, y + 4, x + TILE - 4, y + 24), ACCEPTED)
        pen.line([(x + TILE - 19, y + 14), (x + TILE - 15, y + 19), (x + TILE - 8, y + 9)], PAPER, 3)
    elif tile.suggested:
        pen.rectangle((x, y, x + TILE - 1, y + TILE - 1), outline=SUGGESTED, width=4)
        pen.ellipse((x + TILE - 24, y + 4, x + TILE - 4, y + 24), SUGGESTED)
        pen.polygon(_star(x + TILE - 14, y + 14, 8), PAPER)


def _star(x: int, y: int, radius: float) -> list[tuple[float, float]]:
    """The corners of a five-pointed star, the first one at the top."""
    corners = [(radius if corner % 2 == 0 else radius * 0.45, math.pi * corner / 5) for corner in range(10)]
    return [(x + reach * math.sin(angle), y - reach * math.cos(angle)) for reach, angle in corners]


def fitted(text: str, size: int, width: int) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    used, text = font(size), _drawable(text)
    if used.getlength(text) <= width:
        return text
    return text[: _most(len(text), lambda count: used.getlength(text[:count] + "…") <= width)] + "…"


def _most(count: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `count` that fits, where every smaller one does: it is asked rarely."""
    return bisect_left(range(1, count + 1), True, key=lambda number: not fits(number))


def _drawable(text: str) -> str:
    """The text with signs that the sheets' font has."""
    return text.replace("×", "x")


def wrapped(text: str, size: int, width: int, most: int) -> list[str]:
    """The first lines of a text, at most so many, each as wide as `width` pixels unless it is one word."""
    used, words, lines = font(size), _drawable(text).split(), list[str]()
    begins = 0
    while begins < len(words) and len(lines) < most:

        def fits(count: int, begins: int = begins) -> bool:
            return used.getlength(" ".join(words[begins : begins + count])) <= width

        count = _most(len(words) - begins, fits) or 1
        lines.append(" ".join(words[begins : begins + count]))
        begins += count
    return lines
