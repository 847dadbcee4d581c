"""What every variant of a round answers."""

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from gal_studio.core.records.round import Round

Training = Literal["fine_tune", "refine"]
TRAININGS: tuple[Training, ...] = ("fine_tune", "refine")
"""The kinds of jobs that train a LoRA."""
Doing = Literal["train", "continue", "refine", "measure", "export"]
"""What a round may refuse: its training, more steps, a refinement, benchmark, export."""
Action = str
"""The name of a button of a round (`assets/ui/rounds/actions.js`, and `addActions` of features)."""


class Variant:
    """What a round is. Another one is a file of this folder, with a subclass and an instance of it.

    Where it answers nothing of its own, a round is generated with the base model and never trained. Its
    `name` is stored, and never changes; workspaces know it once
    `gal_studio.state.database.upgrades.VERSION` is raised. Only its file compares names: others ask it. Its
    file imports `core.records` for types alone (`TYPE_CHECKING`), since the table of rounds names variants.
    """

    name: ClassVar[str]
    training: ClassVar[Training | None] = None
    """The kind of job that trains its LoRA; None where it is generated without one."""
    tunes: ClassVar[bool] = False
    """Is it trained on the references and on what was accepted above it (Eq. G9)?"""
    refines: ClassVar[bool] = False
    """Is it made of the round above it, whose test prompts, images and seeds it has?"""
    with_references: ClassVar[bool] = False
    """Are its images generated with the references, instead of a LoRA?"""
    varies_strength: ClassVar[bool] = False
    """Are its images generated at several strengths of its LoRA (Eq. G13)?"""
    exports: ClassVar[bool] = False
    """Has it a LoRA for other programs?"""
    actions: ClassVar[tuple[Action, ...]] = ("generate", "accept", "next_round")
    """What the page offers in it, besides jobs that have a button of their own."""
    made_by: ClassVar[Action | None] = None
    """The button that makes one after the shown round; None where it is another way."""
    button: ClassVar[str] = ""
    """What is pressed for one after the shown round, beside its jobs, where it has a `hint`."""
    hint: ClassVar[str] = ""
    """What such a round is for: with it, page and `Studio.make_round` make one."""
    suffix: ClassVar[str] = ""
    """What its name says after the number."""
    first_number: ClassVar[int] = 1
    """Its number where no round is above it."""
    counts_on: ClassVar[bool] = False
    """Is its number one higher than that of the round above it?"""

    def why_not(self, doing: Doing, round_: "Round") -> str:
        """Why something cannot be done with a round, and what to do instead; empty if it can."""
        return without_training(round_, doing)

    def untrained(self, number: int) -> str:
        """What to do about a round of this number that has no LoRA."""
        if self.training is None:
            return f"Round {number} is generated without training, so it has no LoRA: go on to the next."
        return f"Round {number} is not trained yet: press Train first."

    def why_no_training(self, number: int) -> str:
        """What is said of a round where this studio lacks the feature that trains it; else empty."""
        from gal_studio.core.jobs.kinds import JOB_KINDS  # which asks for features

        if self.training is None or self.training in JOB_KINDS:
            return ""
        return (
            f"This studio lacks the feature “{self.training}”, which trains round {number}: you can still "
            "use what the round has."
        )

    def training_seed(self, seed: int, number: int) -> int:
        """The seed of its training, of the seed of its line and its number."""
        from gal_studio.core.seeds import training_seed  # with numpy: a refused start waits for nothing slow

        return training_seed(seed, number)

    def hands_on(self, continues: bool, after_refinement: str) -> bool:
        """Whether the training of a round after it starts from its LoRA (Eq. G9).

        By the settings `tune.continue_from_last` and `refine.next_round` of that round.
        """
        return False

    def lost_start(self, number: int, own: int) -> str:
        """What to do about a round `number` that starts from this one, whose LoRA is missing."""
        return (
            f"Round {number} starts from round {own}, whose LoRA is missing: train round {own} again, or "
            "set `continue_from_last = false`."
        )

    def candidates(self, wanted: int, with_references: int) -> int:
        """How many images of a test prompt it has, by `candidates` of the drawing and of the references."""
        return wanted


_DONE = {
    "train": "trained", "continue": "trained", "refine": "refined", "measure": "measured",
    "export": "exported",
}  # fmt: skip


def without_training(round_: "Round", doing: Doing) -> str:
    """That a round has no LoRA with which this could be done."""
    return (
        f"Round {round_.number} is generated without training, so nothing in it can be {_DONE[doing]}: "
        "go on to the next round."
    )


def given_lora(round_: "Round") -> str:
    """Why a round is not trained whose LoRA was made elsewhere, or is that of the round that it copies."""
    if round_.copy_of:
        return (
            "This is where a branch begins, with the LoRA of the round that it left: choose images, then go "
            "on to the next round."
        )
    if round_.source:
        return (
            f"The LoRA {round_.source} is judged as it is: go on to the next round, whose training starts "
            "from it."
        )
    return ""


def nothing_to_continue(number: int) -> str:
    """That a round has no training after which more steps could follow."""
    return f"Round {number} has no finished training to continue: press Train first."
