"""Train the denoising U-Net on the latents of the training pictures (v-prediction, cosine schedule).

    python -m workshop.pocket.train.denoiser --steps 50000 --minutes 60

50,000 steps are 3.2 million pictures; call it again until they are done. It starts from the shipped weights,
which may have fewer latent channels, and resumes exactly where it was stopped.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from diffusers import DDPMScheduler, DPMSolverMultistepScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from safetensors.torch import load_file
from transformers import CLIPTextModel, CLIPTokenizer

from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import NONE, caption_of
from workshop.pocket.train.autoencoder import LATENT_CHANNELS
from workshop.pocket.train.latents import load_latents, read_scale
from workshop.pocket.train.text import TextTask, tokenize
from workshop.pocket.train.text import build as build_text
from workshop.pocket.train.training import FALL, Run, arguments, fast_precision, load_weights

SHIPPED = Path(__file__).parents[3] / "assets" / "pocket" / "pipeline"
BATCH = 64
CPU_RATE = 7e-4  # of AdamW: as good per step as Muon in a short trial, and a quarter cheaper on a CPU
INNER_RATE, RATE = 1e-3, 5e-4  # of Muon, for large batches on a GPU
MIDDLE = 0.5  # share of timesteps drawn around the middle, where pictures take shape
DROPPED = 0.1
SNR_LIMIT = 5.0
# Sampling rates of two subjects and of places, relative to one object on a plain ground: on the plateau of
# the learning rate, and while it falls, when details settle: then simpler pictures are favoured.
MIXTURE, LATE_MIXTURE = (0.4, 0.75), (0.2, 0.3)
# Sampled five times as often as other concepts: GAL's anchors and what users try first.
FAVOURED = (
    *[
        "tie",
        "candy",
        "drum",
        "koala",
        "shoe",
        "pencil",
        "kite",
        "cheese",
        "backpack",
        "donut",
        "leaf",
        "moon",
        "jacket",
        "parrot",
    ],
    *["lantern", "grapes", "knife", "cat", "dog", "teapot", "car", "house", "flower", "tree", "chair"],
    *("beach scene", "teddy bear"),
)
HARD = ("leaf", "moon", "shoe", "drum", "pencil", "kite", "candy", "knife")  # sampled eight times as often


def build() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        block_out_channels=(64, 128, 256),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=192,
        attention_head_dim=4,
        norm_num_groups=16,
    )


def schedule() -> DDPMScheduler:
    return DDPMScheduler(
        num_train_timesteps=1000,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction",
        timestep_spacing="trailing",
        clip_sample=False,
        steps_offset=1,
    )


def solver() -> DPMSolverMultistepScheduler:
    """The solver that the model is shipped with.

    Its steps are those of arXiv 2206.00364 (Table 1), from sigma 80 to 0.02: the schedule's own range, up to
    20,000, wastes half of them where nothing of a picture is decided.
    """
    bounds = {"use_karras_sigmas": True, "sigma_min": 0.02, "sigma_max": 80.0}
    return DPMSolverMultistepScheduler.from_config({**schedule().config, **bounds})


@torch.no_grad()
def grow(model: UNet2DConditionModel, old: dict[str, torch.Tensor]) -> None:
    """Start from weights with fewer latent channels; new weights start small."""
    for name, weight in model.state_dict().items():
        value = old[name].to(weight.dtype)
        if value.shape == weight.shape:
            weight.copy_(value)
        else:
            weight.mul_(0.3)[tuple(slice(0, n) for n in value.shape)] = value


def load_text(work: Path | None) -> tuple[CLIPTokenizer, CLIPTextModel]:
    """The text encoder that was trained in this folder, otherwise the shipped one."""
    if work is None or not (work / "text.pt").exists():
        encoder = CLIPTextModel.from_pretrained(SHIPPED / "text_encoder", dtype=torch.float32)
        return CLIPTokenizer.from_pretrained(SHIPPED / "tokenizer"), encoder.eval()
    tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
    task = load_weights(TextTask(build_text(tokenizer), len(tokenizer)), work / "text.pt")
    return tokenizer, task.encoder.eval()


def finished(work: Path) -> Path:
    """The checkpoint of the last stage (`workshop.pocket.train.clear`), unless this one is newer.

    A folder that was only restored has the shipped weights.
    """
    here, last = work / "denoiser.pt", work / "clear.pt"
    shipped = work / "shipped-unet.pt"  # as `workshop.pocket.train.restore` names it
    if shipped.exists() and not here.exists() and not last.exists():
        return shipped
    is_last = last.exists() and not (here.exists() and here.stat().st_mtime > last.stat().st_mtime)
    return last if is_last else here


class Captions:
    """Random captions as states of the text encoder; a share `dropped` of them is empty."""

    def __init__(self, work: Path, rng: np.random.Generator, dropped: float = DROPPED) -> None:
        self.tokenizer, self.encoder = load_text(work)
        self.rng, self.dropped = rng, dropped

    def __call__(self, labels: np.ndarray) -> torch.Tensor:
        return self.encode(
            [caption_of(row, self.rng) if self.rng.random() >= self.dropped else "" for row in labels]
        )

    @torch.no_grad()
    def encode(self, words: list[str]) -> torch.Tensor:
        with fast_precision():
            return self.encoder(tokenize(self.tokenizer, words)).last_hidden_state


def drawing_rates(labels: np.ndarray, mixture: tuple[float, float] = MIXTURE) -> np.ndarray:
    """The sampling probability of each picture: higher for favoured concepts, 0 for held-out ones."""
    two_subjects, in_places = mixture
    favoured = np.array([1 + 4 * (c.name in FAVOURED) + 3 * (c.name in HARD) for c in CONCEPTS], float)
    known = np.array([c.in_denoiser for c in CONCEPTS], float)
    rate = favoured[labels["first"]] * known[labels["first"]]
    rate *= np.where(labels["second"] == NONE, 1, two_subjects * known[labels["second"]])
    rate *= np.where(labels["place"] == NONE, 1, in_places)
    return rate / rate.sum()


class Draws:
    """Random rows of pictures at the rates of `drawing_rates`; simpler ones while the learning rate falls."""

    def __init__(self, labels: np.ndarray) -> None:
        self.early, self.late = (np.cumsum(drawing_rates(labels, each)) for each in (MIXTURE, LATE_MIXTURE))

    def rows(self, rng: np.random.Generator, count: int, share: float) -> np.ndarray:
        """Draw `count` rows, `share` of the training being done."""
        edges = self.late if share > 1 - FALL else self.early
        return np.searchsorted(edges, rng.random(count), side="right").clip(max=len(edges) - 1)


def times(rng: np.random.Generator, count: int) -> torch.Tensor:
    """Stratified timesteps in [0, 999] from a mixture of a uniform and a logit-normal distribution."""
    even = (rng.permutation(count) + rng.random(count)) / count
    bent = 1 / (1 + np.exp(-1.0 * rng.standard_normal(count) - 0.2))
    chosen = np.where(rng.random(count) < MIDDLE, bent, even)
    return torch.from_numpy((chosen * 1000).astype(np.int64).clip(0, 999))


def denoising_loss(model, scheduler, clean: torch.Tensor, words: torch.Tensor, rng: np.random.Generator):
    """The squared error of the velocity of each picture, (n,), with the weight min(1, 5 / (SNR + 1)).

    Of the picture itself, that is min(SNR + 1, 5). Min-SNR's weight of it, min(SNR, 5), is 0 for pure noise,
    with which drawing begins: the model would never learn its first step.
    """
    noise = torch.randn_like(clean)
    t = times(rng, len(clean)).to(clean.device)
    noisy = scheduler.add_noise(clean, noise, t)
    with fast_precision(clean.device):
        made = model(noisy, t, words).sample.float()
    error = (made - scheduler.get_velocity(clean, noise, t)).square().mean((1, 2, 3))
    kept = scheduler.alphas_cumprod.to(clean.device)[t]
    ratio = kept / (1 - kept)
    return error * (SNR_LIMIT / (ratio + 1)).clamp(max=1)


def learner(rate: float) -> tuple[UNet2DConditionModel, torch.optim.Optimizer]:
    """A new U-Net, set up to train on a CPU, and its optimizer."""
    model = build()
    model.set_attn_processor(AttnProcessor())  # backwards on a CPU, torch's fused one takes ten times as long
    betas = (0.9, 0.98)
    return model, torch.optim.AdamW(model.parameters(), lr=rate, betas=betas, weight_decay=0.01, fused=True)


def load_shipped(model: UNet2DConditionModel) -> None:
    """Start from the shipped weights."""
    grow(model, load_file(SHIPPED / "unet" / "diffusion_pytorch_model.safetensors"))


def learn(
    run: Run, work: Path, data: tuple[np.ndarray, np.ndarray], rows: Callable[[], np.ndarray], decay: float
) -> None:
    """Train on the rows of `data` (latents and labels) that `rows` draws, as long as the run lasts."""
    (latents, labels), scale, scheduler = data, read_scale(work), schedule()
    captions, recent = Captions(work, run.rng), list[float]()
    for step in run.steps(every=240):
        drawn = rows()
        clean = torch.from_numpy(latents[drawn]).float() * scale
        loss = denoising_loss(run.module, scheduler, clean, captions(labels[drawn]), run.rng).mean()
        run.apply(loss, decay=decay)
        recent.append(loss.item())
        if step % 100 == 0:
            run.report(loss=float(np.mean(recent[-100:])), samples=len(drawn) * step)


def main() -> None:
    args = arguments(__doc__, 60, "denoiser", steps=50_000)
    data = load_latents(args.work)
    model, optimizer = learner(CPU_RATE)
    path = args.work / f"{args.name}.pt"
    if args.start_from is None and not path.exists():
        load_shipped(model)
    run, draws = Run(path, model, optimizer, args), Draws(data[1])
    learn(run, args.work, data, lambda: draws.rows(run.rng, BATCH, run.share), decay=0.999)


if __name__ == "__main__":
    main()
