"""Headers of LoRAs from elsewhere are read strictly, and not at all if they are too long."""

import json
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio.create.lora_file import LoraFacts, read_lora_facts

NAME = "unet.mid.to_q.lora_A.weight"
ENTRY = '{"dtype": "F16", "shape": [3, 1], "data_offsets": [0, 6]}'


def written(folder: Path, header: str) -> Path:
    path = folder / "odd.safetensors"
    path.write_bytes(len(header.encode()).to_bytes(8, "little") + header.encode() + bytes(6))
    return path


def read(folder: Path, header: str) -> LoraFacts:
    return read_lora_facts(written(folder, header))


def test_a_header_of_plain_numbers_is_read(tmp_path: Path) -> None:
    facts = read(tmp_path, f'{{"{NAME}": {ENTRY}, "__metadata__": {{"modelspec.trigger_phrase": "ink"}}}}')
    assert (facts.rank, facts.layers, facts.trigger) == (3, 1, "ink")


@pytest.mark.parametrize(
    ("stated", "taught"),
    [("style", "style"), ("object", "object"), ("mood", None), ([], None), (None, None)],
)
def test_a_lora_of_the_studio_says_what_it_was_trained_on(
    tmp_path: Path, stated: object, taught: str | None
) -> None:
    card = json.dumps({"gal_studio": json.dumps({"trigger_word": "in ink style", "kind": stated})})
    assert read(tmp_path, f'{{"{NAME}": {ENTRY}, "__metadata__": {card}}}').taught == taught


def test_what_steers_a_terminal_is_shown_as_an_escape(tmp_path: Path) -> None:
    phrase = json.dumps("\x1b[2J\x1b]0;x\x07")
    facts = read(tmp_path, f'{{"{NAME}": {ENTRY}, "__metadata__": {{"modelspec.trigger_phrase": {phrase}}}}}')
    assert facts.sentence.isprintable() and r"\x1b[2J\x1b]0;x\x07" in facts.sentence


@pytest.mark.parametrize(
    ("stated", "trigger"),
    [
        ("None", ""),
        (" n/a.", ""),
        ("No trigger word", ""),
        ("", ""),
        ("\n\n", ""),
        ("Trigger words: inky", "inky"),
        ("**Activation token** = <ink>", "<ink>"),
        ("<p>inky <b>style</b></p>", "inky style"),
        ("inky,\nor inky style", "inky"),
        ("“nonesuch”", "“nonesuch”"),
        ("To use this style, begin your prompt with inky and set the strength to one, please", ""),
    ],
)
def test_what_only_stands_in_place_of_a_trigger_word_is_none(
    tmp_path: Path, stated: str, trigger: str
) -> None:
    told = json.dumps({"modelspec.trigger_phrase": stated})
    assert read(tmp_path, f'{{"{NAME}": {ENTRY}, "__metadata__": {told}}}').trigger == trigger


def test_layers_are_believed_before_what_a_trainer_writes_by_default(tmp_path: Path) -> None:
    name = "unet.down_blocks.1.attn2.to_k.lora_A.weight"
    entry = {"dtype": "U8", "shape": [1, 2048], "data_offsets": [0, 2048]}
    for stated, base in (("sd_v1", "Stable Diffusion XL"), ("sdxl_base_v1-0", "Stable Diffusion XL")):
        told = {name: entry, "__metadata__": {"ss_base_model_version": stated}}
        path = written(tmp_path, json.dumps(told))
        path.write_bytes(path.read_bytes() + bytes(2048))
        assert read_lora_facts(path).base == base
    told = {NAME: json.loads(ENTRY), "__metadata__": {"ss_base_model_version": "sd_v1"}}
    assert read(tmp_path, json.dumps(told)).base == "Stable Diffusion 1.x", "these layers are of any"


NUMBERS = ["-Infinity", "2e308", "-7e4000", "NaN", "4.0", "-4", "true", "null", "9" * 40, '"4"']
EMPTY = ENTRY.replace("[0, 6]", "[0, 0]")
DAMAGED = [
    *(ENTRY.replace(old, f"[{number},") for number in NUMBERS for old in ("[3,", "[0,")),
    *(ENTRY.replace("[3, 1]", shape) for shape in ("[1000000000, 1]", "[3, 2]")),
    *(EMPTY.replace("[3, 1]", shape) for shape in ("[1000000000, 0]", "[0, 768]")),
    *(
        f'{ENTRY}, "__metadata__": {metadata}'
        for metadata in ("[1]", '{"a": 1}', '{"a": "\\udc00"}', '"x"', '{"a": Infinity}')
    ),
]
"""Other numbers, shapes that are not those of the bytes, and other metadata."""


@pytest.mark.parametrize("entry", DAMAGED)
def test_what_no_trainer_writes_is_refused(tmp_path: Path, entry: str) -> None:
    with pytest.raises(StudioError, match=r"odd\.safetensors is damaged"):
        read(tmp_path, f'{{"{NAME}": {entry}}}')


@pytest.mark.parametrize(
    "tags", ['{"a": {"tag": Infinity}}', '{"a": {"tag": 1e999}}', "[" * 9000, '{"a": {"\\ud800": 2}}']
)
def test_what_is_no_json_inside_of_a_text_says_nothing(tmp_path: Path, tags: str) -> None:
    header = {NAME: json.loads(ENTRY), "__metadata__": {"ss_tag_frequency": tags, "gal_studio": tags}}
    facts = read(tmp_path, json.dumps(header))
    assert (facts.tag, facts.base, facts.trigger) == ("", "", "")


def test_a_file_of_the_bundled_model_says_so_whatever_architecture_it_states(tmp_path: Path) -> None:
    card = json.dumps(json.dumps({"base_model": "pocket (bundled with GAL Studio)"}))
    stated = f'"ss_base_model_version": "sd_v1", "gal_studio": {card}'
    facts = read(tmp_path, f'{{"{NAME}": {ENTRY}, "__metadata__": {{{stated}}}}}')
    assert facts.base == "pocket (bundled with GAL Studio)"
