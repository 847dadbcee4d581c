"""What the benchmark measured, as plain data for `summary.json` and in words for the terminal."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, get_args

from gal_studio.core.gal.reasons import capitalized
from gal_studio.core.intervals import Difference, Interval
from gal_studio.core.measures.report import Change, Report
from gal_studio.core.utility import Look
from gal_studio.core.words import share_words
from gal_studio.studio.views.measures import FullMeasures, MeasuresView
from gal_studio.studio.views.words.benchmark import look_words, unmeasured


def describe_measures(view: FullMeasures) -> dict[str, Any]:
    """The benchmark, the base model on it, which round is best and why, and what is wrong with a round."""
    names = {each.id: each.name for each in view.rounds}
    return {
        "prompts": list(view.prompts),
        "seeds": view.chosen.seeds,
        "base": describe_round(view.reports.get(None)),
        "best": names.get(view.best) if view.best else None,
        "best_setting": asdict(view.setting) if view.best else None,
        "verdict": f"{view.headline} {view.sentence}".strip(),
        "best_at_constant_strength": view.constant,
        "chosen_in_blind_pairs": view.by_eye,
        "blind_pairs": [one.sentence for one in view.blind],
        "winners": [one.sentence for one in view.winners],
        "by_schedule": [
            {
                "round": names[name],
                "schedule": asdict(one.arm.recipe),
                "figures": {metric: interval(figure) for metric, figure in one.figures.items()},
                "since_full_strength": {metric: interval(figure) for metric, figure in one.changes.items()},
                "gain": interval(one.gain),
            }
            for name, made in view.by_schedule.items()
            for one in made
        ],
        "not_measured": list(unmeasured(view.rounds)),
        "warnings": [
            {"round": names[found.round], "kind": found.kind, "sentence": found.sentence}
            for found in view.warnings
        ],
        "carry_over": [
            {
                "round": one.name,
                "model": one.model,
                "carries_over": not one.worse,
                "fast": {metric: interval(figure) for metric, figure in one.fast.items()},
                "base_model": {metric: interval(figure) for metric, figure in one.full.items()},
                "changes": {metric: interval(figure) for metric, figure in one.changes.items()},
                "sentence": one.sentence,
            }
            for one in view.carried_over
        ],
    }


def describe_round(report: Report | None) -> dict[str, Any] | None:
    """The figures of a round with their 95 % intervals; None until it has drawn all held-out prompts."""
    if report is None:
        return None
    return {
        "pictures": report.pictures,
        "judged": report.judged,
        "as_asked": report.as_asked,
        "no_copy": report.no_copy if report.is_judged else None,
        "copies": report.copies if report.is_judged else None,
        "looks": {name: report.looks.get(name, 0) for name in get_args(Look)} if report.looks else None,
        "whole_look": report.whole if report.looks else None,
        "figures": {metric: interval(figure) for metric, figure in report.figures.items()},
        "changes": {metric: interval(figure) for metric, figure in report.changes.items()},
        "since_first": {metric: interval(figure) for metric, figure in report.since_first.items()},
        "since_base": {metric: interval(figure) for metric, figure in report.since_base.items()},
        "gain": interval(report.gain),
        "learned": interval(report.learned),
        "learned_change": interval(report.learned_change),
        "leak": _leak(report),
    }


def interval(figure: Interval | None) -> dict[str, Any] | None:
    """A figure with its interval; of a difference, too, the p of its test, and what it says."""
    if figure is None:
        return None
    told = {"value": figure.value, "low": figure.low, "high": figure.high}
    if isinstance(figure, Difference):
        told["p"] = figure.p
    return {**told, "verdict": figure.verdict} if isinstance(figure, Change) else told


def _leak(report: Report) -> dict[str, Any] | None:
    if report.leak is None:
        return None
    return {**(interval(report.leak) or {}), "share": report.leak.share}


def measure_sentences(view: MeasuresView) -> Iterable[str]:
    """The verdict and the warnings, each as one line."""
    if view.sentence:
        yield f"{view.headline} {view.sentence} {view.constant}".rstrip()
    yield from (one.sentence for one in view.winners)
    yield from unmeasured(view.rounds)
    yield from (found.sentence for found in view.carry_over)
    for found in view.warnings:
        yield f"Warning: {found.sentence}"


def round_sentences(view: FullMeasures, round_id: str, most: int | None = None) -> tuple[str, ...]:
    """What a round was measured to be, by which setting it is best, and what a person chose of it.

    Empty if it was not measured; at most `most` sentences about the figures of each setting.
    """
    report, by_schedule = view.reports.get(round_id), view.by_schedule.get(round_id, ())
    if report is None:
        return ()
    facts = tuple(one.fact for one in view.blind if round_id in one.rounds and one.fact)
    if not by_schedule:
        return (*setting_sentences(report)[:most], *facts)
    told = [
        f"{capitalized(one.arm.recipe.brief)}: {sentence}"
        for one in (report, *by_schedule)
        for sentence in setting_sentences(one)[:most]
    ]
    setting = next(one.gain_setting for one in view.rounds if one.id == round_id)
    return (*told, f"It is best with {setting}.", *facts)


def best_sentence(view: FullMeasures) -> str:
    """Which round is the best, by whom, and whether that may be chance; "" unless several were measured."""
    number = sum(name is not None for name in view.reports)
    if view.best is None or number < 2:
        return ""
    by = "in blind pairs" if view.by_eye else "by the benchmark"
    doubt = ", which may be chance" if view.rivals else ""
    return f"The best of {number} measured, {by}: {view.words.rounds[view.best].label}{doubt}."


def setting_sentences(report: Report) -> tuple[str, ...]:
    """The figures of a round by one of its settings."""
    told = []
    if report.is_judged:
        told.append(f"copies: {share_words(report.copies, report.pictures, report.pictures)}")
    if report.judged:
        told.append(f"prompt match: {share_words(report.as_asked, report.judged, report.pictures)}")
    if report.looks:
        told.append(f"keep the style: {look_words(report.looks)}")
    if not told:
        return ()
    benchmark = f"{capitalized('; '.join(told))} (on prompts outside of training)."
    if report.gain is None or not report.is_judged:
        return (benchmark,)
    return (
        benchmark,
        f"Gain over the base model: {_shown(report.gain)}. 1: not a copy, matches its prompt and fully "
        "matches the references; 0: as the base model.",
    )


def _shown(figure: Interval) -> str:
    return f"{figure.value:+.3f} (95% interval {figure.low:+.3f} to {figure.high:+.3f})"
