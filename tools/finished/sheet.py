"""The sheet on which a person chooses: every image of a round with its number, below what was asked for."""

from PIL import Image, ImageDraw

from gal_studio.core.gal.reasons import short_names
from gal_studio.core.records.candidate import Tile
from gal_studio.state.files.content_store import Images
from gal_studio.studio.reports.contact_sheet import COPY, GAP, INK, MARGIN, PAPER, SUGGESTED, fitted, font
from gal_studio.studio.views.types import FullRound

TILE, LINE, PROMPTS_A_ROW = 128, 20, 3


def sheet(images: Images, view: FullRound) -> Image.Image:
    """Draw the sheet; the number of a suggested image is blue, that of a copy orange."""
    heads = short_names(view.project.anchors)
    prompts = [(heads[ranked.anchor_id], _tiles(view, ranked.anchor_id)) for ranked in view.scores]
    most = max((len(tiles) for _, tiles in prompts), default=1)
    width, height = most * (TILE + GAP) + MARGIN, 2 * LINE + TILE + MARGIN
    rows = -(-len(prompts) // PROMPTS_A_ROW)
    made = Image.new("RGB", (MARGIN + PROMPTS_A_ROW * width, MARGIN + rows * height), PAPER)
    pen = ImageDraw.Draw(made)
    for place, (head, tiles) in enumerate(prompts):
        x, y = MARGIN + place % PROMPTS_A_ROW * width, MARGIN + place // PROMPTS_A_ROW * height
        pen.text((x, y), fitted(head, 14, width), INK, font(14))
        for column, tile in enumerate(tiles):
            left, one = x + column * (TILE + GAP), tile.candidate
            picture = images.picture(one.image).resize((TILE, TILE), Image.Resampling.LANCZOS)
            made.paste(picture, (left, y + 2 * LINE))
            colour = COPY if one.overfit else SUGGESTED if tile.suggested else INK
            pen.text((left, y + LINE), fitted(f"{one.index} {tile.recipe}", 12, TILE), colour, font(12))
    return made


def _tiles(view: FullRound, anchor_id: str) -> list[Tile]:
    tiles = [tile for tile in view.candidates if tile.candidate.anchor_id == anchor_id]
    return sorted(tiles, key=lambda tile: tile.candidate.index)
