"""The decisions of a round, derived from its append-only log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from gal_studio.core.types import Author, Verdict
from gal_studio.core.undo import LoggedChange, steps_of


@dataclass(frozen=True)
class CandidateState:
    """A verdict; for an accepted candidate also the mask of its accepted part (None: all of the picture) and
    a weight that was set by hand (None: the weight of its round). `marked_copy` is whether a person called it
    a copy of the reference (None: the detectors decide).
    """

    verdict: Verdict
    mask: str | None = None
    weight: float | None = None
    marked_copy: bool | None = None


UNDECIDED = CandidateState("undecided")


@dataclass(frozen=True)
class LoggedDecision(LoggedChange[CandidateState]):
    """A candidate gets a state: one row of the log."""

    author: Author
    time: float


@dataclass(frozen=True)
class DecisionStep:
    """A step of a round's log that can be undone, or redone if it does not stand; states by candidate."""

    id: int
    time: float
    author: Author
    stands: bool
    before: Mapping[str, CandidateState]
    after: Mapping[str, CandidateState]


@dataclass(frozen=True)
class Decided:
    """What was decided in a round, read from its log, the oldest row first."""

    log: tuple[LoggedDecision, ...] = ()

    @cached_property
    def states(self) -> Mapping[str, CandidateState]:
        """The present state of each candidate that was ever decided on, the one decided last at the end.

        To call it a copy or none is no decision on it: it keeps its place.
        """
        states: dict[str, CandidateState] = {}
        for change in self.log:
            before, after = states.get(change.key, UNDECIDED), change.value
            if replace(before, marked_copy=after.marked_copy) != after:
                states.pop(change.key, None)
            states[change.key] = after
        return states

    @cached_property
    def verdicts(self) -> Mapping[str, Verdict]:
        """The verdict of each candidate that has one, undecided ones left out."""
        return {name: state.verdict for name, state in self.states.items() if state.verdict != "undecided"}

    @cached_property
    def accepted(self) -> tuple[str, ...]:
        """The accepted candidates in the order of acceptance."""
        return tuple(name for name, verdict in self.verdicts.items() if verdict == "accepted")

    @cached_property
    def rejected(self) -> frozenset[str]:
        """The rejected candidates."""
        return frozenset(name for name, verdict in self.verdicts.items() if verdict == "rejected")

    @cached_property
    def masks(self) -> Mapping[str, str]:
        """The painted part of each candidate that is accepted in part."""
        states = {name: self.states[name] for name in self.accepted}
        return {name: state.mask for name, state in states.items() if state.mask is not None}

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """The weight of each accepted candidate that has one set by hand."""
        states = {name: self.states[name] for name in self.accepted}
        return {name: state.weight for name, state in states.items() if state.weight is not None}

    @cached_property
    def history(self) -> tuple[DecisionStep, ...]:
        """The steps that stand, the oldest first, and then those that can be redone, the next one first."""
        made = {change.step: change for change in self.log}
        return tuple(
            DecisionStep(
                step.id, made[step.id].time, made[step.id].author, step.stands, step.before, step.after
            )
            for step in steps_of(self.log, UNDECIDED)
        )

    def changes(
        self, batch: Sequence[tuple[str, Verdict]], masks: Mapping[str, str] | None = None
    ) -> dict[str, CandidateState]:
        """The new states of candidates that get these verdicts; verdicts that change nothing are left out.

        `masks` holds the painted part of each candidate that is accepted in part. A picture that stays
        accepted keeps a weight that was set by hand.
        """
        masks = masks or {}
        states = {
            name: replace(
                self.state(name),
                verdict=verdict,
                mask=masks.get(name),
                weight=self.weights.get(name) if verdict == "accepted" else None,
            )
            for name, verdict in batch
        }
        return {name: state for name, state in states.items() if self.state(name) != state}

    def state(self, name: str) -> CandidateState:
        """The present state of a candidate."""
        return self.states.get(name, UNDECIDED)
