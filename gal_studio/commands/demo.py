"""`gal-studio demo`: run all rounds on a bundled reference."""

from dataclasses import replace
from typing import Annotated

import typer

from gal_studio.commands.running import unattended
from gal_studio.commands.terminal.options import AsJson, Workspace, given_workspace
from gal_studio.commands.terminal.policies import named_policy
from gal_studio.core.types import Kind
from gal_studio.studio import DEFAULT_PRESET, demo_draft


def demo(
    context: typer.Context,
    out: unattended.Out,
    kind: Annotated[Kind, typer.Option(help="The kind of subject to learn.")] = "style",
    seed: unattended.Seed = 0,
    preset: Annotated[str, typer.Option(help="The base model and settings.")] = DEFAULT_PRESET,
    base_model: unattended.BaseModel = None,
    clip_model: unattended.ClipModel = None,
    rounds: unattended.Rounds = None,
    candidates: unattended.Candidates = None,
    steps: unattended.Steps = None,
    sampling_steps: unattended.SamplingSteps = None,
    policy: unattended.Policy = None,
    refine: unattended.Refine = False,
    measure: unattended.Measure = False,
    overwrite: unattended.Overwrite = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Train a LoRA round by round on a bundled reference."""
    draft = replace(
        demo_draft(kind),
        preset=preset,
        base_model=base_model,
        clip_model=clip_model,
        seed=seed,
        changes=unattended.setting_changes(steps, candidates, sampling_steps),
    )
    folder = given_workspace(context, workspace) or out / "workspace"
    chosen = named_policy(policy) or unattended.own_policy(draft)
    count = 2 if rounds is None else rounds
    plan = unattended.RunPlan(draft, count, chosen, out, folder, refine, overwrite, measure=measure)
    unattended.personalize(plan, as_json)
