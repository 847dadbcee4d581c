"""Styles by the hundred: recipes, their pictures and captions, and the training on them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file

from tests.workshop.pocket.test_adapter import some_views
from tests.workshop.pocket.test_clear import DESIGNS
from workshop.pocket.data import dataset, recipe_pictures
from workshop.pocket.data.dataset import NONE
from workshop.pocket.data.recipe_pictures import RECIPES
from workshop.pocket.scenes.recipe_kinds import KINDS
from workshop.pocket.scenes.recipes import Recipe, held_out
from workshop.pocket.train import adapter, styles
from workshop.pocket.train.adapter import Scale
from workshop.pocket.train.training import Run

pytestmark = pytest.mark.thorough


def test_nothing_that_is_learned_is_of_a_held_out_kind() -> None:
    kinds = [Recipe(number).kind for number in range(RECIPES)]
    assert not any(kind.held_out for kind in kinds)
    assert len(set(kinds)) == sum(not kind.held_out for kind in KINDS)
    judged = [recipe.kind.name for recipe in held_out(2)]
    assert len(set(judged)) == 6 and all(judged.count(name) == 2 for name in judged)
    words = {word for kind in KINDS if kind.held_out for word in kind.words}
    assert not any(word in " ".join(Recipe(number).words) for number in range(300) for word in words)


@pytest.fixture
def icons(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(dataset, "designs_of", lambda icons: DESIGNS)
    monkeypatch.setattr(recipe_pictures, "designs_of", lambda icons: DESIGNS)
    dataset.designs_by_concept.cache_clear()
    dataset.clear_designs.cache_clear()
    return Path("icons")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, icons: Path) -> Path:
    """A folder with two clear shards and a scale; shards of recipes have eight pictures."""
    torch.manual_seed(0)
    tiny = AutoencoderKL(
        latent_channels=16, block_out_channels=(8,) * 4, norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    ).eval()  # fmt: skip
    monkeypatch.setattr(styles, "load_finished", lambda work: tiny)
    monkeypatch.setattr(recipe_pictures, "MEASURED", 10)
    monkeypatch.setattr(recipe_pictures, "RECIPES", 3)
    monkeypatch.setattr(styles, "BATCH", 16)
    some = some_views([NONE] * 8)
    np.savez(tmp_path / "views-000.npz", latents=some.latents, tokens=some.tokens, views=some.views,
             words=np.array([["cat", "a cat"], ["dog", "a dog"]]))  # fmt: skip
    write = recipe_pictures.write_shard
    monkeypatch.setattr(
        recipe_pictures, "write_shard", lambda i, f, shard, count=8: write(i, f, shard, count)
    )
    label = np.zeros(12, dataset.LABEL)
    label["second"], label["style"], label["place"], label["pattern"] = (NONE,) * 4
    for shard in range(2):
        pictures = np.random.default_rng(shard).integers(0, 256, (12, 128, 128, 3), np.uint8)
        np.savez(tmp_path / f"clear-{shard:03d}.npz", pictures=pictures, labels=label)
    (tmp_path / "latents.json").write_text('{"scaling_factor": 0.6}')
    return tmp_path


class Settings:
    seed, minutes, steps, start_from = 0, 600.0, 4, None


def trained(work: Path, stopped_at: int | None = None) -> dict[str, torch.Tensor]:
    """The weights when four steps of the network's last layer are done, or `stopped_at` steps."""

    class Stopped(Run):
        @property
        def paused(self) -> bool:
            return self.step == stopped_at

    data = styles.Data(work, shards_at_first=1, every=2)
    model, optimizer = styles.student(data.token_scale)
    for name, weight in model.named_parameters():
        weight.requires_grad_(name.startswith(("unet.conv_out", "adapter.projection.norm")))
    torch.manual_seed(0)
    run = Stopped(work / "styles.pt", model, optimizer, Settings)
    styles.learn(run, data, work)
    return {name: value.clone() for name, value in run.module.state_dict().items()}


def test_a_training_that_was_stopped_ends_as_one_that_was_not(work: Path) -> None:
    whole = trained(work)
    (first,) = (json.loads(line) for line in (work / "styles.jsonl").read_text().splitlines())
    assert first["step"] == 0 and all(first[name] > 0 for name in ("held", "new", "clear", "seen", "unseen"))
    (work / "styles.pt").unlink()
    trained(work, stopped_at=3)
    resumed = trained(work)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    begun = styles.student(styles.Data(work).token_scale)[0].state_dict()
    learned = [name for name in whole if not torch.equal(whole[name], begun[name])]
    assert {name.split(".")[1] for name in learned} == {"conv_out", "projection"}


def test_the_last_rows_read_their_picture_as_the_written_adapter_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    scale = Scale(torch.linspace(-1, 1, 512), torch.linspace(0.5, 2, 512))
    model = styles.student(scale)[0].eval()
    tokens, words, t = torch.randn(2, 64, 512), torch.randn(3, 40, 192), torch.tensor([700, 300, 500])
    latents = torch.randn(3, 16, 16, 16)
    with torch.no_grad():
        plain, given = (model(latents, t, said).sample for said in (words, (words, tokens)))
        seen = model.adapter.projection(scale.apply(tokens))
        model.adapter.attach(model.unet)  # as the adapter was trained alone
        wanted = model.unet(latents[1:], t[1:], (words[1:], [seen])).sample
    assert torch.allclose(plain[0], given[0], atol=1e-5) and torch.allclose(given[1:], wanted, atol=1e-4)
    assert not torch.allclose(plain[1:], given[1:], atol=1e-2)
    fresh = styles.student(scale)[0]
    torch.save({"mean": fresh.state_dict()}, tmp_path / "styles.pt")
    styles.export(tmp_path / "styles.pt", styles.student(scale)[0], tmp_path / "out")
    kept = load_file(tmp_path / "out" / adapter.NAME)
    shipped = load_file(adapter.SHIPPED.parent / "adapter" / adapter.NAME)
    assert kept.keys() == shipped.keys()
    for name, tensor in shipped.items():
        assert torch.allclose(kept[name].float(), tensor.float(), atol=2e-3), name
