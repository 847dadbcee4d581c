"""The embedded model: its layout and its size, and that it draws and judges."""

from pathlib import Path

import numpy as np
import pytest

from gal_studio.assets import (
    POCKET_ADAPTER,
    assets_folder,
    demo,
    load_preset,
    resolve_adapter,
    resolve_model,
)
from gal_studio.core.settings import GenerationSettings

POCKET = assets_folder() / "pocket"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    from gal_studio.engine.models.image_model import load_image_model

    return load_image_model(resolve_model(load_preset("pocket").base_model), device="cpu")


@pytest.fixture(scope="module")
def embedder():
    from gal_studio.engine.features.clip import load_embedder

    return load_embedder(resolve_model(load_preset("pocket").clip_model), device="cpu")


def draw_all(model, requests, settings):
    from gal_studio.engine.sampling.fused_adapter import drawing
    from gal_studio.engine.sampling.sampler import DrawnBatch, draw

    with drawing(model) as ready:
        events = list(draw(ready, requests, settings))
    return [image for event in events if isinstance(event, DrawnBatch) for image in event.images]


def test_weights_are_half_precision_safetensors_of_at_most_75_mb():
    from safetensors import safe_open

    files = [path for path in POCKET.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 75e6
    assert {path.suffix for path in files} <= {".json", ".safetensors", ".txt", ".md", ".png"}
    for path in POCKET.rglob("*.safetensors"):
        with safe_open(path, "np") as weights:
            names = [weights.get_slice(name).get_dtype() for name in weights.keys()]  # noqa: SIM118
        assert set(names) <= {"F16", "I64"}, path


def test_plain_diffusers_opens_the_pipeline():
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(
        POCKET / "pipeline", local_files_only=True, safety_checker=None, requires_safety_checker=False
    )
    assert pipeline.unet.config.sample_size * 8 == 128
    assert pipeline.tokenizer.model_max_length >= 32


def test_every_string_has_tokens_and_trigger_words_stay_apart(model):
    tokenizer = model.family.pipeline.tokenizer
    for text in ("<dotty>", "sks", "zwx", "日本", "${x} <b>"):
        told = tokenizer(text).input_ids
        assert len(told) > 2 and tokenizer.unk_token_id not in told[1:-1]
    states = []
    for word in ("<dotty>", "<cute-cat>", "sks"):
        tokens = tokenizer(f"a {word} teapot", padding="max_length", return_tensors="pt").input_ids
        states.append(model.family.pipeline.text_encoder(tokens).last_hidden_state.detach())
    for i in range(3):
        assert (states[i] - states[i - 1]).abs().max() > 0.1


@pytest.mark.thorough
def test_one_seed_is_one_picture_alone_and_in_a_batch(model):
    from gal_studio.engine.sampling.sampler import DrawRequest

    settings = GenerationSettings(candidates=1, steps=6, guidance_scale=4.0, batch_size=4)
    requests = [DrawRequest(f"A {thing} in flat design style", seed) for seed, thing in enumerate(THINGS)]
    together = draw_all(model, requests, settings)
    alone = draw_all(model, requests[2:3], settings)[0]
    difference = np.abs(np.asarray(together[2], int) - np.asarray(alone, int))
    assert difference.max() <= 2
    assert all(np.asarray(image).std() > 5 for image in together)


THINGS = ("koala", "lantern", "donut", "leaf", "shoe")


OTHERS = ("koala", "leaf", "shoe", "cat", "car", "knife", "kite", "drum")


def test_four_anchors_are_drawn_and_recognised(model, embedder):
    """The mean likeness of four seeds names at least three of four things correctly among twelve."""
    from gal_studio.engine.sampling.sampler import DrawRequest

    prompts = [f"A {thing} in cartoon style" for thing in ("donut", "lantern", "jacket", "pencil")]
    names = [*prompts, *(f"A {thing} in cartoon style" for thing in OTHERS)]
    requests = [DrawRequest(prompt, seed) for prompt in prompts for seed in range(4)]
    pictures = draw_all(model, requests, load_preset("pocket").settings["style"].generation)
    likeness = (embedder.images(pictures) @ embedder.texts(names).T).reshape(4, 4, -1).mean(1)
    assert sum(int(row.argmax()) == n for n, row in enumerate(likeness)) >= 3


@pytest.mark.parametrize("kind", ["style", "object"])
def test_the_demo_references_come_back_from_the_autoencoder(kind):
    """Each at 26 dB or more, and not poor to the eye."""
    from PIL import Image

    from gal_studio.core.pictures.fidelity import compare
    from gal_studio.engine.models.autoencoder import load_autoencoder

    autoencoder = load_autoencoder(resolve_model(load_preset("pocket").base_model))
    for path in demo(kind).images:
        seen = compare(*autoencoder.returned(Image.open(path).convert("RGB")))
        assert seen.psnr >= 26.0 and not seen.is_poor, path


def test_the_clip_knows_the_demo_references(embedder):
    from PIL import Image

    style = demo("style")
    picture = Image.open(style.images[0]).convert("RGB")
    names = ("cat", "koala", "donut", "car", "leaf", "lantern", "knife", "kite")
    texts = embedder.texts([f"A {name} in bold outline style" for name in names])
    assert int((embedder.images([picture]) @ texts.T).argmax()) == 0


@pytest.mark.thorough
def test_the_adapter_brings_the_colours_of_a_reference(model):
    """Where it changes pictures of the demo's teapot, they come nearer to its colour."""
    from PIL import Image

    from gal_studio.engine.patches.tower_encoder import TowerEncoder
    from gal_studio.engine.sampling.fused_adapter import drawing
    from gal_studio.engine.sampling.reference_adapter import attached, encode_references, load_adapter
    from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw

    requests = [
        DrawRequest(f"a <dotty> teapot {place}", 3) for place in ("on a plane", "in a museum", "in a gym")
    ]
    settings = load_preset("pocket").settings["object"].generation
    references = [Image.open(path).convert("RGB") for path in demo("object").images]
    drawn = []
    with drawing(model) as ready:
        adapter = load_adapter(resolve_adapter(POCKET_ADAPTER), ready, open_tower=TowerEncoder)
        for strength in (0.0, 0.7):
            with attached(ready, adapter, strength):
                events = draw(ready, requests, settings, encode_references(ready, adapter, references))
                pictures = [image for e in events if isinstance(e, DrawnBatch) for image in e.images]
            drawn.append(np.stack([np.asarray(picture, float) for picture in pictures]))
    changed = np.abs(drawn[1] - drawn[0]).sum(-1) > 150
    without, with_it = (np.linalg.norm(each[changed].mean(0) - (13, 170, 158)) for each in drawn)
    assert with_it < without - 40


def test_the_card_has_sources_and_figures():
    card = (POCKET / "MODEL_CARD.md").read_text()
    for word in ("(../LICENSES.md)", "CC-BY 4.0", "MIT", "kappa", "sheet.png"):
        assert word in card
    assert Path(POCKET / "sheet.png").is_file()
