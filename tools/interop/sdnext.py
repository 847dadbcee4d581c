"""SD.Next: the native loaders of its transformers, and what they add to a module."""

import importlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tools.interop.files import Changes, Exported

_LOADERS = {
    "flux2-klein": "pipelines.flux.flux2_lora",
    "z-image": "pipelines.z_image.zimage_lora",
    "krea-2": "pipelines.krea2.krea2_lora",
    "anima": "pipelines.anima.anima_lora",
}


def _start() -> None:
    """Its modules expect to be started from its folder, with its own options."""
    os.environ["SD_INSTALL_QUIET"] = "1"
    os.chdir(sys.path[0])
    import modules.cmd_args as options  # type: ignore[import-not-found]

    options.parse_args()
    importlib.import_module("installer").add_args(options.parser)
    options.parsed, _ = options.parser.parse_known_args([])
    importlib.import_module("modules.errors")
    importlib.import_module("modules.shared")


def read(made: Exported) -> Changes:
    """What it adds to each layer, by the names of its own model."""
    if made.family not in _LOADERS:
        raise ValueError("no native loader for this family was tried")
    if "modules.shared" not in sys.modules:
        _start()
    from modules.modeldata import model_data  # type: ignore[import-not-found]

    module = made.zeros(is_original=made.family == "krea-2")
    model: Any = SimpleNamespace(transformer=module, text_encoder=None)
    model_data.sd_model = SimpleNamespace(pipe=model, network_layer_mapping={}, embedding_db=None)
    file = SimpleNamespace(filename=str(made.file), name="cat", shorthash="", sd_version="", metadata={})
    net = importlib.import_module(_LOADERS[made.family]).try_load("cat", file, 1.0)
    found, names = {}, {id(one): name for name, one in module.named_modules()}
    for one in net.modules.values() if net is not None else ():
        weight: Any = one.sd_module.weight
        found[names[id(one.sd_module)]] = one.calc_updown(weight)[0]
    assert Path(made.file).is_file()
    return found
