"""A round with and without a fast model, on the same prompts and seeds."""

from gal_studio.core.measures.carry_over import carry_over
from gal_studio.core.measures.pictures import MeasuredPicture
from gal_studio.core.measures.report import Arm, beside_base
from gal_studio.core.records.candidate import Candidate

PROMPTS = [f"A thing {number}" for number in range(8)]


def picture(prompt: str, round_id: str | None, carries: float, own: float = 0.4) -> MeasuredPicture:
    scores = {"carries": carries, "asked": 0.9 if own > 0.2 else 0.1}
    made = Candidate("", prompt, 0, 1, "image", own, 0.1, copy_detectors="prompts", more_scores=scores)
    return MeasuredPicture(prompt, round_id, made, 0.5)


def arm(round_id: str | None, carries: float, prompts: list[str] = PROMPTS, own: float = 0.4) -> Arm:
    drawn = {
        (prompt, 0): picture(prompt, round_id, carries + 0.001 * place, own)
        for place, prompt in enumerate(prompts)
    }
    return Arm(round_id, "Round 1", None, {"held_out": drawn}, complete=True)


def compared(fast: float, full: float, prompts: list[str] = PROMPTS, own: float = 0.4):
    base = arm(None, 0.1, prompts)
    with_fast = beside_base([base, arm("r", fast, prompts, own)])[1]
    found = carry_over(with_fast, beside_base([base, arm("r", full, prompts)])[1], "klein 4B", "style")
    assert found is not None
    return found


def test_a_lora_that_is_lost_is_told_with_its_figures() -> None:
    found = compared(0.2, 0.6)
    assert found.worse == ("carries",)
    assert found.sentence == (
        "Round 1 does not work as well with klein 4B. Style match 20% instead of 60% with the base model "
        "(−40 points, 95% interval −40 to −40). Generate with the base model, or train longer."
    )
    assert found.plain == (
        "Round 1 does not work as well with klein 4B. Its images show less of the style than with the base "
        "model. Generate with the base model, or train longer."
    )


def test_prompts_that_are_missed_count_too() -> None:
    found = compared(0.6, 0.6, own=0.11)  # nearer to the reference's prompt than the base model's are
    assert found.worse == ("as_asked",) and found.sentence.count("instead of") == 1
    assert "klein 4B. 0 of 8 images match the prompt, 8 with the base model. Generate" in found.plain


def test_equal_figures_show_no_loss() -> None:
    found = compared(0.6, 0.6)
    assert not found.worse and found.sentence.startswith(
        "Round 1 shows no clear loss with klein 4B: prompt match 100% instead of 100% with the base model (0 "
    )
    assert found.plain == (
        "Round 1 shows no clear loss with klein 4B. 8 of 8 images match the prompt, 8 with the base "
        "model. 0 of 8 images are copies, 0 with the base model."
    )


def test_figures_of_few_prompts_are_not_told() -> None:
    base = arm(None, 0.1, PROMPTS[:2])  # of the others nobody knows whether they are as asked
    few, many = (beside_base([base, arm("r", 0.6)])[1] for _ in range(2))
    found = carry_over(few, many, "klein 4B", "style")
    assert found is not None and found.changes["as_asked"].prompts == 2
    assert "prompt match" not in found.sentence and "copies 0% instead of 0%" in found.sentence


def test_few_prompts_say_nothing() -> None:
    found = compared(0.1, 0.9, PROMPTS[:5])
    assert not found.worse and found.sentence.startswith("Too few prompts to tell whether Round 1 works")
    assert found.plain == found.sentence


def test_an_incomplete_set_is_not_compared() -> None:
    part = Arm("r", "Round 1", None, {}, complete=False)
    assert carry_over(part, arm("r", 0.5), "klein 4B", "style") is None
    assert carry_over(arm(None, 0.1), arm(None, 0.1), "klein 4B", "style") is None
