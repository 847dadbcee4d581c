"""What a picture was generated with, as text in a PNG file, in the form of A1111 that others read too."""

import functools
import hashlib
import os
import struct
import zlib
from pathlib import Path

from gal_studio.assets import load_presets, load_shape
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem, round_names
from gal_studio.core.quoting import prompt_for
from gal_studio.core.settings import Settings
from gal_studio.state import Store
from gal_studio.state.hooks import Drawn, all_hooks

KEYWORD = "parameters"
"""The name of the text in the PNG file."""
_SIGNATURE, _HEADER_ENDS = b"\x89PNG\r\n\x1a\n", 33  # the first chunk, IHDR, has 25 bytes
_SAMPLERS = {
    **dict.fromkeys(("sd1", "sdxl"), "DPM++ 2M"),
    **dict.fromkeys(("flux2-klein", "z-image", "krea-2", "qwen-image-2.1", "anima"), "Euler"),
}

_FAST_SAMPLERS = {"ddim": "DDIM", "lcm": "LCM"}


def of_candidate(store: Store, candidate_id: str) -> str:
    """The generation data of a candidate; those of one that a feature made, such as of a tried prompt."""
    for hooks in all_hooks():
        if drawn := hooks.drawn(store, candidate_id):
            return written(store, drawn)
    round_id, found = store.candidates.round_of(candidate_id), store.candidates.get(candidate_id)
    round_ = store.rounds.get(round_id)
    anchors = store.projects.anchors(round_.project_id)
    prompt = next(one.prompt for one in anchors if one.id == found.anchor_id)
    guidance = round_.settings.generation.as_drawn.guidance_scale
    return written(store, Drawn(round_id, prompt, found.seed, guidance, found.recipe))


def written(store: Store, by: Drawn) -> str:
    """The prompt, and below it the other values; what is not known is left out."""
    round_ = store.rounds.get(by.round_id)
    settings = round_.settings
    project = store.projects.get(round_.project_id)
    drawn = settings.generation.as_drawn
    sampler = _FAST_SAMPLERS.get(drawn.solver) or _sampler(project.base_model)
    lora = Path(drawn.speed_lora.strip()).name
    facts = {
        "Steps": str(drawn.steps),
        "Sampler": sampler,
        "Sigmas": " ".join(f"{sigma:g}" for sigma in drawn.denoising.sigmas),
        "CFG scale": f"{by.guidance_scale:g}",
        "Seed": str(by.seed),
        "Model": Path(drawn.fast_model.strip() or project.base_model).name,
        "Speed LoRA": lora,
        **_of_lora(store, settings, by),
        "Version": "GAL Studio",
    }
    line = ", ".join(f"{name}: {value}" for name, value in facts.items() if value)
    avoided = [f"Negative prompt: {prompt_for('a1111', by.negative)}"] if by.negative else []
    return "\n".join([prompt_for("a1111", by.prompt), *avoided, line])


def _of_lora(store: Store, settings: Settings, by: Drawn) -> dict[str, str]:
    """The LoRA with the hash by which A1111 knows it, and how strongly it drew over the steps."""
    round_, recipe = store.rounds.get(by.round_id), by.recipe
    adapter = round_.adapter if by.step is None else by.lora
    strength = f"{recipe.late:g}"
    if not recipe.is_constant:
        taken = settings.generation.as_drawn.denoising
        until = f"until step {recipe.until(taken)} of {taken.steps}"
        strength = f"{recipe.early:g} {until} then {recipe.late:g}"
    if adapter is None or not store.adapters.has(adapter):
        return {"GAL strength": strength}
    if not (hash_ := _lora_hash(store.adapters.plain(adapter))):
        return {"GAL strength": strength}
    name = round_names(store.rounds.of_project(round_.project_id))[by.round_id]
    name = name if by.step is None else f"{name} step {by.step}"
    stem = file_stem(store.projects.name(round_.project_id), round_.project_id)
    return {"Lora hashes": f'"{stem}-{file_stem(name, by.round_id)}: {hash_}"', "GAL strength": strength}


@functools.lru_cache(64)
def _lora_hash(path: Path) -> str:
    """The first digits of the SHA-256 of the tensors: of all after the header; "" if that is damaged."""
    with path.open("rb") as file:
        begins = 8 + int.from_bytes(file.read(8), "little")
        if begins > os.fstat(file.fileno()).st_size:
            return ""
        file.seek(begins)
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _sampler(base_model: str) -> str:
    """What A1111 calls the sampler of a model of the presets; "" for any other."""
    shape = next((one.shape for one in load_presets() if one.base_model == base_model), None)
    return _SAMPLERS.get(load_shape(shape).family, "") if shape else ""


def png_with(data: bytes, text: str) -> bytes:
    """A PNG file with this text in it, in place of one that it has."""
    if not data.startswith(_SIGNATURE):
        raise StudioError("Only a PNG file can say how it was generated.")
    try:
        kind, body = b"tEXt", KEYWORD.encode() + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        kind, body = b"iTXt", KEYWORD.encode() + b"\0\0\0\0\0" + text.encode()
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:_HEADER_ENDS] + chunk + data[_HEADER_ENDS:]
