"""InvokeAI: how it tells a file's base model, its loader, and what it adds to a module."""

from typing import Any

from tools.interop.files import Changes, Exported

_BASES = {
    "sd1": ("sd-1", "sd-2"), "sdxl": ("sdxl",), "flux2-klein": ("flux2",), "z-image": ("z-image",),
    "krea-2": ("krea-2",), "qwen-image-2.1": (), "anima": ("anima",),
}  # fmt: skip
"""What it calls the families; a tiny U-Net is told by no width."""


def read(made: Exported) -> Changes:
    """What it adds to each layer; a file whose base model it does not tell is refused as it would be."""
    from invokeai.backend.model_manager.configs.factory import (  # type: ignore[import-not-found]
        ModelConfigFactory,
    )
    from invokeai.backend.model_manager.load.model_loaders.lora import (  # type: ignore[import-not-found]
        LoRALoader,
    )
    from invokeai.backend.patches.layer_patcher import LayerPatcher  # type: ignore[import-not-found]

    config: Any = ModelConfigFactory.from_model_on_disk(str(made.file)).config
    if "lora" not in str(getattr(config, "type", "")).lower():
        raise ValueError("the base model is not told by the file")
    if (told := str(getattr(config.base, "value", config.base))) not in _BASES[made.family]:
        raise ValueError(f"the file is taken for {told}")
    loader = object.__new__(LoRALoader)
    loader._model_base, loader._torch_dtype, loader._logger = config.base, None, _Silent()
    config.path = str(made.file)
    loader._app_config = type("Configuration", (), {"models_path": made.file.parent})()
    loader._get_model_path = lambda _config: made.file
    patch = loader._load_model(config)
    is_unet = made.model.family.part == "unet"
    module = made.zeros(is_original=made.family == "anima")
    prefix, found = "lora_unet_" if is_unet else "lora_transformer-", {}
    is_flat = not any("." in key for key in patch.layers)
    for key, layer in patch.layers.items():
        name, inner = LayerPatcher._get_submodule(
            module, key.removeprefix(prefix), layer_key_is_flattened=is_flat
        )
        given = dict(inner.named_parameters(recurse=False))
        found[name] = layer.get_parameters(given, 1.0)["weight"]
    return found


class _Silent:
    def __getattr__(self, _name: str) -> Any:
        return lambda *_given, **_named: None
