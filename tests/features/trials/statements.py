"""What `tests/ui/test_statements.py` asks of tried prompts."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {  # three of `try_prompt` say whether the model knows what it asks for
    "trials": 10, "try_prompt": 12, "use_trial": 5, "forget_trial": 3, "restore_trial": 5,
    "try_steps": 19, "use_step": 23, "forget_steps": 27,
}  # fmt: skip
VERB_LIMITS = {
    "kept_steps": (1, ("round",)),
    "try_prompt": (9, ("round", "prompt")),
}
UNCOUNTED_VERBS = {
    "trial_picture": "gives a picture",
    **dict.fromkeys(("trials", "try_grid", "try_steps", "use_step", "use_trial"), "is its request's"),
}
OTHER = {
    "use_step": {"step": "kept"},
    "try_steps": {"steps": "all_kept", "strengths": "two_strengths"},
}
REFUSED = {"use_trial": "This image is not generated yet"}


def given(studio: Studio, round_id: str) -> dict[str, Any]:
    """What their parameters name: the second round has a kept step."""
    return {
        "trial": studio.try_prompt(round_id, "a cat on a mat", 1).id,
        "kept": 20, "all_kept": [20], "two_strengths": [0.4, 1.0],
        "guidance": 4.0, "early": 1.0, "late": 1.0, "switch": 0.0,
    }  # fmt: skip
