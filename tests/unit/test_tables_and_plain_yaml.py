"""Tables whose spans are filled in, and YAML that is read before it is trusted: both within limits."""

from datetime import date

import pytest

from ingestion.parsing.tables import Cell, plain_row, table_block
from ingestion.plain_yaml import NotPlain, load
from kb_service.domain.errors import FileRefused


def test_a_cell_that_spans_rows_and_columns_stands_in_each_of_its_places() -> None:
    block = table_block(
        [[Cell("区", rows=2), Cell("费用", columns=2)], plain_row(["一月", "二月"]), plain_row(["甲", "1", "2"])]
    )
    assert block is not None
    assert block.text == "区 | 费用 | 费用\n区 | 一月 | 二月\n甲 | 1 | 2"


def test_a_span_may_add_as_many_cells_as_a_table_has_itself() -> None:
    honest = [
        [Cell(f"第{number}类", rows=20), Cell("x")] if n == 0 else [Cell("x")]
        for number in range(500)
        for n in range(20)
    ]
    assert table_block(honest) is not None


@pytest.mark.parametrize(
    "rows",
    [
        [[Cell("甲", columns=200)] * 4] * 100,
        [[Cell("甲" * 5_000, rows=100), Cell("乙")], *[[Cell("丙")]] * 100],
        [[Cell("甲", columns=200)] * 6],
        [[Cell("甲")] * 1_200],
    ],
)
def test_a_table_that_its_spans_multiply_is_refused(rows: list[list[Cell]]) -> None:
    with pytest.raises(FileRefused):
        table_block(rows)


def test_plain_yaml_is_read_as_ever() -> None:
    assert load("标题: 甲 & 乙\n日期: 2026-07-01\n问题: [一, '*二']\n") == {
        "标题": "甲 & 乙",
        "日期": date(2026, 7, 1),
        "问题": ["一", "*二"],
    }


@pytest.mark.parametrize("number", ["0x" + "f" * 8000, "1:" * 4000 + "1", "1:" * 4000 + "1.5", "9" * 5000, "0" * 40])
def test_a_number_that_no_field_takes_stays_text(number: str) -> None:
    assert load(f"a: {number}\nb: 0x1F\nc: 1.5") == {"a": number, "b": 31, "c": 1.5}


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("a: 1\nb: {c: &d [1], e: *d}", "uses YAML anchors", 1),
        ("? &a k\n: 1", "uses YAML anchors", 0),
        ("- &a {x: 1}\n- {<<: *a}", "uses YAML anchors", 0),
        ("标题: 甲\n日期: 2026-07-01\n标题: 乙", "has a field twice", 2),
        ("章节: [{标题: 甲, 标题: 乙}]", "has a field twice", 0),
        ("a: " + "[" * 30 + "]" * 30, "is nested too deeply", 0),
        ("a: " + "x" * 200_000, "is longer than 100,000 characters", 0),
    ],
)
def test_yaml_that_could_unfold_is_not_built(text: str, sentence: str, line: int) -> None:
    with pytest.raises(NotPlain) as refused:
        load(text)
    assert (str(refused.value), refused.value.line) == (sentence, line)
