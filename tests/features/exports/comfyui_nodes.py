"""The nodes of ComfyUI that workflows use, as its sources define them: inputs, optional ones, outputs."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    """Inputs and outputs by the types of their links; "" is a value that is typed or chosen."""

    inputs: dict[str, str]
    outputs: tuple[str, ...] = ()
    optional: dict[str, str] = field(default_factory=dict)


SIZE = {"width": "", "height": ""}
CONDITIONED = ("CONDITIONING",)
TEXT_ENCODERS = {"stable_diffusion", "lumina2", "flux2", "qwen_image", "krea2"}
"""What `CLIPLoader` calls the text encoders of these families; those of Anima are told by their weights."""
NODES = {
    "CFGGuider": Node(
        {"model": "MODEL", "positive": "CONDITIONING", "negative": "CONDITIONING", "cfg": ""}, ("GUIDER",)
    ),
    "CheckpointLoaderSimple": Node({"ckpt_name": ""}, ("MODEL", "CLIP", "VAE")),
    "CLIPLoader": Node({"clip_name": "", "type": ""}, ("CLIP",), {"device": ""}),
    "CLIPTextEncode": Node({"text": "", "clip": "CLIP"}, CONDITIONED),
    "ConditioningCombine": Node(
        {"conditioning_1": "CONDITIONING", "conditioning_2": "CONDITIONING"}, CONDITIONED
    ),
    "ConditioningSetTimestepRange": Node(
        {"conditioning": "CONDITIONING", "start": "", "end": ""}, CONDITIONED
    ),
    "ConditioningZeroOut": Node({"conditioning": "CONDITIONING"}, CONDITIONED),
    "CreateHookKeyframe": Node(
        {"strength_mult": "", "start_percent": ""}, ("HOOK_KEYFRAMES",), {"prev_hook_kf": "HOOK_KEYFRAMES"}
    ),
    "CreateHookLoraModelOnly": Node(
        {"lora_name": "", "strength_model": ""}, ("HOOKS",), {"prev_hooks": "HOOKS"}
    ),
    "EmptyFlux2LatentImage": Node({**SIZE, "batch_size": ""}, ("LATENT",)),
    "EmptyLatentImage": Node({**SIZE, "batch_size": ""}, ("LATENT",)),
    "EmptySD3LatentImage": Node({**SIZE, "batch_size": ""}, ("LATENT",)),
    "Flux2Scheduler": Node({"steps": "", **SIZE}, ("SIGMAS",)),
    "KSampler": Node(
        {
            "model": "MODEL",
            **dict.fromkeys(("seed", "steps", "cfg", "sampler_name", "scheduler"), ""),
            "positive": "CONDITIONING",
            "negative": "CONDITIONING",
            "latent_image": "LATENT",
            "denoise": "",
        },
        ("LATENT",),
    ),
    "KSamplerSelect": Node({"sampler_name": ""}, ("SAMPLER",)),
    "ManualSigmas": Node({"sigmas": ""}, ("SIGMAS",)),
    "LoraLoaderModelOnly": Node({"model": "MODEL", "lora_name": "", "strength_model": ""}, ("MODEL",)),
    "ModelSamplingAuraFlow": Node({"model": "MODEL", "shift": ""}, ("MODEL",)),
    "ModelSamplingDiscrete": Node({"model": "MODEL", "sampling": "", "zsnr": ""}, ("MODEL",)),
    "ModelSamplingFlux": Node({"model": "MODEL", "max_shift": "", "base_shift": "", **SIZE}, ("MODEL",)),
    "PairConditioningSetProperties": Node(
        {
            "positive_NEW": "CONDITIONING",
            "negative_NEW": "CONDITIONING",
            "strength": "",
            "set_cond_area": "",
        },
        ("CONDITIONING", "CONDITIONING"),
        {"mask": "MASK", "hooks": "HOOKS", "timesteps": "TIMESTEPS_RANGE"},
    ),
    "RandomNoise": Node({"noise_seed": ""}, ("NOISE",)),
    "SamplerCustom": Node(
        {
            "model": "MODEL",
            **dict.fromkeys(("add_noise", "noise_seed", "cfg"), ""),
            "positive": "CONDITIONING",
            "negative": "CONDITIONING",
            "sampler": "SAMPLER",
            "sigmas": "SIGMAS",
            "latent_image": "LATENT",
        },
        ("LATENT", "LATENT"),
    ),
    "SamplerCustomAdvanced": Node(
        {
            "noise": "NOISE",
            "guider": "GUIDER",
            "sampler": "SAMPLER",
            "sigmas": "SIGMAS",
            "latent_image": "LATENT",
        },
        ("LATENT", "LATENT"),
    ),
    "SaveImage": Node({"images": "IMAGE", "filename_prefix": ""}),
    "SetHookKeyframes": Node({"hooks": "HOOKS"}, ("HOOKS",), {"hook_kf": "HOOK_KEYFRAMES"}),
    "TextEncodeQwenImage21": Node(
        {"clip": "CLIP", "prompt": "", "negative_prompt": "", "resolution": ""},
        ("CONDITIONING", "CONDITIONING", "LATENT"),
        {"vae": "VAE"},
    ),
    "UNETLoader": Node({"unet_name": "", "weight_dtype": ""}, ("MODEL",)),
    "VAEDecode": Node({"samples": "LATENT", "vae": "VAE"}, ("IMAGE",)),
    "VAELoader": Node({"vae_name": ""}, ("VAE",)),
}
