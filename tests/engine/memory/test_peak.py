import gc
import weakref
from pathlib import Path
from unittest.mock import patch

from gal_studio.engine.memory import peak
from gal_studio.engine.models.image_model import load_image_model
from tests.engine.tiny import make_tiny_pipeline


def test_equal_models_are_measured_once_and_none_is_kept(tmp_path: Path) -> None:
    one, another = (load_image_model(make_tiny_pipeline(tmp_path / name), "cpu") for name in "ab")
    with patch.object(peak, "on_meta_device", wraps=peak.on_meta_device) as measuring:
        assert peak.denoising_peak(one, 7, 4) == peak.denoising_peak(another, 7, 4)
        assert measuring.call_count == 1
        assert peak.denoising_peak(another, 8, 4) > peak.denoising_peak(another, 7, 4)
        assert measuring.call_count == 2
    kept = weakref.ref(one.denoiser)
    measuring.reset_mock()
    del one
    gc.collect()
    assert kept() is None
