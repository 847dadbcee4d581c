"""What the page says of the benchmark: the cells of its table, the chips of rounds, and what changed."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from gal_studio.core.intervals import Difference, Interval, Outcome
from gal_studio.core.measures.pictures import Metric
from gal_studio.core.measures.report import Change, Figures
from gal_studio.core.measures.verdict import Verdict
from gal_studio.core.types import Kind
from gal_studio.core.utility import Look
from gal_studio.core.words import counted, percent, share_words
from gal_studio.rounds.test_set import can_measure

if TYPE_CHECKING:
    from gal_studio.studio.views.measures import MeasuredRound

FULL = "full strength"
UNMEASURED = "No round is measured yet: the benchmark in Results says which one is best."
MAYBE = ", which may be chance"
MARKS: Mapping[Outcome, str] = {"better": "✓ ", "worse": "✕ ", "more": "▲ ", "less": "▼ ", "unclear": ""}
SHARES = ("as_asked", "copies", "no_copy", "carries")
COUNTED = ("as_asked", "copies", "no_copy")
"""The shares that each image has or not."""
PROGRESS: Sequence[Metric] = ("copies", "as_asked", "carries")
"""What rounds gain and lose."""


@dataclass(frozen=True)
class FigureColumn:
    """A column of the table of rounds, and what it means."""

    name: str
    title: str


COLUMNS: Mapping[Metric, FigureColumn] = {
    "as_asked": FigureColumn(
        "Prompt match", "Share of the judged images that show what the prompt asks for, and are not copies."
    ),
    "copies": FigureColumn("Copies", "Share of images that copy the reference. Fewer is better."),
    "carries": FigureColumn(
        "Style match",
        "How much of the style or object the images show: base model 0%, references 100%. Copies show all of "
        "it, so fewer copies may lower it.",
    ),
    "clip_t": FigureColumn("CLIP-T", "Text alignment: how well images match their prompts, from −1 to 1."),
    "clip_i": FigureColumn(
        "CLIP-I",
        "Likeness to the reference, in content and look, from −1 to 1. Higher isn’t always better: copies "
        "score highest.",
    ),
}
"""What is measured, in the order of the table; `no_copy` says the same as `copies`."""
GAIN = FigureColumn(
    "Gain over base",
    "How much closer to the reference than the base model, counting only images that match the prompt. The "
    "best round has the highest.",
)
KEEPS = FigureColumn(
    "Keeps the style", "How far the images that aren’t copies have the look of the reference, estimated."
)
LEARNED = FigureColumn(
    "Learned",
    "Prompt match on the accepted prompts, which this round was trained on. The other columns are about "
    "prompts that no training uses.",
)


def metric_name(metric: Metric, kind: Kind) -> str:
    """What a metric is called in a project that learns a style or an object."""
    return f"{kind.capitalize()} match" if metric == "carries" else COLUMNS[metric].name


@dataclass(frozen=True)
class ChangeWords:
    """A change in short, "✓ +17", and in full."""

    text: str
    verdict: Outcome
    title: str


@dataclass(frozen=True)
class FigureCell:
    """A figure as text, with its interval, and what changed."""

    text: str
    title: str = ""
    change: ChangeWords | None = None


@dataclass(frozen=True)
class SheetColumn:
    """What generated images of the benchmark: the base model (`key` ""), or a round by one of its settings.

    `key` names it in the sheet. Of a round's settings one `decides`; that of the best round is `best`.
    """

    key: str
    round: str
    name: str
    decides: bool
    best: bool


Cells = tuple[FigureCell | None, ...]


@dataclass(frozen=True)
class FigureRow:
    """A row of the table: its figures, and the counts that are shown without them."""

    cells: Cells
    counts: Cells


@dataclass(frozen=True)
class ChipWords:
    """What a chip says of a measured round: the figure that the best round is named by.

    `title` is its tooltip, which names the setting.
    """

    text: str
    change: ChangeWords | None
    best: bool
    title: str


@dataclass(frozen=True)
class RoundWords:
    """What is said of a measured round; `label` names it with the setting that decides.

    `place` says which it is among the others, `uses` with which schedule files use it, `left` what the
    benchmark leaves to gain, `left_plain` the same as images. Of a schedule that is not measured there is no
    row.
    """

    label: str
    row: FigureRow
    schedules: tuple[FigureRow | None, ...]
    chip: ChipWords
    place: str
    uses: str
    left: str
    left_plain: str


@dataclass(frozen=True)
class MeasureWords:
    """What is said of the benchmark; `rounds` by their ID, "" for the base model.

    `columns` are all figures, `counted` those that are shown as counts; none where nothing is measured and
    nothing can be. `lacking` says what is measured at full strength alone, `not_counted` which prompts do not
    count, `progress` what changed along the newest line. Of the rounds in `earlier` warnings are history.
    `sheet` are the columns of the contact sheet, `place` says of a round that is not measured which one is
    the best.
    """

    columns: tuple[FigureColumn, ...]
    counted: tuple[FigureColumn, ...]
    rounds: Mapping[str, RoundWords]
    lacking: str
    not_counted: str
    progress: str
    earlier: tuple[str, ...]
    sheet: tuple[SheetColumn, ...]
    place: str


def round_words(rounds: Sequence["MeasuredRound"], verdict: Verdict) -> dict[str, RoundWords]:
    """What is said of the measured rounds by their ID, "" for the base model."""
    best = verdict.best
    known = {one.id: one for one in rounds}
    number, looks = _number(rounds), _tells_looks(rounds)
    said = {}
    for one in rounds:
        before = known.get(one.parent_id)
        decides = one.decides
        if one.report is not None and decides is not None:
            said[one.id or ""] = RoundWords(
                label=label(one),
                row=_row(one, one.report, before, looks),
                schedules=tuple(_scheduled(each.report, one.report, looks) for each in one.schedules),
                chip=_chip(one, decides, before, number > 1 and best is not None and best == one.id),
                place=_place(one, known.get(best), number, verdict),
                uses=_uses(one),
                left=left_to_gain(one),
                left_plain=(
                    f"On the benchmark’s own prompts, the studio counts {decides.as_asked} of "
                    f"{decides.judged} as matching their prompts."
                ),
            )
    return said


def label(of: "MeasuredRound") -> str:
    """A round with the setting that decides, if several were measured: "Round 1, strength 0.7"."""
    return f"{of.name}, {of.gain_setting}" if _is_scheduled(of) else of.name


def _is_scheduled(of: "MeasuredRound") -> bool:
    return any(one.report for one in of.schedules)


def _tells_looks(rounds: Iterable["MeasuredRound"]) -> bool:
    return any(one.report is not None and one.report.looks for one in rounds)


def _number(rounds: Iterable["MeasuredRound"]) -> int:
    """How many rounds are measured."""
    return sum(one.id is not None and one.report is not None for one in rounds)


def _place(of: "MeasuredRound", best: "MeasuredRound | None", number: int, verdict: Verdict) -> str:
    """Which round this is among so many measured ones, and whether that may be chance."""
    if best is None or best.id is None:
        return UNMEASURED if not number and can_measure() else ""
    if best.id != of.id:
        name = best.name[:1].lower() + best.name[1:] if best.name.startswith("Round ") else best.name
        if verdict.by_eye:
            return f"In blind pairs, you chose {name}{MAYBE if of.id in verdict.rivals else ''}."
        doubt = ", but its lead may be chance" if of.id in verdict.rivals else ""
        return f"By the benchmark, {name} is the better one{doubt}."
    at = f", at {of.gain_setting}" if of.gain_setting else ""
    if verdict.by_eye:
        return f"★ Your choice in blind pairs{at}{MAYBE if verdict.rivals else ''}."
    doubt = ", but its lead may be chance" if verdict.rivals else ""
    return f"★ The best of {number} measured{at}{doubt}." if number > 1 else f"The only one measured{at}."


def _columns(of: "MeasuredRound", best: str | None) -> Iterator[SheetColumn]:
    """A round at full strength, and by its schedules beside it; only what generated something."""
    drawn, key = [one for one in of.schedules if one.drawn], of.id or ""
    is_best = of.id is not None and of.id == best
    by = [one.words for one in drawn if one.report and one.words == of.gain_setting]
    if of.drawn:
        name = f"{of.name}, {FULL}" if drawn else of.name
        yield SheetColumn(key, key, name, not by, is_best and not by)
    for one in drawn:
        decides = one.words in by
        yield SheetColumn(f"{key}|{one.words}", key, f"{of.name}, {one.words}", decides, is_best and decides)


def _uses(of: "MeasuredRound") -> str:
    """With which strength schedule the card and the workflow use a round; empty where only one is known."""
    if of.gain is None or not of.schedules:
        return ""
    why = (
        "the best of this round on the benchmark"
        if _is_scheduled(of)
        else f"by its own images{'; not measured yet' if can_measure() else ''}"
    )
    return f"The card and the workflow use {of.setting_words} ({why})."


def signed(metric: str, value: float) -> str:
    """Percentage points of a share, "+17", or a difference of cosines, "+0.041"."""
    text = str(math.floor(abs(100 * value) + 0.5)) if metric in SHARES else f"{abs(value):.3f}"
    return f"{'−' if value < 0 else '+'}{text}" if float(text) else text


def shown(metric: str, value: float) -> str:
    """A figure as text: "92%", "0.412"."""
    return percent(value) if metric in SHARES else f"{value:.3f}".replace("-", "−")


def in_full(metric: str, figure: Interval, images: int | None = None) -> str:
    """A figure with its interval; a share of so many `images` as the count that it is."""
    ends = f"95% interval {shown(metric, figure.low)} to {shown(metric, figure.high)}"
    if metric not in COUNTED:
        return f"{shown(metric, figure.value)}, {ends}, over {counted(figure.pictures, 'image')}"
    number = math.floor(figure.value * figure.pictures + 0.5)
    return f"{share_words(number, figure.pictures, images or figure.pictures)} ({ends})"


def _ends(metric: str, change: Difference) -> str:
    return f"95% interval {signed(metric, change.low)} to {signed(metric, change.high)}"


def change_words(
    metric: str, change: Change | None, since: str, ends: tuple[Interval | None, Interval | None], base: bool
) -> ChangeWords | None:
    """A change in short and in full, which agrees with the figures beside it (`ends`) as they are shown.

    Against the base model (`base`) it says in which direction, and not whether that is better: every training
    loses something there.
    """
    if change is None:
        return None
    value, scale = change.value, 100 if metric in SHARES else 1000
    if ends[0] is not None and ends[1] is not None:
        before, after = (math.floor(scale * one.value + 0.5) for one in ends if one is not None)
        rounded = (after - before) / scale
        value = rounded if abs(rounded - value) < 1.001 / scale else value
    verdict = change.verdict
    if base and verdict != "unclear":
        verdict = "more" if value > 0 else "less"
    words, unclear = signed(metric, value), verdict == "unclear"
    chance = ", may be chance" if unclear and float(words.replace("−", "-")) else ""
    title = f"{words} since {since}, {_ends(metric, change)}{': no clear change' if unclear else ''}"
    return ChangeWords(f"{MARKS[verdict]}{words}{chance}", verdict, title)


def _row(of: "MeasuredRound", report: Figures, before: "MeasuredRound | None", looks: bool) -> FigureRow:
    earlier = before.report.figures if before and before.report and of.id is not None else {}
    since, first = before.name if before else "", of.parent_id is None
    learned = None
    if report.learned is not None:
        words = change_words("as_asked", report.learned_change, since, (None, None), first)
        text = shown("as_asked", report.learned.value)
        learned = FigureCell(text, in_full("as_asked", report.learned), words)
    gain = None if of.id is None else _gain(report)
    return FigureRow((*_cells(report, since, earlier, first), gain, learned), _counts(report, looks))


def _scheduled(report: Figures | None, full: Figures, looks: bool) -> FigureRow | None:
    """The row of a round by a strength schedule, with the change since full strength."""
    if report is None:
        return None
    cells = _cells(report, FULL, full.figures, base=False)
    return FigureRow((*cells, _gain(report), None), _counts(report, looks))


def _cells(
    report: Figures, since: str, earlier: Mapping[Metric, Interval], base: bool
) -> Iterator[FigureCell | None]:
    """What is measured, and what changed since what had the figures `earlier`."""
    for each in COLUMNS:
        figure = report.figures.get(each)
        if figure is None:
            yield None
            continue
        changed = change_words(each, report.changes.get(each), since, (earlier.get(each), figure), base)
        yield FigureCell(shown(each, figure.value), in_full(each, figure, report.pictures), changed)


def _gain(report: Figures) -> FigureCell | None:
    if report.gain is None:
        return None
    words = signed("carries", report.gain.value)
    return FigureCell(words, f"{words}, {_ends('carries', report.gain)}")


def _counts(report: Figures, looks: bool) -> Cells:
    asked = FigureCell(f"{report.as_asked} of {report.judged}") if "as_asked" in report.figures else None
    copies = FigureCell(f"{report.copies} of {report.pictures}") if report.is_judged else None
    kept = FigureCell(look_words(report.looks)) if report.looks else None
    return (asked, copies, kept) if looks else (asked, copies)


def look_words(looks: Mapping[Look, int]) -> str:
    """How far images keep the style: "8 fully, 10 partly, 4 not"."""
    return ", ".join(f"{looks.get(name, 0)} {name}" for name in get_args(Look))


def _chip(of: "MeasuredRound", report: Figures, before: "MeasuredRound | None", best: bool) -> ChipWords:
    """The change only since a trained round, as every training loses something against the base model."""
    what, figure = ("gain", of.gain) if report.is_judged else ("prompt match", report.figures.get("as_asked"))
    since = before.name if before else ""
    ends = (before.gain if before else None, of.gain)
    metric = "carries" if report.is_judged else "as_asked"
    change = change_words(metric, of.gain_change, since, ends, base=False)
    told = [
        f"Gain over the base model: {in_full('carries', of.gain)}" if report.is_judged and of.gain else "",
        change.title if change else "",
        f"Prompt match: {share_words(report.as_asked, report.judged, report.pictures)}"
        if "as_asked" in report.figures
        else "",
        f"Copies: {share_words(report.copies, report.pictures, report.pictures)}" if report.is_judged else "",
        "See Results.",
    ]
    only = "" if _is_scheduled(of) else " only"  # whether another setting could decide
    setting = f"{of.gain_setting}{only}" if of.schedules else ""
    by = f" ({setting})" if setting else ""
    return ChipWords(
        text=f"{what} {percent(figure.value)}" if figure else "",
        change=None if of.parent_id is None else change,
        best=best,
        title=f"Benchmark{by}. {'. '.join(filter(None, told))}",
    )


def left_to_gain(of: "MeasuredRound") -> str:
    """What the benchmark leaves to gain after a round, with its interval; empty if it was not measured."""
    if of.gain is None:
        return ""
    ends = percent(max(0.0, 1 - of.gain.high)), percent(min(1.0, 1 - of.gain.low))
    return (
        f"Left to gain on the benchmark: {percent(1 - of.gain.value)} (95% interval {ends[0]} to {ends[1]})."
    )


def newest_line(rounds: Iterable["MeasuredRound"]) -> "list[MeasuredRound]":
    """The measured rounds that led to the newest measured one, the first one first."""
    known = {one.id: one for one in rounds if one.id is not None}
    at = next((one for one in reversed(known.values()) if one.report), None)
    line: list[MeasuredRound] = []
    while at is not None:
        line[:0] = [at] if at.report else []
        at = known.get(at.parent_id or "")
    return line


def progress_words(rounds: Iterable["MeasuredRound"], kind: Kind) -> str:
    """What changed from the first to the last round of the newest line; empty with fewer than two."""
    line = newest_line(rounds)
    if len(line) < 2:
        return ""
    parts, falls = [], set()
    for metric in PROGRESS:
        found = [one.decides.figures.get(metric) if one.decides else None for one in line]
        first, last = found[0], found[-1]
        if first is None or last is None or not all(found):
            continue
        change = line[-1].since_first.get(metric)
        ends, name = (percent(first.value), percent(last.value)), metric_name(metric, kind).lower()
        if change is None or change.verdict == "unclear":
            parts.append(f"{name} did not clearly change ({ends[0]}, {ends[1]})")
        else:
            parts.append(f"{name} {'rose' if change.value > 0 else 'fell'} from {ends[0]} to {ends[1]}")
            falls |= {metric} if change.value < 0 else set()
    why = ", as expected with fewer copies" if falls >= {"copies", "carries"} else ""
    return f"From {label(line[0])} to {label(line[-1])}: {'; '.join(parts)}{why}."


def left_out_words(tested: Sequence[str], asking: Sequence[str]) -> str:
    """Which benchmark prompts do not count, and why."""
    asked = ", ".join(f"“{prompt}”" for prompt in asking)
    why = {
        f"now {'a test prompt' if len(tested) == 1 else 'test prompts'}": len(tested),
        f"even the base model’s images resemble the reference there ({asked})": len(asking),
    }
    return " ".join(
        f"{counted(number, 'prompt is', 'prompts are')} not counted: {said}."
        for said, number in why.items()
        if number
    )


def measure_words(
    rounds: Sequence["MeasuredRound"], verdict: Verdict, kind: Kind, not_counted: str
) -> MeasureWords:
    """All that is said of the benchmark."""
    best = verdict.best
    named = (FigureColumn(metric_name(each, kind), one.title) for each, one in COLUMNS.items())
    followed = {one.parent_id for one in rounds if one.report}
    known, number = {one.id: one for one in rounds}, _number(rounds)
    said = round_words(rounds, verdict)
    asked = FigureColumn("Match the prompt", COLUMNS["as_asked"].title)
    looks = (KEEPS,) if _tells_looks(rounds) else ()
    return MeasureWords(
        columns=(*named, GAIN, LEARNED) if said or can_measure() else (),
        counted=(asked, COLUMNS["copies"], *looks) if said or can_measure() else (),
        rounds=said,
        lacking=" ".join(unmeasured(rounds)) if can_measure() else "",
        not_counted=not_counted,
        progress=progress_words(rounds, kind),
        earlier=tuple(one.id for one in rounds if one.id and one.id in followed and one.id != best),
        sheet=tuple(column for one in rounds for column in _columns(one, best)),
        place=_place(rounds[0], known.get(best), number, verdict) if rounds else "",
    )


def unmeasured(rounds: Iterable["MeasuredRound"]) -> Iterator[str]:
    """The rounds that are judged at full strength alone, and what to do, in sentences."""
    return (
        f"{one.name} is not measured by its best schedule ({lacking.words}) yet: measure it again."
        for one in rounds
        for lacking in one.schedules
        if one.report is not None and lacking.report is None
    )
