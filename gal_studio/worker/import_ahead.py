"""Imports for which the first job would wait otherwise."""

import importlib


def import_ahead() -> None:
    """Import what the first job needs, in the first idle seconds."""
    for module, names in (
        ("diffusers", ("StableDiffusionPipeline", "DPMSolverMultistepScheduler")),
        ("open_clip", ()),
        ("peft", ()),
        ("sklearn.manifold", ()),
    ):
        imported = importlib.import_module(module)
        for name in names:  # diffusers imports its parts when they are asked for
            getattr(imported, name)
    from gal_studio.worker.jobs.registry import WORK

    WORK.names()  # imports what each kind of job needs
