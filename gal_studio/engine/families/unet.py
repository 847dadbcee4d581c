"""The common base of the U-Net families: Stable Diffusion 1.x, 2.x and XL."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

import torch
from PIL import Image
from torch.nn.functional import scaled_dot_product_attention

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Target
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import References, Sizes, Solver, TextFeatures, dtype_of
from gal_studio.engine.families.lora_names import LoraNames, unet_layer
from gal_studio.engine.families.pipeline import PipelineFamily
from gal_studio.engine.families.processes import AlphaBarProcess
from gal_studio.engine.families.unet_checks import check_unet_pipeline

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
WIDTH_OF_2 = 1024
"""The width of the text features of Stable Diffusion 2.x."""
WIDTHS = (768, WIDTH_OF_2)
"""Those of Stable Diffusion 1.x and 2.x; other programs open no other ones of this layout."""
NO_SPACING = dict.fromkeys(
    ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas"), False
)
"""Without which a solver takes no timesteps of others."""
TARGETS = {
    "attention": ATTENTION,
    "all": (
        *ATTENTION,
        *("proj_in", "proj_out", "ff.net.0.proj", "ff.net.2"),
        *("conv1", "conv2", "time_emb_proj"),
    ),
}


class UNetFamily(PipelineFamily):
    """A diffusers pipeline around a `UNet2DConditionModel` and an `AutoencoderKL`; see `Family`."""

    part: ClassVar[str] = "unet"
    usual_side: ClassVar[int] = 512
    targets: ClassVar[tuple[Target, ...]] = ("attention", "all", "style")
    by_adapter: ClassVar[bool] = True

    @classmethod
    def check(cls, model: Description) -> None:
        """Refuse what is not reproduced; see `unet_checks`."""
        check_unet_pipeline(model)

    @property
    def prediction_type(self) -> str:
        """What the U-Net predicts, according to the scheduler's configuration."""
        return str(self.pipeline.scheduler.config.prediction_type)

    @property
    def resolution(self) -> int:
        """The U-Net's latent side in pixels."""
        size = self.denoiser.config.sample_size
        return int(size if isinstance(size, int) else size[0]) * self.scale

    @property
    def latent_channels(self) -> int:
        """The U-Net's input channels."""
        return int(self.denoiser.config.in_channels)

    @property
    def token_limit(self) -> int:
        """The number of the text encoder's positions, or the tokenizer's limit if that is lower."""
        positions = int(self.pipeline.text_encoder.config.max_position_embeddings)
        return min(positions, int(self.pipeline.tokenizer.model_max_length))

    def count_tokens(self, prompt: str) -> int:
        """The number of tokens, including the start and end tokens."""
        return len(self.pipeline.tokenizer(prompt, truncation=False, verbose=False).input_ids)

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """The last hidden states of the text encoder."""
        hidden, _ = self.pipeline.encode_prompt(prompt, device, 1, False)
        return TextFeatures(hidden[0])

    def encode(self, pixels: torch.Tensor, deviations: float = 0.0) -> torch.Tensor:
        """Scale the posterior's mode, or what lies above it."""
        return self.posterior(pixels, deviations) * self.autoencoder.config.scaling_factor

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Unscale the latents and decode them."""
        return self.decoded(latents / self.autoencoder.config.scaling_factor)

    def process(self) -> AlphaBarProcess:
        """Diffusion with the scheduler's noise schedule."""
        return AlphaBarProcess.from_scheduler(self.pipeline.scheduler.config)

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """DPM-Solver++ 2M with the noise schedule of the pipeline's scheduler."""
        solver = self._unset_solver()
        solver.set_timesteps(steps, device=device)
        solver.set_begin_index(0)  # sought by its timestep, the first step is missed where several share it
        return solver  # type: ignore[no-any-return]

    def solver_at(self, sigmas: Sequence[float], device: torch.device) -> Solver:
        """The same at the timesteps that are nearest to these sigmas, with the noise that they have."""
        solver = self._unset_solver(**NO_SPACING)
        solver.set_timesteps(timesteps=self.timesteps_at(sigmas), device=device)
        solver.set_begin_index(0)
        return solver  # type: ignore[no-any-return]

    def timesteps_at(self, sigmas: Sequence[float]) -> list[int]:
        """The timesteps with the noise nearest to these sigmas; refused if two share one."""
        alpha_bar = self.process().alpha_bar.double()
        known = ((1.0 - alpha_bar) / alpha_bar).log() / 2.0
        wanted = torch.tensor(sigmas, dtype=torch.float64).log()
        found: list[int] = (known[None] - wanted[:, None]).abs().argmin(1).tolist()
        if len({*found}) < len(found):
            raise StudioError(
                f"The model has fewer timesteps than these {len(sigmas)} sigmas ask for: choose fewer "
                "sampling steps, or sigmas that are further apart."
            )
        return found

    def _unset_solver(self, **changes: Any) -> Any:
        from diffusers import DPMSolverMultistepScheduler

        # the bounds of Karras' steps are no arguments of that class, but it reads them
        known = {*DPMSolverMultistepScheduler().config, "sigma_min", "sigma_max"}
        own = self.pipeline.scheduler
        schedule = {key: value for key, value in own.config.items() if key in known}
        if schedule.get("timestep_spacing") == getattr(type(own)().config, "timestep_spacing", None):
            # that class's default, not the model's choice: PNDM's, `leading`, leaves out the last timesteps
            del schedule["timestep_spacing"]
        schedule |= {"algorithm_type": "dpmsolver++", "solver_order": 2, "final_sigmas_type": "zero"}
        schedule |= {"thresholding": False, **changes}
        return DPMSolverMultistepScheduler.from_config(
            {key: value for key, value in schedule.items() if not key.startswith("_")}
        )

    def encode_references(self, pictures: Sequence[Image.Image], device: torch.device) -> References:
        """The image encoder's features as the attached adapter reads them: the hidden states before the last
        layer (positions, width) for a resampler, or else the projected feature (width,).

        They are encoded one by one, so that many take no more memory than one.
        """
        from diffusers.models.embeddings import ImageProjection

        (projection,) = self.denoiser.encoder_hid_proj.image_projection_layers
        hidden = not isinstance(projection, ImageProjection)
        with torch.no_grad():
            pairs = [
                self.pipeline.encode_image([picture.convert("RGB")], device, 1, hidden)
                for picture in pictures
            ]
        return References(tuple(given[0] for given, _ in pairs), tuple(absent[0] for _, absent in pairs))

    def predict(
        self,
        latents: torch.Tensor,
        times: torch.Tensor,
        texts: list[TextFeatures],
        sizes: list[Sizes],
        references: Sequence[References] = (),
    ) -> torch.Tensor:
        """The predicted noise or velocity."""
        dtype = dtype_of(self.denoiser)
        added = self.conditions(texts, sizes, dtype)
        if references:
            images = torch.stack([torch.stack(one.features) for one in references])
            added = {**(added or {}), "image_embeds": [images.to(latents.device, dtype)]}
        answer: torch.Tensor = self.denoiser(
            latents.to(dtype),
            times,
            encoder_hidden_states=torch.stack([text.hidden for text in texts]).to(dtype),
            added_cond_kwargs=added,
            return_dict=False,
        )[0]
        return answer.float()

    def conditions(
        self, texts: list[TextFeatures], sizes: list[Sizes], dtype: torch.dtype
    ) -> dict[str, Any] | None:
        """Added conditions of the U-Net; none by default."""
        return None

    def lora_layers(self, target: str) -> list[str]:
        """Attention only, all linear and convolutional layers of the blocks, or those that decide the style.

        Shapes are decided where the U-Net is coarsest; lines, textures and colours on the way up from there:
        "style" has all layers of the upward blocks but the first.
        """
        if target != "style":
            return list(TARGETS[target])
        later = tuple(f"up_blocks.{block}." for block in range(1, len(self.denoiser.up_blocks)))
        endings = tuple(f".{ending}" for ending in TARGETS["all"])
        names = (name for name, _ in self.denoiser.named_modules())
        return [name for name in names if name.startswith(later) and name.endswith(endings)]

    @property
    def lora_names(self) -> LoraNames:
        """Those of Stable Diffusion 1.x, or of 2.x if the text has its width."""
        velocity = self.prediction_type == "v_prediction"
        if self.denoiser.config.cross_attention_dim != WIDTH_OF_2:
            base, architecture = "sd_v1", "stable-diffusion-v1"
        elif velocity:
            base, architecture = "sd_v2_v", "stable-diffusion-v2-768-v"
        else:
            base, architecture = "sd_v2", "stable-diffusion-v2-512"
        is_v2 = base != "sd_v1"
        is_known = self.denoiser.config.cross_attention_dim in WIDTHS
        return LoraNames(base, architecture, unet_layer, True, is_v2, velocity, is_known)

    def training_attention(
        self, device: torch.device, precision: torch.dtype
    ) -> AbstractContextManager[None]:
        """On a CPU that trains in bfloat16, compute attention in float32."""
        return training_attention(self.denoiser, device, precision)

    @contextmanager
    def sliced_attention(self) -> Iterator[None]:
        """Compute attention one head at a time; with an image adapter, which has its own, as always."""
        if self.denoiser.encoder_hid_proj is not None:
            yield
            return
        processors = dict(self.denoiser.attn_processors)
        self.denoiser.set_attention_slice("max")
        try:
            yield
        finally:
            self.denoiser.set_attn_processor(processors)

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Inputs with the longest text that the encoders produce: 77 tokens."""
        config = self.denoiser.config
        return {
            "sample": torch.empty(rows, config.in_channels, side, side, dtype=dtype),
            "timestep": torch.empty(rows, dtype=torch.long),
            "encoder_hidden_states": torch.empty(rows, 77, config.cross_attention_dim, dtype=dtype),
            "return_dict": False,
        }


class Float32Attention:
    """softmax(q k' / sqrt(d)) v in float32, limited to what a Stable Diffusion U-Net needs.

    On a CPU its backward pass is several times slower in bfloat16.
    """

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        temb: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Attend to the text, or to the states themselves: (n, positions, width)."""
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        rows, positions, _ = hidden_states.shape
        query, key, value = (
            part.view(rows, -1, attn.heads, part.shape[-1] // attn.heads).transpose(1, 2)
            for part in (attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context))
        )
        attended = self.attend(query, key, value, attention_mask)
        joined = attended.transpose(1, 2).reshape(rows, positions, -1)
        return attn.to_out[0](joined) / attn.rescale_output_factor

    def attend(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """Scaled dot-product attention, (n, heads, positions, head width), in the precision of the queries.

        What follows may be 8-bit layers, which autocast does not reach.
        """
        with torch.autocast(query.device.type, enabled=False):
            parts = query.float(), key.float(), value.float()
            return scaled_dot_product_attention(*parts, attn_mask=mask).to(query.dtype)


@contextmanager
def training_attention(unet: Any, device: torch.device, precision: torch.dtype) -> Iterator[None]:
    """Use float32 attention within the context where it is faster: on a CPU that trains in bfloat16."""
    stock = dict(unet.attn_processors)
    is_faster = device.type == "cpu" and precision == torch.bfloat16
    is_faster = is_faster and unet.encoder_hid_proj is None  # an image adapter has its own attention
    if is_faster and all(_is_plain(module) for module in unet.modules() if hasattr(module, "to_out")):
        unet.set_attn_processor(Float32Attention())
    try:
        yield
    finally:
        unet.set_attn_processor(stock)


def _is_plain(layer: Any) -> bool:
    unusual = (layer.group_norm, layer.spatial_norm, layer.norm_q, layer.norm_k, layer.norm_cross)
    return not layer.residual_connection and not any(part for part in unusual)
