"""What a passage wins and loses beside its two legs."""

import pytest

from kb_service.asking.search.retrieving import coverage_score, is_excluded, topic_score
from kb_service.domain.knobs import Knobs
from kb_service.domain.matters import Facet
from tests.factories import metadata, understanding

KNOBS = Knobs(coverage_bonus=3.0, title_only_penalty=0.2, notice_penalty=0.6, facet_bonus=0.7)


def test_a_passage_wins_by_how_much_of_the_question_it_says() -> None:
    bigrams = {"签注": 1.0, "材料": 1.0}
    half = coverage_score("签注材料", own="签注免费", text="签注免费", bigrams=bigrams, knobs=KNOBS)
    assert half == pytest.approx(1.5)
    whole = coverage_score("签注材料", own="签注免费", text="材料\n签注免费", bigrams=bigrams, knobs=KNOBS)
    assert whole == pytest.approx(3.0)


def test_a_short_notice_found_for_its_title_alone_loses_more_than_a_long_text() -> None:
    bigrams = {"签注": 1.0}
    short = coverage_score("签注", own="来源:本网", text="签注\n来源:本网", bigrams=bigrams, knobs=KNOBS)
    long = coverage_score("签注", own="本" * 41, text="签注\n" + "本" * 41, bigrams=bigrams, knobs=KNOBS)
    assert (short, long) == (pytest.approx(2.4), pytest.approx(2.8))


def test_a_heading_that_names_the_facet_wins() -> None:
    asked = understanding(facet=Facet.FEE)
    assert topic_score(asked, metadata(), names_facet=True, knobs=KNOBS) == 0.7
    assert topic_score(asked, metadata(), names_facet=False, knobs=KNOBS) == 0


@pytest.mark.parametrize(
    ("question", "excluded"),
    [
        ("居住证签注要多少钱?", "居住证签注要多少钱"),
        ("请问居住证签注要多少钱", "居住证签注要多少钱"),  # 8 pairs of 10 and of 8: 2·8/18 = .89
    ],
)
def test_a_question_marked_as_not_answered_is_known_again(question: str, excluded: str) -> None:
    assert is_excluded(question, [excluded])


@pytest.mark.parametrize("question", ["居住证签注要什么材料", "居住证怎么办", ""])
def test_another_question_about_the_same_thing_is_not_excluded(question: str) -> None:
    assert not is_excluded(question, ["居住证签注要多少钱", ""])
