"""Whether a question is about another city, or only names one."""

from pathlib import Path

import pytest

from kb_service.asking.reading.lexicon import load_lexicon

ELSEWHERE = load_lexicon(Path(__file__).parents[2] / "prompts").scope.elsewhere


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我户口在绍兴,那边的医保能在上海用吗", False),
        ("我外婆在绍兴,那边乘车要买票吗", True),
        ("表姐在郑州,当地结婚能休几天", True),
        ("我在郑州,那边交过三年社保,能转过来吗", False),
        ("能寄到我安徽老家吗", False),
        ("那边几天能办好", False),  # no place is named
    ],
)
def test_a_place_that_is_named_is_asked_about_where_there_points_to_it(text: str, expected: bool) -> None:
    assert ELSEWHERE.is_asked_about(text) is expected
