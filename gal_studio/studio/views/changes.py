"""What the choice of a round changed: its accepted pictures, and their prompts before and after training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gal_studio.core.measures.pictures import MeasuredPicture
from gal_studio.core.records.candidate import Candidate, PictureRef, ShownPicture
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.state import Store
from gal_studio.studio.views.measures import FullMeasures


@dataclass(frozen=True)
class BenchmarkPicture(PictureRef):
    """A picture of the benchmark, with the name of the round that generated it."""

    round: str
    copy: bool


@dataclass(frozen=True)
class ChoiceChange:
    """An accepted picture, and what was generated for its prompt before and after it was learned.

    Both are pictures of the benchmark with one seed; `before` is None where the round before has none.
    """

    accepted: ShownPicture
    before: BenchmarkPicture | None
    now: BenchmarkPicture


def changes_of(store: Store, round_id: str, measured: FullMeasures) -> tuple[ChoiceChange, ...]:
    """What was accepted in the round before, where the benchmark has the prompt in this round.

    What was a copy before and is none now comes first. Empty for a first round, and for a refinement or
    Round 0, which learn nothing that was accepted.
    """
    here = store.snapshots.round(round_id)
    above, prompts = here.parent, here.project.prompts
    if not here.variant.tunes or above is None:
        return ()
    names, measured_as = here.project.names, above.original.id
    asked = {one.prompt: one.id for one in measured.all_prompts if one.part == "accepted"}
    found = []
    for candidate in _accepted(above):
        prompt = prompts[candidate.anchor_id]
        drawn = [one for one in measured.pictures if one.prompt_id == asked.get(prompt)]
        before, now = _same_seed(drawn, measured_as, round_id)
        if now is not None:
            shown = ShownPicture.of(candidate, prompt=prompt)
            found.append(ChoiceChange(shown, _named(before, names), _shown(now, names[round_id])))
    return tuple(sorted(found, key=lambda one: not _is_cured(one)))


def _is_cured(change: ChoiceChange) -> bool:
    return change.before is not None and change.before.copy and not change.now.copy


def _accepted(above: RoundSnapshot) -> list[Candidate]:
    """The accepted pictures of the round before, one of each prompt.

    Of a refinement also those of the round that it refines, whose pictures it does not learn.
    """
    first: dict[str, Candidate] = {}
    for each in (above.refined, above) if above.refined else (above,):
        accepted = set(each.decided.accepted)
        for one in each.tiles:
            if one.id in accepted:
                first.setdefault(one.anchor_id, one)
    return list(first.values())


def _same_seed(
    drawn: Sequence[MeasuredPicture], before: str, now: str
) -> tuple[MeasuredPicture | None, MeasuredPicture | None]:
    """The first pictures of two rounds with one seed; without the earlier one, the first of the later."""
    earlier = {one.candidate.seed: one for one in drawn if one.round_id == before}
    later = sorted((one for one in drawn if one.round_id == now), key=lambda one: one.candidate.index)
    both = next((one for one in later if one.candidate.seed in earlier), None)
    if both is not None:
        return earlier[both.candidate.seed], both
    return None, later[0] if later else None


def _named(picture: MeasuredPicture | None, names: Mapping[str, str]) -> BenchmarkPicture | None:
    return None if picture is None else _shown(picture, names[picture.round_id or ""])


def _shown(picture: MeasuredPicture, name: str) -> BenchmarkPicture:
    return BenchmarkPicture.of(picture.candidate, round=name, copy=picture.copies)
