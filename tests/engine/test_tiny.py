"""The tiny models can be loaded by their libraries without a network."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline, StableDiffusionPipeline

from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline


@pytest.mark.parametrize("prediction_type", ["v_prediction", "epsilon"])
def test_tiny_pipeline_opens_offline(tmp_path: Path, prediction_type: str) -> None:
    folder = make_tiny_pipeline(tmp_path / "pipeline", prediction_type)
    pipeline = DiffusionPipeline.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    assert isinstance(pipeline, StableDiffusionPipeline)
    assert pipeline.scheduler.config.prediction_type == prediction_type
    pipeline.set_progress_bar_config(disable=True)
    picture = pipeline(
        "A tie in a style", num_inference_steps=2, generator=torch.Generator().manual_seed(0)
    ).images[0]
    assert picture.size == (32, 32)


def test_the_same_seed_writes_the_same_weights(tmp_path: Path) -> None:
    first, second = (make_tiny_clip(tmp_path / name) for name in ("one", "two"))
    weights = [np.fromfile(folder / "open_clip_model.safetensors", np.uint8) for folder in (first, second)]
    np.testing.assert_array_equal(*weights)
