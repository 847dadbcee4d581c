"""Names of models are cleaned of what comes with pasting."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.models.pasted import pasted, refuse_address


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('  "/m/a b.safetensors" ', "/m/a b.safetensors"),
        ("'/m/folder'", "/m/folder"),
        ("“/m/folder”", "/m/folder"),
        ("/m/folder\n", "/m/folder"),
        ("file:///m/my%20model.safetensors", "/m/my model.safetensors"),
        ("file://localhost/m/50%25 #1.safetensors", "/m/50% #1.safetensors"),
        ("file:///C:/models/a.safetensors", "C:/models/a.safetensors"),
        ("file://server/share/a.safetensors", "//server/share/a.safetensors"),
        ("https://huggingface.co/owner/model", "owner/model"),
        ("https://huggingface.co/owner/model/tree/main", "owner/model"),
        ("https://huggingface.co/owner/model/blob/main/model_index.json", "owner/model"),
        (" <https://hf.co/owner/model/?library=diffusers> ", "owner/model"),
        ("huggingface.co/owner/model", "owner/model"),
        ('"/m/a.safetensors" with "/m/pipeline"', "/m/a.safetensors with /m/pipeline"),
        ("'/m/a.SFT with https://huggingface.co/o/m'", "/m/a.SFT with o/m"),
        ("it's/a model", "it's/a model"),
        ("assets:pocket/pipeline", "assets:pocket/pipeline"),
        ("", ""),
    ],
)
def test_what_comes_with_pasting_is_taken_off(given: str, name: str) -> None:
    assert pasted(given) == name
    assert pasted(name) == name
    refuse_address(name)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            "https://civitai.com/models/123?modelVersionId=4",
            "is a page of Civitai: download the model there",
        ),
        ("civitai.com/models/123", "is a page of Civitai"),
        ("https://huggingface.co/o/m/resolve/main/a.safetensors", "names one file of o/m: download it"),
        ("https://huggingface.co/datasets/o/m", "is not a model's page: give the model's ID"),
        (
            "https://example.org/a.safetensors",
            "is not a model of the hub: download the model, and give the path",
        ),
    ],
)
def test_other_addresses_are_refused_with_what_to_do(given: str, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        refuse_address(pasted(given))
