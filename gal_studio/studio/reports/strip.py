"""Pictures of one prompt and seed as a file to send: beside each other, or one after the other."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from gal_studio.state.files.content_store import png_of
from gal_studio.studio.reports.contact_sheet import INK, PAPER, SOFT, fitted, font
from gal_studio.studio.reports.sharpened import SMALL, shown_at

EDGE, GAP = 512, 20
"""Of a picture, and between pictures, in pixels."""
HEAD, FOOT = 44, 46
SECONDS = 1.2
"""For which an animation shows each picture."""


@dataclass(frozen=True)
class Frame:
    """A picture and its name, such as "Round 2"; a small one is `sharpened` when it is enlarged."""

    name: str
    picture: Image.Image
    sharpened: bool = False


def strip(frames: Sequence[Frame], title: str) -> bytes:
    """A PNG with the frames beside each other, each below its name, and the title at the foot."""
    width = GAP + len(frames) * (EDGE + GAP)
    sheet = Image.new("RGB", (width, HEAD + EDGE + FOOT), PAPER)
    for number, frame in enumerate(frames):
        _draw(sheet, frame, GAP + number * (EDGE + GAP))
    _write(sheet, _told(title, frames))
    return png_of(sheet, optimize=True)


def animation(frames: Sequence[Frame], title: str) -> bytes:
    """A GIF that shows one frame after the other, for ever."""
    sheets = []
    for frame in frames:
        sheet = Image.new("RGB", (EDGE + 2 * GAP, HEAD + EDGE + FOOT), PAPER)
        _draw(sheet, frame, GAP)
        _write(sheet, _told(title, frames))
        sheets.append(sheet)
    file = io.BytesIO()
    sheets[0].save(
        file, "GIF", save_all=True, append_images=sheets[1:], duration=round(1000 * SECONDS), loop=0
    )
    return file.getvalue()


def _told(title: str, frames: Sequence[Frame]) -> str:
    """The title, and that small images were sharpened if they were."""
    is_sharpened = any(frame.sharpened and max(frame.picture.size) <= SMALL for frame in frames)
    return f"{title} · sharpened" if is_sharpened else title


def _draw(sheet: Image.Image, frame: Frame, x: int) -> None:
    """A picture in the middle of its square; a small one is enlarged."""
    picture = frame.picture.convert("RGB")
    if frame.sharpened:
        picture = shown_at(picture, EDGE)
    else:
        scale = EDGE / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    sheet.paste(picture, (x + (EDGE - picture.width) // 2, HEAD + (EDGE - picture.height) // 2))
    ImageDraw.Draw(sheet).text((x, 11), fitted(frame.name, 20, EDGE), INK, font(20))


def _write(sheet: Image.Image, title: str) -> None:
    ImageDraw.Draw(sheet).text(
        (GAP, sheet.height - FOOT + 12), fitted(title, 18, sheet.width - 2 * GAP), SOFT, font(18)
    )
