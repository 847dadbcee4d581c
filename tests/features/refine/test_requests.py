"""Handlers of heat maps, brushes and refinements."""

import json
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from gal_studio.core.errors import StudioError
from gal_studio.features.refine.view import in_words
from gal_studio.state.images.sandbox import decoder
from gal_studio.state.tables.refinements import Measurement
from gal_studio.ui.api.mask_runs import pixels_of, runs_of
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from tests.studio.seeding import ran_here
from tests.ui.asking import ask
from tests.ui.conftest import Place, built
from tests.ui.seeded_refinement import HIGH, LOW, judge, object_with_subject, pairs_made, refined

CORNER = {"width": 48, "height": 48, "runs": [255, 10, 0, 48 * 48 - 10]}


def first(place: Place) -> str:
    return place.studio.round_view(place.round).candidates[0].candidate.id


def stored(place: Place, name: str) -> np.ndarray:
    return np.asarray(place.studio.store.images.mask(name))


def test_a_mask_travels_both_ways_unchanged():
    rng = np.random.default_rng(0)
    pixels = rng.choice(np.array([0, 128, 255], np.uint8), size=(37, 53))
    runs = runs_of(Image.fromarray(pixels))
    found = pixels_of(json.loads(json.dumps(runs)))
    assert found.dtype == np.uint8
    assert np.array_equal(found, pixels)


def test_painted_masks_need_no_decoder(place: Place, monkeypatch: pytest.MonkeyPatch):
    node = pairs_made(place.studio, place.round)
    pair = place.studio.refinement_view(node).pairs[0].id
    reference = place.studio.project(place.project).references[0].id
    monkeypatch.setattr(decoder, "decode", Mock(side_effect=AssertionError("a painted mask was decoded")))
    ask("accept_in_part", place.studio, {"candidate": first(place), "mask": CORNER})
    ask("paint", place.studio, {"pair": pair, "mask": CORNER})
    ask("set_mask", place.studio, {"reference": reference, "mask": CORNER})


@pytest.mark.parametrize(
    "mask",
    [
        {},
        {"width": 2, "height": 2, "runs": [255, 3]},
        {"width": 2, "height": 2, "runs": [256, 4]},
        {"width": 2, "height": 2, "runs": [1]},
        {"width": 2, "height": 2, "runs": [1, True]},
        {"width": 2, "height": 2, "runs": [255, -4]},
        {"width": 0, "height": 2, "runs": []},
        {"width": 10**6, "height": 10**6, "runs": [0, 10**12]},
        {"width": "2", "height": 2, "runs": [0, 4]},
    ],
)
def test_what_is_no_mask_is_one_sentence(mask):
    with pytest.raises(StudioError, match="paint it again"):
        pixels_of(mask)


def test_a_map_is_there_once_it_was_judged(place: Place):
    candidate = first(place)
    assert ask("patch_maps", place.studio, {"owner": candidate, "kind": "quality"}) == {"maps": []}
    judge(place.studio, place.round)
    (found,) = ask("patch_maps", place.studio, {"owner": candidate, "kind": "quality"})["maps"]
    assert found["subject"] == ""
    assert (found["height"], found["width"]) == (8, 8)
    assert found["values"][:8] == [LOW] * 4 + [HIGH] * 4
    assert json.loads(json.dumps(found)) == found


def test_there_are_two_kinds_of_maps(place: Place):
    with pytest.raises(StudioError, match="'quality', 'reproduction', 'shown' or 'disagreement'"):
        ask("patch_maps", place.studio, {"owner": "x", "kind": "beauty"})


def test_a_part_is_accepted_shown_and_taken_back_by_one_undo(place: Place):
    candidate = first(place)
    views = ViewCache(place.studio)
    assert poll(views, {"project": place.project})["parts"]["masks"] == {}
    ask("accept_in_part", place.studio, {"candidate": candidate, "mask": CORNER})
    parts = poll(views, {"project": place.project})["parts"]
    assert parts["verdicts"] == {candidate: "accepted"}
    assert set(parts["masks"]) == {candidate}
    assert ask("part_mask", place.studio, {"candidate": candidate})["mask"] == CORNER
    assert ask("undo", place.studio, {"round": place.round}) == {
        "changed": [candidate],
        "what": "accept a part of A tie, image 1",
    }
    assert ask("part_mask", place.studio, {"candidate": candidate}) == {"mask": None}
    ask("redo", place.studio, {"round": place.round})
    assert ask("part_mask", place.studio, {"candidate": candidate})["mask"] == CORNER


def test_a_refinement_is_told_in_its_parts(place: Place):
    node = pairs_made(place.studio, place.round)
    answer = poll(ViewCache(place.studio), {"project": place.project, "round": node})
    part = answer["parts"]["refinement"]
    assert json.loads(json.dumps(part)) == part
    assert answer["parts"]["round"]["refines"]
    assert [chip["kind"] for chip in answer["parts"]["rounds"]] == ["fine_tune", "refine"]
    assert part["step"] == "review"
    assert len(part["pairs"]) == 16
    assert part["pairs"][0]["mean_quality"] == pytest.approx(0.5)
    assert (part["rule"], part["can_undo"]) == ("continue", False)


def test_an_ordinary_round_has_no_refinement(place: Place):
    assert "refinement" not in poll(ViewCache(place.studio), {"project": place.project})["parts"]


def test_paint_is_kept_and_found_again(place: Place):
    node = pairs_made(place.studio, place.round)
    pair = place.studio.refinement_view(node).pairs[2].id
    painting = {"width": 48, "height": 48, "runs": [0, 48, 128, 48 * 46, 255, 48]}
    ask("paint", place.studio, {"pair": pair, "mask": painting})
    assert ask("pair", place.studio, {"pair": pair})["painting"] == painting
    shown = poll(ViewCache(place.studio), {"project": place.project, "round": node})["parts"]["refinement"]
    assert [bool(pair["painted"]) for pair in shown["pairs"][:4]] == [False, False, True, False]
    assert shown["can_undo"]
    ask("paint", place.studio, {"pair": pair, "mask": None})
    assert ask("pair", place.studio, {"pair": pair})["painting"] is None


def test_the_subject_of_a_reference_is_found_painted_and_left_to_the_studio_again(place: Place):
    _, round_id, reference = object_with_subject(place.studio)
    pair = place.studio.refinement_view(pairs_made(place.studio, round_id)).pairs[0].id
    assert ask("pair", place.studio, {"pair": pair})["reference"] == reference
    found = ask("reference_mask", place.studio, {"reference": reference})
    assert (found["mask"]["runs"][:2], found["painted"]) == ([255, 24], False)
    painted = {"mask": CORNER, "painted": True}
    steps = (
        ("set_mask", {"mask": CORNER}, {**painted, "can_undo": True, "can_redo": False}),
        ("set_mask", {"mask": None}, {**found, "can_undo": True}),
        ("undo_reference_mask", {}, {**painted, "can_undo": True, "can_redo": True}),
        ("undo_reference_mask", {}, {**found, "can_redo": True}),
        ("redo_reference_mask", {}, {**painted, "can_undo": True, "can_redo": True}),
    )
    for act, request, after in steps:
        ask(act, place.studio, {"reference": reference, **request})
        assert ask("reference_mask", place.studio, {"reference": reference}) == after


def test_a_style_has_no_subject_to_paint(place: Place):
    pair = place.studio.refinement_view(pairs_made(place.studio, place.round)).pairs[0].id
    assert ask("pair", place.studio, {"pair": pair})["reference"] is None


def test_the_rule_of_the_next_round_is_said_and_changed(place: Place):
    node = pairs_made(place.studio, place.round)
    views = ViewCache(place.studio)
    asked = {"project": place.project, "round": node}
    before = poll(views, asked)["parts"]["refinement"]["next_round_rule"]
    ask("next_rule", place.studio, {"project": place.project, "rule": "repeat"})
    after = poll(views, asked)["parts"]["refinement"]
    assert after["rule"] == "repeat"
    assert after["next_round_rule"] != before


def test_before_and_after_are_of_one_prompt_and_seed(place: Place):
    node = pairs_made(place.studio, place.round)
    assert ask("before_after", place.studio, {"round": node}) == {"anchors": []}
    refined(place.studio, node)
    anchors = ask("before_after", place.studio, {"round": node})["anchors"]
    assert len(anchors) == 18
    seeds = {
        tile.candidate.id: tile.candidate.seed for tile in place.studio.round_view(place.round).candidates
    }
    seeds |= {tile.candidate.id: tile.candidate.seed for tile in place.studio.round_view(node).candidates}
    for anchor in anchors:
        assert len(anchor["pictures"]) == 10
        for pair in anchor["pictures"]:
            assert pair["before"]["prompt"] == pair["after"]["prompt"] == anchor["prompt"]
            assert seeds[pair["before"]["id"]] == seeds[pair["after"]["id"]]
            assert pair["before"]["id"] != pair["after"]["id"]


@pytest.mark.parametrize(
    ("metric", "figures", "words", "verdict"),
    [
        ("clip_t", (0.271, 0.284, 0.013, 0.004, 0.021),
         "likeness to the prompt 0.271 → 0.284, +0.013 [+0.004, +0.021] over 180 images", "better"),
        ("clip_t", (0.284, 0.271, -0.013, -0.021, -0.004),
         "likeness to the prompt 0.284 → 0.271, −0.013 [−0.021, −0.004] over 180 images", "worse"),
        ("overfit_rate", (0.5, 0.4, -0.1, -0.15, -0.05),
         "share of copies 0.500 → 0.400, −0.100 [−0.150, −0.050] over 180 images", "better"),
        ("object", (0.6, 0.7, 0.1, 0.05, 0.15),
         "likeness of the object 0.600 → 0.700, +0.100 [+0.050, +0.150] over 180 images", "better"),
        ("rest", (0.7, 0.6, -0.1, -0.15, -0.05),
         "likeness of the rest of the image 0.700 → 0.600, −0.100 [−0.150, −0.050] over 180 images", "less"),
        ("clip_i", (0.6, 0.7, 0.1, 0.05, 0.15),
         "likeness to the reference 0.600 → 0.700, +0.100 [+0.050, +0.150] over 180 images", "more"),
        ("clip_t", (0.27, 0.28, 0.01, -0.01, 0.03),
         "likeness to the prompt 0.270 → 0.280, +0.010 [−0.010, +0.030] over 180 images", "unclear"),
    ],
)  # fmt: skip
def test_a_difference_is_said_in_words(metric, figures, words, verdict):
    figure = in_words(Measurement(metric, *figures, 180))
    assert (figure.words, figure.verdict) == (words, verdict)


def test_results_tell_a_refinement_from_a_round(place: Place):
    refined(place.studio, pairs_made(place.studio, place.round))
    rows = ask("outcomes", place.studio, {"project": place.project})["rounds"]
    assert [row["name"] for row in rows] == ["Round 1", "Round 1 refined"]


def test_pictures_of_pairs_are_served_by_id_and_nothing_else_is(place: Place):
    shown = place.studio.refinement_view(pairs_made(place.studio, place.round)).pairs[0]
    versions = {"reference": shown.reference_image[:8], "generated": (shown.generated_image or "")[:8]}
    pair = shown.id
    client = TestClient(built(place.studio))
    for route in ("pair", "pair-thumb"):
        for which in ("reference", "generated"):
            answer = client.get(f"/{route}/{pair}/{which}?v={versions[which]}")
            assert answer.headers["content-type"] == "image/png"
            assert "immutable" in answer.headers["cache-control"]
        for wrong in (f"{pair}/mask", "nothing/reference", "..%2F..%2Fstudio.db/reference"):
            answer = client.get(f"/{route}/{wrong}")
            assert answer.status_code == 404 or "GAL Studio" in answer.text


def test_a_rounds_view_reads_no_heat_map(place: Place):
    """Those of a refinement are read for its next step, for its pairs, and where one is enlarged."""
    judge(place.studio, place.round)
    node = pairs_made(place.studio, place.round)
    seen: list[str] = []
    connection = place.studio.store.database._connection
    connection.set_trace_callback(seen.append)
    place.studio.round_view(place.round)
    assert not [statement for statement in seen if "patch_maps" in statement]
    place.studio.refinement_view(node)
    connection.set_trace_callback(None)
    assert any("patch_maps" in statement for statement in seen)


def test_what_a_refinement_has_to_do_is_counted_and_estimated_by_what_was_timed(place: Place):
    store = place.studio.store
    refine = {"pairs": 3, "steps": 20, "batch_size": 2}
    place.studio.change_settings(place.project, {"refine": refine, "tune": {"batch_size": 4}})
    images = store.candidates.count(place.round)
    untimed = ask("before_refinement", place.studio, {"round": place.round})
    assert untimed == {"pairs": 3, "steps": 20, "images": images, "seconds": None}
    store.rounds.save_losses(place.round, [(step, 1.0) for step in range(1, 6)])
    store.rounds.add_seconds(place.round, "fine_tune", 2.0 * len(store.rounds.losses(place.round)))
    store.rounds.add_seconds(place.round, "generate", 3.0 * images)
    ran_here(place.studio, place.project, place.round)
    timed = ask("before_refinement", place.studio, {"round": place.round})
    assert timed["seconds"] == 20 * 2.0 + (3 + images) * 3.0
