"""Train the image adapter of the shipped U-Net, which stays as it is (IP-Adapter, arXiv 2308.06721).

    python -m workshop.pocket.data.views --shards 12
    python -m workshop.pocket.train.adapter --minutes 50
    python -m workshop.pocket.train.adapter --export FOLDER

From one picture of a subject and a caption it learns to draw another picture of it
(`workshop.pocket.data.views`): a projection of the vision tower's tokens, and the keys and values of the
U-Net's cross-attention. In 5 % of the cases each the text, the picture, and both are left out, and the text
far oftener at first: beside it, a picture tells little, and is hardly learned to be read. The projection is
that of the published full adapters, which takes each token alone: a resampler has to learn first what to
read. It resumes exactly where it was stopped; shards that were finished meanwhile are read then.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor, IPAdapterAttnProcessor
from diffusers.models.embeddings import IPAdapterFullImageProjection
from safetensors.torch import save_file
from torch import nn

from gal_studio.engine.patches.tower_encoder import GRID
from workshop.pocket.data.concepts import Concept
from workshop.pocket.data.dataset import NONE
from workshop.pocket.data.views import VIEWS, Encoders, caption_of, finished
from workshop.pocket.train.denoiser import SHIPPED, SNR_LIMIT, Captions, schedule
from workshop.pocket.train.training import Run, arguments, fast_precision, load_weights

BATCH = 32
RATE = 2e-3
EARLIEST = 600  # the least timestep: below it the noisy picture itself tells what it shows
STYLED = 0.3  # how often a picture in a style is drawn or given, relative to one in none
LEFT_OUT = 0.05  # each of text, picture, and both
ALONE = 0.5  # of pictures without their text more at the start, falling to none
MEASURED_ON = 64
REPORT = 50
NAME = "ip-adapter-full_pocket.safetensors"


class Adapter(nn.Module):
    """A projection of tokens, and the processors with keys and values for each cross-attention."""

    def __init__(self, unet: UNet2DConditionModel, tokens_width: int) -> None:
        super().__init__()
        out = unet.config.cross_attention_dim
        self.projection = IPAdapterFullImageProjection(tokens_width, out)
        self.crossing = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
        self.attention = nn.ModuleList(self._begun(unet, name) for name in self.crossing)

    def _begun(self, unet: UNet2DConditionModel, name: str) -> IPAdapterAttnProcessor:
        """It begins with the text's keys, and adds nothing."""
        layer = unet.get_submodule(name.removesuffix(".processor"))
        made = IPAdapterAttnProcessor(layer.to_k.out_features, layer.to_k.in_features, (GRID**2,))
        made.to_k_ip[0].weight.data.copy_(layer.to_k.weight)
        nn.init.zeros_(made.to_v_ip[0].weight)
        return made

    def attach(self, unet: UNet2DConditionModel) -> None:
        """Have the U-Net use the adapter, and torch's plain attention elsewhere, as `denoiser.learner`."""
        processors: dict[str, nn.Module | AttnProcessor] = {
            name: AttnProcessor() for name in unet.attn_processors
        }
        processors |= dict(zip(self.crossing, self.attention, strict=True))
        unet.set_attn_processor(processors)

    def set_strength(self, strength: float) -> None:
        for processor in self.attention:
            processor.scale = [strength]


@dataclass(frozen=True)
class Views:
    """Pictures as scaled latents and standardised tokens; those of a subject are next to each other."""

    latents: np.ndarray
    tokens: np.ndarray
    views: np.ndarray
    concepts: list[Concept]

    @classmethod
    def load(cls, paths: list[Path]) -> "Views":
        if not paths:
            raise SystemExit("there are no views: run python -m workshop.pocket.data.views first")
        shards, concepts, views = [np.load(path) for path in paths], [], []
        for shard in shards:
            moved = shard["views"].copy()
            moved["subject"] += len(concepts)
            views.append(moved)
            concepts += [Concept(name, phrase, (), ()) for name, phrase in shard["words"]]
        latents, tokens = (
            np.concatenate([shard[name] for shard in shards]) for name in ("latents", "tokens")
        )
        return cls(latents, tokens, np.concatenate(views), concepts)

    def captions(self, rows: np.ndarray, rng: np.random.Generator) -> list[str]:
        return [caption_of(view, self.concepts[view["subject"]], rng) for view in self.views[rows]]

    def pairs(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows to draw, and for each the row of another picture of its subject."""
        liked = np.where(self.views["style"] == NONE, 1.0, STYLED)
        edges = np.cumsum(liked / liked.sum())
        rows = np.searchsorted(edges, rng.random(count), side="right").clip(max=len(edges) - 1)
        same = rows[:, None] // VIEWS * VIEWS + np.arange(VIEWS)
        rates = np.where(same == rows[:, None], 0.0, liked[same])
        within = np.cumsum(rates / rates.sum(1, keepdims=True), 1)
        chosen = (rng.random(count)[:, None] < within).argmax(1)
        return rows, same[np.arange(count), chosen]


@dataclass(frozen=True)
class Scale:
    """Mean and deviation of each channel of the tokens; the first layer that is written has them in it."""

    mean: torch.Tensor
    deviation: torch.Tensor

    @classmethod
    def of(cls, tokens: np.ndarray) -> "Scale":
        """Measured on the first thousand pictures, which are the same in each call."""
        some = torch.from_numpy(tokens[:1000]).float().flatten(0, 1)
        return cls(some.mean(0), some.std(0).clamp(min=1e-3))

    def apply(self, tokens: torch.Tensor) -> torch.Tensor:
        return (tokens.float() - self.mean) / self.deviation

    def folded(self, weight: torch.Tensor, bias: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """A first layer that reads tokens as they are."""
        scaled = weight / self.deviation
        return scaled, bias - scaled @ self.mean


def times(rng: np.random.Generator, count: int) -> torch.Tensor:
    """Timesteps in [600, 999], one in each of `count` equal parts."""
    even = (rng.permutation(count) + rng.random(count)) / count
    return torch.from_numpy((EARLIEST + even * (1000 - EARLIEST)).astype(np.int64).clip(0, 999))


class Learning:
    """The loss of pairs, with the weights of `denoiser.denoising_loss`."""

    def __init__(self, unet: UNet2DConditionModel, scale: Scale, absent: torch.Tensor) -> None:
        self.unet, self.scale, self.absent, self.scheduler = unet, scale, absent, schedule()

    def loss(
        self,
        adapter: Adapter,
        clean: torch.Tensor,
        words: torch.Tensor,
        given: torch.Tensor,
        t: torch.Tensor,
        noise: torch.Tensor,
    ) -> torch.Tensor:
        """The weighted squared error of each picture, (n,); `given` are tokens (n, 64, d) as they are."""
        noisy = self.scheduler.add_noise(clean, noise, t)
        with fast_precision():
            seen = adapter.projection(self.scale.apply(given))
            made = self.unet(noisy, t, (words, [seen])).sample.float()
        error = (made - self.scheduler.get_velocity(clean, noise, t)).square().mean((1, 2, 3))
        kept = self.scheduler.alphas_cumprod[t]
        return error * (SNR_LIMIT * (1 - kept)).clamp(max=1)


def frozen_unet() -> UNet2DConditionModel:
    return (
        UNet2DConditionModel.from_pretrained(SHIPPED / "unet", dtype=torch.float32)
        .requires_grad_(False)
        .eval()
    )


def gain(learning: Learning, adapter: Adapter, held: Views, captions: Captions) -> dict[str, float]:
    """The loss on designs that were held out, with their reference and with none; always the same pairs."""
    rng, generator = np.random.default_rng(5), torch.Generator().manual_seed(5)
    rows, others = held.pairs(rng, MEASURED_ON)
    clean = torch.from_numpy(held.latents[rows]).float()
    words = captions.encode(held.captions(rows, rng))
    t, noise = times(rng, len(rows)), torch.randn(clean.shape, generator=generator)
    given = torch.from_numpy(held.tokens[others]).float()
    found = {}
    with torch.no_grad():
        found["with"] = learning.loss(adapter, clean, words, given, t, noise).mean().item()
        adapter.set_strength(0.0)
        found["without"] = learning.loss(adapter, clean, words, given, t, noise).mean().item()
        adapter.set_strength(1.0)
    return found


def learn(run: Run, learning: Learning, views: Views, held: Views, captions: Captions) -> None:
    recent: list[float] = []
    for step in run.steps(every=120):
        rows, others = views.pairs(run.rng, BATCH)
        clean, given = (
            torch.from_numpy(views.latents[rows]).float(),
            torch.from_numpy(views.tokens[others]).float(),
        )
        left_out = run.rng.random(BATCH)
        given[left_out < 2 * LEFT_OUT] = learning.absent
        alone = LEFT_OUT + ALONE * (1 - run.share)
        said = [
            "" if LEFT_OUT <= share < 2 * LEFT_OUT + alone else caption
            for caption, share in zip(views.captions(rows, run.rng), left_out, strict=True)
        ]
        t, noise = times(run.rng, BATCH), torch.randn(clean.shape)
        loss = learning.loss(run.module, clean, captions.encode(said), given, t, noise).mean()
        run.apply(loss, decay=0.998)
        recent.append(loss.item())
        if step % REPORT == 0:
            measured = gain(learning, run.module, held, captions) if step % (4 * REPORT) == 0 else {}
            run.report(loss=float(np.mean(recent[-4 * REPORT :])), **measured)


def written(adapter: Adapter, scale: Scale) -> dict[str, torch.Tensor]:
    """The adapter in the published layout, half precision."""
    first, second, norm = (
        adapter.projection.ff.net[0].proj,
        adapter.projection.ff.net[2],
        adapter.projection.norm,
    )
    weight, bias = scale.folded(first.weight, first.bias)
    found = {"proj.0.weight": weight, "proj.0.bias": bias}
    found |= {"proj.2.weight": second.weight, "proj.2.bias": second.bias}
    found |= {"proj.3.weight": norm.weight, "proj.3.bias": norm.bias}
    found = {f"image_proj.{name}": tensor for name, tensor in found.items()}
    for number, processor in enumerate(adapter.attention):
        found[f"ip_adapter.{2 * number + 1}.to_k_ip.weight"] = processor.to_k_ip[0].weight
        found[f"ip_adapter.{2 * number + 1}.to_v_ip.weight"] = processor.to_v_ip[0].weight
    return {name: tensor.detach().half().contiguous() for name, tensor in found.items()}


def export(work: Path, name: str, out: Path) -> Path:
    """Write the mean weights of a checkpoint as an adapter."""
    unet, views = frozen_unet(), Views.load(list(finished(work))[:1])
    adapter = Adapter(unet, views.tokens.shape[-1])
    load_weights(adapter, work / f"{name}.pt")
    out.mkdir(parents=True, exist_ok=True)
    save_file(written(adapter, Scale.of(views.tokens)), out / NAME, metadata={"format": "pt"})
    return out / NAME


def main() -> None:
    args: argparse.Namespace = arguments(__doc__, 50, "adapter", own=_out)
    if args.export:
        print(export(args.work, args.name, args.export))
        return
    views, held = Views.load(list(finished(args.work))), Views.load([args.work / "held-views.npz"])
    unet = frozen_unet()
    adapter = Adapter(unet, views.tokens.shape[-1])
    optimizer = torch.optim.AdamW(
        adapter.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    run = Run(args.work / f"{args.name}.pt", adapter, optimizer, args)
    adapter.attach(unet)
    learning = Learning(unet, Scale.of(views.tokens), Encoders.load().absent())
    captions = Captions(args.work, run.rng)
    learn(run, learning, views, held, captions)


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--export", type=Path, help="write the checkpoint as an adapter into this folder, and end"
    )


if __name__ == "__main__":
    main()
