"""A LoRA from elsewhere as the start of a project's trainings: the request, as it goes between processes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class LoraStart:
    """The file at `path`, and the project that is to start from it.

    `settings` are all settings of the project as JSON, `trigger` are its words, and `commits` those of hub
    models that are known already. What changes a text encoder is refused unless it is left out. `as_it_is`
    takes the rank and the layers of the file itself, whatever the settings are.
    """

    path: str
    base_model: str
    trigger: str
    settings: Mapping[str, Any]
    commits: Mapping[str, str]
    without_text_encoder: bool = False
    as_it_is: bool = False

    def to_json(self) -> str:
        """All of it on one line."""
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))
