"""The regimes of training that are compared, as changes of the settings of the bundled model."""

from collections.abc import Mapping
from typing import Any

KNOWN = ["flat design style", "cartoon style", "watercolor painting style", "3d rendering style"]
BARE: Mapping[str, Any] = {
    "prior_images": 0, "prior_styles": KNOWN, "prior_weight": 1.0, "time_low": 0.0, "time_high": 1.0,
    "time_weighting": "even", "accepted_share": 0.0,
}  # fmt: skip
"""What an arm starts from; number of steps, layers and rate are those of the preset unless it names them."""

ARMS: Mapping[str, Mapping[str, Any]] = {
    "none": {"steps": 0},
    "bare-100": {"steps": 100},
    "bare-200": {"steps": 200},
    "low60-200": {"steps": 200, "time_high": 0.6},
    "prior-100": {"steps": 100, "prior_images": 18},
    "prior-200": {"steps": 200, "prior_images": 18},
    "prior-300": {"steps": 300, "prior_images": 18},
    "prior-half-200": {"steps": 200, "prior_images": 18, "prior_weight": 0.5},
    "prior-low60-200": {"steps": 200, "prior_images": 18, "time_high": 0.6},
    "prior-low80-200": {"steps": 200, "prior_images": 18, "time_high": 0.8},
    "prior-half-low60-200": {"steps": 200, "prior_images": 18, "prior_weight": 0.5, "time_high": 0.6},
    "prior-low60-300": {"steps": 300, "prior_images": 18, "time_high": 0.6},
    "prior-lownoise-200": {"steps": 200, "prior_images": 18, "time_weighting": "low_noise"},
}
