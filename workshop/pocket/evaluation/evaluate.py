"""Measure the assembled model with the independent judge, and write the results and a sheet.

    python -m workshop.pocket.evaluation.evaluate pictures  (18 anchors x 4 styles x 4 seeds, and the sheet)
    python -m workshop.pocket.evaluation.evaluate flags     (how accurate is Eq. G2 after fine-tuning?)

`workshop.pocket.train.autoencoder --measure` and `workshop.pocket.train.clip --measure` measure the parts.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.stats import chi2_contingency
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from gal_studio.assets import load_anchors, load_preset, resolve_model
from gal_studio.core.prior import prior_prompts
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from workshop.pocket.data.dataset import TRAINED_STYLES, WORK, concept_index
from workshop.pocket.data.references import REFERENCES, ReferenceCase
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.styles import STYLES
from workshop.pocket.train.judge import Judge, judge_pictures
from workshop.pocket.train.judge_tuning import load_tuned

ANCHORS = (  # the concept of each style anchor, in their order
    *("tie", "candy", "drum", "koala", "beach scene", "shoe", "pencil", "kite", "cheese", "backpack"),
    *("donut", "leaf", "moon", "jacket", "parrot", "lantern", "grapes", "knife"),
)
SHEET_STYLES = ("flat", "watercolor", "cartoon", "3d")
SEEDS = 4


def drawn(
    model: ImageModel, requests: Sequence[DrawRequest], settings: GenerationSettings
) -> list[Image.Image]:
    pictures: list[Image.Image] = []
    for event in draw(model, requests, settings):
        if isinstance(event, DrawnBatch):
            pictures.extend(event.images)
    return pictures


def as_array(pictures: Iterable[Image.Image]) -> np.ndarray:
    return np.stack([np.asarray(p.convert("RGB").resize((128, 128))) for p in pictures])


def measure_pictures(work: Path, sheet: Path | None) -> dict[str, object]:
    """The share of pictures in which the judge recognizes the concept and the style of the prompt."""
    preset = load_preset("pocket")
    model = load_image_model(resolve_model(preset.base_model))
    by_name = {style.name: (i, style.words[0]) for i, style in enumerate(STYLES)}
    cells = [(a, s, k) for s in SHEET_STYLES for a in range(len(ANCHORS)) for k in range(SEEDS)]
    prompts = [load_anchors("style")[a].format(f"in {by_name[s][1]} style") for a, s, _ in cells]
    requests = [DrawRequest(p, candidate_seed(0, p, k)) for p, (_, _, k) in zip(prompts, cells, strict=True)]
    with drawing(model):
        pictures = as_array(drawn(model, requests, preset.settings["style"].generation))
    told = judge_pictures(load_tuned(work), pictures)
    wanted = np.array([concept_index()[ANCHORS[a]] for a, _, _ in cells])
    styles = np.array([TRAINED_STYLES.index(by_name[s][0]) for _, s, _ in cells])
    right, in_style = told["concept"].argmax(1) == wanted, told["style"].argmax(1) == styles
    if sheet is not None:
        save_sheet(pictures, cells, sheet)
    anchors = np.array([a for a, _, _ in cells])
    return {
        "pictures": len(cells),
        "concept": float(right.mean()),
        "style": float(in_style.mean()),
        "concept_by_anchor": {name: float(right[anchors == a].mean()) for a, name in enumerate(ANCHORS)},
        "style_by_style": {
            s: float(in_style[styles == TRAINED_STYLES.index(by_name[s][0])].mean()) for s in SHEET_STYLES
        },
    }


def save_sheet(pictures: np.ndarray, cells: Sequence[tuple[int, str, int]], path: Path) -> None:
    """Draw a sheet of the first seed of each cell: one row per style, one column per anchor."""
    sheet = Image.new("RGB", (len(ANCHORS) * 132 + 4, len(SHEET_STYLES) * 132 + 4), "white")
    for picture, (anchor, style, seed) in zip(pictures, cells, strict=True):
        if seed == 0:
            sheet.paste(Image.fromarray(picture), (4 + anchor * 132, 4 + SHEET_STYLES.index(style) * 132))
    sheet.save(path, optimize=True)


def class_pictures(
    model: ImageModel, case: ReferenceCase, count: int, styles: Sequence[str], sample: GenerationSettings
) -> list[ExamplePicture]:
    """What keeps the class, or the anchors in known styles, as they are (Eq. G9)."""
    prompts: Sequence[str] = [case.class_prompt] * count
    if case.kind == "style":
        prompts = prior_prompts(case.anchors(), case.parsed.name, styles, count)
    if not prompts:
        return []
    requests = [DrawRequest(prompt, candidate_seed(1, prompt, i)) for i, prompt in enumerate(prompts)]
    with drawing(model):
        pictures = drawn(model, requests, sample)
    return [ExamplePicture(*each) for each in zip(pictures, prompts, strict=True)]


def personalise(model: ImageModel, case: ReferenceCase, steps: int | None, folder: Path) -> list[Image.Image]:
    """Fine-tune with the settings of the preset, and draw the candidates in the order of the anchors."""
    settings = load_preset("pocket").settings[case.kind]
    tune = settings.tune if steps is None else settings.tune.updated({"steps": steps})
    examples = [ExamplePicture(image, prompt, 1.0) for image, prompt in case.references()]
    prior = class_pictures(model, case, tune.prior_images, tune.prior_styles, settings.generation)
    for event in fine_tune(model, examples, prior, tune, seed=0):
        last = event.loss
    adapter = save_adapter(
        model, folder / f"{case.name}.safetensors", AdapterCard(case.trigger_word, "pocket", 1, 0)
    )
    detach(model)
    print(f"{case.name}: last loss {last:.4f}", flush=True)
    requests = [
        DrawRequest(prompt, candidate_seed(0, prompt, index))
        for prompt in case.anchors()
        for index in range(settings.generation.candidates)
    ]
    with drawing(model, adapter):
        return drawn(model, requests, settings.generation)


def judged_copies(judge: Judge, case: ReferenceCase, pictures: np.ndarray, per_anchor: int) -> np.ndarray:
    """Whether the judge finds the contents of the reference at least as likely as those of the anchor."""
    told = judge_pictures(judge, pictures)
    if case.kind == "style":
        wanted = np.repeat([concept_index()[name] for name in ANCHORS], per_anchor)
        seen, reference = told["concept"], told["concept"][:, concept_index()[case.concept]]
    else:
        names = [place.name for place in PLACES]
        first = {place.words[0]: i for i, place in enumerate(PLACES)}
        anchors = [template.removeprefix("{} ") for template in load_anchors("object")]
        wanted = np.repeat([first[words] for words in anchors], per_anchor)
        seen, reference = told["place"], told["place"][:, [names.index(p) for p in case.places]].max(1)
    return np.asarray(reference >= seen[np.arange(len(wanted)), wanted])


def measure_flags(work: Path, steps: int | None, only: str | None, clip: str | None) -> dict[str, object]:
    """The agreement of Eq. G2 with the judge for each unseen reference, and pooled."""
    preset = load_preset("pocket")
    model = load_image_model(resolve_model(preset.base_model))
    embedder = load_embedder(resolve_model(clip or preset.clip_model))
    judge = load_tuned(work)
    (work / "flags").mkdir(exist_ok=True)
    rows, pooled = {}, []
    for case in REFERENCES:
        if only and case.name != only:
            continue
        images = personalise(model, case, steps, work / "flags")
        pictures = as_array(images)
        np.save(work / "flags" / f"{case.name}.npy", pictures)
        per_anchor = len(images) // len(case.anchors())
        margin = margins(embedder, case, images, per_anchor)
        copies = judged_copies(judge, case, pictures, per_anchor)
        save_grid(pictures, margin <= 0, copies, per_anchor, work / "flags" / f"{case.name}.png")
        rows[case.name] = figures(margin, copies, per_anchor)
        pooled.append((margin, copies))
        print(case.name, json.dumps(rows[case.name]), flush=True)
    margin, copies = (np.concatenate(parts) for parts in zip(*pooled, strict=True))
    rows["pooled"] = agreement(margin, copies)
    print("pooled", json.dumps(rows["pooled"]))
    return rows


def margins(embedder, case: ReferenceCase, images: Sequence[Image.Image], per_anchor: int) -> np.ndarray:
    """s(x, a) - s(x, ref) of Eq. G2."""
    features = embedder.images(images)
    anchors = embedder.texts(case.anchors())
    reference = (features @ embedder.texts(case.plain_prompts()).T).max(1)
    return (features * np.repeat(anchors, per_anchor, axis=0)).sum(1) - reference


def agreement(margin: np.ndarray, copies: np.ndarray) -> dict[str, float]:
    flags = margin <= 0
    some, both = len(set(flags) | set(copies)) > 1, 0 < copies.sum() < len(copies)
    return {
        "pictures": len(flags),
        "kappa": float(cohen_kappa_score(flags, copies)) if some else float("nan"),
        "area_under_roc": float(roc_auc_score(copies, -margin)) if both else float("nan"),
        "overfit_rate": float(flags.mean()),
        "judged_rate": float(copies.mean()),
    }


def figures(margin: np.ndarray, copies: np.ndarray, per_anchor: int) -> dict[str, object]:
    counts = (margin <= 0).reshape(-1, per_anchor).sum(1)
    return {
        **agreement(margin, copies),
        "chance": chance(counts, per_anchor),
        "copies_by_anchor": counts.tolist(),
    }


def chance(copies: np.ndarray, per_anchor: int) -> float:
    """The p-value of Pearson's chi-squared test that all anchors have the same rate of copies."""
    if copies.sum() in (0, per_anchor * len(copies)):
        return 1.0
    return float(chi2_contingency([copies, per_anchor - copies], correction=False).pvalue)


def save_grid(
    pictures: np.ndarray, flags: np.ndarray, copies: np.ndarray, per_anchor: int, path: Path
) -> None:
    """One column per anchor; a red bar on the left if flagged, on the right if the judge sees a copy."""
    columns = len(pictures) // per_anchor
    grid = Image.new("RGB", (columns * 76, per_anchor * 68), "white")
    for i, picture in enumerate(pictures):
        x, y = i // per_anchor * 76, i % per_anchor * 68
        grid.paste(Image.fromarray(picture).resize((64, 64)), (x + 5, y + 2))
        for told, left in ((flags[i], 0), (copies[i], 70)):
            if told:
                grid.paste("red", (x + left, y + 2, x + left + 5, y + 66))
    grid.save(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("pictures", "flags"))
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--sheet", type=Path, default=None)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--only", default=None)
    parser.add_argument("--clip", default=None, help="another CLIP than the preset's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=None, help="a JSON file for the figures")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.what == "pictures":
        found = measure_pictures(args.work, args.sheet)
        print(json.dumps(found, indent=1))
    else:
        found = measure_flags(args.work, args.steps, args.only, args.clip)
    if args.out is not None:
        args.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
