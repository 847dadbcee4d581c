"""The hub's library tells nothing of the studio, whatever part of it is imported first."""

import subprocess
import sys

import pytest

ASKED = "from huggingface_hub import constants as c; print(c.HF_HUB_DISABLE_TELEMETRY)"


@pytest.mark.parametrize("first", ["gal_studio", "gal_studio.engine.hub.repository", "gal_studio.ui.app"])
def test_telemetry_of_the_hub_is_off(first: str) -> None:
    made = subprocess.run(
        [sys.executable, "-c", f"import {first}; {ASKED}"], capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == "True"
