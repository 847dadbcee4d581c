"""Where the base model loses the details of a reference, the rounds that are judged say so, too."""

from gal_studio.core.pictures.fidelity import Fidelity
from tests.studio.conftest import Place


def test_a_round_says_that_its_model_cannot_generate_details_as_fine(place: Place) -> None:
    studio, project = place.studio, place.studio.project(place.project)
    (summary, *_) = studio.rounds(place.project)
    before = summary.doubt
    picture = studio.store.images.path(project.references[0].image)
    asked = studio.reconstruct(picture, project.base_model)
    assert asked.image == project.references[0].image
    studio.store.reconstructions.answer(asked, asked.image, Fidelity(40.0, 0.99, 0.99))
    assert studio.rounds(place.project)[0].doubt == before
    studio.store.reconstructions.answer(asked, asked.image, Fidelity(18.0, 0.39, 0.16))
    assert "cannot generate details as fine as your reference’s" in studio.rounds(place.project)[0].doubt
