"""Measure the autoencoder on unseen art, and draw sources and reconstructions side by side.

    python -m workshop.pocket.evaluation.reconstruction --sheet reconstruction.png

The pictures are the references of the demos, OpenMoji icons (fetched from npm for this only), and the
held-out designs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gal_studio.assets import assets_folder
from workshop.pocket.data import art
from workshop.pocket.data.concepts import HELD_OUT_DESIGNS
from workshop.pocket.data.dataset import NONE, WORK, Plan, designs_of, render
from workshop.pocket.train.autoencoder import reconstruction
from workshop.pocket.train.batches import to_tensor
from workshop.pocket.train.decoder import load_finished

SIZE = 128
OPENMOJI = (
    *("cat", "dog", "house", "doughnut", "koala", "teapot", "parrot", "kite", "cheese-wedge", "backpack"),
    *("grapes", "kitchen-knife", "drum", "candy", "pencil", "coat", "running-shoe", "automobile"),
    *("teddy-bear", "maple-leaf", "crescent-moon", "red-paper-lantern", "fox", "sunflower", "bicycle"),
    *("penguin", "hamburger"),
)
WIDTHS = (104, 64, 112, 72)  # px of the OpenMoji pictures, in turn
GROUNDS = ((1.0, 1.0, 1.0), (0.87, 0.92, 0.97))
Named = tuple[str, np.ndarray]


def demo_pictures() -> Iterator[Named]:
    """The demo's references at 128 px."""
    for path in sorted((assets_folder() / "demo").glob("*/*.png")):
        picture = Image.open(path).convert("RGB").resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        yield f"demo/{path.stem}", np.asarray(picture)


def openmoji_pictures(folder: Path) -> Iterator[Named]:
    """OpenMoji icons in several sizes on white and pale grounds."""
    art.fetch(folder, ["openmoji"])
    svgs, _ = art.read_set(folder, "openmoji")
    for number, name in enumerate(OPENMOJI):
        width = WIDTHS[number % len(WIDTHS)]
        icon = art.fit(art.draw_svg(svgs[name], 4 * SIZE), width, 0).astype(np.float32) / 255
        ground = np.broadcast_to(np.float32(GROUNDS[number % 3 == 2]), (SIZE, SIZE, 3)).copy()
        start = (SIZE - width) // 2
        inside = ground[start : start + width, start : start + width]
        inside[:] = icon[..., :3] * icon[..., 3:] + inside * (1 - icon[..., 3:])
        yield f"openmoji/{name}", (ground * 255 + 0.5).astype(np.uint8)


def held_out_pictures(icons: Path) -> Iterator[Named]:
    """The held-out designs on plain grounds."""
    designs = designs_of(icons)
    for number, d in enumerate(designs):
        if (d.concept, d.codepoint, d.pack) in HELD_OUT_DESIGNS:
            picture = render(Plan((number,), NONE, NONE), designs, np.random.default_rng(7))
            yield f"held out/{d.concept}-{d.codepoint}-{d.pack}", picture


@torch.no_grad()
def sheet_of(model: torch.nn.Module, pictures: np.ndarray, columns: int = 9) -> Image.Image:
    """Rows of sources with their reconstructions below, at twice the size."""
    made = model.decode(model.encode(to_tensor(pictures)).latent_dist.mean).sample.clamp(-1, 1)
    drawn = ((made + 1) * 127.5 + 0.5).byte().permute(0, 2, 3, 1).numpy()
    rows = -(-len(pictures) // columns)
    sheet = np.full((2 * rows * SIZE, columns * SIZE, 3), 255, np.uint8)
    for number, pair in enumerate(zip(pictures, drawn, strict=True)):
        top, left = 2 * (number // columns) * SIZE, number % columns * SIZE
        sheet[top : top + 2 * SIZE, left : left + SIZE] = np.concatenate(pair)
    return Image.fromarray(sheet).resize((2 * columns * SIZE, 4 * rows * SIZE), Image.Resampling.NEAREST)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--icons", type=Path, default=WORK / "icons")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = load_finished(args.work)
    sources = (demo_pictures(), openmoji_pictures(args.icons), held_out_pictures(args.icons))
    names, pictures = zip(*(named for source in sources for named in source), strict=True)
    figures = reconstruction(model, np.stack(pictures))
    for name, figure in zip(names, figures, strict=True):
        print(f"{name:40s} {figure:.2f} dB")
    for group in ("demo", "openmoji", "held out"):
        chosen = figures[[name.startswith(group) for name in names]]
        print(f"{group}: mean {chosen.mean():.2f} dB, least {chosen.min():.2f} dB of {len(chosen)}")
    if args.sheet is not None:
        sheet_of(model, np.stack(pictures)).save(args.sheet)


if __name__ == "__main__":
    main()
