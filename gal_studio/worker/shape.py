"""Print the size of the model in a folder as JSON: python -m gal_studio.worker.shape FOLDER."""

import json
import sys
from pathlib import Path

from gal_studio.core.memory.shape import ModelShape
from gal_studio.engine.families.description import read_description
from gal_studio.engine.families.registry import family_of
from gal_studio.engine.memory.measure import measure_shape
from gal_studio.engine.models.outline import outline
from gal_studio.with_parent import end_with_parent


def shape_of_folder(folder: Path) -> ModelShape:
    """The size of a supported model, by its configurations alone."""
    description = read_description(str(folder), folder)
    family_of(description.name, description.index).check(description)
    return measure_shape(outline(description))


if __name__ == "__main__":
    end_with_parent()
    print(json.dumps(shape_of_folder(Path(sys.argv[1])).to_dict()))
