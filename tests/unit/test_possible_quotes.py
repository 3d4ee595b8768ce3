"""What is shown as possible where no answer was sure: which sentences, and never what is not in force."""

from dataclasses import replace

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.drafting.possible import PossibleQuotes
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Possible
from kb_service.domain.knobs import Knobs
from tests.factories import candidate, day, passage_in_version, scheduled

FEE, REFUND = "签注不收取任何费用。", "多缴的费用可以退还。"
WEIGHT_OF = {"签注": 1.0, "费用": 2.0}


def found(text: str, document_id: str = "guide") -> Candidate:
    return candidate(passage_in_version(text, passage_id=f"{document_id}-{text[:6]}", document_id=document_id))


def shown(*candidates: Candidate, knobs: Knobs | None = None, end: str | None = None) -> tuple[Possible, ...]:
    quotes = PossibleQuotes(OpenCCConverter(), lambda name: name, knobs or Knobs())
    schedules = {
        each.document_id: [scheduled(f"version-of-{each.document_id}", "2026-01-01", end)] for each in candidates
    }
    return quotes.among(candidates, schedules, WEIGHT_OF, as_of=day("2026-07-01"))


def texts(found: tuple[Possible, ...]) -> list[str]:
    return [each.quote for each in found]


def test_the_sentence_that_says_most_of_the_question_is_shown_at_its_place() -> None:
    text = f"本指南介绍办理。\n{FEE}"
    (one,) = shown(found(text))
    assert one.quote == FEE == text[one.start : one.end]
    assert (one.document_id, one.version_id) == ("guide", "version-of-guide")
    assert (one.effective_from, one.effective_to) == (day("2026-01-01"), None)


def test_sentences_behind_it_are_shown_as_far_as_they_fit() -> None:
    short = replace(Knobs(), longest_possible=len(FEE) + 3)
    assert texts(shown(found(FEE + "当场取回。"))) == [FEE + "当场取回。"]
    assert texts(shown(found(FEE + "当场取回。"), knobs=short)) == [FEE]


def test_a_sentence_is_never_cut() -> None:
    short = replace(Knobs(), longest_possible=len(FEE) - 1)
    assert shown(found(FEE), knobs=short) == ()


def test_a_passage_that_says_nothing_of_the_question_is_not_shown() -> None:
    assert shown(found("狗牌现场领取。")) == ()


def test_at_most_three_are_shown_and_none_twice() -> None:
    many = [found(f"第{name}种费用。", name) for name in "甲乙丙丁"]
    assert texts(shown(*many)) == ["第甲种费用。", "第乙种费用。", "第丙种费用。"]
    assert texts(shown(found(FEE, "a"), found(FEE, "b"), found(REFUND, "c"))) == [FEE, REFUND]


def test_what_is_not_in_force_on_the_day_is_not_shown() -> None:
    assert shown(found(FEE), end="2026-07-01") == ()
    assert shown(found(FEE), end="2026-07-02") != ()
    quotes = PossibleQuotes(OpenCCConverter(), lambda name: name, Knobs())
    assert quotes.among([found(FEE)], {}, WEIGHT_OF, as_of=day("2026-07-01")) == ()
