"""Compare refinement by PatchDPO with plain fine-tuning of equal length, and with uniform weights.

    python -m workshop.benchmarks.quality.refinement_gain --kind object --work FOLDER \
        --out FILE.json [--first 0 --count 8]
    python -m workshop.benchmarks.quality.refinement_gain --report FILE.json FILE.json

The references are unseen in training (workshop/pocket/evaluation/gain_cases.py), with eight held-out prompts
and four seeds each. Three trainings of equal length start from the round's LoRA: the refinement, the same
with uniform weights, and plain fine-tuning with the same batch size. Likeness is measured by an independent
tower (workshop/pocket/evaluation/independent.py), text alignment (CLIP-T) by the project's CLIP. `right` is
the share of pictures in which the judge sees the thing (style) or the place (object) that the prompt asks
for. FOLDER has judge.pt, the unseen renders and the icons of workshop/pocket.
"""

import argparse
import io
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy import stats

from gal_studio.assets import load_preset, resolve_model
from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import Settings
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.foreground import foreground_mask
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.features.refine.verbs import make_pairs, refine
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from workshop.benchmarks.output import read, write
from workshop.pocket.data.dataset import concept_index, load_split
from workshop.pocket.evaluation.gain_cases import GainCase, object_cases, style_cases
from workshop.pocket.evaluation.independent import IndependentTower, style_likeness
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.train.judge import judge_pictures, load_judge
from workshop.pocket.train.judge_tuning import load_tuned

SEEDS = 4
VARIANTS = ("before", "refined", "further", "uniform")


@dataclass
class Bench:
    """What all cases share."""

    work: Path
    model: ImageModel
    settings: Settings
    changes: dict[str, Any]

    def __post_init__(self) -> None:
        preset = load_preset("pocket")
        self.embedder = load_embedder(resolve_model(preset.clip_model))
        self.judge = load_tuned(self.work)
        self.tower = IndependentTower(load_judge(self.work))
        ordinary = load_split(self.work, "unseen", limit=500)[0][:500]
        self.ordinary = self.tower.style_statistics([Image.fromarray(p) for p in ordinary])


class NothingAcceptedError(Exception):
    """A style without an accepted picture has nothing to be refined with; says why nothing is suggested."""


def encoded(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def adapters_of(bench: Bench, case: GainCase, folder: Path) -> tuple[dict[str, Path], dict[str, float]]:
    """The LoRA of each variant, and the seconds of each phase of the refinement."""
    with Store(folder / "workspace") as store:
        studio = Studio(store)
        references = tuple((encoded(picture), prompt) for picture, prompt in case.references)
        draft = ProjectDraft(case.kind, references, case.trigger_word, case.name, changes=bench.changes)
        project = studio.create_project(draft)
        first = store.rounds.of_project(project)[0].id
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish(studio.fine_tune(first))
            if case.kind == "style":
                worker.finish(studio.generate(first))
                if not studio.accept_suggestion(first):
                    raise NothingAcceptedError(studio.proposal(first).sentence)
            start = time.monotonic()
            refined = _refined(studio, worker, first)
            seconds = {"refinement": time.monotonic() - start, **store.snapshots.node(refined).record.seconds}
            studio.change_settings(project, {"refine": {"uniform_weights": True}})
            uniform = _refined(studio, worker, first)
            further = _further(studio, worker, refined, first)
        nodes = dict(zip(VARIANTS, (first, refined, further, uniform), strict=True))
        paths = {
            name: studio.export_adapter(node, folder / f"{name}.safetensors") for name, node in nodes.items()
        }
    return paths, seconds


def _refined(studio: Studio, worker: LocalWorker, round_id: str) -> str:
    worker.finish(make_pairs(studio, round_id))
    node = studio.store.snapshots.node(round_id).children[-1].id
    worker.finish(refine(studio, node))
    return node


def _further(studio: Studio, worker: LocalWorker, node: str, round_id: str) -> str:
    """Plain fine-tuning (Eq. G9) from the round's LoRA on its training set, with prior preservation.

    The steps, the rows in each of them and the learning rate are those of the refinement.
    """
    settings = studio.store.rounds.get(node).settings
    pairs = settings.refine.batch_size
    rows = round(2 * pairs / (1 - settings.refine.mix))  # of pairs, references and accepted pictures
    prior = settings.tune.prior_images > 0  # then every row of the mix has one of the prior beside it
    changes = {
        "continue_from_last": True,
        "accepted_share": 0.0,
        "steps": settings.refine.steps,
        "batch_size": rows - pairs if prior else rows,
        "learning_rate": settings.refine.learning_rate,
    }
    changed = studio.change_settings(studio.store.rounds.get(node).project_id, {"tune": changes})
    further = studio.store.rounds.add(studio.store.rounds.get(node).project_id, round_id, changed)
    worker.finish(studio.fine_tune(further.id))
    return further.id


def drawn_with(bench: Bench, case: GainCase, adapter: Path) -> list[Image.Image]:
    """Eight prompts by four seeds."""
    requests = [DrawRequest(p, candidate_seed(9, p, k)) for p in case.prompts for k in range(SEEDS)]
    with drawing(bench.model, adapter) as ready:
        events = draw(ready, requests, bench.settings.generation)
        return [picture for e in events if isinstance(e, DrawnBatch) for picture in e.images]


def measured(bench: Bench, case: GainCase, pictures: Sequence[Image.Image]) -> dict[str, NDArray[np.float64]]:
    """The measurements of each picture, (32,)."""
    texts = np.repeat(bench.embedder.texts(case.prompts), SEEDS, axis=0)
    head = "concept" if case.kind == "style" else "place"
    told = judge_pictures(bench.judge, np.stack([np.asarray(p.convert("RGB")) for p in pictures]))[head]
    index = concept_index() if case.kind == "style" else {p.name: n for n, p in enumerate(PLACES)}
    wanted = np.repeat([index[name] for name in case.wanted], SEEDS)
    figures = {
        "text_alignment": (bench.embedder.images(pictures) * texts).sum(1),
        "right": (told.argmax(1) == wanted).astype(np.float64),
    }
    if case.kind == "object":
        masked = [(picture, foreground_mask(picture)) for picture, _ in case.references[:1]]
        figures["likeness"] = bench.tower.subject_likeness(pictures, masked)
        return figures
    reference = bench.tower.style_statistics([case.references[0][0]])[0]
    figures["likeness"] = style_likeness(bench.tower.style_statistics(pictures), reference, bench.ordinary)
    score = told[np.arange(len(told)), wanted]
    figures["overfit"] = (told[:, index[case.concept]] >= score).astype(np.float64)
    return figures


def run_case(bench: Bench, case: GainCase, pictures_to: Path | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        adapters, seconds = adapters_of(bench, case, Path(name))
        drawn = {variant: drawn_with(bench, case, adapters[variant]) for variant in VARIANTS}
    if pictures_to is not None:
        sheet(case, drawn).save(pictures_to / f"{case.name}.png")
    figures = {variant: measured(bench, case, pictures) for variant, pictures in drawn.items()}
    means = {v: {name: float(x.mean()) for name, x in row.items()} for v, row in figures.items()}
    print(case.name, json.dumps(means), flush=True)
    return {"case": case.name, "kind": case.kind, "seconds": seconds, "means": means}


def sheet(case: GainCase, drawn: dict[str, list[Image.Image]]) -> Image.Image:
    """The reference, then a row for each variant: two seeds of every prompt."""
    columns = 2 * len(case.prompts)
    page = Image.new("RGB", ((columns + 1) * 100, len(VARIANTS) * 100), "white")
    page.paste(case.references[0][0].resize((96, 96)), (2, 2))
    for row, variant in enumerate(VARIANTS):
        shown = [drawn[variant][i * SEEDS + k] for i in range(len(case.prompts)) for k in range(2)]
        for column, picture in enumerate(shown):
            page.paste(picture.resize((96, 96)), ((column + 1) * 100 + 2, row * 100 + 2))
    return page


def interval(differences: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and lower and upper end of the 95 % t-interval, of the references' mean differences."""
    values = np.asarray(differences)
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


def report(rows: Sequence[dict[str, Any]]) -> None:
    """The table: the refinement minus each other variant, over the references of a kind."""
    for kind in ("object", "style"):
        mine = [row["means"] for row in rows if row["kind"] == kind]
        if len(mine) < 2:
            continue
        print(f"{kind}: {len(mine)} references x 8 prompts x {SEEDS} seeds")
        for name in mine[0]["before"]:
            levels = "  ".join(f"{v} {np.mean([row[v][name] for row in mine]):.4f}" for v in VARIANTS)
            print(f"  {name}: {levels}")
            for other in ("before", "further", "uniform"):
                mean, low, high = interval([row["refined"][name] - row[other][name] for row in mine])
                print(f"     refined - {other}: {mean:+.4f} [{low:+.4f}, {high:+.4f}]")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", choices=("object", "style"), default="object")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--changes", type=json.loads, default={}, help="settings to change, as JSON")
    parser.add_argument("--pictures", type=Path, help="a folder for contact sheets")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--report", type=Path, nargs="+")
    args = parser.parse_args()
    if args.report:
        report([row for path in args.report for row in read(path)])
        return
    torch.set_num_threads(args.threads)
    preset = load_preset("pocket")
    settings = preset.settings[args.kind].updated(args.changes)
    bench = Bench(args.work, load_image_model(resolve_model(preset.base_model)), settings, args.changes)
    made = object_cases(args.work / "icons") if args.kind == "object" else style_cases(args.work / "icons")
    rows = []
    for case in made[args.first : args.first + args.count]:
        try:
            rows.append(run_case(bench, case, args.pictures))
        except NothingAcceptedError as why:
            print(f"{case.name} is left out: {why}", flush=True)
        write(args.out, rows)
    report(rows)


if __name__ == "__main__":
    main()
