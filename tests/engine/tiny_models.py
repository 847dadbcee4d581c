"""A tiny model of each family, by the family's name."""

from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import (
    make_tiny_anima,
    make_tiny_klein,
    make_tiny_krea,
    make_tiny_qwen_image,
    make_tiny_z_image,
)
from tests.engine.tiny_pipelines import Make

FAMILIES: dict[str, Make] = {
    "sd1": make_tiny_pipeline,
    "sdxl": make_tiny_xl_pipeline,
    "klein": make_tiny_klein,
    "z-image": make_tiny_z_image,
    "krea": make_tiny_krea,
    "qwen": make_tiny_qwen_image,
    "anima": make_tiny_anima,
}
