"""Pdf pages whose codes do not say what their letters show are recognised; what the codes say is never read."""

from collections.abc import Callable

import pytest

from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.parse import parse
from tests.page_files.codes import page_of_codes

_LINES = ["Annual fee 250 yuan", "Late fee 50 yuan", "Phone 962200"]


def _read(*, em: float = 0.6, told: Callable[[str, int], str] | None = None) -> tuple[ParsedFile, str]:
    parsed = parse(page_of_codes(_LINES, em=em, told=told), "a.pdf")
    return parsed, "".join("".join(block.text for block in parsed.blocks).split())


def test_letters_of_private_codes_are_recognised() -> None:
    parsed, text = _read(told=lambda _, number: chr(0xE000 + number))
    assert parsed.report.pages_recognised == (1,)
    assert "250yuan" in text
    assert "962200" in text


# Printed as wide as Chinese characters, letters of the alphabet are not what a page shows.
@pytest.mark.parametrize("told", [None, lambda _, number: chr(ord("a") + number)], ids=["no table", "a wrong table"])
def test_letters_as_wide_as_chinese_characters_are_not_taken_by_their_codes(
    told: Callable[[str, int], str] | None,
) -> None:
    parsed, text = _read(em=1, told=told)
    assert parsed.report.pages_recognised == (1,)
    assert "250" in text
    assert "abcde" not in text
    assert '!"#' not in text


def test_letters_with_their_table_are_read_as_printed() -> None:
    parsed, text = _read(told=lambda letter, _: letter)
    assert parsed.report.pages_read == (1,)
    assert parsed.report.pages_recognised == ()
    assert "Annualfee250yuan" in text


def test_private_signs_before_lines_of_text_are_no_reason_to_recognise_a_page() -> None:
    lines = ["*" * 12, *_LINES]
    parsed = parse(page_of_codes(lines, told=lambda letter, _: "\uf0b7" if letter == "*" else letter), "a.pdf")
    assert parsed.report.pages_read == (1,)
