"""What a round without its LoRA is refused."""

from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work


def test_a_round_that_lost_its_training_draws_nothing(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    work(studio, models, studio.fine_tune(round_id))
    job = studio.generate(round_id)
    studio.store.database.write("UPDATE rounds SET adapter = NULL, trained_as = NULL")
    ended = work(studio, models, job)
    assert (ended.state, ended.message) == ("error", "Round 1 is not trained yet: press Train first.")
    assert studio.store.candidates.of_round(round_id) == ()
