"""The log of choices as CSV or JSON lines."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.quoting import csv_table
from gal_studio.studio.views.choices import ChoiceView, ChosenPicture, RoundChoices

FORMATS = ("csv", "jsonl")
_PARTS = ("prompt", "suggested", "chosen")


def choices_table(rounds: Sequence[RoundChoices], format_: str) -> str:
    """Every choice as one row, undone ones too (`stands` is false); the same log gives the same text."""
    if format_ not in FORMATS:
        raise StudioError(f"The log is written as {' or '.join(FORMATS)}, not as {format_!r}.")
    rows = [_row(one, choice) for one in rounds for choice in one.choices]
    if format_ == "jsonl":
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    return _csv(rows)


def _row(one: RoundChoices, choice: ChoiceView) -> dict[str, Any]:
    return {
        "time": datetime.fromtimestamp(choice.time, UTC).isoformat(timespec="milliseconds"),
        "round": one.name,
        "test_prompt": choice.prompt,
        "kind": choice.kind,
        "verdict": choice.verdict,
        "override": choice.override,
        "stands": choice.stands,
        "author": choice.author,
        "reason": choice.reason,
        "suggested_picture": _picture(choice.suggested),
        "chosen_picture": _picture(choice.chosen),
        "round_choices": one.agreement.choices,
        "round_agreement": one.agreement.rate,
        "round_kappa": one.agreement.kappa,
        "scores": {part: dict(choice.scores.get(part, {})) for part in _PARTS},
    }


def _picture(picture: ChosenPicture | None) -> dict[str, Any] | None:
    if picture is None:
        return None
    number = None if picture.index is None else picture.index + 1
    return {"id": picture.id, "number": number, "seed": picture.seed}


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    """One column a value; scores and pictures get the names of what they belong to in front."""
    flat = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    return csv_table([columns, *([row.get(name) for name in columns] for row in flat)])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name == "scores":
            for part in _PARTS:
                values |= {f"{part}_{score}": repr(number) for score, number in value[part].items()}
        elif name.endswith("_picture"):
            picture = value or {"id": "", "number": "", "seed": ""}
            values |= {f"{name.removesuffix('_picture')}_{key}": found for key, found in picture.items()}
        else:
            values[name] = "" if value is None else value
    return values
