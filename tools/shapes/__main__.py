"""Write `assets/shapes.json`: python -m tools.shapes [NAME ...]."""

import json
import sys
import time
from pathlib import Path

from gal_studio.assets import assets_folder, resolve_model
from gal_studio.engine.families.description import read_description
from gal_studio.engine.memory.measure import measure_shape
from gal_studio.engine.models.outline import outline
from tools.shapes.architectures import ARCHITECTURES


def main(names: list[str]) -> None:
    path = assets_folder() / "shapes.json"
    shapes = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    pocket = Path(resolve_model("assets:pocket/pipeline"))
    described = {**ARCHITECTURES, "pocket": read_description("pocket", pocket)}
    for name in names or described:
        started = time.monotonic()
        shapes[name] = measure_shape(outline(described[name])).to_dict()
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
        path.write_text(json.dumps(dict(sorted(shapes.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
