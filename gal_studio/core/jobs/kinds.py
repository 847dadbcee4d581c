"""The kinds of jobs: what each one is called, its phases, and the jobs that it waits for.

Every text that names a job is made from this table: on the page, in the command line and in messages. The
`__init__.py` of a feature adds its jobs. What a kind does is listed in `gal_studio.worker.jobs.registry`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from gal_studio.core import features
from gal_studio.core.errors import StudioError


@dataclass(frozen=True)
class Phase:
    """A part of a job's work.

    `name` is shown while it lasts (empty: the title of the job). `unit` is what it counts (empty: nothing).
    `kept` says what remains of a job that is halted in it, with `{done}`, `{total}` and `{amount}` filled in.
    """

    name: str = ""
    unit: str = ""
    kept: str = "Nothing was lost."

    def amount(self, done: float, total: int) -> str:
        """How far it is, in words: "40 of 200 steps", "1.2 of 5.1 GB"."""
        if self.unit == BYTES:
            return bytes_of(done, total)
        return f"{int(done)} of {total} {self.unit}".rstrip()

    def progress(self, done: int, total: int) -> str:
        """The same in short: "40 / 200"; empty before the total is known."""
        if not total:
            return ""
        return bytes_of(done, total) if self.unit == BYTES else f"{done} / {total}"

    def speed(self, rate: float) -> str:
        """How quick it is: "2.5 steps/s", "25 s per image", "13 MB/s"."""
        if self.unit == BYTES:
            return f"{bytes_in_words(rate)}/s"
        unit = self.unit or "steps"
        if rate < 1:
            return f"{math.floor(1 / rate + 0.5)} s per {unit.removesuffix('s')}"
        return f"{rate:.1f} {unit}/s"

    def what_is_kept(self, done: float, total: int) -> str:
        """What remains of a job that is halted now."""
        return self.kept.format(done=int(done), total=total, amount=self.amount(done, total))


@dataclass(frozen=True)
class After:
    """An earlier job of this kind, in the same round or in its parent, that a job waits for.

    A job is cancelled with an earlier one that it needs; otherwise it only has more to work on after it.
    `resumed`: a halted one goes on when the job is requested.
    """

    kind: str
    of_parent: bool = False
    needed: bool = True
    resumed: bool = False


@dataclass(frozen=True)
class JobKind:
    """What is said of the jobs of one kind, and when their turn comes.

    `title` names the work while it lasts, `button` is what a person presses for it, and `done` says what is
    there afterwards, with `{count}` filled in. `is_background`: it lets every other job go first, even when
    it runs already. `is_small`: it takes seconds, and goes between two steps of longer work. `allows_jobs`:
    other jobs of its round may be requested meanwhile. `allows_decisions`: its round can be decided on
    meanwhile, since it adds nothing to what is decided. One with a `hint` gets its button beside the others
    of a round, and says this there; others have a button of their own somewhere. Below the buttons `now` says
    what is done, `coming` what will be; the title where they are empty.
    """

    title: str
    button: str
    done: str
    phases: Mapping[str, Phase] = field(default_factory=dict)
    after: tuple[After, ...] = ()
    allows_jobs: bool = False
    is_background: bool = False
    is_small: bool = False
    allows_decisions: bool = False
    hint: str = ""
    now: str = ""
    coming: str = ""

    @property
    def loads_models(self) -> bool:
        """Whether it loads the models of its project, which have to be on this computer."""
        return any(after.kind == DOWNLOAD for after in self.after)

    @property
    def noun(self) -> str:
        """The title inside of a sentence."""
        return self.title[:1].lower() + self.title[1:]

    def phase(self, name: str) -> Phase:
        """The phase of that name; one without words of its own goes by the title."""
        return self.phases.get(name) or _EVERYWHERE.get(name) or Phase()

    def finished(self, count: int) -> str:
        """What is there when a job of `count` steps or pictures is done."""
        return self.done.format(count=count or "All")


BYTES = "bytes"


def bytes_in_words(count: float) -> str:
    """Format a number of bytes: "5.1 GB", "340 MB", "90 kB"."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    if count < 1e6:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.0f} MB" if count >= 1e7 else f"{count / 1e6:.1f} MB"


def bytes_of(done: float, total: float) -> str:
    """Format a part of a number of bytes: "1.2 of 5.1 GB"."""
    number, unit = bytes_in_words(total).split()
    scale = {"GB": 1e9, "MB": 1e6, "kB": 1e3}[unit]
    return f"{done / scale:.{len(number.partition('.')[2])}f} of {number} {unit}"


DOWNLOAD = "download"
MODEL = After(DOWNLOAD, resumed=True)
_EVERYWHERE = {  # phases of all kinds that load models
    DOWNLOAD: Phase("Downloading", BYTES, "Kept {amount}; Resume continues from there."),
    "loading": Phase("Loading the model"),
}
STEPS = Phase(unit="steps", kept="Kept {done} of {total} steps; Resume continues from there.")
IMAGES = Phase(unit="images", kept="Kept the images that were finished; Resume generates the rest.")
PREPARATION = {
    "class_images": Phase("Generating images of other things", "images"),
    "encode": Phase("Encoding the images", "images"),
}
DRAWING = {"base": Phase("Generating with the base model", "images")}
JUDGEMENT = {
    "foregrounds": Phase("Finding the subject", "images"),
    "maps": Phase("Making heat maps", "images", "Kept the maps that were finished; Resume makes the rest."),
}

JOB_KINDS: dict[str, JobKind] = {
    DOWNLOAD: JobKind(
        title="Downloading",
        button="Download",
        done="The model is on this computer",
        coming="downloading the model",
        allows_jobs=True,
        allows_decisions=True,
    ),
    "fine_tune": JobKind(
        title="Training",
        button="Train",
        done="The model is trained",
        phases={**PREPARATION, "fine_tune": STEPS},
        after=(MODEL, After("refine", of_parent=True, needed=False)),
    ),
    "generate": JobKind(
        title="Generating",
        button="Generate",
        done="{count} images ready",
        now="Generating images",
        coming="the images",
        phases={
            **DRAWING,
            "draw": Phase(
                unit="images", kept="Kept {done} of {total} images; Generate makes the rest."
            ),
            "project": Phase("Placing the images on the map"),
            "measure": Phase("Measuring"),
        },
        after=(MODEL, After("fine_tune"), After("refine")),
    ),
    "quality": JobKind(
        title="Making heat maps",
        button="Heat map",
        done="Heat maps ready",
        phases=JUDGEMENT,
        after=(MODEL, After("generate", needed=False)),
        allows_jobs=True,
    ),
}  # fmt: skip


def offered_kinds() -> dict[str, JobKind]:
    """The kinds by name that get their button by their hint alone."""
    return {name: kind for name, kind in JOB_KINDS.items() if kind.hint}


def find_job_kind(name: str) -> JobKind:
    """The kind of that name; refused where another version stored it."""
    if name not in JOB_KINDS:
        raise StudioError(
            f"This version of GAL Studio has no jobs of the kind {name!r}, only "
            f"{', '.join(JOB_KINDS)}: update it, or stop the job if it is of an earlier version."
        )
    return JOB_KINDS[name]


def describe_job(name: str) -> JobKind:
    """The words for a kind; one that is not known here goes by its name."""
    return JOB_KINDS.get(name) or JobKind(name, name, f"{name} is done")


def is_background(name: str) -> bool:
    """Whether jobs of that kind let every other job go first."""
    return describe_job(name).is_background


def is_small(name: str) -> bool:
    """Whether jobs of that kind take seconds."""
    return describe_job(name).is_small


def allows_decisions(name: str) -> bool:
    """Whether a round can be decided on during a job of that kind."""
    kind = describe_job(name)
    return kind.is_background or kind.allows_decisions


def kinds_before(name: str) -> frozenset[str]:
    """The kinds whose results a job needs from its own round, directly or through others."""
    own = [after.kind for after in JOB_KINDS[name].after if after.needed and not after.of_parent]
    direct = [kind for kind in own if kind in JOB_KINDS]  # one of a feature may not be there
    return frozenset(direct).union(*map(kinds_before, direct))


features.packages()  # they have words too
