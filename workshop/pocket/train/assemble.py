"""Export the trained parts and the references of the demos.

The parts go to `assets/pocket` (a diffusers pipeline and an open_clip directory, fp16), the references to
`assets/demo`. A text encoder or a CLIP that WORK has not trained stays the shipped one.

    python -m workshop.pocket.train.assemble
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

from workshop.pocket.data.dataset import WORK
from workshop.pocket.scenes.demo_art import draw_demo_object_references, draw_demo_style_reference
from workshop.pocket.train import clip, decoder, denoiser
from workshop.pocket.train.latents import read_scale
from workshop.pocket.train.training import load_weights

ASSETS = Path(__file__).parents[3] / "assets"
LIMIT_MB = 90
DEMO_STYLE = {"name": "Bold outline cat", "prompt": "A cat in bold outline style"}
DEMO_OBJECT = {"name": "Dotty teapot", "trigger_word": "<dotty>"}
DEMO_PLACES = ("stairs", "beach", "snow")  # which no prompt names: they are learned with the pot


def pipeline(work: Path) -> StableDiffusionPipeline:
    """The trained parts as a standard pipeline in float32."""
    tokenizer, encoder = denoiser.load_text(work)
    vae = decoder.load_finished(work)
    vae.register_to_config(scaling_factor=read_scale(work))
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=encoder,
        tokenizer=tokenizer,
        unet=load_weights(denoiser.build(), denoiser.finished(work)),
        scheduler=denoiser.solver(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def write_clip(work: Path, folder: Path) -> None:
    """Write an open_clip directory with configuration, weights and tokenizer."""
    model, tokenizer = clip.load_clip(work)
    folder.mkdir(parents=True)
    tokenizer.save_pretrained(folder)
    text = {**clip.MODEL_CONFIG["text_cfg"], "vocab_size": len(tokenizer), "hf_tokenizer_name": "local"}
    statistics = {"mean": clip.MEAN, "std": clip.STD}
    config = {
        "model_cfg": {**clip.MODEL_CONFIG, "text_cfg": text},
        "preprocess_cfg": {**statistics, "interpolation": "bicubic", "resize_mode": "squash"},
    }
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")
    weights = {name: _half(value) for name, value in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")


def _half(value: torch.Tensor) -> torch.Tensor:
    return (value.half() if value.is_floating_point() else value).contiguous()


def write_demo(folder: Path) -> None:
    """Draw the bundled references and write them with their prompts."""
    style, thing = folder / "style", folder / "object"
    for kind in (style, thing):
        kind.mkdir(parents=True, exist_ok=True)
    draw_demo_style_reference(512).save(style / "cat.png", optimize=True)
    references = [{"prompt": DEMO_STYLE["prompt"], "image": "cat.png"}]
    _write_json(style / "demo.json", {"name": DEMO_STYLE["name"], "references": references})
    references = []
    for place, picture in zip(DEMO_PLACES, draw_demo_object_references(512), strict=True):
        name = f"teapot-{place}.png"
        picture.save(thing / name, optimize=True)
        references.append({"prompt": f"A {DEMO_OBJECT['trigger_word']} teapot", "image": name})
    _write_json(thing / "demo.json", {**DEMO_OBJECT, "references": references})


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--demo-only", action="store_true")
    args = parser.parse_args()
    write_demo(args.assets / "demo")
    if args.demo_only:
        return
    target = args.assets / "pocket"
    with tempfile.TemporaryDirectory(dir=args.assets) as made:
        parts = pipeline(args.work).to(torch.float16)
        parts.save_pretrained(Path(made) / "pipeline", safe_serialization=True)
        if (args.work / "clip.pt").exists():
            write_clip(args.work, Path(made) / "clip")
        for part in list(Path(made).iterdir()):  # all are made: only now the former ones go
            shutil.rmtree(target / part.name, ignore_errors=True)
            part.replace(target / part.name)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    print(f"{size:.1f} MB in {target}")
    if size > LIMIT_MB:
        raise SystemExit(f"the model is {size:.1f} MB, more than {LIMIT_MB} MB")


if __name__ == "__main__":
    main()
