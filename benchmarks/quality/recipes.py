"""Which way of holding a first round's LoRA back draws most good pictures? Eq. G13 beside what else there is.

    python -m benchmarks.quality.recipes draw WORKSPACE --out FOLDER [--ways NAME ...]
    python -m benchmarks.quality.recipes count FOLDER --good NUMBER ...

WORKSPACE is a workspace of the studio whose first round is drawn; it is copied. `draw` draws eight of its
test prompts from two seeds in every way, prints what Eq. G18 says of those that are recipes, and lays all
pictures out in random order in FOLDER/sheet.png; FOLDER/key.json says which is which. A person writes down
the numbers of the pictures that are clean, as asked and as learned, and `count` sums them up.
"""

import argparse
import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file

from gal_studio.core.denoising import Denoising
from gal_studio.core.gal.recipe_rates import best_recipe, recipe_rates
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import candidate_seed
from gal_studio.engine.families.family import family_solver, uncropped
from gal_studio.engine.models.adapters import order_header, read_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import encode_prompts
from gal_studio.engine.sampling.decode import decode
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.state import Store
from gal_studio.worker.jobs.generate import open_detector, score_images
from gal_studio.worker.models import Models
from gal_studio.worker.task import Task, open_task

PROMPTS, SEEDS, COLUMNS, SIDE, TEXT = 8, 2, 16, 112, 24
FIRST = 20  # the number of the first seed: no candidate of a round has it
RECIPES: Mapping[str, Recipe] = {
    "1": AS_TRAINED,
    **{f"{strength:g}": Recipe.constant(strength) for strength in (0.7, 0.55, 0.4)},
    **{f"0, 1 from {switch:g}": Recipe(0.0, 1.0, switch) for switch in (0.3, 0.5, 0.6)},
    **{f".4, 1 from {switch:g}": Recipe(0.4, 1.0, switch) for switch in (0.3, 0.5, 0.7)},
}


@dataclass(frozen=True)
class Bench:
    """A round's model and LoRA, and what is drawn with them; `folder` is for files that are made."""

    task: Task
    model: ImageModel
    adapter: Path
    requests: list[DrawRequest]
    folder: Path

    def drawn(self, ready: ImageModel) -> list[Image.Image]:
        """The pictures of all requests."""
        settings = replace(self.task.settings.generation, batch_size=len(self.requests))
        events = draw(ready, self.requests, settings)
        return [image for event in events if isinstance(event, DrawnBatch) for image in event.images]

    def by(self, recipe: Recipe, adapter: Path | None = None) -> list[Image.Image]:
        """The pictures by a recipe."""
        with drawing(self.model, adapter or self.adapter, recipe=recipe) as ready:
            return self.drawn(ready)


def ramp(bench: Bench, first: float, last: float) -> list[Image.Image]:
    """A strength that changes evenly from step to step."""
    with ExitStack() as stack:

        def load(step: int, steps: Denoising) -> None:
            stack.close()
            strength = first + (last - first) * step / max(steps.steps - 1, 1)
            stack.enter_context(drawing(bench.model, bench.adapter, recipe=Recipe.constant(strength)))
            bench.model.before_step = load

        bench.model.before_step = load
        return bench.drawn(bench.model)


def by_block(bench: Bench, strength: float) -> list[Image.Image]:
    """All blocks at this strength but those that decide the style, which have 1."""
    tensors, header = read_adapter(bench.adapter)
    style, part = set(bench.model.lora_layers("style")), bench.model.family.part
    for name, tensor in tensors.items():
        if ".lora_B." in name and name.removeprefix(f"{part}.").partition(".lora_")[0] not in style:
            tensors[name] = tensor * strength
    path = bench.folder / "by-block.safetensors"
    save_file(tensors, path, metadata=header)
    order_header(path)
    return bench.by(AS_TRAINED, path)


def redrawn(bench: Bench, strength: float, share: float) -> list[Image.Image]:
    """Pictures of this strength, noised anew as before the step at this share, and denoised at 1."""
    family, settings = bench.model.family, bench.task.settings.generation
    resolution = settings.resolution or bench.model.resolution
    clean = [np.asarray(image.convert("RGB"), np.float32) for image in bench.by(Recipe.constant(strength))]
    texts = encode_prompts(bench.model, [each.prompt for each in bench.requests], unconditional=True)
    rows = [texts[""]] * len(clean) + [texts[each.prompt] for each in bench.requests]
    first = settings.denoising.before(share)
    with drawing(bench.model, bench.adapter), torch.no_grad():
        pixels = torch.from_numpy(np.stack(clean)).permute(0, 3, 1, 2) / 127.5 - 1
        latents = torch.cat([family.encode(one[None]) for one in pixels])
        solver: Any = family_solver(family, settings.denoising, resolution, bench.model.device)
        generators = [torch.Generator().manual_seed(each.seed + 1) for each in bench.requests]
        noise = torch.stack([torch.randn(latents.shape[1:], generator=one) for one in generators])
        times = solver.timesteps[first:]
        latents = solver.add_noise(latents, noise, times[:1].repeat(len(latents)))
        solver.set_begin_index(first)
        for time in times:
            doubled, sizes = torch.cat([latents, latents]), [uncropped(resolution)] * len(rows)
            without, with_text = family.predict(doubled, time.expand(len(rows)), rows, sizes).chunk(2)
            guided = family.guide(without, with_text, settings.guidance_scale)
            latents = solver.step(guided, time, latents, return_dict=False)[0]
        images = [decode(bench.model, latent[None]) for latent in latents]
    return [image for image in images if image is not None]


OTHERS: Mapping[str, Callable[[Bench], list[Image.Image]]] = {
    "0 to 1": lambda bench: ramp(bench, 0.0, 1.0),
    ".3 to 1.2": lambda bench: ramp(bench, 0.3, 1.2),
    "blocks at 0": lambda bench: by_block(bench, 0.0),
    "blocks at .4": lambda bench: by_block(bench, 0.4),
    ".4, redrawn from 0.5": lambda bench: redrawn(bench, 0.4, 0.5),
}
WAYS = {**{name: lambda bench, recipe=recipe: bench.by(recipe) for name, recipe in RECIPES.items()}, **OTHERS}


def opened(store: Store, folder: Path) -> Bench:
    """The first round of the first project of a workspace."""
    project = store.projects.all()[0]
    round_ = store.rounds.of_project(project.id)[0]
    job = next(job for job in store.jobs.of_project(project.id) if job.round_id == round_.id)
    task = open_task(store, Models(), job)
    anchors = [each for each in store.projects.anchors(project.id) if each.enabled][:PROMPTS]
    requests = [
        DrawRequest(anchor.prompt, candidate_seed(project.seed, anchor.prompt, FIRST + turn))
        for anchor in anchors
        for turn in range(SEEDS)
    ]
    model = task.models.image_model(project.base_model, task.settings.machine)
    return Bench(task, model, store.adapters.path(round_.adapter or ""), requests, folder)


def judged(
    bench: Bench, drawn: Mapping[str, list[Image.Image]], recipes: Mapping[str, Recipe] = RECIPES
) -> list[Candidate]:
    """The pictures of all recipes, scored as candidates are."""
    calling, detector = open_detector(bench.task), None
    while True:
        try:
            next(calling)
        except StopIteration as end:
            detector = end.value
            break
    found = []
    prompts = [each.prompt for each in bench.requests]
    for name in (name for name in drawn if name in recipes):
        scores = score_images(bench.task, drawn[name], prompts, detector).scores
        for place, (request, score) in enumerate(zip(bench.requests, scores, strict=True)):
            own, reference = score.pop("similarity_anchor"), score.pop("similarity_reference")
            found.append(
                Candidate(
                    f"{name} {place}", request.prompt, place, request.seed, "", own, reference,
                    more_scores=score, recipe=recipes[name],
                )
            )  # fmt: skip
    return found


def sheet(drawn: Mapping[str, list[Image.Image]], prompts: list[str], out: Path) -> None:
    """All pictures in random order, each with its number and prompt."""
    shown = [(name, place) for name, images in drawn.items() for place in range(len(images))]
    shown = [shown[place] for place in np.random.default_rng(0).permutation(len(shown))]
    page = Image.new("RGB", (COLUMNS * SIDE, -(-len(shown) // COLUMNS) * (SIDE + TEXT)), "white")
    for number, (name, place) in enumerate(shown):
        corner = number % COLUMNS * SIDE, number // COLUMNS * (SIDE + TEXT)
        page.paste(drawn[name][place].convert("RGB").resize((SIDE, SIDE)), corner)
        label = f"{number} {prompts[place]}"[:18]
        ImageDraw.Draw(page).text((corner[0] + 2, corner[1] + SIDE + 2), label, fill="black")
    page.save(out / "sheet.png")
    (out / "key.json").write_text(json.dumps([name for name, _ in shown]), encoding="utf-8")


def count(out: Path, good: list[int]) -> dict[str, tuple[int, int]]:
    """Of each way, how many pictures are among the good numbers, and how many there are."""
    key = json.loads((out / "key.json").read_text(encoding="utf-8"))
    hits = Counter(key[number] for number in good)
    return {name: (hits[name], total) for name, total in sorted(Counter(key).items())}


def main() -> None:
    """Draw and lay out, or count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("draw", "count"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--ways", nargs="*", choices=tuple(WAYS), default=tuple(WAYS))
    parser.add_argument("--good", nargs="*", type=int, default=[])
    args = parser.parse_args()
    if args.what == "count":
        for name, (good, total) in count(args.folder, args.good).items():
            print(f"{name}: {good} of {total}")
        return
    args.out.mkdir(parents=True, exist_ok=True)
    workspace = args.out / "workspace"
    if not workspace.exists():
        shutil.copytree(args.folder, workspace)
    with Store(workspace) as store:
        bench = opened(store, args.out)
        drawn = {name: WAYS[name](bench) for name in args.ways}
        sheet(drawn, [each.prompt for each in bench.requests], args.out)
        seen = judged(bench, drawn)
    for rate in recipe_rates(seen):
        print(
            f"{rate.recipe.words or 'LoRA × 1'}: good {rate.good:.2f}, copies {rate.copies:.2f}, "
            f"as asked {rate.asked:.2f}, carried {rate.carried:.2f}"
        )
    print(f"best: {best_recipe(seen).words or 'LoRA × 1'}")


if __name__ == "__main__":
    main()
