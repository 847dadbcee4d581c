"""Both tables of PatchDPO: draw a DreamBench with the projects of a workspace, score it, and report."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.intervals import mean_interval
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round, shown_rounds
from gal_studio.core.seeds import named_seed
from gal_studio.research.evaluation.drawing import RoundDrawer, Wanted
from gal_studio.research.evaluation.dreambench import BenchSubject, file_stem
from gal_studio.research.evaluation.published import mean_over_subjects
from gal_studio.research.evaluation.report import FIGURES, Report, Row
from gal_studio.research.evaluation.scores import SubjectScores
from gal_studio.state import Store

STEPS = 30
"""Published sampling steps; guidance and resolution are the project's."""


def draw_subject(
    store: Store,
    drawer: RoundDrawer,
    subject: BenchSubject,
    out: Path,
    steps: int | None,
    guidance: float | None,
) -> Iterator[int]:
    """Draw one picture for each prompt of a subject, with the newest trained round of its project.

    The project has the subject's name. Yields how many pictures were drawn.
    """
    project, round_ = _project_of(store, subject)
    words = store.projects.prompts(project.id).trigger_words
    if len(words) != 1:
        raise StudioError(
            f"The project {project.name!r} has {len(words)} trigger words: DreamBench has one object."
        )
    settings = round_.settings.generation
    settings = replace(
        settings,
        steps=steps or STEPS,
        guidance_scale=settings.guidance_scale if guidance is None else guidance,
    )
    folder = out / subject.name
    wanted = [
        Wanted(folder / f"{file_stem(plain)}.png", prompt, named_seed(project.seed, "dreambench", plain, 0))
        for plain, prompt in subject.prompts(words[0]).items()
    ]
    yield from drawer.draw(project, round_, folder, wanted, settings)


def _project_of(store: Store, subject: BenchSubject) -> tuple[Project, Round]:
    names = {store.projects.name(each): each for each in store.projects.names()}
    if subject.name not in names:
        raise StudioError(
            f"The workspace has no project {subject.name!r}: name the project of each subject after it, or "
            "choose subjects with --subject."
        )
    project = store.projects.get(names[subject.name])
    if not project.taught.is_subject:
        raise StudioError(f"The project {subject.name!r} is a style: DreamBench has objects.")
    trained = [each for each in shown_rounds(store.rounds.of_project(project.id)) if each.adapter]
    if not trained:
        raise StudioError(f"The project {subject.name!r} has no trained round: train one first.")
    return project, max(trained, key=lambda each: each.created)


def report_benchmark(scores: Sequence[SubjectScores], facts: dict[str, Any]) -> Report:
    """One row for each subject, and one for all; the mean of all is that of the subjects' means."""
    rows = [
        Row(
            each.subject.name,
            len(each.drawn),
            len(each.references),
            {name: mean_interval(each.values(name)) for name in FIGURES},
        )
        for each in scores
    ]
    whole = Row(
        f"all {len(scores)}",
        sum(row.pictures for row in rows),
        sum(row.references for row in rows),
        {
            name: mean_over_subjects({each.subject.name: each.values(name) for each in scores})
            for name in FIGURES
        },
    )
    compared = {each.subject.name: [path.name for path in each.references] for each in scores}
    return Report(
        [*rows, whole],
        {**facts, "compared_with": compared},
        pictures=[
            {
                "subject": each.subject.name,
                "prompt": drawn.prompt,
                "file": f"{each.subject.name}/{drawn.path.name}",
                **{name: each.figures[name][place].item() for name in FIGURES},
            }
            for each in scores
            for place, drawn in enumerate(each.drawn)
        ],
        prompts=list(dict.fromkeys(drawn.prompt for each in scores for drawn in each.drawn)),
    )
