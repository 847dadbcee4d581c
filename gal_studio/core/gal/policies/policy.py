"""What an acquisition policy is: which test prompts a person should look at next, and why."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, explain_next_best, explain_picture, short_names
from gal_studio.core.gal.selection import SuggestionSet, preferred
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore, Suggestion
from gal_studio.core.words import counted


class Policy(ABC):
    """Orders the test prompts of a round, picks a picture of each, and says why.

    A policy is one file with a subclass and its instance. `name` is stored and typed in commands (and in
    docs/reference.md, by `python -m tools.reference`), and `label` shown. It passes
    `gal_studio.core.gal.policies.rehearsal.rehearse`, and suggests nothing of an empty pool. One that
    `needs_features` gets the CLIP features of the pictures. No answer may depend on the order of candidates
    or scores.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    needs_features: ClassVar[bool] = False
    stops_when_clean: ClassVar[bool] = True  # suggests nothing where there is nothing to mend (Eq. G7, ours)
    next_words: ClassVar[str] = "the next one"  # what a test prompt is that takes the place of another one

    @abstractmethod
    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The test prompts that may be suggested, the first one first; at least one picture of each."""

    @abstractmethod
    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Why this test prompt is suggested: one sentence, which no other suggestion of the round has."""

    def why_not(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """What is said of a test prompt that is not suggested."""
        return f"{count_copies(score)}. Not suggested: {self.label} puts other test prompts first."

    def pictures(self, pool: PoolSnapshot, score: AnchorScore) -> Sequence[Candidate]:
        """The pictures of a test prompt that may be suggested, the best one first (Eq. G6)."""
        return preferred(pool.groups[score.anchor.id], pool.standard)

    def why(self, pool: PoolSnapshot, score: AnchorScore, picture: Candidate) -> str:
        """Why this picture of a suggested test prompt (Eq. G6); empty if the reason says all."""
        left_out = self.left_out(pool, score, picture)
        if not left_out:
            return explain_picture(score, picture, pool.kind)
        return explain_next_best(left_out, sum(one.id != picture.id for one in self._left(pool, score)))

    def place(self, pool: PoolSnapshot, score: AnchorScore) -> int:
        """The place of a test prompt in the order, from 1."""
        return [one.anchor.id for one in self.order(pool)].index(score.anchor.id) + 1

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """Sum up the pool, of which `available` test prompts may be suggested."""
        made = min(available, pool.top_k)
        are = "is" if made == 1 else "are"
        return f"{made} of {counted(len(pool.scores), 'test prompt')} {are} suggested, by {self.label}."

    def reasons(self, pool: PoolSnapshot) -> Mapping[str, str]:
        """One sentence for each test prompt, suggested or not, by the ID of its anchor."""
        first = {score.anchor.id for score in self.order(pool)[: self.most(pool)]}
        return {
            score.anchor.id: (self.reason if score.anchor.id in first else self.why_not)(pool, score)
            for score in pool.scores
        }

    def suggest(self, pool: PoolSnapshot) -> SuggestionSet:
        """At most `top_k` suggestions (Eq. G5 to G7), each one that was rejected replaced by the next best.

        That is the next picture of the same test prompt; when none is left and none was accepted, the next
        test prompt. Suggestions keep their ranks; one without a replacement is dropped.
        """
        order, reasons, most = self.order(pool), self.reasons(pool), self.most(pool)
        spare = (score for score in order[most:] if score.anchor.id not in pool.accepted_anchors)
        suggestions = []
        for rank, score in enumerate(order[:most], start=1):
            left, reason = self._left(pool, score), reasons[score.anchor.id]
            if not left and score.anchor.id not in pool.accepted_anchors:
                left, reason = self._instead(pool, score, spare)
            if left:
                suggestions.append(Suggestion(left[0].anchor_id, left[0].id, rank, reason))
        if pool.top_k and not most:
            more = "" if pool.check.diverged else " You can still accept any images you like."
            return SuggestionSet((), True, f"{pool.check.sentence}{more}", True)
        exhausted = len(order) < most
        return SuggestionSet(tuple(suggestions), exhausted, self.summary(pool, len(order)))

    def most(self, pool: PoolSnapshot) -> int:
        """How many test prompts are suggested at most: none of noise, and where there is nothing to mend."""
        check = pool.check
        return 0 if check.diverged or (self.stops_when_clean and check.is_final) else pool.top_k

    def _left(self, pool: PoolSnapshot, score: AnchorScore) -> list[Candidate]:
        """The pictures of a test prompt that may be suggested and were not rejected."""
        return [picture for picture in self.pictures(pool, score) if picture.id not in pool.rejected]

    def _instead(
        self, pool: PoolSnapshot, gone: AnchorScore, spare: Iterator[AnchorScore]
    ) -> tuple[list[Candidate], str]:
        """The pictures of the next test prompt in the place of one without good pictures, and the reason."""
        names = short_names([score.anchor for score in pool.scores])
        for score in spare:
            left = self._left(pool, score)
            if left:
                return left, (
                    f"{count_copies(score)}: {self.next_words}, in place of “{names[gone.anchor.id]}”, whose "
                    "good images you rejected."
                )
        return [], ""

    def left_out(self, pool: PoolSnapshot, score: AnchorScore, picture: Candidate) -> int:
        """How many pictures were rejected that the policy prefers to this one."""
        before = []
        for one in self.pictures(pool, score):
            if one.id == picture.id:
                break
            before.append(one)
        return sum(one.id in pool.rejected for one in before)

    def explain_absence(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """What is added on a test prompt of the first ranks without a suggestion; empty if nothing."""
        pictures = self.pictures(pool, score)
        if not pictures or self._left(pool, score):
            return ""
        which = "its only" if len(pictures) == 1 else "all of its"
        return f" Not suggested: you rejected {which} good images."

    def ranked(self, pool: PoolSnapshot) -> tuple[AnchorScore, ...]:
        """All test prompts: those that may be suggested in their order, then the others by Eq. G5."""
        order = tuple(self.order(pool))
        known = {score.anchor.id for score in order}
        return (*order, *(score for score in pool.ranked if score.anchor.id not in known))
