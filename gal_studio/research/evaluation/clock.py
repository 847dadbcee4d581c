"""The clock arms of GAL: text against image alignment of each round, on prompts that no round learned."""

import hashlib
import re
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.intervals import mean_interval, paired_difference
from gal_studio.core.naming import round_names, unique_name
from gal_studio.core.prompts import plain_prompt
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round, shown_rounds
from gal_studio.core.references import Prompts
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.features.clip import Embedder
from gal_studio.research.evaluation.drawing import Wanted
from gal_studio.research.evaluation.embedding import embed_pictures, embed_prompts
from gal_studio.research.evaluation.published import alignment, likeness
from gal_studio.research.evaluation.report import Report
from gal_studio.research.evaluation.report import Row as Line
from gal_studio.state import Store

STEPS, GUIDANCE = 50, 7.5
"""Published."""
PER_PROMPT = {"style": 1, "object": 2}
SQUASHED = 512
"""Published: the side to which a style's references are resized before CLIP, whatever their shape."""
PUBLISHED_PROMPTS = {"style": 190, "object": 20}
FIGURES = ("clip_t", "clip_i")
BASE = "base model"


@dataclass(frozen=True)
class PointScores:
    """The n pictures of a point with the prompts that they were scored for, and their figures, each (n,)."""

    wanted: Sequence[Wanted]
    scored: Sequence[str]
    figures: Mapping[str, NDArray[np.float64]]

    def by_picture(self, name: str) -> dict[tuple[str, int], float]:
        """A figure of each picture, by its prompt and seed."""
        keys = [(each.prompt, each.seed) for each in self.wanted]
        return dict(zip(keys, self.figures[name].tolist(), strict=True))


@dataclass(frozen=True)
class ClockPoint:
    """A point of an arm: the base model (`round` None) or a round; `before` names the point before."""

    name: str
    round: Round | None
    before: str | None

    @property
    def folder(self) -> str:
        """The name of the folder of its pictures."""
        return "base" if self.round is None else f"round-{self.round.number}-{self.round.id[:8]}"


def find_points(store: Store, project: Project) -> list[ClockPoint]:
    """The base model and every trained round that is shown, each after the round that it came from."""
    stored = store.rounds.of_project(project.id)
    rounds = [each for each in shown_rounds(stored) if each.adapter]
    if not rounds:
        raise StudioError(f"The project {project.name!r} has no trained round: train one first.")
    names = _unique_names(stored)
    above = {each.id for each in rounds}
    return [
        ClockPoint(BASE, None, None),
        *(ClockPoint(names[each.id], each, _before(each, names, above)) for each in rounds),
    ]


def _unique_names(rounds: Sequence[Round]) -> dict[str, str]:
    """The name of each round by ID; none is that of the base model."""
    return {identity: unique_name(name, {BASE}) for identity, name in round_names(rounds).items()}


def _before(round_: Round, names: Mapping[str, str], points: Collection[str]) -> str:
    """The name of the round that a round comes from; the base model's if it is not drawn."""
    return names[round_.parent_id] if round_.parent_id in points and round_.parent_id else BASE


def find_arms(points: Sequence[ClockPoint]) -> list[list[str]]:
    """The names of the points from the base model to each last round."""
    above = {point.name: point.before for point in points}
    arms = []
    for name in above:
        if name not in above.values():
            arm: list[str] = []
            step: str | None = name
            while step is not None:
                arm.insert(0, step)
                step = above[step]
            arms.append(arm)
    return arms


def wanted_pictures(project: Project, prompts: Sequence[str], count: int, folder: Path) -> list[Wanted]:
    """The pictures of a point, `count` of each prompt; their seeds are the same for every point."""
    return [
        Wanted(
            folder / f"{_file_name(prompt)}-{number}.png",
            prompt,
            named_seed(project.seed, "clock arm", prompt, number),
        )
        for prompt in prompts
        for number in range(count)
    ]


def _file_name(prompt: str) -> str:
    words = re.sub(r"\W+", "-", prompt.lower()).strip("-")[:60]
    return f"{words}-{hashlib.sha256(prompt.encode()).hexdigest()[:8]}"


def settings_of(project: Project, steps: int | None, guidance: float | None) -> GenerationSettings:
    """The project's drawing with the published steps and guidance, or with those given."""
    return replace(
        project.settings.generation,
        steps=steps or STEPS,
        guidance_scale=GUIDANCE if guidance is None else guidance,
    )


def score_point(
    clip: Embedder,
    wanted: Sequence[Wanted],
    references: Sequence[Path],
    prompts: Prompts,
    squash: int | None = None,
) -> Generator[int, None, PointScores]:
    """CLIP-T and CLIP-I of each picture; the prompts of objects are scored without the trigger words.

    With `squash`, references are resized to that many pixels a side first. Yields how many pictures were
    embedded, at last returns the figures.
    """
    known = yield from embed_pictures(clip, [each.path for each in wanted])
    given = yield from embed_pictures(clip, references, squash)
    plain = {each.prompt: _scored_prompt(each.prompt, prompts) for each in wanted}
    texts = embed_prompts(clip, list(plain.values()))
    pictures = np.stack([known[each.path] for each in wanted])
    figures = {
        "clip_t": alignment(pictures, np.stack([texts[plain[each.prompt]] for each in wanted])),
        "clip_i": likeness(pictures, np.stack([given[path] for path in references])),
    }
    return PointScores(wanted, [plain[each.prompt] for each in wanted], figures)


def _scored_prompt(prompt: str, prompts: Prompts) -> str:
    for word in prompts.trigger_words:
        prompt = plain_prompt(prompt, word)
    return prompt


def report_arms(
    points: Sequence[ClockPoint], scores: Mapping[str, PointScores], facts: dict[str, Any]
) -> Report:
    """One row for each point, with its change from the point before, paired by prompt and seed."""
    rows = []
    for point in points:
        own, before = scores[point.name], scores[point.before] if point.before else None
        figures = {name: mean_interval(_by_prompt(own.by_picture(name))) for name in FIGURES}
        changes = {
            f"{name}_change": paired_difference(before.by_picture(name), own.by_picture(name))
            if before
            else None
            for name in FIGURES
        }
        rows.append(Line(point.name, {"pictures": len(own.wanted)}, {**figures, **changes}))
    return Report(
        "point",
        rows,
        {**facts, "arms": find_arms(points)},
        pictures=[
            {
                "point": point.name,
                "prompt": each.prompt,
                "scored_prompt": scores[point.name].scored[place],
                "seed": each.seed,
                "file": f"{point.folder}/{each.path.name}",
                **{name: scores[point.name].figures[name][place].item() for name in FIGURES},
            }
            for point in points
            for place, each in enumerate(scores[point.name].wanted)
        ],
        prompts=list(dict.fromkeys(each.prompt for each in scores[points[0].name].wanted)),
    )


def _by_prompt(values: Mapping[tuple[str, int], float]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for (prompt, _), value in values.items():
        found.setdefault(prompt, []).append(value)
    return found
