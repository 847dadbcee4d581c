"""Compare regimes of training: the pictures that each arm draws after a first round, and their figures.

    python -m benchmarks.quality.regimes --icons FOLDER --out FOLDER \
        [--set development|test] [--arms NAME ...] [--cases NAME ...] [--seeds 5] [--threads 1]

Every arm draws the same anchors from the same seeds. What is in `--out` already is not made again, so that
the command can be stopped, or given more arms. It leaves there, for every reference, one sheet of all arms
(two seeds of each anchor, the reference first) and for every arm a sheet of all pictures with the copies of
Eq. G2 in red; then `figures.json` and a table. Look at the sheets first: figures can like what eyes do not.

`--icons` has the packs of `tools/pocket`, or their cache `designs.npz`. `--arm 'NAME={"steps": 9}'` adds one.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks.output import read, write
from benchmarks.quality.regimes.arms import ARMS, BARE
from benchmarks.quality.regimes.cases import Case, cases
from benchmarks.quality.regimes.sheets import arms_sheet, load_grid, save_grid, seeds_sheet
from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.gal.uncertainty import reference_similarity, similarity
from gal_studio.core.prior import prior_prompts
from gal_studio.core.seeds import candidate_seed, named_seed
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture

PRESET = "pocket"
MEASURES = ("clip_t", "clip_i", "copies")


@dataclass(frozen=True)
class Bench:
    """What all cells share."""

    model: ImageModel
    embedder: Any
    out: Path
    seeds: int

    def generation(self, case: Case) -> GenerationSettings:
        return load_preset(PRESET).settings[case.kind].generation


def tune_of(case: Case, changes: Mapping[str, Any] | None) -> TuneSettings | None:
    """The settings of an arm; None for the base model."""
    preset = load_preset(PRESET).settings[case.kind].tune
    if changes is None:
        return preset
    return None if changes.get("steps") == 0 else preset.updated({**BARE, **changes})


def cell(bench: Bench, case: Case, arm: str, changes: Mapping[str, Any] | None) -> dict[str, Any]:
    """The figures of an arm on a reference; pictures and figures are made once."""
    folder = bench.out / case.name / arm
    known = folder / "figures.json"
    tune = tune_of(case, changes)
    asked = {"tune": None if tune is None else tune.essential.to_dict(), "seeds": bench.seeds}
    asked = json.loads(json.dumps(asked))
    if known.is_file() and (before := read(known))["asked"] == asked:
        return dict(before)
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    adapter = trained(bench, case, tune, folder)
    seconds = time.monotonic() - started
    requests = [
        DrawRequest(prompt, candidate_seed(0, prompt, number))
        for prompt in case.anchors
        for number in range(bench.seeds)
    ]
    pictures = drawn(bench, requests, bench.generation(case), adapter)
    save_grid(pictures, bench.seeds, folder / "pictures.png")
    figures = {"asked": asked, "seconds": seconds, **measured(bench, case, pictures)}
    write(known, figures)
    print(case.name, arm, {name: round(figures[name], 3) for name in MEASURES}, flush=True)
    return figures


def trained(bench: Bench, case: Case, tune: TuneSettings | None, folder: Path) -> Path | None:
    if tune is None:
        return None
    examples = [ExamplePicture(picture, prompt) for picture, prompt in case.references]
    prior = prior_pictures(bench, case, tune)
    for _ in fine_tune(bench.model, examples, prior, tune, seed=0):
        pass
    path = save_adapter(bench.model, folder / "lora.safetensors", AdapterCard("", PRESET, 1, 0))
    detach(bench.model)
    return path


def prior_pictures(bench: Bench, case: Case, tune: TuneSettings) -> list[ExamplePicture]:
    """Drawn by the base model, and kept for the other arms."""
    if case.kind == "object":
        prompts = [prompt for prompt in case.prompts.class_prompts for _ in range(tune.prior_images)]
    else:
        prompts = list(prior_prompts(case.anchors, case.prompts.name, tune.prior_styles, tune.prior_images))
    if not prompts:
        return []
    path = bench.out / "prior" / f"{hashlib.sha256(json.dumps(prompts).encode()).hexdigest()[:16]}.png"
    if not path.is_file():
        requests = [
            DrawRequest(p, named_seed(0, "prior", p, prompts[:i].count(p))) for i, p in enumerate(prompts)
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        save_grid(drawn(bench, requests, bench.generation(case), None), 1, path)
    return [ExamplePicture(picture, p) for picture, p in zip(load_grid(path), prompts, strict=True)]


def drawn(
    bench: Bench, requests: Sequence[DrawRequest], settings: GenerationSettings, adapter: Path | None
) -> list[Image.Image]:
    with drawing(bench.model, adapter) as ready:
        events = draw(ready, requests, settings)
        return [picture for event in events if isinstance(event, DrawnBatch) for picture in event.images]


def measured(bench: Bench, case: Case, pictures: Sequence[Image.Image]) -> dict[str, Any]:
    """CLIP-T, CLIP-I, the flags of Eq. G2, and how alike the seeds of an anchor are."""
    seen = bench.embedder.images(pictures)
    own = np.repeat(bench.embedder.texts(case.anchors), bench.seeds, axis=0)
    to_anchor = np.diagonal(similarity(seen, own))
    to_reference = reference_similarity(seen, bench.embedder.texts(case.prompts.reference_prompts))
    shown = bench.embedder.images([picture for picture, _ in case.references])
    flags = to_anchor <= to_reference
    groups = seen.reshape(len(case.anchors), bench.seeds, -1)
    alike = np.einsum("aid,ajd->aij", groups, groups)
    others = ~np.eye(bench.seeds, dtype=bool)
    return {
        "clip_t": float(to_anchor.mean()),
        "clip_i": float(similarity(seen, shown).mean()),
        "copies": float(flags.mean()),
        "seeds_alike": float(alike[:, others].mean()) if bench.seeds > 1 else None,
        "flags": flags.tolist(),
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--icons", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", choices=("development", "test"), default="development")
    parser.add_argument("--arms", nargs="+", default=list(ARMS))
    parser.add_argument("--arm", action="append", default=[], help="NAME=JSON")
    parser.add_argument("--cases", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    args = arguments()
    torch.set_num_threads(args.threads)
    own = {name: json.loads(text) for name, _, text in (each.partition("=") for each in args.arm)}
    arms = {name: {**ARMS, **own}[name] for name in [*args.arms, *own]}
    chosen = [case for case in cases(args.set, args.icons) if not args.cases or case.name in args.cases]
    preset = load_preset(PRESET)
    model, embedder = (
        load_image_model(resolve_model(preset.base_model)),
        load_embedder(resolve_model(preset.clip_model)),
    )
    bench, rows = Bench(model, embedder, args.out, args.seeds), []
    for case in chosen:
        figures = {name: cell(bench, case, name, changes) for name, changes in arms.items()}
        arms_sheet(case, args.out, list(arms), args.seeds).save(args.out / f"{case.name}.png")
        for name, row in figures.items():
            sheet = seeds_sheet(case, args.out / case.name / name / "pictures.png", args.seeds, row["flags"])
            sheet.save(args.out / case.name / f"{name}.png")
            rows.append({"case": case.name, "kind": case.kind, "arm": name, **row})
    write(args.out / "figures.json", rows)
    for name in arms:
        mine = [row for row in rows if row["arm"] == name]
        means = {key: float(np.mean([row[key] for row in mine])) for key in MEASURES}
        print(f"{name:24}", *(f"{key} {value:.3f}" for key, value in means.items()))


if __name__ == "__main__":
    main()
