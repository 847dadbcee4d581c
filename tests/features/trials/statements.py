"""What `tests/ui/test_statements.py` asks of tried prompts."""

from typing import Any

from gal_studio.studio import Studio

OTHER = {
    "use_step": {"step": "kept"},
    "try_steps": {"steps": "all_kept", "strengths": "two_strengths"},
}
REFUSED = {"use_trial"}


def given(studio: Studio, round_id: str) -> dict[str, Any]:
    """What their parameters name: the second round has a kept step."""
    return {
        "trial": studio.try_prompt(round_id, "a cat on a mat", 1).id,
        "kept": 20, "all_kept": [20], "two_strengths": [0.4, 1.0],
        "guidance": 4.0, "early": 1.0, "late": 1.0, "switch": 0.0,
    }  # fmt: skip
