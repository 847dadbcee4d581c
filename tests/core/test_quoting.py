import pytest

from gal_studio.core.quoting import csv_cell, csv_table, latex, latex_table, markdown, prompt_for


@pytest.mark.parametrize(
    ("syntax", "prompt", "expected"),
    [
        ("plain", "saber (fate) [V]", "saber (fate) [V]"),
        ("comfyui", "saber (fate) [V]", "saber \\(fate\\) [V]"),
        ("a1111", "saber (fate) [V]", "saber \\(fate\\) \\[V\\]"),
        ("a1111", "a\\b", "a\\\\b"),
        ("compel", 'saber (fate) [V] "x"', 'saber \\(fate\\) [V] \\"x\\"'),
    ],
)
def test_brackets_are_brackets_where_they_are_read(syntax: str, prompt: str, expected: str) -> None:
    assert prompt_for(syntax, prompt) == expected  # type: ignore[arg-type]


def test_no_cell_is_a_formula_and_numbers_stay_numbers() -> None:
    plain = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "--x")
    hidden = (" =1", "\uff1d1", "\u00a0=1", "\ufeff=1", "\u200b\uff0b1", "\u3000\uff201", "\ufe631")
    for formula in (*plain, *hidden):
        assert csv_cell(formula) == f"'{formula}"
    for plain in ("-0.5", "+3", "-1e-05", "-inf", "a=b", "A tie", "", -0.5, 3, None):
        assert csv_cell(plain) is plain


def test_a_semicolon_begins_no_cell() -> None:
    told = csv_table([["prompt", "score"], ["A tie;=HYPERLINK(1)", 0.1], ['a "b"', None]])
    assert told == '\ufeff"prompt","score"\n"A tie;=HYPERLINK(1)",0.1\n"a ""b""",\n'


def test_words_stay_words_in_markdown() -> None:
    assert markdown("*a* [V] | `x`\n<b> a_b") == "\\*a\\* \\[V\\] \\| \\`x\\` &lt;b> a_b"


def test_latex_prints_what_was_written() -> None:
    assert latex("50% of a_b & {c} $1 #2 ~ ^ \\x") == (
        r"50\% of a\_b \& \{c\} \$1 \#2 \textasciitilde{} \textasciicircum{} \textbackslash{}x"
    )
    assert latex("-0.5 (-.7 to 0.1), ViT-B-32") == "$-$0.5 ($-$.7 to 0.1), ViT-B-32"


def test_a_table_of_latex_has_a_line_for_each_row() -> None:
    table = latex_table([["gal.policy", "gain"], ["core-set", "-0.012 (-0.020 to 0.001)"], ["margin", ""]])
    assert table == (
        "% needs \\usepackage{booktabs}\n\\begin{tabular}{lr}\n\\toprule\ngal.policy & gain \\\\\n\\midrule\n"
        "core-set & $-$0.012 ($-$0.020 to 0.001) \\\\\nmargin &  \\\\\n\\bottomrule\n\\end{tabular}\n"
    )
    assert "{ll}" in latex_table([["a", "b"]])
