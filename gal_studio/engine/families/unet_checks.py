"""Refuse U-Net pipelines whose pictures the studio would not draw as diffusers does."""

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.processes import PREDICTION_TYPES

SCHEDULERS = tuple(
    f"{name}Scheduler"
    for name in (
        *("DDIM", "DDPM", "PNDM", "LMSDiscrete", "EulerDiscrete", "EulerAncestralDiscrete", "HeunDiscrete"),
        *("DPMSolverMultistep", "DPMSolverSinglestep", "KDPM2Discrete", "KDPM2AncestralDiscrete"),
        *("DEISMultistep", "UniPCMultistep"),
    )
)
"""Schedulers of variance-preserving diffusion, whose noise schedule DPM-Solver++ can take over."""

SCHEDULES = ("linear", "scaled_linear", "squaredcos_cap_v2")


def check_unet_pipeline(model: Description) -> None:
    """Check the classes of U-Net and autoencoder, the noise schedule, the channels and the latents."""
    model.require_class("unet", "UNet2DConditionModel")
    model.require_class("vae", "AutoencoderKL")
    check_schedule(model)
    check_channels(model)
    check_latents(model)
    model.require(
        model.value("unet", "time_cond_proj_dim") is None,
        "is distilled for few steps with the guidance as an input (LCM)",
        "models without that input",
    )
    unused = {"class_embed_type": (None,), "num_class_embeds": (None,), "encoder_hid_dim_type": (None,)}
    model.require_values("unet", unused, "a U-Net")


def check_schedule(model: Description) -> None:
    """Refuse schedulers other than of variance-preserving diffusion, such as EDM, LCM and flow matching."""
    kind = model.kind("scheduler")
    known = ", ".join(name.removesuffix("Scheduler") for name in SCHEDULERS)
    model.require(kind in SCHEDULERS, f"is generated with the {kind}", f"models for the schedulers {known}")
    predicts = model.value("scheduler", "prediction_type", "epsilon")
    model.require(predicts in PREDICTION_TYPES, f"predicts {predicts!r}", " and ".join(PREDICTION_TYPES))
    if model.value("scheduler", "trained_betas") is None:
        schedule = model.value("scheduler", "beta_schedule", SCHEDULES[0])
        model.require(schedule in SCHEDULES, f"has the noise schedule {schedule!r}", ", ".join(SCHEDULES))
    plain = {"thresholding": (False,), "use_flow_sigmas": (False,), "timestep_type": ("discrete",)}
    model.require_values("scheduler", plain, "a scheduler")


def check_channels(model: Description) -> None:
    """Refuse U-Nets with more input channels (inpainting, depth) or with a learned variance."""
    taken, given = model.value("unet", "in_channels", 4), model.value("unet", "out_channels", 4)
    made = model.value("vae", "latent_channels", 4)
    if taken != made:
        raise StudioError(
            f"The model {model.name} takes {taken} channels, but its autoencoder produces {made}: "
            "inpainting and depth models are not supported."
        )
    model.require(given == taken, f"predicts {given} channels of {taken}", "models without learned variance")
    model.require(
        model.value("unet", "sample_size") is not None, "does not say its size", "a U-Net with sample_size"
    )


def check_latents(model: Description) -> None:
    """Refuse autoencoders whose latents are scaled by more than one factor."""
    plain = {"latents_mean": (None,), "latents_std": (None,), "shift_factor": (None, 0, 0.0)}
    model.require_values("vae", plain, "an autoencoder")


def check_text_width(model: Description, *encoders: str) -> None:
    """Refuse a U-Net that attends to another width than that of these encoders' concatenated states."""
    width = sum(model.value(encoder, "hidden_size", 512) for encoder in encoders)
    model.require_size("unet", "cross_attention_dim", 1280, width)
