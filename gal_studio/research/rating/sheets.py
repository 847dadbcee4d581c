"""Sheets of numbered images, by which somebody who knows nothing else rates them."""

from collections.abc import Sequence
from textwrap import fill

from PIL import Image, ImageDraw

SIDE, EDGE, COLUMNS = 160, 34, 8
Cell = tuple[str, str, Image.Image]  # arm, which no sheet shows; what was asked for; image


def page_of(references: Sequence[Image.Image], cells: Sequence[Cell]) -> Image.Image:
    """A sheet of the references and of numbered images."""
    rows = -(-len(cells) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * SIDE, (rows + 1) * (SIDE + EDGE)), "white")
    label = ImageDraw.Draw(page)
    for place, picture in enumerate(references[:COLUMNS]):
        page.paste(picture.convert("RGB").resize((SIDE - 4, SIDE - 4)), (place * SIDE, 0))
    label.text((4, SIDE), "the references", fill="black")
    for place, (_, prompt, picture) in enumerate(cells):
        left, top = place % COLUMNS * SIDE, (place // COLUMNS + 1) * (SIDE + EDGE)
        page.paste(picture.convert("RGB").resize((SIDE - 4, SIDE - 4)), (left, top))
        label.text((left, top + SIDE - 3), fill(f"{place + 1}  {prompt}", 26), fill="black")
    return page
