"""The picture of the imports matches the code."""

from tools.import_graph import PICTURE, direct, draw, folders, heights


def test_the_committed_picture_is_up_to_date() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(folders()), "run: python -m tools.import_graph"


def test_an_arrow_that_a_longer_way_implies_is_left_out() -> None:
    imports = {"page": {"rules", "tables"}, "rules": {"tables"}, "tables": set()}
    assert direct(imports) == [("page", "rules"), ("rules", "tables")]
    assert heights(imports) == {"page": 2, "rules": 1, "tables": 0}
