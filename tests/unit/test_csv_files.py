"""What people named is text in a spreadsheet, whatever it begins with."""

import pytest

from kb_service.api.csv_files import csv_text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_a_name_that_begins_like_a_formula_is_text(sign: str) -> None:
    written = csv_text([(f"{sign}cmd|'/c calc'!A1",)])
    assert written.removeprefix("\ufeff").lstrip('"').startswith("'")


def test_figures_and_other_names_stay_as_they_are() -> None:
    assert csv_text([(-3, "医保－参保", 0.5)]) == "\ufeff-3,医保－参保,0.5\r\n"
