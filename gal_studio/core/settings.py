"""The settings of a round. Every class validates its values when it is constructed."""

import dataclasses
import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from gal_studio.core import checks, strict_json
from gal_studio.core.checks import DRAWS, KIND, setting
from gal_studio.core.denoising import Denoising, check_sigmas, spaced
from gal_studio.core.errors import StudioError
from gal_studio.core.known_policies import KNOWN
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.models.fast import Solver, recommended
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings_group import SettingsGroup
from gal_studio.core.types import CopyDetectors

MOST_STEPS = 100_000
Method = Literal["lora", "lokr", "full"]
Target = Literal["attention", "all", "style"]
Crop = Literal["center", "random", "none"]
Schedule = Literal["constant", "cosine"]
Allocation = Literal["fixed", "ladder"]
AfterRefinement = Literal["continue", "repeat"]
PairPrompts = Literal["clean", "own"]
FastSolver = Literal["auto", "own", "ddim", "lcm"]


def known_policy(name: str, value: object) -> None:
    """Accept only the name of a registered policy."""
    checks.of_type(name, value, str)
    KNOWN.find(str(value))


def check_target(target: str, possible: Collection[str]) -> None:
    """Raise a StudioError if a model has no layers of this target."""
    if target not in possible:
        raise StudioError(
            f"This kind of model has no layers for the target {target!r}: choose "
            f"{' or '.join(map(repr, possible))}."
        )


LEAST_FACTOR = 0.05  # of Prodigy's own learning rate: what is below is meant for AdamW


@dataclass(frozen=True)
class TuneSettings(SettingsGroup):
    """How a round is fine-tuned (Eq. G9)."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"sample_every": "preview_every"}
    GONE: ClassVar[frozenset[str]] = frozenset(
        {"tensorboard", "lowest_rank", "average_decay", "time_weighting"}
    )
    FIRST: ClassVar[Mapping[str, Any]] = {
        "steps": 200, "batch_size": 8, "learning_rate": 1e-3, "rank": 8, "method": "lora", "target": "all",
        "prior_images": 0, "prior_weight": 1.0, "prior_as_published": False, "continue_from_last": False,
        "checkpoint_every": 50, "sample_every": 0, "resolution": None, "crop": "center",
    }  # fmt: skip

    steps: int = setting(
        200,
        "Training steps",
        1,
        MOST_STEPS,
        note="Training steps per round. More steps fit your images more closely, and from some point on "
        "only copy them.",
    )
    batch_size: int = setting(
        8,
        "Training batch size",
        1,
        256,
        note="Images per step. More are steadier but take more time and memory (they are split if memory "
        "is short).",
    )
    learning_rate: float = setting(
        1e-3,
        "Learning rate",
        0.0,
        1.0,
        note="Size of each training step. A higher rate trains faster, but too high a rate ruins the images.",
        exclude_low=True,
    )
    schedule: Schedule = setting(
        "constant",
        "Learning rate schedule",
        note="A constant learning rate can be continued with more steps. Cosine decay ends at 0, for a "
        "calmer finish.",
        words={"constant": "constant", "cosine": "cosine decay"},
    )
    warmup_steps: int = setting(
        0,
        "Warm-up steps",
        0,
        100_000,
        note="The learning rate rises from 0 over these steps. More steps make the start gentler.",
    )
    rank: int = setting(
        8,
        "Rank",
        1,
        1024,
        note="Only with a LoRA or LoKr: its size. A higher rank fits more detail, but makes a larger file "
        "and copies more easily.",
        idle=({"tune.method": "full"},),
    )
    lokr_factor: int = setting(
        8,
        "LoKr factor",
        1,
        64,
        note="Only with a LoKr: the side of the small matrix that repeats the large one. A larger factor "
        "makes a smaller file.",
        idle=({"tune.method": "lora"}, {"tune.method": "full"}),
    )
    # "lokr": a LoRA of Kronecker products; "full": train all weights of the denoiser
    method: Method = setting(
        "lora",
        "Method",
        note="A LoKr repeats a small matrix and reaches higher ranks than a LoRA. “full” trains all "
        "weights, in a far larger file.",
        words={"lora": "LoRA", "lokr": "LoKr", "full": "full"},
    )
    target: Target = setting(
        "all",
        "Target",
        note="Only with a LoRA or LoKr: the layers it changes. “style” means lines and colors rather than "
        "shapes (not in every model).",
        words={"all": "all", "attention": "attention", "style": "style"},
        idle=({"tune.method": "full"},),
    )
    # pictures for prior preservation: of each class of objects, or (style) of all anchors in `prior_styles`;
    # 0 disables the prior term, unless the project has prior pictures of the user's own
    prior_images: int = setting(
        0,
        "Regularization images",
        0,
        10_000,
        note="Images of other subjects in the training, so that the model doesn’t forget them. More take "
        "longer to generate (0 is off).",
    )
    # styles that the base model knows, in which it draws the anchors; none: no prior term for a style
    prior_styles: tuple[str, ...] = setting(
        (),
        "Styles of the regularization images",
        note="Only with a style and regularization images: styles that the model knows, separated by commas.",
        idle=(
            {KIND: "object"},
            {"tune.prior_images": 0},
        ),
    )
    prior_weight: float = setting(
        1.0,
        "Regularization weight",
        0.0,
        100.0,
        note="How much regularization images count beside yours. More keeps more of what the model knew, "
        "but trains your images less.",
    )
    # multiply each prior term by the weight of the example beside it
    prior_as_published: bool = setting(
        False,
        "Regularization as published",
        note="Weights each regularization image like the image it is paired with, as published. Otherwise "
        "all count alike.",
    )
    # range of training times: 0 is the picture, 1 pure noise
    time_low: float = setting(
        0.0,
        "Minimum timestep",
        0.0,
        0.99,
        note="The least noise that is trained on (0 is the finished image). A higher limit leaves fine "
        "detail to the base model.",
    )
    time_high: float = setting(
        1.0,
        "Maximum timestep",
        0.01,
        1.0,
        note="The most noise that is trained on (1 is pure noise). A lower limit leaves the layout to the "
        "base model.",
    )
    # noise from which accepted pictures are trained on, as the ratio of its deviation to the picture's;
    # references are trained on at all noise
    accepted_noise: float = setting(
        0.0,
        "Accepted images: lowest noise",
        0.0,
        1000.0,
        note="Trains on accepted images only above this noise. A higher limit takes their layout but not "
        "their look (0 takes both).",
    )
    # share of accepted pictures drawn at all noise, whose target below `accepted_noise` is what the first
    # round's LoRA predicts (Eq. G24); 0: accepted pictures teach from that noise on alone
    taught_share: float = setting(
        0.0,
        "Share taught by the first round",
        0.0,
        1.0,
        note="Only with a LoRA and a lowest noise of accepted images. Below that noise, this share of "
        "them teaches the first round’s look.",
        idle=({"tune.accepted_noise": 0.0}, {"tune.method": "full"}),
    )
    # the strength of the first round's LoRA as a teacher; 0: its best schedule (Eq. G18)
    teacher_strength: float = setting(
        0.0,
        "First round’s strength as a teacher",
        0.0,
        1.0,
        note="Only with a share taught by the first round: the strength of that round’s LoRA (0 is its "
        "best schedule).",
        idle=({"tune.accepted_noise": 0.0}, {"tune.method": "full"}, {"tune.taught_share": 0.0}),
    )
    # one time for all examples of a step, as the published training of styles has it
    shared_time: bool = setting(
        False,
        "Same timestep for the whole batch",
        note="Trains all images of a batch at the same amount of noise, as published for styles. Without "
        "it, training is steadier.",
    )
    # a picture's latents are samples of the autoencoder's posterior, anew at each step, and not its mode
    sample_latents: bool = setting(
        False,
        "Sampled latents",
        note="Encodes an image slightly differently at each step, as published. Otherwise each image is "
        "encoded once.",
    )
    # share of training rows whose prompt is left empty, as classifier-free guidance was trained
    caption_dropout: float = setting(
        0.0,
        "Caption dropout",
        0.0,
        0.9,
        note="Share of training images without their caption. With more, a style appears even without its "
        "trigger words.",
    )
    # share of accepted pictures in the draws, on top of the references' steps x batch size;
    # 0: as published, all pictures share these
    accepted_share: float = setting(
        0.0,
        "Share of accepted images",
        0.0,
        0.9,
        note="Share of extra training steps on accepted images. More trains longer and follows your "
        "choices more closely.",
    )
    # weight of what the mask of a reference leaves out; 1: masks do not weigh the loss, as at first
    background: float = setting(
        1.0,
        "Background of masked references",
        0.0,
        1.0,
        note="Weight of the area outside a reference’s mask: 1 is the same as the subject, 0 ignores it.",
    )
    held_out: bool = setting(
        False,
        "Keep a reference out of training",
        note="Only with three or more references of an object. The last one is not trained on, and images "
        "have to match it, too.",
        idle=({KIND: "style"},),
    )
    continue_from_last: bool = setting(
        False,
        "Continue from the previous round",
        note="Starts a round from the previous round’s LoRA instead of the base model. This is faster, "
        "but mistakes add up.",
    )
    checkpoint_every: int = setting(
        50,
        "Checkpoint every",
        1,
        100_000,
        note="Steps between saved states, from which an interrupted training resumes. Fewer steps lose "
        "less work but take more time.",
    )
    preview_every: int = setting(
        0,
        "Preview every",
        0,
        100_000,
        note="Steps between preview images during training. Fewer steps show more but take more time (0 "
        "is off).",
    )
    # steps; test prompts are drawn and looked at for copies, which says when more steps only copy (Eq. G22)
    validate_every: int = setting(
        0,
        "Validate every",
        0,
        100_000,
        note="Steps between checks for copies, each of which keeps the LoRA to compare. Fewer steps show "
        "more but take longer (0 is off).",
    )
    stop_at_best: bool = setting(
        False,
        "Stop early",
        note="Only with “Validate every”: ends the training at the step after which it only added copies.",
        idle=({"tune.validate_every": 0},),
    )
    resolution: int | None = setting(
        None,
        "Training resolution",
        check=checks.resolution,
        note="Pixels per side of training images. More show more detail but take more time and memory "
        "(empty: the model’s own).",
    )
    crop: Crop = setting(
        "center",
        "Crop",
        note="How images are cut to fit. “none” keeps their shape, and random squares differ at each step.",
        words={"none": "none", "center": "center square", "random": "random squares"},
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.time_low >= self.time_high:
            raise StudioError(
                f"“Minimum timestep” ({self.time_low!r}) must be below “Maximum timestep” "
                f"({self.time_high!r})."
            )

    @property
    def square(self) -> Self:
        """The settings of a training that needs all pictures of one shape."""
        return replace(self, crop="center") if self.crop == "none" else self

    @cached_property
    def essential(self) -> Self:
        """Reset the settings that do not affect the trained weights."""
        styles = self.prior_styles if self.prior_images else ()
        return replace(
            self,
            taught_share=self.taught_share if self.may_be_taught else 0.0,
            teacher_strength=self.teacher_strength if self.may_be_taught else 0.0,
            checkpoint_every=type(self).checkpoint_every,
            preview_every=0,
            validate_every=0,
            stop_at_best=False,
            prior_styles=styles,
            lokr_factor=self.lokr_factor if self.method == "lokr" else type(self).lokr_factor,
        )

    @property
    def may_be_taught(self) -> bool:
        """Whether a later round may have the first one as its teacher (Eq. G24).

        Not of a whole denoiser: a second one would have to be held.
        """
        return self.taught_share > 0.0 and self.accepted_noise > 0.0 and self.method != "full"

    @property
    def untaught(self) -> Self:
        """The settings of a training without a teacher."""
        return replace(self, taught_share=0.0, teacher_strength=0.0)

    @property
    def is_open_ended(self) -> bool:
        """Whether more steps can follow the last: of a LoRA, whose learning rate does not end at 0."""
        return self.method != "full" and self.schedule == "constant"


@dataclass(frozen=True)
class GenerationSettings(SettingsGroup):
    """How the candidates of a round are drawn."""

    GONE: ClassVar[frozenset[str]] = frozenset({"budget", "confidence", "guidance_start", "guidance_end"})

    candidates: int = setting(
        10,
        "Images per prompt",
        1,
        1000,
        note="At most this many images per test prompt. More give you a wider choice but take longer to "
        "generate.",
    )  # per anchor; n of Eq. G3
    # "fixed": that many of each; "ladder": at most that many, where the LoRA turns
    allocation: Allocation = setting(
        "fixed",
        "Strength schedules",
        note="Only with a LoRA. “adaptive” tries nine strength schedules on a few images, then generates "
        "more with the best ones.",
        words={"fixed": "fixed", "ladder": "adaptive (best first)"},
        idle=({"tune.method": "full"},),
    )
    steps: int = setting(
        20,
        "Sampling steps",
        1,
        1000,
        note="Denoising steps per image. More steps are slower, and from some point on hardly change "
        "anything.",
    )
    # the noise at which each step begins, over the image's deviation; for another number of steps they are
    # spaced evenly between these (models of Stable Diffusion alone)
    sigmas: tuple[float, ...] = setting(
        (),
        "Sigmas",
        check=check_sigmas,
        note="Noise at each sampling step, from high to low, separated by commas (Stable Diffusion only). "
        "Empty takes the model’s own.",
    )
    # 1 disables classifier-free guidance
    guidance_scale: float = setting(
        4.0,
        "Guidance scale",
        0.0,
        100.0,
        note="How closely images follow the prompt. Too high a scale looks harsh and oversaturated (1 is "
        "off, in some models 0).",
    )
    # upper limit; smaller if memory is short
    batch_size: int = setting(
        20,
        "Sampling batch size",
        1,
        1024,
        note="The most images generated at once. More are faster on a GPU but take more memory.",
    )
    # candidates are drawn with strengths of the LoRA from 1 down to this (Eq. G13)
    lowest_strength: float = setting(
        1.0,
        "Lowest LoRA strength",
        0.0,
        1.0,
        note="Only with fixed schedules: images use five strength schedules from 1 down to this. A lower "
        "strength copies less.",
        idle=(
            {"generation.allocation": "ladder", "tune.method": "lora"},
            {"generation.allocation": "ladder", "tune.method": "lokr"},
        ),
    )
    # with that strength up to this share of denoising at most, and 1 from there on; 0: constant strengths
    latest_switch: float = setting(
        0.0,
        "Latest switch",
        0.0,
        1.0,
        note="Only with fixed schedules and a lowest strength below 1: the lower one lasts for this "
        "share of denoising at most (0 keeps it throughout).",
        idle=(
            {"generation.allocation": "ladder", "tune.method": "lora"},
            {"generation.allocation": "ladder", "tune.method": "lokr"},
            {"generation.lowest_strength": 1.0},
        ),
    )
    resolution: int | None = setting(
        None,
        "Image resolution",
        check=checks.resolution,
        note="Pixels per side of generated images. More take more time and memory (empty: the model’s own).",
    )
    # a sibling of the base model that needs few steps: a folder, a checkpoint or a hub ID; "": the base model
    fast_model: str = setting(
        "",
        "Fast model",
        note="A model that needs few steps and generates the images instead of the base model, which is "
        "still trained.",
    )
    # a LoRA with which the base model needs few steps: a file, a hub ID, or a file of a hub ID
    speed_lora: str = setting(
        "",
        "Speed LoRA",
        note="A LoRA that lets the base model generate in a few steps (Lightning, Hyper, LCM). It isn’t "
        "used in training.",
    )
    # 0 and "auto": what is known of the sibling or the LoRA (`gal_studio.core.models.fast`)
    fast_steps: int = setting(
        0,
        "Fast sampling steps",
        0,
        1000,
        note="Only with a fast model or speed LoRA: its denoising steps. More are slower and cleaner (0 "
        "is what its card recommends).",
        idle=({"generation.fast_model": "", "generation.speed_lora": ""},),
    )
    fast_guidance: float = setting(
        0.0,
        "Fast guidance scale",
        0.0,
        100.0,
        note="Only with a fast model or speed LoRA: its guidance scale (0 is what its card recommends).",
        idle=({"generation.fast_model": "", "generation.speed_lora": ""},),
    )
    fast_solver: FastSolver = setting(
        "auto",
        "Fast sampler",
        note="Only with a fast model or speed LoRA: how its steps are taken. A wrong sampler gives "
        "blurred or noisy images.",
        words={"auto": "as recommended", "own": "the model’s own", "ddim": "DDIM, trailing", "lcm": "LCM"},
        idle=({"generation.fast_model": "", "generation.speed_lora": ""},),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a dictionary; the former allocation "race" is now the ladder."""
        is_race = isinstance(data, Mapping) and data.get("allocation") == "race"
        return super().from_dict({**data, "allocation": "ladder"} if is_race else data)

    @property
    def is_fast(self) -> bool:
        """Whether images are generated with a sibling of the base model, or with a speed LoRA."""
        return bool(self.fast_model.strip() or self.speed_lora.strip())

    @property
    def as_drawn(self) -> Self:
        """The settings with the steps and the guidance that images are generated with."""
        if not self.is_fast:
            return self
        known = recommended(self.fast_model, self.speed_lora)
        return replace(
            self,
            steps=self.fast_steps or known.steps,
            sigmas=(),
            guidance_scale=self.fast_guidance or known.guidance_scale,
        )

    @property
    def in_full(self) -> Self:
        """The settings of generating with the base model alone."""
        return replace(self, fast_model="", speed_lora="")

    @property
    def solver(self) -> Solver:
        """What takes the denoising steps."""
        if self.fast_solver == "auto":
            return recommended(self.fast_model, self.speed_lora).solver if self.is_fast else "own"
        return self.fast_solver if self.is_fast else "own"

    @property
    def fast_words(self) -> str:
        """What images are generated with in place of the base model alone, in words; empty with that."""
        named = (self.fast_model.strip(), self.speed_lora.strip())
        return " with ".join(name.rstrip("/").rpartition("/")[2] for name in named if name)

    @property
    def drawn_by(self) -> str:
        """What tells images of one way of generating from another's; empty with the base model alone."""
        if not self.is_fast:
            return ""
        drawn = self.as_drawn
        model = self.fast_model.strip() or "base model"
        lora = self.speed_lora.strip() or "no speed LoRA"
        return f"{model} / {lora} / {drawn.steps} steps / {drawn.guidance_scale:g} / {self.solver}"

    @property
    def denoising(self) -> Denoising:
        """The steps of an image, with their noise where a list gives it."""
        return Denoising(self.steps, spaced(self.sigmas, self.steps))

    @property
    def sigma_words(self) -> str:
        """The noise at which the steps begin, in words; empty where the model spaces them."""
        sigmas = self.denoising.sigmas
        return f" at sigma {', '.join(f'{sigma:g}' for sigma in sigmas)}" if sigmas else ""

    @property
    def drawn_with(self) -> str:
        """The steps and the guidance in words, and the model if it is not the base model alone."""
        drawn = self.as_drawn
        told = f"{drawn.steps} steps{drawn.sigma_words}, guidance {drawn.guidance_scale:g}"
        return f"{told}, {self.fast_words}" if self.is_fast else told


@dataclass(frozen=True)
class GalSettings(SettingsGroup):
    """How pictures are suggested (Eq. G5), and the weight of accepted ones (Eq. G8)."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"witnesses": "copy_detectors"}
    GONE: ClassVar[frozenset[str]] = frozenset(
        {"trainings", "learn_from_choices", "copy_model", "style_model"}
    )

    policy: str = setting(
        "uncertainty",
        "Selection strategy",
        check=known_policy,
        note="How test prompts and images are chosen for suggestions.",
        words=lambda: KNOWN.words(),
    )
    # suggestions per round; k of Eq. G5
    top_k: int = setting(
        3,
        "Suggestions",
        1,
        1000,
        note="Test prompts suggested per round. More give the next round more to train on, and you more "
        "to review.",
    )
    # weigh accepted pictures by Eq. G8; otherwise they weigh 1
    balance: bool = setting(
        True,
        "Balance",
        note="Weights accepted images by how uncertain their round was. Otherwise each counts as much as "
        "a reference.",
    )
    # lambda of Eq. G8
    balance_lambda: float = setting(
        1.0,
        "Weight multiplier (λ)",
        0.0,
        1000.0,
        note="Only with “Balance”: multiplies the weight of accepted images. A higher multiplier follows "
        "your choices more.",
        idle=({"gal.balance": False},),
    )
    # what says that a picture is a copy (Eq. G12); "prompts" is published
    copy_detectors: CopyDetectors = setting(
        "both",
        "Copy detection",
        note="What marks an image as a copy: similarity to the prompts, areas of the reference in it, or "
        "both.",
        words={
            "both": "prompts and images",
            "prompts": "prompts only (as published)",
            "pictures": "images only",
        },
    )
    # for a style, what has the color of a plain background of a reference does not count in Eq. G17
    without_ground: bool = setting(
        False,
        "Leave out a plain background",
        note="Only with a style. The color of the reference’s plain background does not count as its style.",
        idle=(
            {KIND: "object"},
            {"gal.copy_detectors": "prompts"},
        ),
    )


MOST_DRAWN_WITH = 10
"""Reference pictures that are given to a model at once; each makes every step longer."""
NATIVE = "native"
"""In place of an image adapter: the base model takes reference pictures by itself."""


@dataclass(frozen=True)
class ReferenceSettings(SettingsGroup):
    """How pictures are drawn from the references without training."""

    GONE: ClassVar[frozenset[str]] = frozenset({"several"})

    # a folder, a file or a hub ID, `ADAPTER with ENCODER` if its image encoder is elsewhere; NATIVE, or ""
    adapter: str = setting(
        "",
        "Image adapter",
        note="Generates a Round 0 from your references. Name an IP-Adapter (folder or Hugging Face ID), "
        "or “native” for FLUX.2 klein.",
    )
    # what multiplies the adapter's part of each cross-attention
    strength: float = setting(
        0.7,
        "Reference strength",
        0.0,
        1.0,
        note="Only with an image adapter: how much images follow the references. A higher strength "
        "follows the prompt less.",
        idle=(
            {"references.adapter": "", DRAWS: False},
            {"references.adapter": "native"},
        ),
    )
    # leave out what lies around a reference's mask
    subject_alone: bool = setting(
        False,
        "References without their background",
        note="Only with an image adapter. Crops each reference to its subject, on white, by your mask or "
        "by one that is found.",
        idle=({"references.adapter": "", DRAWS: False},),
    )
    # per anchor, where a round draws as many or more
    candidates: int = setting(
        5,
        "Images per prompt in Round 0",
        1,
        1000,
        note="Only with an image adapter: images per prompt in Round 0, at most as many as in other rounds.",
        idle=({"references.adapter": "", DRAWS: False},),
    )

    @property
    def is_native(self) -> bool:
        """Whether the base model takes the pictures by itself."""
        return self.adapter.strip() == NATIVE

    def recipe(self, recipe: Recipe) -> Recipe:
        """The strengths over the steps, where `recipe` multiplies the setting's; 1 for a native model."""
        return AS_TRAINED if self.is_native else recipe.times(self.strength)

    def recipe_words(self, recipe: Recipe) -> str:
        """How strongly the references are given with `recipe`, in words."""
        return "with the references" if self.is_native else self.recipe(recipe).in_words("reference")


@dataclass(frozen=True)
class RefineSettings(SettingsGroup):
    """How a round is refined with PatchDPO (Eq. P1 to P7)."""

    FIRST: ClassVar[Mapping[str, Any]] = {
        "pairs": 16, "steps": 200, "batch_size": 2, "learning_rate": 1e-4, "mix": 0.5,
        "background_weight": 0.3, "pair_prompts": "clean", "clean_background": "on a plain background",
        "vision_model": "", "next_round": "continue", "even_reference": False, "uniform_weights": False,
        "checkpoint_every": 50,
    }  # fmt: skip

    # distributed over the references (object) or the accepted pictures (style)
    pairs: int = setting(
        16,
        "Pairs",
        1,
        1000,
        note="Comparison pairs of a refinement. More pairs correct it more evenly but take longer to "
        "generate.",
    )
    steps: int = setting(
        200,
        "Refinement steps",
        1,
        100_000,
        note="Training steps of a refinement. More steps correct more, and from some point on only copy "
        "the references.",
    )
    # pairs per step; a pair is two rows
    batch_size: int = setting(
        2,
        "Pairs per step",
        1,
        128,
        note="Pairs per refinement step, each of two images. More pairs are steadier but take more time "
        "and memory.",
    )
    learning_rate: float = setting(
        1e-4,
        "Refinement learning rate",
        0.0,
        1.0,
        note="Size of each refinement step. A higher rate corrects faster, but too high a rate ruins the "
        "images.",
        exclude_low=True,
    )
    # share of the round's own training examples in the loss
    mix: float = setting(
        0.5,
        "Share of training images in the loss",
        0.0,
        0.9,
        note="Share of the round’s training images in the loss. A larger share keeps more of the round "
        "but corrects less.",
    )
    # weight of a generated picture's background
    background_weight: float = setting(
        0.3,
        "Background weight",
        0.0,
        1.0,
        note="How much the background of a generated image counts. More keeps more of what is around the "
        "subject.",
    )
    # generate an object on a clean background, or ("own") with y's prompt
    pair_prompts: PairPrompts = setting(
        "clean",
        "Prompts of pairs",
        note="What the image beside an object’s reference shows: the object on a clean background, or the "
        "reference’s own prompt.",
    )
    clean_background: str = setting(
        "on a plain background",
        "Words for a clean background",
        note="Only with clean prompts: the words added to the object’s name to ask for a clean background.",
        idle=({"refine.pair_prompts": "own"},),
    )  # appended to the object's name (Eq. P1)
    vision_model: str = setting(
        "",
        "Vision model",
        note="The model that compares areas of images (a folder or Hugging Face ID). Empty takes the "
        "preset’s.",
    )  # empty: the preset's
    # "repeat": train from the base model, then refine again
    next_round: AfterRefinement = setting(
        "continue",
        "After a refinement",
        note="After a refinement, the next round continues from its weights, or trains from the base "
        "model and refines again.",
    )
    # chance that a pair of Eq. P7 goes without its picture, without its prompt, without both; each.
    # A LoRA has no picture as a condition, so that its prompt is dropped with twice this chance
    drop_conditions: float = setting(
        0.0,
        "Conditioning dropout",
        0.0,
        0.3,
        note="Chance that a pair is trained without its prompt. A higher chance makes images depend less "
        "on the exact words.",
    )
    # divide 1 - r(y) by its mean, so that every reference counts equally
    even_reference: bool = setting(
        False,
        "Weight references equally",
        note="Only with patch weights: makes every reference count equally, however much of it was "
        "already reproduced.",
        idle=({"refine.uniform_weights": True},),
    )
    # weight 1 for every patch, as a baseline
    uniform_weights: bool = setting(
        False,
        "Ignore patch weights (baseline)",
        note="Gives every area of an image the same weight, as a baseline without PatchDPO.",
    )
    checkpoint_every: int = setting(
        50,
        "Refinement checkpoint every",
        1,
        100_000,
        note="Steps between saved states, from which an interrupted refinement resumes. Fewer steps lose "
        "less work.",
    )

    @property
    def essential(self) -> Self:
        """Reset the settings that do not affect the trained weights, or only through the pairs."""
        return replace(
            self,
            next_round="continue",
            pairs=1,
            clean_background="",
            pair_prompts="clean",
            checkpoint_every=type(self).checkpoint_every,
        )


@dataclass(frozen=True)
class Settings(SettingsGroup):
    """All settings of a round."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"sample": "generation"}

    tune: TuneSettings = field(default_factory=TuneSettings)
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    gal: GalSettings = field(default_factory=GalSettings)
    refine: RefineSettings = field(default_factory=RefineSettings)
    machine: MachineSettings = field(default_factory=MachineSettings)
    references: ReferenceSettings = field(default_factory=ReferenceSettings)

    def __post_init__(self) -> None:
        """Check the types of the groups, and that they go together."""
        for group in dataclasses.fields(self):
            value = getattr(self, group.name)
            if not isinstance(value, group.type):  # type: ignore[arg-type]
                raise StudioError(
                    f"The settings {group.name} are {checks.shown(value)}: they must be a table."
                )
        if self.tune.method == "full" and self.machine.base != "plain":
            raise StudioError(
                "Base weights of 8-bit integers cannot be trained in full: choose LoRA, or plain weights."
            )
        if self.tune.method == "full" and self.generation.is_fast:
            raise StudioError(
                "A fast model or a speed LoRA cannot take over a model that was trained in full: choose a "
                "preset that trains a LoRA, or leave both empty."
            )
        if self.generation.speed_lora.strip() and self.machine.base != "plain":
            raise StudioError(
                "A speed LoRA cannot be used with base weights of 8-bit integers: choose plain weights, or a "
                "fast model in its place."
            )
        if (
            self.machine.optimizer == "prodigy"
            and min(self.tune.learning_rate, self.refine.learning_rate) < LEAST_FACTOR
        ):
            raise StudioError(
                "Prodigy finds the learning rate by itself: set the learning rates of training and "
                "refinement to 1, or choose AdamW."
            )

    def adopting(self, changes: Mapping[str, Any]) -> Self:
        """The settings with changes, as tables; without the fast model or speed LoRA that forbids them.

        For settings of a preset: what nobody chose does not refuse what somebody did.
        """
        try:
            return self.updated(changes)
        except StudioError:
            if not self.generation.is_fast:
                raise
            return replace(self, generation=self.generation.in_full).updated(changes)


@functools.lru_cache(maxsize=256)  # the rounds of a project share theirs
def read_settings(text: str) -> Settings:
    """Stored settings; refused if they cannot be read."""
    try:
        stored = strict_json.loads(text)
        KNOWN.allow_stored(stored.get("gal", {}).get("policy"))
        return Settings.from_dict(stored)
    except (ValueError, TypeError, AttributeError, strict_json.InvalidError) as error:
        raise StudioError("The stored settings are damaged: run gal-studio doctor on it.") from error


def read_changes(text: str) -> dict[str, dict[str, Any]]:
    """Stored changes of settings, by group and name; what is no setting any more is left out."""
    stored = strict_json.loads(text)
    KNOWN.allow_stored(stored.get("gal", {}).get("policy"))
    gone: dict[str, frozenset[str]] = {
        group.name: getattr(group.type, "GONE", frozenset()) for group in dataclasses.fields(Settings)
    }
    return {
        group: {name: value for name, value in values.items() if name not in gone.get(group, ())}
        for group, values in stored.items()
    }
