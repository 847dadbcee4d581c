"""What a card says to people of other programs."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import ModelCard
from huggingface_hub.cli.hf import main as hub_program
from markdown_it import MarkdownIt

from gal_studio.assets import bundled_version
from gal_studio.core.denoising import Denoising
from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import Settings, TuneSettings
from gal_studio.features.exports.engine.card import (
    _brackets,
    _front_matter,
    _introduction,
    _licence,
    _pictures,
    _publish,
    _recipe,
    _settings,
)


@pytest.mark.parametrize(
    ("form", "trigger", "prompt", "expected"),
    [
        ("kohya", "saber (fate)", "A saber (fate)", r"`saber \(fate\)`"),
        ("kohya", "cat", "A cat [V]", r"`A cat \[V\]`"),
        ("comfyui", "saber (fate)", "A saber (fate)", r"`saber \(fate\)`"),
        ("comfyui", "[V]", "A [V] cat", ""),
        ("invokeai", "saber (fate)", "", r"`saber \(fate\)`"),
        ("kohya", "cat", "A cat", ""),
    ],
)
def test_brackets_are_written_as_the_program_reads_them(
    form: str, trigger: str, prompt: str, expected: str
) -> None:
    task: Any = SimpleNamespace(form=find_form(form))
    facts: Any = SimpleNamespace(trigger=trigger)
    written: Any = SimpleNamespace(pictures=[SimpleNamespace(prompt=prompt)])
    unet: Any = SimpleNamespace(part="unet")
    said = " ".join(_brackets(task, facts, unet, written))
    assert (expected in said) if expected else not said


def test_invokeai_weights_no_words_for_transformers() -> None:
    task: Any = SimpleNamespace(form=find_form("invokeai"))
    facts: Any = SimpleNamespace(trigger="saber (fate)")
    transformer: Any = SimpleNamespace(part="transformer")
    assert not _brackets(task, facts, transformer, SimpleNamespace(pictures=[]))  # type: ignore[arg-type]


def test_a1111_is_told_the_schedule_and_the_best_constant_strength() -> None:
    task: Any = SimpleNamespace(form=find_form("kohya"))
    written: Any = SimpleNamespace(
        recipe=Recipe(0.4, 1.0, 0.5), constant=Recipe.constant(0.7), workflow="", file="ink.safetensors"
    )
    unet: Any = SimpleNamespace(part="unet")
    said = " ".join(_recipe(task, unet, written, Denoising(20)))
    assert "`<lora:ink:0.4@8,1@9,1@20>`" in said and "0.7 is the best strength" in said
    assert "The code has the best strength for all steps; the same document shows" in said
    comfy: Any = SimpleNamespace(form=find_form("comfyui"))
    assert "loractl" not in " ".join(_recipe(comfy, unet, written, Denoising(20)))
    transformer: Any = SimpleNamespace(part="transformer")
    assert "loractl" not in " ".join(_recipe(task, transformer, written, Denoising(20))), (
        "it knows U-Nets alone"
    )


@pytest.mark.parametrize(("base", "said"), [("assets:pocket/pipeline", True), ("owner/model", False)])
def test_the_bundled_model_is_named_with_its_version(base: str, said: bool) -> None:
    task: Any = SimpleNamespace(project=SimpleNamespace(base_model=base), settings=Settings())
    facts: Any = SimpleNamespace(
        tune=TuneSettings(), steps=1, resolution=64, tags={}, seed=1, base_model="x", base_sha256="0",
        source="", date="today", masked=0, taught="",
    )  # fmt: skip
    assert "| masks |" not in _settings(task, facts)
    assert (f"| its version | {bundled_version()} |" in _settings(task, facts)) == said


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("owner/model", "base_model: owner/model\n"),
        ("ink.safetensors with owner/model", "base_model: owner/model\n"),
        ("ink.safetensors", ""),
        ("model", ""),
        ("pocket (bundled with GAL Studio)", ""),
    ],
)
def test_a_card_can_be_uploaded_in_one_command(base: str, said: str) -> None:
    """The hub refuses a card that names a base model which it does not know."""
    facts: Any = SimpleNamespace(base_model=base, trigger="[V] cat: ink", licence="")
    written: Any = SimpleNamespace(file="ink-round-2.safetensors", is_whole=False)
    card = ModelCard(f"{_front_matter(facts, written)}\n\n{_publish(written)}\n")
    assert card.data.base_model == (said.removeprefix("base_model: ").strip() or None)
    assert card.data.to_dict()["instance_prompt"] == "[V] cat: ink"
    command = re.findall(r"^hf upload (.+)$", card.text, re.M)
    assert command == ["YOUR-NAME/ink-round-2 . --private"]


def test_the_command_of_the_card_uploads_all_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the hub's own program, which is asked what it would send."""
    asked: dict[str, Any] = {}

    def create_repo(_self: Any, repo_id: str, **given: Any) -> Any:
        asked.update(repo=repo_id, private=given.get("private"))
        return SimpleNamespace(repo_id=repo_id)

    def upload_folder(_self: Any, **given: Any) -> Any:
        asked.update(folder=given["folder_path"])
        return SimpleNamespace(commit_url="", pr_url=None)

    monkeypatch.setattr("huggingface_hub.HfApi.create_repo", create_repo)
    monkeypatch.setattr("huggingface_hub.HfApi.upload_folder", upload_folder)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("---\n---\n")
    card = _publish(SimpleNamespace(file="ink-round-2.safetensors", is_whole=False))  # type: ignore[arg-type]
    (command,) = re.findall(r"^hf (upload .+)$", card, re.M)
    monkeypatch.setattr("sys.argv", ["hf", *command.split()])
    with pytest.raises(SystemExit) as ended:
        hub_program()
    assert not ended.value.code
    assert asked == {"repo": "YOUR-NAME/ink-round-2", "private": True, "folder": "."}


NASTY = "(a) ` <img src=x onerror=ran()> ``` [b](javascript:ran()) | </td>"

NAMES = (
    NASTY,
    "<script>ran()</script>",
    "\n\n<script>ran()</script>\n\n",
    "<svg/onload=ran()>",
    '![](x" onerror="ran())',
    "```\n<script>ran()</script>\n```",
    "--- \n<iframe src=javascript:ran()></iframe>",
    "<javascript:ran()>",
    "[a]: javascript:ran()\n\n[a]",
    "</code></pre><img src=x onerror=ran()>",
    "&lt;img src=x onerror=ran()&gt;",
    "`` ` <img src=x onerror=ran()> ` ``",
    "\\<img src=x onerror=ran()>",
    "<!-- --><style>*{background:url(javascript:ran())}</style>",
    "|\n|---|\n| <img src=x onerror=ran()>",
    "<a href=javascript:ran() id=a>b</a>",
)
"""What a name, a trigger word or a prompt may be."""


def card_of(name: str) -> str:
    """The parts of a card that name something, each by this name, as a page: Markdown with HTML in it."""
    task: Any = SimpleNamespace(
        form=find_form("kohya"), settings=Settings(), project=SimpleNamespace(base_model=name)
    )
    facts: Any = SimpleNamespace(
        trigger=name, base_model=name, base_sha256="", source=name, made=name, round=1,
        tune=TuneSettings(), steps=1, resolution=64, tags={}, masked=0, seed=0, date="", licence=name,
        taught=name,
    )  # fmt: skip
    shown: Any = SimpleNamespace(path="a.png", prompt=name, seed=1, recipe=Recipe.constant(1.0))
    written: Any = SimpleNamespace(pictures=[shown], is_whole=False, merged="", file="ink.safetensors")
    unet: Any = SimpleNamespace(part="unet")
    parts = (
        _introduction(facts, written),
        _pictures([shown]),
        "\n".join(_brackets(task, facts, unet, written)),
        _settings(task, facts),
        _licence(facts),
    )
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render("\n\n".join(parts)))


def test_no_name_becomes_a_part_of_the_card() -> None:
    """As the hub and editors show it."""
    page = card_of(NASTY)
    assert page.count("<img") == 1 and "<a " not in page
    assert page.count("&lt;img src=x onerror=ran") == 8, page


@pytest.mark.browser
@pytest.mark.thorough
def test_no_name_runs_in_a_browser(chromium: Any) -> None:
    page, ran = chromium.new_page(), list[str]()
    page.expose_function("ran", lambda: ran.append(page.url))
    made = (
        "document.querySelectorAll('script, iframe, svg, style, a, [onerror], [onload], img[src=x]').length"
    )
    for name in NAMES:
        page.set_content(card_of(name))
        for link in page.query_selector_all("a, summary"):
            link.click()
        assert (page.evaluate(made), ran) == (0, []), name
        assert page.locator("img").count() == 1, "the image of the card"
    page.set_content(NASTY)
    page.wait_for_function("document.querySelector('[onerror]')")
    page.evaluate("ran()")
    assert ran, "what would run is heard of"
    page.close()
