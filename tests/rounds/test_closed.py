"""What the page closes, verbs refuse with the same words."""

from gal_studio.core.records.round import Round
from gal_studio.core.variants.fine_tune import FINE_TUNED
from gal_studio.rounds.closed import NO_SUGGESTION, closed, drawn_already, run_already, trained_already
from gal_studio.rounds.fingerprints import is_trainable, training_fingerprint
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.lineage import no_images
from gal_studio.rounds.suggestions import shown_proposal
from gal_studio.state import Store
from gal_studio.state.hooks import closed_by_features


def said(store: Store, round_id: str, complete: bool) -> dict[str, str]:
    inputs = inputs_of(store, round_id)
    return closed(inputs.here, shown_proposal(inputs.here), is_trainable(inputs), complete)


def test_a_round_is_trained_then_generated_then_done(store: Store, first_round: Round) -> None:
    inputs = inputs_of(store, first_round.id)
    nothing_after = dict.fromkeys(("make_round", "next_round"), no_images(1)) | {"accept": NO_SUGGESTION}
    nothing_after |= closed_by_features(inputs.here, False)
    assert said(store, first_round.id, False) == nothing_after | {
        "generate": FINE_TUNED.untrained(1),
        "continue_training": first_round.why_not("continue"),
    }
    store.rounds.finish_training(first_round.id, "a", training_fingerprint(inputs), inputs.examples)
    trained = {"fine_tune": trained_already(1)}
    assert said(store, first_round.id, False) == nothing_after | trained
    nothing_after |= closed_by_features(inputs.here, True)
    assert said(store, first_round.id, True) == nothing_after | trained | {
        "run": run_already(1),
        "generate": drawn_already(1),
    }


def test_a_judged_lora_is_not_trained(store: Store, first_round: Round) -> None:
    store.database.write("UPDATE rounds SET source = 'ink.safetensors', adapter = 'a'")
    why = said(store, first_round.id, True)
    assert why["fine_tune"] == why["run"]
    assert why["run"].startswith("The LoRA ink.safetensors is judged as it is: go on to the next round")
