"""The output files of `demo` and `run`: summary.json, candidates.csv, pictures, contact sheets, LoRAs.

They follow from the project, so that equal runs give equal bytes; only `timing.json` has times and the
machine.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gal_studio.commands.running.each_round import each_round
from gal_studio.commands.terminal.json_text import write_json
from gal_studio.commands.terminal.machine import describe_machine
from gal_studio.core.gal.balance import effective_draws
from gal_studio.core.gal.policies.registry import HUMAN
from gal_studio.core.gal.recipe_rates import recipe_rates
from gal_studio.core.gal.scores.registry import SCORES, known_scores
from gal_studio.core.naming import file_stem
from gal_studio.core.quoting import csv_table
from gal_studio.core.records.candidate import Tile
from gal_studio.core.records.project import ProjectView
from gal_studio.provenance import made_by
from gal_studio.rounds import lineage
from gal_studio.rounds.fingerprints import taught_by
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state.files.content_store import png_of, write_whole
from gal_studio.state.files.errors import disk_problem
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.studio import Studio
from gal_studio.studio.reports.contact_sheet import contact_sheet
from gal_studio.studio.reports.measured import describe_measures, describe_round
from gal_studio.studio.views.types import FullRound

BEFORE_SCORES = ("candidate_id", "round", "prompt", "seed", "early_strength", "late_strength", "switch")
AFTER_SCORES = (
    "kept", "utility", "overfit", "overfit_by", "suggested", "accepted", "tsne_x", "tsne_y", "file"
)  # fmt: skip
"""The columns of `candidates.csv`; those between have the names of the scores.

The strengths are those of the LoRA, or in Round 0 those of the references. `kept` is c(x) of Eq. G17, empty
where it is unknown, and `utility` u(x) of Eq. G18.
"""


def check_folder(out: Path) -> None:
    """Create the output folder, and check before hours of work that it can be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_problem(error, out) from error
    trial = out / unfinished_name(out)
    write_whole(trial, b"", out)
    trial.unlink()


def write_outputs(
    studio: Studio,
    round_ids: Sequence[str],
    out: Path,
    policy: str,
    refinements: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write everything about these rounds, each file atomically; returns the summary.

    `policy` accepted the pictures, or a person (`human`): what is suggested, and why, is what that policy
    says, or else the one of the settings. `refinements` maps rounds to those that a feature made of them
    (`EachRound`), whose pictures get a table of their own.
    """
    check_folder(out)
    made = each_round()
    nodes, asked = refinements or {}, None if policy == HUMAN else policy
    views = [_drawn(studio.round_view(round_id, asked)) for round_id in round_ids]
    nodes_of_views = [nodes[view.round.id] for view in views if view.round.id in nodes]
    refined = [_drawn(studio.round_view(node, asked)) for node in nodes_of_views]
    for view in (*views, *refined):
        _write_round(studio, view, out)
    measures = studio.measures(views[-1].project.id)
    summary = {
        "project": _project(views[-1].project, views[-1], policy),
        "rounds": [
            {
                **_round(studio, view),
                "measured": describe_round(measures.reports.get(view.round.id)),
                "refine": made.summary(studio, nodes[view.round.id])
                if made and view.round.id in nodes
                else None,
            }
            for view in views
        ],
        "measured": describe_measures(measures),
        "scores": {score.name: {"label": score.label, "explanation": score.explanation} for score in SCORES},
        "made_by": made_by(),
    }
    write_whole(out / "candidates.csv", _table(views).encode(), out)
    if refined:
        write_whole(out / "refined-candidates.csv", _table(refined).encode(), out)
    write_json(out / "summary.json", summary)
    write_json(out / "timing.json", {"machine": describe_machine(), "rounds": _times(studio, views, nodes)})
    return summary


def _times(
    studio: Studio, views: Sequence[FullRound], refinements: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The seconds of each round's phases."""
    made = each_round()
    phases = ("fine_tune", "generate", "embed", "project")
    return [
        {
            "number": view.round.number,
            "seconds": {name: view.seconds.get(name, 0.0) for name in phases},
            "refine_seconds": made.seconds(studio, refinements[view.round.id])
            if made and view.round.id in refinements
            else None,
        }
        for view in views
    ]


def _drawn(view: FullRound) -> FullRound:
    """A round without the pictures of a person's own prompts, which no figure counts."""
    return replace(view, candidates=tuple(tile for tile in view.candidates if not tile.candidate.own))


def _write_round(studio: Studio, view: FullRound, out: Path) -> None:
    label = _label(view)
    for tile in view.candidates:
        path = out / picture_name(view, tile)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_problem(error, out) from error
        data = studio.store.images.read(tile.candidate.image)
        if not path.is_file() or path.read_bytes() != data:
            write_whole(path, data, out)
    kind = "denoiser" if view.settings.tune.method == "full" else "lora"
    if view.round.variant.exports:
        studio.export_adapter(view.round.id, out / f"{kind}-{label}.safetensors")
    if not view.candidates:
        return
    sheet = contact_sheet(studio.store.images, view)
    write_whole(out / f"contact-sheet-{label}.png", png_of(sheet), out)


def _label(view: FullRound) -> str:
    if view.round.source:
        return file_stem(view.round.title or view.round.source, view.round.id)
    return f"round-{view.round.number}" + (f"-{named}" if (named := view.round.variant.suffix) else "")


def picture_name(view: FullRound, tile: Tile) -> str:
    """The file name of a candidate in the output folder: by round, anchor and index."""
    order = next(anchor.order for anchor in view.project.anchors if anchor.id == tile.candidate.anchor_id)
    words = re.sub(r"[^a-z0-9]+", "-", tile.prompt.lower()).strip("-")[:60].strip("-")
    return f"pictures/{_label(view)}/{order + 1:02d}-{words}-{tile.candidate.index + 1:02d}.png"


def _project(project: ProjectView, view: FullRound, policy: str) -> dict[str, Any]:
    return {
        "name": project.name,
        "kind": project.kind,
        "base_model": project.base_model,
        "clip_model": project.clip_model,
        "reference_prompt": project.prompts.subjects[0].prompt,
        "references": [reference.prompt for reference in project.references],
        "trigger_word": project.trigger_word,
        "trigger_words": list(project.prompts.trigger_words),
        "seed": project.seed,
        "lambda": view.settings.gal.balance_lambda,
        "top_k": view.settings.gal.top_k,
        "copy_detectors": project.detectors(view.settings.gal),
        "policy": policy,
        "settings": view.settings.to_dict(),
    }


def _recipes(view: FullRound) -> dict[str, Any]:
    """What each recipe's pictures are, and the recipe of most good ones (Eq. G18)."""
    rates = recipe_rates([tile.candidate for tile in view.candidates])
    return {"best": asdict(view.best_recipe), "drawn": [asdict(rate) for rate in rates]}


def _round(studio: Studio, view: FullRound) -> dict[str, Any]:
    prompts = {tile.candidate.id: tile.prompt for tile in view.candidates}
    inputs = inputs_of(studio.store, view.round.id)
    here, teacher = inputs.here, taught_by(inputs)
    scores = {score.anchor.id: score for score in here.scores}
    return {
        "number": view.round.number,
        **({"lora": view.round.source} if view.round.source else {}),
        "mean_entropy": view.mean_entropy,
        "unet_forwards": view.round.unet_forwards,
        "recipes": _recipes(view),
        "anchors": [
            {
                "prompt": ranked.prompt,
                "candidates": ranked.n,
                "overfit": ranked.copies,
                "overfit_rate": ranked.rate,
                "overfit_by_prompts": scores[ranked.anchor_id].by_prompts,
                "overfit_by_pictures": scores[ranked.anchor_id].by_pictures,
                "compared": scores[ranked.anchor_id].compared,
                "entropy": ranked.entropy,
                "mean_margin": scores[ranked.anchor_id].mean_margin,
                "rank": ranked.rank,
                "suggested": ranked.chosen,
                "reason": ranked.reason,
            }
            for ranked in view.scores
        ],
        "accepted": [
            {
                "candidate_id": candidate.id,
                "prompt": prompts[candidate.id],
                "weight": here.decided.weights.get(candidate.id, view.example_weight),
            }
            for candidate in lineage.accepted_candidates(here)
        ],
        "trained_on": _trained_on(studio, view),
        **({"taught_by": {"round": teacher.number, **asdict(teacher.recipe)}} if teacher else {}),
    }


def _trained_on(studio: Studio, view: FullRound) -> list[dict[str, Any]]:
    """The training set with the expected number of draws of each picture (Eq. G9)."""
    examples = studio.store.rounds.training_set(view.round.id)
    return [
        {
            "prompt": expected.example.prompt,
            "weight": expected.example.weight,
            "is_reference": expected.example.is_reference,
            "draws": expected.draws,
            "weighted_draws": expected.weighted,
        }
        for expected in effective_draws(examples, view.settings.tune)
    ]


def _table(views: Sequence[FullRound]) -> str:
    """CSV with one row per candidate."""
    names = [score.name for score in SCORES]
    rows: list[tuple[Any, ...]] = [(*BEFORE_SCORES, *names, *AFTER_SCORES)]
    for view in views:
        for tile in view.candidates:
            candidate = tile.candidate
            scores = known_scores(candidate)
            given = view.round.variant.with_references
            recipe = view.settings.references.recipe(candidate.recipe) if given else candidate.recipe
            rows.append(
                (
                    candidate.id, _label(view) if view.round.source else view.round.number,
                    tile.prompt, candidate.seed,
                    recipe.early, recipe.late, recipe.switch,
                    *(scores.get(name) for name in names),
                    candidate.kept, candidate.utility, int(candidate.overfit), candidate.overfit_by,
                    int(tile.suggested), int(tile.verdict == "accepted"),
                    repr(candidate.x), repr(candidate.y), picture_name(view, tile),
                )
            )  # fmt: skip
    return csv_table(rows)
