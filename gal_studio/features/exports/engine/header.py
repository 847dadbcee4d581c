"""The metadata in an exported file's header, as other programs read it (`ss_*`, `modelspec.*`)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.quoting import prompt_for
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.lora_names import LoraNames
from gal_studio.engine.models.adapters import CARD, PEFT_CONFIGURATION, order_header
from gal_studio.engine.saving import save_tensors

NO_HASH = f"0x{0:064x}"


@dataclass(frozen=True)
class Facts:
    """What is known of an exported round.

    `output_name` is the file's name without its ending, `trigger` the words that call what was learned,
    `base_model` a name without local folders, and `base_sha256` the hash of its weights. `tags` counts the
    captions of the training pictures; `thumbnail` is a picture as a data URI. `card` is the studio's own. A
    LoRA that was made elsewhere has a `source`, its file, and nothing is known of its training.
    """

    title: str
    output_name: str
    trigger: str
    base_model: str
    base_sha256: str
    round: int
    seed: int
    resolution: int
    steps: int
    tune: TuneSettings
    tags: Mapping[str, int]
    date: str
    version: str
    licence: str = ""
    thumbnail: str = ""
    card: str = ""
    source: str = ""
    masked: str = ""  # how many references were learned by their masks, in words
    taught: str = ""  # which round taught its look and how strongly, in words

    @property
    def made(self) -> str:
        """How the LoRA came to be, as the end of a sentence."""
        if self.source:
            return f"made elsewhere ({self.source}) and judged with GAL Studio {self.version}"
        return f"trained with GAL Studio {self.version}"


def largest_rank(tensors: Mapping[str, torch.Tensor]) -> int:
    """The largest rank of a LoRA's layers: fused ones have more than they were trained with."""
    downs = (".lora_down.weight", ".lora_A.weight", ".lokr_w2_b")
    return max((len(tensor) for name, tensor in tensors.items() if name.endswith(downs)), default=0)


def header_of(
    facts: Facts, names: LoraNames, form: ExportForm, stored: Mapping[str, str], rank: int
) -> dict[str, str]:
    """The header of an export in this form; `stored` is that of the studio's own file.

    diffusers refuses the stored LoRA configuration beside alphas, so that only its own form has it, and a
    LoKr's, whose matrices are known by it.
    """
    entries = {**_of_trainers(facts, names, rank), **_modelspec(facts, names, form)}
    header = {"format": "pt", CARD: facts.card, **entries}
    if (form.is_own or "lokr" in form.methods) and PEFT_CONFIGURATION in stored:
        header[PEFT_CONFIGURATION] = stored[PEFT_CONFIGURATION]
    return {name: value for name, value in sorted(header.items()) if value}


def _of_trainers(facts: Facts, names: LoraNames, rank: int) -> dict[str, str]:
    """What kohya's scripts write, and A1111 shows."""
    tune, side = facts.tune, facts.resolution
    training = {
        "ss_network_args": json.dumps({"target": tune.target, **_of_a_lokr(tune)}),
        "ss_tag_frequency": json.dumps({"references": dict(facts.tags)}, ensure_ascii=False),
        "ss_steps": str(facts.steps),
        "ss_max_train_steps": str(facts.steps),
        "ss_learning_rate": str(tune.learning_rate),
        "ss_total_batch_size": str(tune.batch_size),
        "ss_num_train_images": str(sum(facts.tags.values())),
        "ss_seed": str(facts.seed),
        "ss_training_comment": f"GAL Studio {facts.version}, round {facts.round}",
    }
    return {
        **({} if facts.source else training),
        "ss_v2": str(names.is_v2),
        "ss_base_model_version": names.base_version,
        "ss_network_module": "lycoris.kohya" if tune.method == "lokr" else "networks.lora",
        "ss_network_dim": str(rank),
        "ss_network_alpha": str(float(rank)),
        "ss_output_name": facts.output_name,
        "ss_sd_model_name": facts.base_model,
        "ss_new_sd_model_hash": facts.base_sha256,
        "ss_resolution": f"({side}, {side})",
    }


def _of_a_lokr(tune: TuneSettings) -> dict[str, str]:
    return {"algo": "lokr", "factor": str(tune.lokr_factor)} if tune.method == "lokr" else {}


def _modelspec(facts: Facts, names: LoraNames, form: ExportForm) -> dict[str, str]:
    """The model metadata standard, version 1.0.1."""
    return {
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": f"{names.architecture}/lora",
        "modelspec.implementation": "diffusers",
        "modelspec.title": facts.title,
        "modelspec.resolution": f"{facts.resolution}x{facts.resolution}",
        "modelspec.trigger_phrase": facts.trigger,
        "modelspec.description": (
            f"{facts.title}, {facts.made}, for {facts.base_model}."
            if facts.source
            else f"Round {facts.round} of {facts.title}, {facts.made} on {facts.base_model}."
        ),
        "modelspec.usage_hint": _hint(facts.trigger, form),
        "modelspec.date": facts.date,
        "modelspec.license": facts.licence,
        "modelspec.merged_from": "",
        "modelspec.prediction_type": "v" if names.predicts_velocity else "epsilon" if names.has_alpha else "",
        "modelspec.thumbnail": facts.thumbnail,
        "modelspec.hash_sha256": NO_HASH,
    }


def _hint(trigger: str, form: ExportForm) -> str:
    return f"Write {prompt_for(form.syntax, trigger)} in the prompt." if trigger else ""


def save_with_header(tensors: Mapping[str, torch.Tensor], path: Path, header: Mapping[str, str]) -> None:
    """Save safetensors with sorted metadata and, in `modelspec.hash_sha256`, the hash of the tensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_tensors({name: tensor.contiguous() for name, tensor in tensors.items()}, path, header)
    changed = {}
    if "modelspec.hash_sha256" in header:
        changed["modelspec.hash_sha256"] = f"0x{tensors_hash(path)}"
    order_header(path, changed)


def tensors_hash(path: Path) -> str:
    """The SHA-256 of all bytes after the header of a safetensors file."""
    with path.open("rb") as file:
        file.seek(8 + int.from_bytes(file.read(8), "little"))
        return hashlib.file_digest(file, "sha256").hexdigest()
