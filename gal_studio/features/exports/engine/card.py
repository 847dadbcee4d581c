"""The model card (README.md) of an exported round."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gal_studio.assets import bundled_version
from gal_studio.core.denoising import Denoising
from gal_studio.core.models.forms.programs import LYCORIS, scheduled
from gal_studio.core.models.names import checkpoint_name, is_bundled, public_name
from gal_studio.core.quoting import code_span, markdown, prompt_for
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families.family import Family
from gal_studio.engine.loras.check import Checked
from gal_studio.engine.loras.stock import is_modular, scale_name
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.features.exports.engine.header import Facts
from gal_studio.features.exports.engine.shown import CardPicture
from gal_studio.features.exports.engine.task import ExportTask

FULL = "LoRA strength 1"
SOLVER = "docs/export.md (*In Python*) of GAL Studio says how to generate exactly as the studio does"
BY_STEPS = "the same document shows how diffusers changes it between steps"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class Written:
    """What lies beside the card. `file` is a LoRA, or the weights of a whole denoiser in a folder.

    The `expected` pictures have `resolution` pixels a side. `recipe` is what the round draws best with.
    """

    file: str
    pictures: Sequence[CardPicture]
    expected: Sequence[DrawRequest]
    resolution: int
    is_whole: bool
    workflow: str = ""
    merged: str = ""
    recipe: Recipe = AS_TRAINED
    constant: Recipe = AS_TRAINED  # the best one with one strength for all steps


def model_card(task: ExportTask, facts: Facts, family: Family, written: Written) -> str:
    """The text of README.md, in Markdown with the metadata that the hub reads; what was checked follows."""
    parts = [
        _front_matter(facts, written),
        f"# {markdown(facts.title)}",
        _introduction(facts, written),
        _pictures(written.pictures),
        _use(task, facts, family, written),
        _measured(task),
        _settings(task, facts),
        _licence(facts),
        _publish(written),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _publish(written: Written) -> str:
    """How all of the folder gets onto the hub: the command makes the repository."""
    name = "ROUND" if written.is_whole else written.file.removesuffix(".safetensors")
    command = f"hf upload YOUR-NAME/{name} . --private"
    return (
        f"## Publish\n\nAfter `hf auth login`, in this folder:\n\n```\n{command}\n```\n\n"
        "The repository is private until you change that in its settings."
    )


def checked_section(checked: Sequence[Checked]) -> str:
    """The last section of a card."""
    sentences = [each.sentence.removeprefix("Checked: ") for each in checked]
    lines = [f"- {sentence[:1].upper()}{sentence[1:]}" for sentence in sentences]
    return "\n".join(["\n## Checked\n", *lines, ""])


def _front_matter(facts: Facts, written: Written) -> str:
    """The metadata of the hub, which refuses a card whose base model is no name of its own."""
    lines = ["---"]
    if base := _on_the_hub(facts.base_model):
        lines += [
            f"base_model: {base}",
            f"base_model_relation: {'finetune' if written.is_whole else 'adapter'}",
        ]
    lines += ["library_name: diffusers", "pipeline_tag: text-to-image", "tags:"]
    lines += ["- text-to-image", "- gal-studio", *(() if written.is_whole else ("- lora",))]
    if facts.trigger:
        lines.append(f"instance_prompt: {_quoted(facts.trigger)}")
    return "\n".join([*lines, "---"])


def _on_the_hub(base_model: str) -> str:
    """The hub ID of a base model, or of the pipeline of a one-file checkpoint; "" if it has none."""
    name = base_model.rpartition(" with ")[2]
    return name if _HUB_ID.fullmatch(name) and not name.endswith((".safetensors", ".sft", ".gguf")) else ""


def _introduction(facts: Facts, written: Written) -> str:
    what = "The whole denoiser" if written.is_whole else "A LoKr" if facts.tune.method == "lokr" else "A LoRA"
    merged = f" The denoiser with the LoRA merged into it: `{written.merged}/`." if written.merged else ""
    rounds = "" if facts.source else f" in rounds: this is round {facts.round}"
    call = f"Write **{markdown(facts.trigger)}** in the prompt. " if facts.trigger else ""
    made = f"{what} for {markdown(facts.base_model)}, {markdown(facts.made)}{rounds}."
    return f"{made} {call}File: `{written.file}`.{merged}"


def _pictures(pictures: Sequence[CardPicture]) -> str:
    lines = [
        f"| ![]({each.path}) | {markdown(each.prompt)} | {each.seed} | {each.recipe.words or FULL} |"
        for each in pictures
    ]
    return "\n".join(["| image | prompt | seed | strength |", "|---|---|---|---|", *lines]) if lines else ""


def _use(task: ExportTask, facts: Facts, family: Family, written: Written) -> str:
    """How to use the file in each program that reads this form."""
    drawn = task.settings.generation.as_drawn
    lines = ["## Use", "", "```python", *_code(task, facts, family, written), "```", "", f"{SOLVER}."]
    if written.is_whole:
        lines += [
            "",
            "It replaces this part of the model. It is not a LoRA: other programs do not list it.",
        ]
    elif not family.lora_names.is_known:
        lines += ["", "Other programs do not have this base model: the file is for diffusers."]
    elif not task.form.is_own:
        strength = f"{written.constant.late:.3g}"
        place = f"put `{written.file}` into `{task.form.place}`, with a strength of {strength}"
        programs = task.form.programs_for(family.name)
        lines += ["", f"{programs}: {place}.", *_brackets(task, facts, family, written)]
    if written.workflow:
        lines += [
            "",
            f"ComfyUI: open `{written.workflow}`, choose your {drawing_base(facts, drawn)} in its loaders, "
            "and run it.",
            "`comfyui-expected.png` is what the studio generates; ComfyUI rounds differently.",
        ]
    if drawn.is_fast:
        lines += ["", f"Images and strengths here are for {_fast(drawn)}, the code for the base model alone."]
    lines += _recipe(task, family, written, drawn.denoising)
    lines += ["", "Other precisions and samplers give slightly different images."]
    return "\n".join(lines)


def _brackets(task: ExportTask, facts: Facts, family: Family, written: Written) -> list[str]:
    """How a prompt with brackets is written where they would weight words; InvokeAI's do for U-Nets alone."""
    if task.form.syntax == "compel" and family.part != "unet":
        return []
    for prompt in (facts.trigger, *(each.prompt for each in written.pictures)):
        if (quoted := prompt_for(task.form.syntax, prompt)) != prompt:
            return [
                "",
                "There, brackets change the weight of words: escape them with backslashes, as in "
                f"{code_span(quoted)}.",
            ]
    return []


def _recipe(task: ExportTask, family: Family, written: Written, denoising: Denoising) -> list[str]:
    """What the best recipe is, and how other programs do the same."""
    recipe = written.recipe
    if recipe == AS_TRAINED:
        return []
    lines = ["", f"Recommended: {recipe.words} (the best of the strength schedules that were compared)."]
    if not recipe.is_constant and written.workflow:
        lines[1] += (
            " The workflow does that with hooks; in other nodes, the late strength begins at step "
            f"{recipe.first_late(denoising) + 1} of {denoising.steps}."
        )
    if not recipe.is_constant:
        lines[1] += f" The code has the best strength for all steps; {BY_STEPS}."
    name, steps = written.file.removesuffix(".safetensors"), denoising.steps
    is_patched = task.form.syntax == "a1111" and family.part == "unet"  # the extension knows U-Nets alone
    if is_patched and (call := scheduled(name, recipe, steps)):
        karras = " of the schedule type Karras" if denoising.sigmas else ""  # which shares of a list count
        lines[1] += (
            f" With the extension sd-webui-loractl, A1111 and Forge do that in {steps} steps{karras} by "
            f"`{call}`; "
            f"without it, {written.constant.late:.3g} is the best strength for all steps."
        )
    return lines


def opening_lines(name: str, family: Family, is_whole: bool = False) -> list[str]:
    """Lines that open the base model; where it `is_whole`, with the trained denoiser beside this card."""
    denoiser, part, modular = type(family.denoiser).__name__, family.part, is_modular(family)
    kind, one_file = "ModularPipeline" if modular else type(family.pipeline).__name__, checkpoint_name(name)
    imported = f"from diffusers import {kind}{f', {denoiser}' if is_whole else ''}"
    open_it, place, said = "from_pretrained", _place(name), ""
    if one_file is not None and family.one_file == "pipeline":
        open_it, place = "from_single_file", one_file.file
    elif one_file is not None:
        place, said = _place(one_file.pipeline or "ITS PIPELINE"), f"  # {one_file.file} is its {part}"
    given = "" if modular else f", {IN_FULL}"
    lines = ["import torch", imported, "", f"pipeline = {kind}.{open_it}({place!r}{given}){said}"]
    lines += [f"pipeline.load_components({IN_FULL})"] if modular else []
    trained = f"{denoiser}.from_pretrained({part!r})"
    replaced = f"pipeline.update_components({part}={trained})" if modular else f"pipeline.{part} = {trained}"
    return [*lines, *([replaced] if is_whole else [])]


IN_FULL = "dtype=torch.float32"
"""An argument without which diffusers opens parts in their own precisions, and fails where these differ."""


def drawing_lines(
    family: Family, request: DrawRequest, settings: GenerationSettings, given: str
) -> list[str]:
    """Lines that draw a picture, with what is `given` to the pipeline beside."""
    scale = "output='images'" if is_modular(family) else f"{scale_name(family)}={settings.guidance_scale}"
    return [
        "picture = pipeline(",
        f"    prompt={request.prompt!r}, num_inference_steps={settings.steps}, {scale},{given}",
        f"    generator=torch.Generator('cpu').manual_seed({request.seed}),",
        ")[0]" if is_modular(family) else ").images[0]",
    ]


def drawing_base(facts: Facts, drawn: GenerationSettings) -> str:
    """The name of the model that the images are drawn with: the base model, or its fast sibling."""
    return public_name(drawn.fast_model.strip()) if drawn.fast_model.strip() else facts.base_model


def _fast(drawn: GenerationSettings) -> str:
    """What images are drawn with in few steps, and in how many."""
    return f"{drawn.fast_words} in {drawn.steps} steps"


def _place(name: str) -> str:
    return name if "/" in name else f"THE FOLDER OF {name}"


def _code(task: ExportTask, facts: Facts, family: Family, written: Written) -> list[str]:
    """Lines of Python that generate the first checked prompt by the best constant strength."""
    side = written.resolution
    lines = opening_lines(facts.base_model, family, written.is_whole)
    if not written.is_whole:
        lines += _loading_lines(task, family, written.file, written.constant.late)
    settings = task.settings.generation.in_full
    return [*lines, *drawing_lines(family, written.expected[0], settings, f" height={side}, width={side},")]


def _loading_lines(task: ExportTask, family: Family, file: str, strength: float) -> list[str]:
    """Lines of Python that load the LoRA at a strength: into the pipeline, or a LoKr into its denoiser."""
    if task.form == LYCORIS:
        return [
            "from lycoris import create_lycoris_from_weights  # pip install lycoris-lora",
            f"learned, _ = create_lycoris_from_weights({strength}, {file!r}, pipeline.{family.part})",
            "learned.apply_to()",
        ]
    loader, options, part = "load_lora_weights", "", ""
    if task.settings.tune.method == "lokr":
        loader, options, part = "load_lora_adapter", f", prefix={family.part!r}", f".{family.part}"
    load = f"pipeline{part}.{loader}('.', weight_name={file!r}{options}"
    if strength == 1.0:
        return [f"{load})"]
    return [f"{load}, adapter_name='learned')", f"pipeline{part}.set_adapters('learned', {strength})"]


def _measured(task: ExportTask) -> str:
    return (
        "\n".join(["## Measured\n", *(f"- {sentence}" for sentence in task.measured)])
        if task.measured
        else ""
    )


def _settings(task: ExportTask, facts: Facts) -> str:
    tune, generation = facts.tune, task.settings.generation
    rank = {} if tune.method == "full" else {"rank and alpha": tune.rank, "layers": tune.target}
    rank |= {"factor": tune.lokr_factor} if tune.method == "lokr" else {}
    training = {
        "method": tune.method,
        **rank,
        "steps": facts.steps,
        "learning rate": tune.learning_rate,
        "batch size": tune.batch_size,
        "resolution": facts.resolution,
        "training images": sum(facts.tags.values()),
        **({"masks": f"{facts.masked} (background: {tune.background:g})"} if facts.masked else {}),
        **({"look taught by": facts.taught} if facts.taught else {}),
        "seed": facts.seed,
    }
    values = {
        "base model": markdown(facts.base_model),
        **({"its version": bundled_version()} if is_bundled(task.project.base_model) else {}),
        "SHA-256 of its weights": facts.base_sha256,
        **({"made elsewhere": code_span(facts.source)} if facts.source else training),
        "generated with": generation.drawn_with,
        "date": facts.date,
    }
    return "\n".join(
        [
            "## Settings",
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in values.items()),
        ]
    )


def _licence(facts: Facts) -> str:
    known = (
        f"The base model's license is {markdown(facts.licence)}"
        if facts.licence
        else "See the base model's license"
    )
    return f"## License\n\n{known}; what is derived from the model is bound by it too."


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
