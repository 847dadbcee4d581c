"""Time a whole round as the GAL paper describes it, and as the studio does it, on the same model.

    python -m benchmarks.quality.published_procedure [--model DIR_OR_ID] [--clip NAME] \
        [--share 1.0] [--out FILE.json]

The published procedure is implemented from its description: full U-Net training with AdamW at 5e-6 in
float32, 500 steps, nothing cached, and batch size 1, since the published loader makes
batches of at most 2 of a first round's one picture; one picture at a time, DPM-Solver++ with 50 steps and
guidance 7.5; then CLIP features one by one. Ours is the engine with the settings of the preset; its time of
fine-tuning has the drawing of the prior pictures in it. With `--share` below 1, both do that share of their
steps, and the same pictures in whole batches of ours.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.output import told, write
from gal_studio import assets
from gal_studio.core.prior import prior_prompts
from gal_studio.core.prompts import style_descriptor
from gal_studio.core.references import describe
from gal_studio.core.seeds import candidate_seed, named_seed
from gal_studio.core.settings import GenerationSettings, Settings
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture

TRAINING_STEPS, TRAINING_BATCH, LEARNING_RATE = 500, 1, 5e-6
DRAWING_STEPS, GUIDANCE, CANDIDATES = 50, 7.5, 10
Seconds = dict[str, dict[str, float]]


@contextmanager
def timed(seconds: Seconds, name: str) -> Iterator[None]:
    """Measure wall and CPU seconds of a phase; on a busy machine only CPU seconds are comparable."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    seconds[name] = {
        "wall": round(time.perf_counter() - wall, 3),
        "processor": round(time.process_time() - processor, 3),
    }


def share_of(count: int, share: float, multiple: int = 1) -> int:
    """A share of steps or pictures, in whole batches and at least one."""
    return min(count, max(1, round(count * share / multiple)) * multiple)


def published_training(model: ImageModel, image: Image.Image, prompt: str, steps: int) -> None:
    """Train the full U-Net in float32; picture and prompt are encoded again in every step."""
    import torch
    from diffusers import DDPMScheduler

    parts = model.family.pipeline
    parts.unet.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(parts.unet.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    schedule = DDPMScheduler.from_config(parts.scheduler.config)
    generator = torch.Generator().manual_seed(0)
    size = (model.resolution, model.resolution)
    pixels = torch.from_numpy(np.array(image.convert("RGB").resize(size), dtype=np.float32)) / 127.5 - 1
    batch = pixels.permute(2, 0, 1)[None].repeat(TRAINING_BATCH, 1, 1, 1).to(model.device)
    for _ in range(steps):
        with torch.no_grad():
            posterior = parts.vae.encode(batch).latent_dist
            latents = posterior.mode() * parts.vae.config.scaling_factor
            text = parts.encode_prompt([prompt] * TRAINING_BATCH, model.device, 1, False)[0]
        noise = torch.randn(latents.shape, generator=generator).to(model.device)
        steps_drawn = torch.randint(
            schedule.config.num_train_timesteps, (TRAINING_BATCH,), generator=generator
        )
        timesteps = steps_drawn.to(model.device)
        noisy = schedule.add_noise(latents, noise, timesteps)
        velocity = model.family.pipeline.scheduler.config.prediction_type == "v_prediction"
        target = schedule.get_velocity(latents, noise, timesteps) if velocity else noise
        loss = ((parts.unet(noisy, timesteps, text).sample - target) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parts.unet.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    parts.unet.requires_grad_(False).eval()


def published_drawing(model: ImageModel, prompts: Sequence[str]) -> list[Image.Image]:
    """Draw one picture at a time with the stock pipeline, with one generator for the whole round."""
    import torch
    from diffusers import DPMSolverMultistepScheduler

    pipeline = model.family.pipeline
    pipeline.scheduler = DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)
    generator = torch.Generator().manual_seed(0)
    return [
        pipeline(
            prompt, num_inference_steps=DRAWING_STEPS, guidance_scale=GUIDANCE, generator=generator
        ).images[0]
        for prompt in prompts
    ]


def published_round(
    name: str, clip: str, image: Image.Image, prompt: str, anchors: Sequence[str], share: float, batch: int
) -> Seconds:
    import torch

    model, embedder = load_image_model(name, dtype=torch.float32), load_embedder(clip)
    seconds: Seconds = {}
    with timed(seconds, "fine_tune"):
        published_training(model, image, prompt, share_of(TRAINING_STEPS, share))
    prompts = [anchor for anchor in anchors for _ in range(CANDIDATES)]
    pictures_wanted = share_of(len(prompts), share, batch)
    with timed(seconds, "generate"):
        pictures = published_drawing(model, prompts[:pictures_wanted])
    with timed(seconds, "embed"):
        for picture, anchor in zip(pictures, prompts, strict=False):
            embedder.images([picture])
            embedder.texts([anchor, prompt])
    return seconds


def our_training(
    model: ImageModel, image: Image.Image, prompt: str, prior: Sequence[str], settings: Settings,
    share: float, path: Path,
) -> None:  # fmt: skip
    requests = [DrawRequest(words, named_seed(0, "prior", words, n)) for n, words in enumerate(prior)]
    pictures = our_drawing(model, requests, settings.generation, None) if requests else []
    kept = [ExamplePicture(*each) for each in zip(pictures, prior, strict=True)]
    tune = settings.tune.updated({"steps": share_of(settings.tune.steps, share)})
    for _ in fine_tune(model, [ExamplePicture(image, prompt, 1.0)], kept, tune, seed=0):
        pass
    save_adapter(model, path, AdapterCard(style_descriptor(prompt), model.name, 1, 0, tune.to_dict()))
    detach(model)


def our_drawing(
    model: ImageModel, requests: Sequence[DrawRequest], settings: GenerationSettings, adapter: Path | None
) -> list[Image.Image]:
    with drawing(model, adapter):
        drawn = [event for event in draw(model, requests, settings) if isinstance(event, DrawnBatch)]
    return [image for batch in drawn for image in batch.images]


def our_round(
    name: str,
    clip: str,
    image: Image.Image,
    prompt: str,
    anchors: Sequence[str],
    settings: Settings,
    share: float,
) -> Seconds:
    model, embedder = load_image_model(name), load_embedder(clip)
    seconds: Seconds = {}
    with TemporaryDirectory() as folder:
        adapter = Path(folder) / "adapter.safetensors"
        with timed(seconds, "fine_tune"):
            tune = settings.tune
            prior = prior_prompts(anchors, style_descriptor(prompt), tune.prior_styles, tune.prior_images)
            our_training(model, image, prompt, tuple(prior), settings, share, adapter)
        requests = [
            DrawRequest(anchor, candidate_seed(0, anchor, index))
            for anchor in anchors
            for index in range(settings.generation.candidates)
        ]
        with timed(seconds, "generate"):
            drawn = requests[: share_of(len(requests), share, settings.generation.batch_size)]
            pictures = our_drawing(model, drawn, settings.generation, adapter)
    with timed(seconds, "embed"):
        embedder.images(pictures)
        embedder.texts([*anchors, prompt])
    return seconds


def compare(name: str, clip: str, settings: Settings, share: float) -> dict[str, Any]:
    reference = assets.demo("style")
    prompt = reference.prompts[0]
    anchors = describe("style", [(prompt, "")]).prompts.expand(assets.load_anchors("style"))
    with Image.open(reference.images[0]) as opened:
        image = opened.convert("RGB")
    ours = our_round(name, clip, image, prompt, anchors, settings, share)
    published = published_round(name, clip, image, prompt, anchors, share, settings.generation.batch_size)
    sides = {"ours": ours, "published": published}
    clocks = ("wall", "processor")
    totals = {
        side: {clock: round(sum(phase[clock] for phase in phases.values()), 2) for clock in clocks}
        for side, phases in sides.items()
    }
    return {
        "model": name,
        "share": share,
        "ours": ours,
        "published": published,
        "totals": totals,
        "times_faster": {
            clock: round(totals["published"][clock] / totals["ours"][clock], 2) for clock in clocks
        },
    }


def main() -> None:
    preset = assets.load_preset("pocket")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default=preset.base_model)
    parser.add_argument("--clip", default=preset.clip_model)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    model, clip = assets.resolve_model(given.model), assets.resolve_model(given.clip)
    result = compare(model, clip, preset.settings["style"], given.share) | {"model": given.model}
    print(json.dumps(told(result), indent=2))
    if given.out is not None:
        write(given.out, result)


if __name__ == "__main__":
    main()
