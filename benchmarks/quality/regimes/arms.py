"""The regimes of training that are compared, as changes of the settings of the bundled model."""

from collections.abc import Mapping
from typing import Any

KNOWN = ["flat design style", "cartoon style", "watercolor painting style", "3d rendering style"]
BARE: Mapping[str, Any] = {
    "target": "all", "steps": 150, "batch_size": 4,
    "prior_images": 0, "prior_styles": KNOWN, "prior_weight": 1.0,
    "time_low": 0.0, "time_high": 1.0, "time_weighting": "even", "accepted_share": 0.0,
}  # fmt: skip
"""What an arm starts from; rank and learning rate are those of the preset unless it names them."""

PRIOR: Mapping[str, Any] = {"prior_images": 18}
HALF: Mapping[str, Any] = {**PRIOR, "prior_weight": 0.5}
ARMS: Mapping[str, Mapping[str, Any] | None] = {
    "preset": None,  # as it is in the list of presets
    "none": {"steps": 0},
    "bare": {},
    "prior": PRIOR,
    "prior-half": HALF,
    "prior-low60": {**PRIOR, "time_high": 0.6},
    "prior-low80": {**PRIOR, "time_high": 0.8},
    "prior-half-low80": {**HALF, "time_high": 0.8},
    "prior-half-low80-200": {**HALF, "time_high": 0.8, "steps": 200},
    "layers-all": {**PRIOR, "steps": 110},
    "layers-style": {**PRIOR, "steps": 110, "target": "style"},
    "prior-low-noise": {**PRIOR, "time_weighting": "low_noise"},
}
