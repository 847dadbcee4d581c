"""The model card (README.md) of an exported round."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from gal_studio.assets import bundled_version
from gal_studio.core.denoising import Denoising
from gal_studio.core.models.forms.programs import LYCORIS, scheduled
from gal_studio.core.models.names import checkpoint_name, is_bundled, public_name
from gal_studio.core.quoting import code_span, markdown, prompt_for
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families.family import Family, family_solver, is_partly_guided, unguided_scale
from gal_studio.engine.families.unet import NO_SPACING
from gal_studio.engine.loras.check import Checked
from gal_studio.engine.loras.stock import (
    CALL_IT_TRUE,
    OFF,
    READ_SCALE_ONCE,
    is_modular,
    other_arguments,
    scale_name,
    step_arguments,
    times_of,
)
from gal_studio.engine.models.speed_lora import in_repository, is_here
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.features.exports.engine.header import Facts
from gal_studio.features.exports.engine.shown import CardPicture
from gal_studio.features.exports.engine.task import ExportTask

FULL = "LoRA strength 1"
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
    lines = ["## Use", "", "```python", *_code(task, facts, family, written), "```"]
    if written.is_whole:
        lines += [
            "",
            "It replaces this part of the model. It is not a LoRA: other programs do not list it.",
        ]
        return "\n".join(lines)
    if not family.lora_names.is_known:
        lines += ["", "Other programs do not have this base model: the file is for diffusers."]
        return "\n".join(lines)
    if not task.form.is_own:
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
        lines += ["", f"Images, code and strengths here are for {_fast(drawn)}."]
    lines += _recipe(task, family, written, drawn.denoising)
    if is_partly_guided(family, drawn):
        guided, steps = drawn.guided_steps, drawn.steps
        lines += [
            "",
            f"Guidance is on only in steps {guided.start + 1} to {guided.stop} of {steps}. The code above "
            "does that" + (", and the workflow by ranges of its conditioning." if written.workflow else "."),
        ]
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
                f"There, brackets weight words: write {code_span(quoted)}, with a backslash before each.",
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


IN_FULL = "pipeline.to(torch.float32)  # parts that are stored in half precision, too"
"""A line without which diffusers opens such parts next to others in full precision, and fails."""


def opening_lines(name: str, family: Family, is_whole: bool = False) -> list[str]:
    """Lines that open the base model; where it `is_whole`, with the trained denoiser beside this card."""
    kind, denoiser, part = type(family.pipeline).__name__, type(family.denoiser).__name__, family.part
    if is_modular(family):
        load = [f"pipeline = ModularPipeline.from_pretrained({_place(name)!r})", "pipeline.load_components()"]
        replaced = [f"pipeline.update_components({part}={denoiser}.from_pretrained({part!r}))"]
        return [*load, *(replaced if is_whole else [])]
    own, trained = f", {part}={part}", f"{part} = {denoiser}.from_pretrained({part!r})"
    lines, given = ([trained], own) if is_whole else ([], "")
    one_file = checkpoint_name(name)
    if one_file is None:
        return [*lines, f"pipeline = {kind}.from_pretrained({_place(name)!r}{given})"]
    base = _place(one_file.pipeline or "ITS PIPELINE")
    if family.one_file == "pipeline":
        config = f", config={base!r}" if one_file.pipeline else ""
        return [*lines, f"pipeline = {kind}.from_single_file({one_file.file!r}{config}{given})"]
    if getattr(family.denoiser, "was_packed", False) and not is_whole:  # diffusers does not unpack it alike
        said = f"# its own weights, which are near those of {one_file.file}"
        return [f"pipeline = {kind}.from_pretrained({base!r})  {said}"]
    if not is_whole:
        options = f"config={base!r}, subfolder={part!r}"
        lines.append(f"{part} = {denoiser}.from_single_file({one_file.file!r}, {options})")
    return [*lines, f"pipeline = {kind}.from_pretrained({base!r}{own})"]


def solver_lines(family: Family, denoising: Denoising, resolution: int) -> list[str]:
    """Lines that give the pipeline the studio's solver; none where the pipeline has it already."""
    if family.part != "unet":
        return []
    solver: Any = family_solver(family, denoising, resolution, torch.device("cpu"))
    spaced = [name for name in NO_SPACING if family.pipeline.scheduler.config.get(name)]  # type: ignore[attr-defined]
    given = [f"    {name}=False," for name in spaced] if denoising.sigmas else []
    return [
        "pipeline.scheduler = DPMSolverMultistepScheduler.from_config(",
        "    pipeline.scheduler.config, algorithm_type='dpmsolver++', final_sigmas_type='zero',",
        f"    timestep_spacing={solver.config.timestep_spacing!r},",
        *given,
        *_velocity_lines(solver.config),
        ")",
    ]


def _velocity_lines(schedule: Any) -> list[str]:
    """What a one-file checkpoint alone says of its noise, which diffusers does not read from it."""
    if schedule.prediction_type != "v_prediction":
        return []
    lines = ["    prediction_type='v_prediction',"]
    return [*lines, "    rescale_betas_zero_snr=True,"] if schedule.rescale_betas_zero_snr else lines


def step_words(family: Family, denoising: Denoising) -> str:
    """What a pipeline's call is told of its steps, as it is written in Python."""
    return ", ".join(f"{name}={value!r}" for name, value in step_arguments(family, denoising).items())


def drawing_base(facts: Facts, drawn: GenerationSettings) -> str:
    """The name of the model that the images are drawn with: the base model, or its fast sibling."""
    return public_name(drawn.fast_model.strip()) if drawn.fast_model.strip() else facts.base_model


def _fast(drawn: GenerationSettings) -> str:
    """What images are drawn with in few steps, and in how many."""
    return f"{drawn.fast_words} in {drawn.steps} steps"


def _speed_lines(drawn: GenerationSettings) -> list[str]:
    """Lines of Python that fuse a speed LoRA, which counts in full, before the round's is loaded."""
    lora = drawn.speed_lora.strip()
    if not lora:
        return []
    place, file = ("", re.split(r"[/\\]", lora)[-1]) if is_here(lora) else in_repository(lora)
    place = place or f"THE FOLDER OF {file}"
    load = f"pipeline.load_lora_weights({place!r}, weight_name={file!r})"
    return [load, "pipeline.fuse_lora()", "pipeline.unload_lora_weights()"]


def _scheduler_lines(drawn: GenerationSettings) -> tuple[str, list[str]]:
    """The class of a speed LoRA's solver, and the line that gives it to the pipeline."""
    kind, options = ("LCMScheduler", "") if drawn.solver == "lcm" else ("DDIMScheduler", _TRAILING)
    made = f"{kind}.from_config(pipeline.scheduler.config, clip_sample=False{options})"
    return kind, [f"pipeline.scheduler = {made}"]


_TRAILING = ", timestep_spacing='trailing'"


def _place(name: str) -> str:
    return name if "/" in name else f"THE FOLDER OF {name}"


def _code(task: ExportTask, facts: Facts, family: Family, written: Written) -> list[str]:
    """Lines of Python that draw the first of the checked pictures."""
    first, kind = written.expected[0], type(family.pipeline).__name__
    generation, side = task.settings.generation.as_drawn, written.resolution
    modular = is_modular(family)
    lines = ["import torch", f"from diffusers import {'ModularPipeline' if modular else kind}", ""]
    denoiser = type(family.denoiser).__name__
    opening = opening_lines(drawing_base(facts, generation), family, written.is_whole)
    if any(denoiser in line for line in opening):
        lines[1] += f", {denoiser}"
    lines += [*opening, IN_FULL, *_speed_lines(generation)]
    strengthen = _strengthening(task, family)
    if not written.is_whole:
        lines += _loading_lines(task, family, written)
    if generation.solver != "own":
        kind, solver = _scheduler_lines(generation)
        lines[1] += f", {kind}"
        lines += solver
    elif solver := solver_lines(family, generation.denoising, written.resolution):
        lines[1] += ", DPMSolverMultistepScheduler"
        lines += solver
    recipe, changes, denoising = written.recipe, list[str](), generation.denoising
    if recipe != AS_TRAINED:
        lines.append(strengthen(recipe.strength(0, denoising)))
    first_late = recipe.first_late(denoising)
    if modular:
        lines[1] += ", ClassifierFreeGuidance"
        lines += _modular_lines(family, generation, side, recipe, strengthen)
    elif first_late:
        changes += [
            f"    if step + 1 == {first_late}:  # of {generation.steps}",
            f"        {strengthen(recipe.late)}",
        ]
    guided = " output='images',"
    if not modular:
        before, guiding, scale = guidance_lines(family, generation, side)
        changes += guiding
        lines += [*before, *change_lines(changes)]
        guided = f" {scale_name(family)}={scale},"
    others = [f" {name}={value!r}," for name, value in other_arguments(family, generation.steps).items()]
    return [
        *lines,
        "picture = pipeline(",
        f"    prompt={first.prompt!r},",
        f"    {step_words(family, denoising)},{guided}{''.join(others)}",
        f"    height={side}, width={side},",
        f"    generator=torch.Generator('cpu').manual_seed({first.seed}),"
        + (" callback_on_step_end=change," if changes else ""),
        ")[0]" if modular else ").images[0]",
    ]


def _loading_lines(task: ExportTask, family: Family, written: Written) -> list[str]:
    """Lines of Python that load the LoRA: into the pipeline, or a LoKr into its denoiser."""
    if task.form == LYCORIS:
        return [
            "from lycoris import create_lycoris_from_weights  # pip install lycoris-lora",
            f"learned, _ = create_lycoris_from_weights(1.0, {written.file!r}, pipeline.{family.part})",
            "learned.apply_to()",
        ]
    named = "" if written.recipe == AS_TRAINED else ", adapter_name='learned'"
    if task.settings.tune.method == "lokr":
        given = f"'.', weight_name={written.file!r}, prefix={family.part!r}{named}"
        return [f"pipeline.{family.part}.load_lora_adapter({given})"]
    return [f"pipeline.load_lora_weights('.', weight_name={written.file!r}{named})"]


def _strengthening(task: ExportTask, family: Family) -> Callable[[float | str], str]:
    """The line of Python that gives the LoRA a strength: a number, or what computes it."""
    if task.form == LYCORIS:
        return lambda strength: f"learned.set_multiplier({strength})"
    part = f".{family.part}" if task.settings.tune.method == "lokr" else ""
    return lambda strength: f"pipeline{part}.set_adapters('learned', {strength})"


def _modular_lines(
    family: Family,
    generation: GenerationSettings,
    side: int,
    recipe: Recipe,
    strengthen: Callable[[float | str], str],
) -> list[str]:
    """Lines of Python that guide a pipeline of blocks, and change the strength by the time that it gives."""
    scale = generation.guidance_scale if family.is_guided(generation.guidance_scale) else 1.0
    steps, part = generation.steps, ""
    if is_partly_guided(family, generation):
        guided = generation.guided_steps
        part = f", start={guided.start / steps + OFF}, stop={guided.stop / steps + OFF}"
    again = "  # again before every image" if part else ""
    lines = [f"pipeline.update_components(guider=ClassifierFreeGuidance({scale}{part})){again}"]
    if first := recipe.first_late(steps):
        _, time = times_of(family, steps, side, range(first, steps))
        strength = f"{recipe.late} if 1000 * named['timestep'][0] < {time} else {recipe.early}"
        lines += [
            f"def change(module, given, named):  # from step {first + 1} of {steps} on",
            f"    {strengthen(strength)}",
            "pipeline.transformer.register_forward_pre_hook(change, with_kwargs=True)",
        ]
    return lines


def guidance_lines(
    family: Family, generation: GenerationSettings, side: int
) -> tuple[list[str], list[str], str]:
    """Lines of Python that guide some steps alone: before the picture, after each step; and the scale.

    Some pipelines read their scale once, and ask before every step whether they guide.
    """
    guided, scale = generation.guided_steps, f"{generation.guidance_scale}"
    if not is_partly_guided(family, generation):
        return [], [], scale
    if family.name in CALL_IT_TRUE:
        low, high = times_of(family, generation.steps, side, guided)
        held = [
            "first = []",
            "def hold(module, given, answer):  # outside of these times both predictions are the first",
            f"    if not {low} < float(pipeline.current_timestep) < {high}:",
            "        return first.pop() if first else first.append(answer)",
            "pipeline.transformer.register_forward_hook(hold)",
        ]
        return held, [], scale
    if family.name in READ_SCALE_ONCE:
        low, high = times_of(family, generation.steps, side, guided)
        asked = [
            "asked = property(  # guidance between these times alone",
            f"    lambda one: one.current_timestep is None or {low} < one.current_timestep < {high}",
            ")",
            "kind = type(pipeline)",
            "pipeline.__class__ = type('Guided', (kind,), {'do_classifier_free_guidance': asked})",
        ]
        return asked, [], scale
    off = unguided_scale(family) + OFF
    steps = f"def scale(step): return {scale} if {guided.start} <= step < {guided.stop} else {off}"
    return [steps], ["    pipe._guidance_scale = scale(step + 1)"], "scale(0)"


def change_lines(changes: Sequence[str]) -> list[str]:
    """Lines of Python with the function `change`, which is called after each step; none without changes."""
    return ["def change(pipe, step, timestep, values):", *changes, "    return values"] if changes else []


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
