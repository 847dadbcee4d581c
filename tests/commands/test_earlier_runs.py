"""What a folder of results says of another run."""

from gal_studio.commands.running.earlier import difference


def test_what_was_left_out_is_called_so() -> None:
    said = difference({"seed": 0, "preset": None}, {"seed": 0, "preset": "sdxl"})
    assert said == "preset was not given and is 'sdxl'"
