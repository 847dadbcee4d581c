"""Sentences of the page have no measured figures unless *Show numbers* is on, but for how sure a result is.

A measured figure is a share or a score of images: a percentage or decimals. Counts of images, settings,
strengths, sizes and times are none.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache

FIGURE = re.compile(r"\d%|(?<![\d.])[01]\.\d")
SCHEDULE = re.compile(r"strength [\d.]+(?: for \d+% of steps, then [\d.]+)?")
HOW_SURE = re.compile(r"95% interval|may be chance")
ASKED_FOR = {
    "cells": "the table of rounds has `counts` without numbers", "columns": "and `counted`",
    "reason": "an image of the shortlist has `plain`", "worth": "the shortlist has `worth_plain`",
    "left": "a measured round has `left_plain`", "why": "`withoutScores` leaves out its brackets",
    "progress": "hidden", "chip": "hidden", "explanation": "of a score, which is hidden",
    "facts": "settings", "fields": "settings",
}  # fmt: skip
"""Parts of a poll whose figures the page shows only with numbers, and what it shows without."""


def said(value: Any, inside: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(place, sentence) for each text of a poll that somebody may read without asking for numbers."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from () if name in ASKED_FOR else said(part, (*inside, name))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from said(part, inside)
    elif isinstance(value, str) and " " in value:
        yield ".".join(inside[-3:]), value


def figures_in(sentence: str) -> bool:
    """Whether a sentence has a measured figure and does not say how sure something is."""
    return FIGURE.search(SCHEDULE.sub("", sentence)) is not None and not HOW_SURE.search(sentence)


def test_a_poll_has_no_figures_that_nobody_asked_for(tmp_path: Path) -> None:
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store)
        project, views = studio.open_finished(), ViewCache(studio)
        for round_ in studio.rounds(project):
            answer = poll(views, {"project": project, "round": round_.id})
            sentences = [*said(answer["parts"]), *said(answer["candidates"])]
            assert len(sentences) > 100
            assert [(place, told) for place, told in sentences if figures_in(told)] == []


def test_a_figure_in_a_sentence_is_found() -> None:
    assert figures_in("Copy risk 12% here.") and figures_in("Likeness 0.87 to the reference")
    assert not figures_in("3 of 24 images are copies") and not figures_in("+13, 95% interval −3% to 29%")
    assert not figures_in("Round 1, strength 0.4 for 30% of steps, then 1")
    assert not figures_in("LoRA strength 0.4")
