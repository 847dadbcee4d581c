"""The decisions of a round, and what a person calls a copy in it, derived from append-only logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from gal_studio.core.types import Verdict
from gal_studio.core.undo import LoggedChange, Step, merged_stacks, newest, steps_of


@dataclass(frozen=True)
class CandidateState:
    """A verdict; for an accepted candidate also the mask of its accepted part (None: all of the picture) and
    a weight that was set by hand (None: the weight of its round).
    """

    verdict: Verdict
    mask: str | None = None
    weight: float | None = None


UNDECIDED = CandidateState("undecided")


@dataclass(frozen=True)
class Mark:
    """Whether a person calls an image a copy of the reference (None: the detectors decide), and whether that
    `counts` for the others, too: whether it moves their chance (Eq. G16).
    """

    copy: bool | None
    counts: bool = False


UNMARKED = Mark(None)


LoggedDecision = LoggedChange[CandidateState]
"""A candidate gets a state: one row of the log."""
LoggedMark = LoggedChange[Mark]
"""An image gets a mark: one row of the log, which all copies of a round share."""


@dataclass(frozen=True)
class Decided:
    """What was decided in a round, read from its log, the oldest row first, and the marks of its images."""

    log: tuple[LoggedDecision, ...] = ()
    marks: tuple[LoggedMark, ...] = ()

    @cached_property
    def states(self) -> Mapping[str, CandidateState]:
        """The present state of each candidate that was ever decided on, the one decided last at the end."""
        return newest(self.log)

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
    def steps(self) -> tuple[Step[CandidateState], ...]:
        """The verdicts that stand, the oldest first, then those that can be redone, the next one first."""
        return steps_of(self.log, UNDECIDED)

    @cached_property
    def history(self) -> tuple[Step[Any], ...]:
        """Verdicts and marks that stand, the oldest first, then what can be redone, the next one first."""
        made: tuple[Step[Any], ...] = (*self.steps, *steps_of(self.marks, UNMARKED))
        found = {step.id: step for step in made}
        undoable, redoable = merged_stacks(self.log, self.marks)
        return tuple(found[step] for step in (*undoable, *reversed(redoable)))

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
