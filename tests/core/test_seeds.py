from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.seeds import candidate_seed, generator, named_seed, training_seed


def test_seeds_never_change():
    """Changing this number would change every stored project's pictures."""
    assert candidate_seed(0, "A tie", 3) == 3342636870217353349


@given(st.integers(), st.text(), st.integers(0, 1000))
def test_seeds_fit_in_63_bits_and_repeat(project_seed, prompt, index):
    seed = candidate_seed(project_seed, prompt, index)
    assert 0 <= seed < 2**63
    assert seed == candidate_seed(project_seed, prompt, index)


def test_seeds_differ_by_project_anchor_index_and_purpose():
    seeds = {candidate_seed(p, a, i) for p in (0, 1) for a in ("A tie", "A drum") for i in range(50)}
    assert len(seeds) == 200
    assert training_seed(0, 1) != training_seed(0, 2)


def test_names_are_separated():
    assert named_seed(0, "ab", "c") != named_seed(0, "a", "bc")
    assert named_seed(0, "1") != named_seed(0, 1)


def test_a_generator_depends_on_its_name():
    assert generator(0, "policy", 1).random() == generator(0, "policy", 1).random()
    assert generator(0, "policy", 1).random() != generator(0, "policy", 2).random()
