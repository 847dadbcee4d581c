"""A family that no library knows, in one file: a tiny transformer trained by flow matching.

`REGISTERED` is the one line that `gal_studio/engine/families/registry.py` would hold; `make_invented_model`
writes a model folder of it with random weights.
"""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from diffusers import AutoencoderKL, ConfigMixin, FlowMatchEulerDiscreteScheduler, ModelMixin
from diffusers.configuration_utils import register_to_config
from diffusers.loaders import PeftAdapterMixin
from torch.nn.functional import gelu, scaled_dot_product_attention

from gal_studio.core.settings import Target
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import ModelFiles, OneFileContent, Sizes, Solver, TextFeatures
from gal_studio.engine.families.lora_names import LayerName, LoraNames
from gal_studio.engine.families.processes import FlowProcess
from tests.engine.tiny import tiny_autoencoder

TOKENS = 64


class TinyTransformer(ModelMixin, ConfigMixin, PeftAdapterMixin):
    """One block over latent positions and text tokens; it answers with a velocity."""

    _supports_gradient_checkpointing = True

    @register_to_config
    def __init__(self, channels: int = 4, width: int = 32, side: int = 8) -> None:
        super().__init__()
        self.gradient_checkpointing = False
        self.proj_in, self.proj_out = torch.nn.Linear(channels, width), torch.nn.Linear(width, channels)
        self.time, self.place = torch.nn.Linear(1, width), torch.nn.Parameter(torch.randn(side * side, width))
        self.to_q, self.to_k, self.to_v, self.to_out = (torch.nn.Linear(width, width) for _ in range(4))

    def forward(self, latents: torch.Tensor, times: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        positions = latents.shape[2] * latents.shape[3]
        tokens = self.proj_in(latents.flatten(2).transpose(1, 2)) + self.place[:positions]
        tokens = tokens + self.time((times[:, None, None] / 1000).to(tokens.dtype))
        joined = torch.cat([tokens, text], dim=1)
        if self.gradient_checkpointing and torch.is_grad_enabled():
            mixed = torch.utils.checkpoint.checkpoint(self._mix, joined, use_reentrant=False)
        else:
            mixed = self._mix(joined)
        return self.proj_out(mixed[:, :positions]).transpose(1, 2).reshape(latents.shape)

    def _mix(self, joined: torch.Tensor) -> torch.Tensor:
        attended = scaled_dot_product_attention(self.to_q(joined), self.to_k(joined), self.to_v(joined))
        return joined + self.to_out(gelu(attended))


class TinyText(ModelMixin, ConfigMixin):
    """A vector for each byte of a prompt."""

    @register_to_config
    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.bytes = torch.nn.Embedding(256, width)


@dataclass
class Parts:
    transformer: TinyTransformer
    vae: AutoencoderKL
    text: TinyText


class InventedFamily:
    """See `Family`."""

    name: ClassVar[str] = "invented"
    pipelines: ClassVar[tuple[str, ...]] = ("InventedPipeline",)
    part: ClassVar[str] = "transformer"
    usual_side: ClassVar[int] = 64
    leave_out: ClassVar[Mapping[str, Any]] = {}
    one_file: ClassVar[OneFileContent] = "denoiser"
    patch: ClassVar[int] = 1
    grid: ClassVar[int] = 4
    targets: ClassVar[tuple[Target, ...]] = ("attention", "all")

    def __init__(self, pipeline: Parts) -> None:
        self.pipeline = pipeline

    @classmethod
    def check(cls, model: Description) -> None:
        made = model.value("vae", "latent_channels")
        model.require(model.value("transformer", "channels") == made, "misfits", f"{made} channels")

    @classmethod
    def open(cls, files: ModelFiles, dtype: torch.dtype) -> "InventedFamily":
        kinds = {"transformer": TinyTransformer, "vae": AutoencoderKL, "text": TinyText}
        return cls(Parts(**{name: kind.from_pretrained(files.folder / name) for name, kind in kinds.items()}))

    def to(self, device: torch.device) -> None:
        for module in self.frozen_parts:
            module.to(device)

    @property
    def denoiser(self) -> Any:
        return self.pipeline.transformer

    @property
    def autoencoder(self) -> Any:
        return self.pipeline.vae

    @property
    def frozen_parts(self) -> tuple[torch.nn.Module, ...]:
        return (self.pipeline.transformer, self.pipeline.vae, self.pipeline.text)

    @property
    def text_parts(self) -> tuple[torch.nn.Module, ...]:
        return (self.pipeline.text,)

    @property
    def scale(self) -> int:
        return 4

    @property
    def resolution(self) -> int:
        return 32

    @property
    def latent_channels(self) -> int:
        return int(self.denoiser.config.channels)

    @property
    def token_limit(self) -> int:
        return TOKENS

    def count_tokens(self, prompt: str) -> int:
        return len(prompt.encode())

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        padded = list(prompt.encode()[:TOKENS].ljust(TOKENS))
        return TextFeatures(self.pipeline.text.bytes(torch.tensor(padded, device=device)))

    def unconditional_text(self, device: torch.device) -> TextFeatures:
        return self.encode_text("", device)

    def encode(self, pixels: torch.Tensor, deviations: float = 0.0) -> torch.Tensor:
        posterior = self.autoencoder.encode(pixels).latent_dist
        return (posterior.mean + deviations * posterior.std).float()

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        return self.autoencoder.decode(latents, return_dict=False)[0].float()

    def process(self) -> FlowProcess:
        return FlowProcess(shift=3.0)

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        solver = FlowMatchEulerDiscreteScheduler(shift=3.0)
        solver.set_timesteps(steps, device=device)
        solver.init_noise_sigma = 1.0
        return solver

    def predict(
        self, latents: torch.Tensor, times: torch.Tensor, texts: list[TextFeatures], sizes: list[Sizes]
    ) -> torch.Tensor:
        dtype = self.denoiser.dtype
        text = torch.stack([prompt.hidden for prompt in texts]).to(dtype)
        return self.denoiser(latents.to(dtype), times, text).float()

    def is_guided(self, scale: float) -> bool:
        return scale > 0

    def guide(self, without: torch.Tensor, with_text: torch.Tensor, scale: float) -> torch.Tensor:
        return with_text + scale * (with_text - without)

    def lora_layers(self, target: str) -> list[str]:
        return ["to_q", "to_k", "to_v", "to_out"]

    @property
    def lora_names(self) -> LoraNames:
        return LoraNames("invented", "invented", lambda layer, form: LayerName(f"invented.{layer}"))

    def training_attention(
        self, device: torch.device, precision: torch.dtype
    ) -> AbstractContextManager[None]:
        return nullcontext()

    def sliced_attention(self) -> AbstractContextManager[None]:
        return nullcontext()

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        return {
            "latents": torch.empty(rows, self.latent_channels, side, side, dtype=dtype),
            "times": torch.empty(rows),
            "text": torch.empty(rows, TOKENS, self.denoiser.config.width, dtype=dtype),
        }


REGISTERED = InventedFamily


def make_invented_model(folder: Path) -> str:
    """The name of a model of this family, written to the folder."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        parts = {"transformer": TinyTransformer(), "vae": tiny_autoencoder(4), "text": TinyText()}
    for name, part in parts.items():
        part.save_pretrained(folder / name)
    index = {"_class_name": "InventedPipeline"} | {
        name: ["tests", type(part).__name__] for name, part in parts.items()
    }
    (folder / "model_index.json").write_text(json.dumps(index))
    return str(folder)
