import json
from pathlib import Path

import pytest

from gal_studio import assets
from gal_studio.core.errors import StudioError
from gal_studio.core.references import describe
from workshop.pocket.data.art import SETS

CHECKOUT = Path(__file__).resolve().parent.parent / "assets"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """An installed package with assets of its own."""
    package = tmp_path / "gal_studio"
    folder = package / "_assets"
    folder.mkdir(parents=True)
    (folder / "anchors.json").write_text(json.dumps({"style": ["A tie {}"], "object": ["{} in a bank"]}))
    monkeypatch.setattr(assets, "__file__", str(package / "assets.py"))
    return folder


def write_demo(folder, pictures=("cat.png",)):
    folder.mkdir(parents=True)
    (folder / "cat.png").write_bytes(b"picture")
    references = [{"prompt": f"A cat {n} in ink style", "image": name} for n, name in enumerate(pictures)]
    demo = {"name": "Ink", "references": references}
    (folder / "demo.json").write_text(json.dumps(demo))


def test_assets_are_found_in_a_checkout():
    assert assets.assets_folder() == CHECKOUT


def test_assets_are_found_in_an_installed_package(installed):
    assert assets.assets_folder() == installed
    assert assets.load_anchors("style") == ("A tie {}",)


def test_a_broken_installation_says_so(installed):
    (installed / "anchors.json").write_text("{")
    with pytest.raises(StudioError, match=r"'anchors\.json' is damaged .* install GAL Studio again"):
        assets.load_anchors("style")
    (installed / "anchors.json").unlink()
    with pytest.raises(StudioError, match="are missing: install it again"):
        assets.assets_folder()


def test_the_anchors_are_the_published_ones():
    oil = describe("style", [("A cat in oil painting style", "")]).prompts
    style = oil.expand(assets.load_anchors("style"))
    assert style[:2] == ("A tie in oil painting style", "candy in oil painting style")
    assert style[-1] == "A knife in oil painting style"
    cat = describe("object", [("A <x> cat on the stairs", "<x>")]).prompts
    thing = cat.expand(assets.load_anchors("object"))
    assert (thing[0], thing[-1]) == ("a <x> cat in a workshop", "a <x> cat under a tree")


def test_licences_name_all_that_is_bundled():
    licences = (CHECKOUT / "LICENSES.md").read_text(encoding="utf-8")
    for path in CHECKOUT.iterdir():
        assert f"`{path.name}{'/' if path.is_dir() else ''}`" in licences or path.name == "LICENSES.md"
    for library in (CHECKOUT / "ui" / "vendor").glob("*.min.js"):
        text = library.with_name(library.name.replace(".min.js", ".LICENSE.txt"))
        assert text.is_file() and f"`ui/vendor/{text.name}`" in licences
    made = json.loads((CHECKOUT.parent / "tools" / "web" / "vendor" / "package.json").read_text())
    for name, version in made["devDependencies"].items():
        assert f"| {name} {version} |" in licences or name == "esbuild"


def test_the_artwork_is_what_the_bundled_model_is_made_of():
    """The licenses name each set with its version, by the last word of a longer name."""
    licences = (CHECKOUT / "LICENSES.md").read_text(encoding="utf-8")
    wanted = {f"{name.rpartition('-')[2]} {one.version}" for name, one in SETS.items()}
    assert wanted and {each for each in wanted if each not in licences} == set()


def test_an_unknown_kind_is_refused():
    with pytest.raises(StudioError, match="kind is 'person'"):
        assets.load_anchors("person")


def test_presets_are_sound_and_pocket_is_the_first():
    presets = assets.load_presets()
    assert presets[0].name == "pocket" and len({preset.name for preset in presets}) == len(presets) > 8
    for preset in presets:
        assert preset.title and preset.note.endswith(".")
        for settings in preset.settings.values():
            # a LoRA copies at full strength, and not at less: pictures go down the ladder
            assert (settings.generation.allocation == "ladder") == (preset.name != "sd14-paper")
            # without it, the embedded model's rows mix both (Eq. G13)
            assert (settings.generation.lowest_strength < 1.0) == (preset.name == "pocket")
            assert (settings.generation.latest_switch > 0.0) == (preset.name == "pocket")
            assert settings.gal.balance_lambda == {"pocket": 20.0, "sd14-paper": 0.005}.get(preset.name, 8.0)
            assert settings.tune.accepted_noise == (3.0 if preset.name == "pocket" else 0.0)
            # pictures keep their shapes, but for the embedded model and what the paper did
            cropped = {"pocket": "center", "sd14-paper": "random"}
            assert settings.tune.crop == cropped.get(preset.name, "none")
        assert preset.settings["style"].tune.prior_images == 0
        # prior preservation made the embedded model's objects copy no less (its card tells)
        assert (preset.settings["object"].tune.prior_images > 0) == (preset.name != "pocket")


def test_the_published_settings_have_a_name():
    assert assets.load_preset("published") == assets.load_preset("sd14-paper")  # as project files know it
    style, thing = (assets.load_preset("sd14-paper").settings[kind] for kind in ("style", "object"))
    for settings in (style, thing):
        assert (settings.tune.method, settings.tune.learning_rate, settings.tune.resolution) == (
            "full",
            5e-6,
            512,
        )
        assert (settings.generation.candidates, settings.generation.steps) == (10, 50)
        assert (settings.generation.guidance_scale, settings.gal.balance_lambda) == (7.5, 0.005)
        assert settings.tune.sample_latents and settings.tune.prior_as_published
        assert settings.refine.drop_conditions == 0.05
        assert settings.tune.accepted_share == 0.0 and settings.tune.time_high == 1.0
        assert settings.tune.accepted_noise == 0.0, "accepted images teach at all noise"
        assert settings.generation.allocation == "fixed" and settings.generation.lowest_strength == 1.0
        assert (settings.gal.policy, settings.gal.copy_detectors) == ("published", "prompts")
    assert style.tune.shared_time and not thing.tune.shared_time  # as its two programs have it
    assert (style.tune.steps, style.tune.batch_size, style.tune.prior_images) == (500, 2, 0)
    assert (thing.tune.steps, thing.tune.batch_size, thing.tune.prior_images) == (800, 1, 200)


def test_a_preset_by_name():
    assert assets.load_preset("sd15").clip_model == "ViT-B-32/openai"
    with pytest.raises(StudioError, match="no preset 'big': choose one of pocket, sd15, sd21, sdxl"):
        assets.load_preset("big")


def test_names_of_models_resolve(installed):
    (installed / "pocket" / "clip").mkdir(parents=True)
    path = str(installed.resolve() / "pocket" / "clip")
    assert assets.resolve_model("assets:pocket/clip") == path
    assert assets.resolve_model("local-dir:assets:pocket/clip") == f"local-dir:{path}"
    assert assets.resolve_adapter(" h94/IP-Adapter with assets:pocket/clip ") == f"h94/IP-Adapter with {path}"
    assert assets.resolve_adapter("native") == "native"
    for name in ("someone/some-model", "ViT-B-32/openai", "./models/mine", "local-dir:/models/clip"):
        assert assets.resolve_model(name) == name


@pytest.mark.parametrize("name", ["assets:pocket/none", "assets:../secrets", "local-dir:assets:nothing"])
def test_a_packed_model_that_is_not_there_is_refused(installed, name):
    (installed.parent / "secrets").mkdir()
    with pytest.raises(StudioError, match="is missing: install GAL Studio again"):
        assets.resolve_model(name)


def test_the_demo_is_read(installed):
    folder = installed / "demo" / "style"
    write_demo(folder)
    demo = assets.demo("style")
    assert (demo.name, demo.kind, demo.trigger_word) == ("Ink", "style", "in ink style")
    assert demo.prompts == ("A cat 0 in ink style",)
    assert demo.images == (folder / "cat.png",)


def test_a_demo_without_its_pictures_is_refused(installed):
    write_demo(installed / "demo" / "style", ("cat.png", "dog.png"))
    with pytest.raises(StudioError, match=r"image 'dog\.png' is missing"):
        assets.demo("style")
    with pytest.raises(StudioError, match=r"bundled file .demo\.json. is damaged \(.*No such file"):
        assets.demo("object")


@pytest.mark.parametrize("kind", ["style", "object"])
def test_the_bundled_demos_make_18_anchors(kind):
    demo = assets.demo(kind)
    assert len(demo.images) == len(demo.prompts) >= (1 if kind == "style" else 3)
    word = demo.trigger_word if kind == "object" else ""
    templates = assets.load_anchors(kind)
    assert len(set(templates)) == 18 and all(template.count("{}") == 1 for template in templates)
    for prompt in demo.prompts:
        assert len(describe(kind, [(prompt, word)]).prompts.expand(assets.load_anchors(kind))) == 18


def test_an_origin_names_the_source_of_each_number_that_is_not_our_own():
    for preset in assets.load_presets():
        words = preset.origin.words
        if not preset.origin.former:
            assert words.startswith("Training settings: all ")
            continue
        differing = {
            name
            for kind, former in preset.origin.former.items()
            for name, value in former.items()
            if getattr(preset.settings[kind].tune, name) != value
        }
        assert differing and differing <= set(preset.origin.sources)
        assert "all others GAL Studio’s own" in words and words.endswith("Untested here.")


def test_the_values_of_earlier_versions_have_a_name():
    for preset in assets.load_presets():
        former = preset.as_before
        if not preset.origin.former:
            assert former is preset
            continue
        assert former == assets.load_preset(f"{preset.name}-former")
        for kind, values in preset.origin.former.items():
            assert {name: getattr(former.settings[kind].tune, name) for name in values} == values
        assert former.settings["style"].generation == preset.settings["style"].generation
        assert former.as_before is former and former.fast == ""
    with pytest.raises(StudioError, match="no preset 'sd15-former'"):
        assets.load_preset("sd15-former")


def test_an_origin_of_an_unknown_setting_is_refused():
    with pytest.raises(StudioError, match="No training setting is called 'speed'"):
        assets.TrainingOrigin(sources={"speed": "somebody"})
