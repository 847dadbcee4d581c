import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_tensors import holds_lora, refuse_several_adapters, split

NAMES = ("default", "default_0", "learned", "my-style", "1", "weight", "adapter_model")


@pytest.mark.parametrize("adapter", NAMES)
def test_an_adapter_may_have_any_name(adapter: str) -> None:
    for ending in (
        "lora_A{}.weight", "lora_B{}.weight", "lora_B{}.bias", "lora_down{}.weight", "lora_mid{}.weight",
        "lora_magnitude_vector{}", "lora_magnitude_vector{}.weight", "hada_w1_a{}", "lokr_w2_b{}",
        "oft_R{}.weight",
    ):  # fmt: skip
        plain, named = (f"unet.mid.attn.{ending.format(part)}" for part in ("", f".{adapter}"))
        assert split(named) == split(plain) is not None, named
        refuse_several_adapters("a.safetensors", [named])
    assert holds_lora([f"unet.mid.lora_A.{adapter}.weight"])


def test_what_is_no_name_of_an_adapter() -> None:
    assert split("unet.lora_A.one.two.weight") is None
    assert split("unet.mid.to_k.weight") is None
    assert split("unet.lora_A.learned.weight.scale") is None


def test_several_adapters_in_a_file_are_refused_by_name() -> None:
    layers = ("unet.a", "unet.b")
    several = [f"{layer}.lora_A.{name}.weight" for layer in layers for name in ("cat", "dog")]
    with pytest.raises(StudioError, match=r"a\.safetensors holds several LoRAs \(cat, dog\)"):
        refuse_several_adapters("a.safetensors", several)
    with pytest.raises(StudioError, match=r"contains unet\.a\.lora_A\.cat\.weight twice"):
        refuse_several_adapters("a.safetensors", ["unet.a.lora_A.cat.weight", "unet.a.lora_A.weight"])
    refuse_several_adapters("a.safetensors", ["unet.a.lora_A.cat.weight", "unet.a.lora_magnitude_vector"])
