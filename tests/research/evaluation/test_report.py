"""The table of an evaluation: a figure has an interval where enough was resampled."""

from pathlib import Path

from gal_studio.core.intervals import FEWEST, Interval
from gal_studio.research.evaluation.report import Report, Row


def report(prompts: int) -> Report:
    figure = Interval(0.5, 0.4, 0.6, 12, prompts)
    rows = [Row("cat", 12, 4, {"dino": figure, "clip_i": figure, "clip_t": figure})]
    return Report(rows, {}, [{"prompt": "a cat", "dino": 0.5}], ["a cat"])


def test_figures_have_intervals_from_six_prompts_on(tmp_path: Path) -> None:
    enough, few = report(FEWEST), report(FEWEST - 1)
    assert "0.500 (0.400 to 0.600)" in enough.table() and "no interval" not in enough.table()
    assert "DINO" in enough.table() and "CLIP-I" in enough.table()
    assert "(0.4" not in few.table() and few.table().splitlines()[-1].endswith("has no interval (here 5).")
    assert few.data()["rows"][0]["dino"] == {"value": 0.5, "low": None, "high": None}
    for made, ends in ((enough, ["0.5", "0.4", "0.6"]), (few, ["0.5", "", ""])):
        made.write(tmp_path)
        cells = (tmp_path / "evaluation.csv").read_text().splitlines()[1].split(",")
        assert cells == ['"cat"', "12", "4", *ends, *ends, *ends]
