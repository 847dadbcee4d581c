"""DreamBench drawn without training, as PatchDPO published it: the model is given the subjects."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from gal_studio.assets import resolve_adapter
from gal_studio.core.errors import StudioError
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import MOST_DRAWN_WITH, NATIVE, GenerationSettings
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.models.adapter_files import locate_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.patches.foreground import foreground_mask
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.given_pictures import padded
from gal_studio.engine.sampling.reference_adapter import attached, encode_references, load_adapter
from gal_studio.research.evaluation.drawing import Wanted, check_same, draw_into, facts_of_pictures
from gal_studio.research.evaluation.dreambench import BenchSubject, file_stem, single_image
from gal_studio.research.evaluation.published import PUBLISHED
from gal_studio.state.images.read import read_picture

STRENGTHS = {"all": 0.78, "one": 0.65}
"""Published scales of the adapter with all pictures of a subject, and with one."""


@dataclass(frozen=True)
class Drawer:
    """How a benchmark is drawn: by which model and adapter, with one picture of each subject or all.

    `revisions` are the commits of the model and, once it was looked for, of the adapter.
    """

    model: ImageModel
    adapter: str
    settings: GenerationSettings
    single: bool
    strength: float
    seed: int = 0
    revisions: Revisions = field(default_factory=dict)


def draw_referenced(drawer: Drawer, asked: BenchSubject, out: Path) -> Iterator[int]:
    """Draw one picture for each prompt, as `NAME/PROMPT.png`; yields how many were drawn.

    The tokens of its pictures are averaged. A model that takes pictures by itself reads all of them.
    """
    model, folder = drawer.model, out / asked.name
    paths = [single_image(asked)] if drawer.single else list(asked.references)
    if len(paths) > MOST_DRAWN_WITH:
        raise StudioError(
            f"{asked.name} has {len(paths)} reference images, and an image can use at most "
            f"{MOST_DRAWN_WITH}: remove some."
        )
    if drawer.adapter.strip() != NATIVE:
        locate_adapter(resolve_adapter(drawer.adapter.strip()), model.family.name, drawer.revisions)
    check_same(
        folder,
        {
            "base_model": model.name,
            "revisions": dict(drawer.revisions),
            "precision": str(model.drawing_precision).removeprefix("torch."),
            "adapter": drawer.adapter,
            "strength": drawer.strength,
            "seed": drawer.seed,
            "given": [path.name for path in paths],
            **facts_of_pictures(drawer.settings),
        },
    )
    wanted = [
        Wanted(folder / f"{file_stem(plain)}.png", plain, named_seed(drawer.seed, "dreambench", plain, 0))
        for plain in asked.prompts()
    ]
    missing = [each for each in wanted if not each.path.is_file()]
    if missing:
        yield from _draw(drawer, paths, missing, folder)


def boxed(path: Path) -> Image.Image:
    """A reference as published: cropped to the box of its subject, and padded with white to a square."""
    picture = read_picture(path)[0].convert("RGB")
    box = 0, 0, *picture.size
    with suppress(StudioError):  # without a subject that can be found, all of it is given
        box = foreground_mask(picture).getbbox() or box
    return padded(picture, box)


def _draw(drawer: Drawer, paths: list[Path], missing: list[Wanted], folder: Path) -> Iterator[int]:
    name, pictures = drawer.adapter.strip(), list(map(boxed, paths))
    with drawing(drawer.model) as ready:
        if name == NATIVE:
            encoded = encode_references(ready, None, pictures)
            yield from draw_into(folder, ready, missing, drawer.settings, encoded)
            return
        adapter = load_adapter(resolve_adapter(name), ready, drawer.revisions, TowerEncoder)
        with attached(ready, adapter, drawer.strength, "average"):
            encoded = encode_references(ready, adapter, pictures)
            yield from draw_into(folder, ready, missing, drawer.settings, encoded)


def published_line(single: bool) -> str:
    """The published figures of the same setting, to stand below a table."""
    dino, clip_i, clip_t = PUBLISHED["one" if single else "all"]
    figures = f"DINO {dino:.3f}, CLIP-I {clip_i:.3f}, CLIP-T {clip_t:.3f}"
    return f"published (PatchDPO on SDXL, 30 subjects): {figures}"
