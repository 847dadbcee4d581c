"""Which round is best and why, and what is wrong with a round, in sentences that a layperson understands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from gal_studio.core.intervals import Difference, is_down, is_up
from gal_studio.core.measures.blind import Choice, Setting, in_order
from gal_studio.core.measures.compare import change, gain
from gal_studio.core.measures.report import Report, kept
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.words import share_words

COPIES_FROM = 1 / 3
"""The share of copies from which a first round is said to copy."""
WITHOUT_REFERENCES = "No reference images: copies are not judged, so no round can be the best."


@dataclass(frozen=True)
class Caution:
    """What to know of a round, in words; `plain` is the same without figures, where the sentence has some."""

    round: str
    kind: Literal["overfit", "lost", "fast"]
    sentence: str
    plain: str = ""


@dataclass(frozen=True)
class BlindChoice:
    """What a person chose in blind pairs of two rounds: what they read, and the `fact` for others, or ""."""

    rounds: tuple[str, str]
    sentence: str
    fact: str


@dataclass(frozen=True)
class Winner:
    """A round by a setting, of this `key` in the contact sheet, that is the cleanest or shows the most."""

    round: str
    key: str
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """The best round (None: there is none) with its `setting`, what to say of it first, and why, in words.

    `plain` says why in counts of images, without the names of the figures; that they look like the references
    is left to the eye. `constant` names the best one at a constant strength in a sentence, where a schedule
    is the best. `rivals` are the rounds over which its lead may be chance, the next best first. `by_eye`
    says that a person chose it in blind pairs, and `blind` what they chose in each comparison. `winners` are
    the cleanest one and the one with the most of the style or object; none where one is both.
    """

    best: str | None
    headline: str
    sentence: str
    setting: Recipe = AS_TRAINED
    constant: str = ""
    plain: str = ""
    rivals: tuple[str, ...] = ()
    by_eye: bool = False
    blind: tuple[BlindChoice, ...] = ()
    winners: tuple[Winner, ...] = ()


def ranking(reports: Sequence[Report], choices: Sequence[Choice] = ()) -> list[Report]:
    """The reports of rounds, the best one first: what a person chose of two outranks the figures.

    By these, one that lost what it should carry comes last, and otherwise the one with the largest mean u
    first.
    """
    computed = {
        setting: each
        for each in sorted(reports, key=lambda each: (not carries_on(each), *_by_gain(each)))
        if (setting := each.arm.setting)
    }
    order = in_order(list(computed), {each.order for each in choices if each.order})
    return [computed[setting] for setting in order]


def names_of(reports: Sequence[Report]) -> dict[Setting, str]:
    """What the settings of rounds are called in a sentence."""
    names = _Names.among(reports)
    return {setting: names.name(each) for each in reports if (setting := each.arm.setting)}


def find_best(reports: Sequence[Report], base: Report | None, choices: Sequence[Choice] = ()) -> Verdict:
    """The best round and strength schedule: what a person chose in blind pairs, else what is computed."""
    computed = _computed_best(reports, base)
    trained = [each for each in reports if each.arm.id is not None and each.gain is not None]
    names = names_of(trained)
    made = [each for each in choices if names.keys() >= set(each.settings)]
    blind = tuple(BlindChoice(each.rounds, each.sentence(names), each.fact(names)) for each in made)
    verdict = replace(computed, blind=blind)
    ranked = ranking(trained, made)
    won = {each.order[1]: each for each in made if each.order and each.order[0] == ranked[0].arm.setting}
    if base is None or not won:
        return replace(verdict, winners=_winners(ranked, names))
    return _chosen(verdict, ranked, won, base)


def _winners(ranked: Sequence[Report], names: Mapping[Setting, str]) -> tuple[Winner, ...]:
    """The cleanest setting, and the one that shows the most of what is learned, where they differ.

    They do where the one has clearly fewer copies, and the other clearly more of the style or object, also in
    images that are no copies: else one of them is both. Only what is better than the base model counts.
    """
    able = [each for each in ranked if is_better(each) and {"copies", "carries"} <= each.figures.keys()]
    if not able:
        return ()
    clean = min(able, key=lambda each: each.copies / each.pictures)
    most = max(able, key=lambda each: each.figures["carries"].value)
    pair = clean.arm.part("held_out"), most.arm.part("held_out")
    more = kept(*pair)
    if more is None or not (is_up(change(*pair, "copies")) and is_up(more.carries)):
        return ()
    told = (
        (clean, f"is the cleanest: {_copies(clean)}."),
        (most, f"shows the most of what it learned, but copies more: {_copies(most)}."),
    )
    return tuple(
        Winner(setting[0], each.arm.key, f"{names[setting]} {words}")
        for each, words in told
        if (setting := each.arm.setting)
    )


def is_better(report: Report) -> bool:
    """Whether a round gained over the base model, and has not lost it again."""
    return report.gain is not None and report.gain.value > 0 and carries_on(report)


def _copies(report: Report) -> str:
    are = "is a copy" if report.copies == 1 else "are copies"
    return f"{report.copies} of {report.pictures} images {are}"


def _chosen(
    computed: Verdict, ranked: Sequence[Report], won: Mapping[Setting, Choice], base: Report
) -> Verdict:
    """The verdict where the first one of the ranking was chosen over others in blind pairs.

    Of those over which it `won`, the one is named that comes first by the figures.
    """
    best, names = ranked[0], _Names.among(ranked)
    figures_say = [setting for each in ranking(ranked) if (setting := each.arm.setting)]
    against = next(won[setting] for setting in figures_say if setting in won)
    agrees = (computed.best, computed.setting) == best.arm.setting
    known: dict[str | None, Report] = {None: base, **{each.arm.id: each for each in reversed(ranked)}}
    before, figures, likeness = known.get(best.arm.before), "", ("", "")
    if any(each.is_judged for each in ranked):
        figures = f"The studio’s own order {'agrees.' if agrees else f'differs: {computed.headline}'}"
        likeness = _closeness(best), _unlikeness(best)
    maybe = dict.fromkeys(name for (name, _), each in won.items() if not each.is_clear)
    return Verdict(
        best=best.arm.id,
        headline=against.sentence(names_of(ranked)),
        sentence=_joined(figures, _counted(best, before, names), likeness[0]),
        setting=best.arm.recipe,
        constant=_constant(best, ranked),
        plain=_joined(figures, _plainly(best, before, names), likeness[1]),
        rivals=tuple(name for name in maybe if name != best.arm.id),
        by_eye=True,
        blind=computed.blind,
    )


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _computed_best(reports: Sequence[Report], base: Report | None) -> Verdict:
    """The round and strength schedule with the largest mean u on the held-out prompts, and how sure that is.

    `reports` are those of rounds at full strength and by schedules; of each round its best one is ranked. A
    round that diverged, that lost what it should carry, or that carries no more of it than the base model
    is never the best. Whatever is said of a round is read off its report, which is also its row of the table.
    """
    trained = [each for each in reports if each.arm.id is not None and each.gain is not None]
    if base is None or not trained:
        return Verdict(None, "", "")
    if not any(each.is_judged for each in trained):
        names = _Names.among(trained)
        told, plainly = (
            " ".join(f"{each.arm.name}: {count(each, None, names)}" for each in trained if each.judged)
            for count in (_counted, _plainly)
        )
        return Verdict(None, WITHOUT_REFERENCES, told, plain=plainly)
    settings = ranking(trained)
    by_round = {each.arm.id: each for each in reversed(settings)}
    ranked = [each for each in settings if by_round[each.arm.id] is each]
    names = _Names.among(trained)
    best, before = ranked[0], {None: base, **by_round}
    earlier = before.get(best.arm.before)
    detail = f"{_counted(best, earlier, names)} {_closeness(best)}".rstrip()
    plain = f"{_plainly(best, earlier, names)} {_unlikeness(best)}".rstrip()
    if not is_better(best):
        name = names.name(best)
        return Verdict(None, _none_is_best(ranked), f"{name}: {detail}", plain=f"{name}: {plain}")
    if len(ranked) == 1:
        headline, more = f"{names.name(best)} is the only {_noun(best)} measured so far.", ""
    else:
        headline = _best_of(len(ranked), best, ranked[1], names)
        more = _passed_over(best, ranked[2:])  # of the second, the headline tells
        plain = f"{plain} {_in_spite_of(best, ranked[1])}".rstrip()
    told, plainly = (f"{words} {more}".rstrip() for words in (detail, plain))
    constant, rivals = _constant(best, settings), tuple(_rivals(ranked))
    return Verdict(best.arm.id, headline, told, best.arm.recipe, constant, plainly, rivals)


@dataclass(frozen=True)
class _Names:
    """How rounds are called: with their settings where another one than full strength was measured."""

    with_settings: bool

    @classmethod
    def among(cls, trained: Sequence[Report]) -> Self:
        """How these are called."""
        return cls(any(each.arm.recipe != AS_TRAINED for each in trained))

    def name(self, of: Report) -> str:
        """In a sentence: "Round 1 (strength 0.4 for 70% of steps, then 1)"."""
        return f"{of.arm.name} ({of.arm.recipe.brief})" if self.with_settings else of.arm.name

    def inside(self, of: Report) -> str:
        """In brackets: "Round 1, strength 0.4 for 70% of steps, then 1"."""
        return of.arm.label if self.with_settings else of.arm.name


def _constant(best: Report, settings: Sequence[Report]) -> str:
    """The best at a constant strength, for programs without schedules; "" where the best has one."""
    if best.arm.recipe.is_constant:
        return ""
    able = [each for each in settings if each.arm.recipe.is_constant and is_better(each)]
    if not able:
        return "At a constant strength, no measured round is better than the base model."
    return (
        f"In programs without strength schedules, {able[0].arm.name} is best at {able[0].arm.recipe.brief}."
    )


def _none_is_best(ranked: Sequence[Report]) -> str:
    """Why no round is the best: none has learned anything, or those that have draw nothing of use with it."""
    able = [each for each in ranked if _has_more(each) and not each.arm.diverged]
    if not able:
        return "No round is better than the base model yet."
    if all(has_lost(each) for each in able):
        return "No round matches the references well enough yet."
    return "No round matches its prompts without copying yet."


def _learned(report: Report) -> Difference | None:
    """How much more than the base model's pictures a round's carry, or how much more alike they are."""
    return report.since_base.get("carries") or report.since_base.get("clip_i")


def _has_more(report: Report) -> bool:
    since = _learned(report)
    return since is not None and since.value > 0


def has_lost(report: Report) -> bool:
    """Whether a round clearly lost what the first round above it carries, or its training diverged."""
    return report.arm.diverged or (report.kept is not None and report.kept.is_lost)


def carries_on(report: Report) -> bool:
    """Whether a round carries more than the base model and has not lost it again; True where nobody knows."""
    return (_learned(report) is None or _has_more(report)) and not has_lost(report)


def _by_gain(report: Report) -> tuple[float, str]:
    return (-report.gain.value if report.gain else 0.0), report.arm.name


def _counted(report: Report, before: Report | None, names: _Names) -> str:
    """How many images match their prompts and how many are copies, with those of the round before."""
    earlier = before if before and before.arm.id is not None else None
    matched, copied = (
        "",
        f" ({names.inside(earlier)}: {earlier.copies} of {earlier.pictures})" if earlier else "",
    )
    if report.judged:
        is_known = earlier is not None and earlier.judged
        then = (
            f" ({names.inside(earlier)}: {earlier.as_asked} of {earlier.judged})"
            if earlier and is_known
            else ""
        )
        matched = f"Prompt match: {share_words(report.as_asked, report.judged, report.pictures)}{then}. "
    if not report.is_judged:
        return matched.rstrip()
    return f"{matched}Copies: {share_words(report.copies, report.pictures, report.pictures)}{copied}."


def _rivals(ranked: Sequence[Report]) -> Iterator[str]:
    """The rounds behind the best down to the first that it is clearly ahead of."""
    for each in ranked[1:]:
        if not carries_on(each) or is_up(lead(ranked[0], each)):
            return
        yield each.arm.id or ""


def _plainly(report: Report, before: Report | None, names: _Names) -> str:
    """The same as the studio's count: how many images match the prompt, and how many are copies."""
    earlier = before if before and before.arm.id is not None else None
    told = []
    if report.judged:
        then = (
            f" ({names.inside(earlier)}: {earlier.as_asked} of {earlier.judged})"
            if earlier and earlier.judged
            else ""
        )
        told.append(
            f"The studio counts {report.as_asked} of {report.judged} images as matching their prompts{then}: "
            "look at them."
        )
    if report.is_judged:
        then = f" ({names.inside(earlier)}: {earlier.copies} of {earlier.pictures})" if earlier else ""
        are = "is a copy" if report.copies == 1 else "are copies"
        told.append(f"{report.copies} of {report.pictures} {are}{then}.")
    return " ".join(told)


def _closeness(report: Report) -> str:
    """How the likeness to the reference differs from the base model's, by the cell of the table."""
    change = report.since_base.get("clip_i")
    if change is None:
        return ""
    if is_up(change):
        how = "clearly resemble the reference more than the base model’s do"
    elif is_down(change):
        how = "clearly resemble the reference less than the base model’s do"
    elif change.value > 0:
        how = "resemble the reference more than the base model’s do (this may be chance)"
    else:
        how = "resemble the reference no more than the base model’s do"
    closer = change.value > 0 and (report.gain is None or report.gain.value <= 0)
    only = ", but only by copying it or by missing the prompt" if closer else ""
    return f"The images {how}{only}."


def _unlikeness(report: Report) -> str:
    """The same where it speaks against a round: CLIP-I also rises with the colors or the ground alone."""
    change = report.since_base.get("clip_i")
    is_gain = change is not None and change.value > 0 and report.gain is not None and report.gain.value > 0
    return "" if is_gain else _closeness(report)


def _best_of(number: int, best: Report, second: Report, names: _Names) -> str:
    """That a round is the best of so many, and how it stands against the next one."""
    best_is = f"{names.name(best)} is the best of {number} measured {_noun(best)}s"
    if not carries_on(second):
        return f"{best_is}: {names.name(second)} matches the references too little."
    if is_up(lead(best, second)):
        return f"{best_is}, clearly ahead of {names.name(second)}."
    return f"{best_is}, but its lead over {names.name(second)} may be chance."


def _noun(report: Report) -> str:
    """What is measured: a round, or a LoRA from elsewhere."""
    return "LoRA" if report.arm.given else "round"


def _in_spite_of(best: Report, second: Report) -> str:
    """Why a round is ahead of one with better counts: its images have more of the style or object."""
    shown = [each.figures.get("carries") for each in (best, second)]
    if shown[0] is None or shown[1] is None or shown[0].value <= shown[1].value:
        return ""
    fewer = best.as_asked * second.judged < second.as_asked * best.judged
    more = best.copies * second.pictures > second.copies * best.pictures
    return "It is ahead because its images are closer to the references." if fewer or more else ""


def lead(first: Report, second: Report) -> Difference | None:
    """How much more useful the pictures of one round are than another's, paired by prompt and seed."""
    return gain(second.arm.part("held_out"), first.arm.part("held_out"))


def _passed_over(best: Report, others: Sequence[Report]) -> str:
    """The round that gained most of those that gained more than the best, and are not the best."""
    more = [each for each in others if _by_gain(each) < _by_gain(best)]
    if not more:
        return ""
    return f"{min(more, key=_by_gain).arm.name} scored higher, but matches the references too little."


def find_warnings(
    reports: Sequence[Report], called: str, falls: Callable[[str], bool] = lambda _: False
) -> tuple[Caution, ...]:
    """Rounds that lost what they learned or overfit; `called` are the words of the style or object.

    Of bleed nobody is warned (`Report.leak` has it): most rounds have it, and no remedy was measured.
    `falls` says of a round, by its ID, whether its training loss still fell at the end.
    """
    found = []
    for each in reports:
        if each.arm.id is None:
            continue
        before = next((other for other in reports if other.arm.id == each.arm.before), None)
        sentences = (
            ("lost", _lost(each, called, falls)),
            ("overfit", _overfits(each, before)),
        )
        for kind, sentence in sentences:
            if sentence:
                found.append(Caution(each.arm.id, kind, sentence))  # type: ignore[arg-type]
    return tuple(found)


def _lost(report: Report, called: str, falls: Callable[[str], bool]) -> str:
    """What a later round carries less of, or any round no more of than the base model."""
    since = report.since_base.get("carries")
    if report.arm.diverged and report.arm.given:
        return f"{report.arm.name} generates noise. Check that it was made for this base model."
    if report.arm.diverged:
        return f"{report.arm.name} diverged. Train again with a lower learning rate or fewer steps."
    if report.kept is not None and report.kept.is_lost:
        return (
            f"{report.arm.name} lost half or more of “{called}” since the first round. Go back one round, "
            "and accept images that show it clearly."
        )
    if since is not None and since.value <= 0 and not is_up(since):
        return (
            f"{report.arm.name} has not learned “{called}”: its images show no more of it than the base "
            f"model’s. {_learn_more(report, falls)}"
        )
    return ""


def _learn_more(report: Report, falls: Callable[[str], bool]) -> str:
    """What to do about a round that has not learned enough."""
    if report.arm.instant:
        return "Raise the reference strength, or train a round."
    if report.arm.given:
        return "Check its trigger words and its base model, or choose a later file of its training."
    if report.copies >= COPIES_FROM * report.pictures:
        return (
            f"Don’t train longer: {report.copies} of {report.pictures} images are already copies. Add "
            "references in other settings."
        )
    if report.arm.id is not None and falls(report.arm.id):
        return "Train longer: its loss was still falling."
    return "Train longer, or with a higher learning rate."


def _overfits(report: Report, before: Report | None) -> str:
    """Copies or likeness rise while prompts are followed less; a first round is told by its copies."""
    if before is None:
        return ""
    copies, name = report.copies, report.arm.name
    if before.arm.id is None:
        if copies < COPIES_FROM * report.pictures:
            return ""
        step = "Accept images that match their prompts, or train with fewer steps."
        if report.arm.given:
            step = "Use its best strength schedule, or choose an earlier file of its training."
        return (
            f"{name} copies the reference at full strength: {copies} of {report.pictures} benchmark images "
            f"show it instead of their prompts. {step}"
        )
    changes = report.changes
    if not is_down(changes.get("clip_t")) or not (
        is_up(changes.get("copies")) or is_up(changes.get("clip_i"))
    ):
        return ""
    return (
        f"{name} copies more and matches its prompts less: {copies} of {report.pictures} are copies "
        f"({before.arm.name}: {before.copies} of {before.pictures}). "
        f"Branch from {before.arm.name}, or train with fewer steps."
    )
