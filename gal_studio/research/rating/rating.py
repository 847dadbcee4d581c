"""A rating as a folder: blind sheets and a page to rate on, and what rater said joined to what is rated."""

import base64
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from gal_studio.assets import assets_folder
from gal_studio.core.errors import StudioError
from gal_studio.core.quoting import csv_table
from gal_studio.core.seeds import generator
from gal_studio.core.types import Kind
from gal_studio.research.rating.items import Item, Rated
from gal_studio.research.rating.labels import read_count, read_raters, read_rows, table_of
from gal_studio.research.rating.questions import QUESTIONS, RULES
from gal_studio.research.rating.sheets import page_of
from gal_studio.state.files.content_store import png_of, write_whole

ON_A_SHEET = 48
LARGEST = 512
"""Pixels of the longer side of an image on the page."""
KEY, PAGE, SHEETS = "key.csv", "rate.html", "sheets"
_LEARNED: Mapping[Kind | None, str] = {
    "style": "Is it in the reference’s style, more than any ordinary drawing?",
    "object": "Does it show that very object, by its shape and its own colors?",
    None: "Is it in the reference’s style, or does it show that very object?",
}
_COPIED: Mapping[Kind | None, str] = {
    "style": "Does it show the reference’s own thing, or a part of it, that was not asked for?",
    "object": "Does it show the reference’s place or empty ground, that was not asked for?",
    None: "Does it show what else is in the reference (its thing, place or ground), not asked for?",
}


def write_rating(rated: Rated, out: Path, seed: int = 0) -> int:
    """Write the sheets, the page and the key of a rating; the number of sheets.

    Images are in random order among those of their reference, and nothing that a rater sees says where they
    come from.
    """
    groups: dict[str, list[Item]] = {}
    for item in rated.items:
        groups.setdefault(item.reference, []).append(item)
    key: list[list[str]] = []
    shown: list[dict[str, object]] = []
    columns = list(dict.fromkeys(name for item in rated.items for name in item.told))
    sheet = 0
    for reference, group in groups.items():
        mixed = [group[place] for place in generator(seed, "rating", reference).permutation(len(group))]
        for begin in range(0, len(mixed), ON_A_SHEET):
            sheet += 1
            part = [(item, item.open()) for item in mixed[begin : begin + ON_A_SHEET]]
            name, cells = f"sheet-{sheet}", [("", item.prompt, picture) for item, picture in part]
            page = page_of(rated.references_of(reference), cells)
            write_whole(out / SHEETS / f"{name}.png", png_of(page), out)
            for number, (item, picture) in enumerate(part, start=1):
                key.append([name, str(number), *(item.told.get(each, "") for each in columns)])
                shown.append(
                    {
                        "sheet": name,
                        "number": number,
                        "prompt": item.prompt,
                        "reference": reference,
                        "image": _inline(picture),
                    }
                )
    write_whole(out / SHEETS / "rules.txt", RULES.encode(), out)
    write_whole(out / KEY, csv_table([["sheet", "number", *columns], *key]).encode(), out)
    write_whole(out / PAGE, _page(rated, shown, groups).encode(), out)
    return sheet


def _page(rated: Rated, shown: Sequence[Mapping[str, object]], groups: Mapping[str, object]) -> str:
    learned, copied = (by.get(rated.kind, by[None]) for by in (_LEARNED, _COPIED))
    words = (copied, "Does it show what was asked for, at least roughly?", learned)
    yes_no, fully = ((1, "Yes"), (0, "No")), ((2, "Fully"), (1, "Partly"), (0, "No"))
    questions = [
        {"name": name, "words": said, "answers": answers, "right": answers[name == "copy"][0]}
        for name, said, answers in zip(QUESTIONS, words, (yes_no, yes_no, fully), strict=True)
    ]
    data = {
        "questions": questions,
        "references": {name: [*map(_inline, rated.references_of(name))] for name in groups},
        "items": shown,
    }
    text = json.dumps(data, ensure_ascii=False)
    own = hashlib.sha256(text.encode()).hexdigest()[:16]
    text = json.dumps({"id": own, **data}, ensure_ascii=False).replace("<", "\\u003c")
    return (assets_folder() / "rate.html").read_text(encoding="utf-8").replace("@DATA@", text)


def _inline(picture: Image.Image) -> str:
    """An image as a URL that holds it: as it is where it is small, or else made smaller, as JPEG."""
    file = io.BytesIO()
    if max(picture.size) <= LARGEST // 2:
        picture.save(file, "PNG")
        return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    small = picture.convert("RGB")
    small.thumbnail((LARGEST, LARGEST))
    small.save(file, "JPEG", quality=92)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def labels_of(out: Path, answers: Path, rater: str, model: str = "", prompt: str = "") -> tuple[str, int]:
    """The table of what a rater said (`answers-NAME.csv` of the page, or JSON of the sheets), joined to what
    is rated; and how many images of the rating it has no labels of.
    """
    if not (out / KEY).is_file():
        raise StudioError(
            f"{out} holds no rating: write one first, with `gal-studio rate IMAGES --out {out}`."
        )
    rows = read_rows(out / KEY)
    said = _said(answers)
    known = {(row["sheet"], row["number"]) for row in rows}
    if strange := sorted(said.keys() - known):
        raise StudioError(
            f"{answers} has labels of {strange[0][0]}, image {strange[0][1]}, which is not in {out}."
        )
    labels = [said.get((row["sheet"], row["number"])) for row in rows]
    if not any(labels):
        raise StudioError(f"{answers} has no label of an image: rate some, then save again.")
    return csv_table(table_of(rows, labels, rater, model, prompt)), sum(each is None for each in labels)


def _said(answers: Path) -> dict[tuple[str, str], Sequence[int]]:
    if answers.suffix.lower() == ".json":
        count = read_count(answers)
        return {
            (page, number): labels
            for page, images in count.items()
            for number, labels in images.items()
            if labels is not None
        }
    (rater,) = read_raters(answers)[:1]
    found: dict[tuple[str, str], Sequence[int]] = {}
    for cells, said in rater.said.items():
        row = dict(cells)
        found[row.get("sheet", ""), row.get("number", "")] = [*map(int, said)]
    return found
