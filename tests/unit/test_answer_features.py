"""What is known of a drafted answer before it is given, worked by hand."""

import math
import re
from collections.abc import Sequence

import pytest

from kb_service.asking.reading.lexicon import QuantityAsked
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.answer_features import DraftedAnswer, answer_features, lacks_what_is_asked
from kb_service.asking.search.fusing import FusedHit
from kb_service.asking.search.retrieving import Candidate, QuestionTerms
from kb_service.domain.answers import Carried
from tests.factories import passage_in_version, understanding

TERMS = QuestionTerms(words={"签注": 4.0, "材料": 2.0}, bigrams={"签注": 4.0, "注材": 4.0, "材料": 2.0})


def candidate(document_id: str, score: float, *, matter_id: str | None = "endorsement", number: int = 0) -> Candidate:
    source = passage_in_version(
        "签注免费。",
        passage_id=f"{document_id}-{number}",
        document_id=document_id,
        matter_id=matter_id,
    )
    hit = FusedHit(source.passage.id, "v", document_id, score, None, None, 0, 0)
    return Candidate(source, hit, score, "签注免费。")


def characters_shared(question: str, texts: Sequence[str]) -> list[float]:
    """Stands for the cosine: the share of a text's characters that are in the question."""
    return [sum(each in question for each in text) / len(text) for text in texts]


def seen_of(
    question: Understanding,
    candidates: Sequence[Candidate],
    statements: Sequence[str],
    *,
    sayings: Sequence[str] = (),
    quoted_first: str = "guide-0",
) -> dict[str, float]:
    answer = DraftedAnswer(tuple(statements), tuple(sayings), quoted_first)
    return answer_features(question, candidates, TERMS, answer, characters_shared)


def asked(question: str = "签注材料", **fields: object) -> Understanding:
    return understanding(question, **fields)


def test_without_an_answer_there_is_nothing_to_know() -> None:
    assert seen_of(asked(), [], ["签注免费。"]) == {}
    assert seen_of(asked(), [candidate("guide", 3.0)], []) == {}


def test_how_much_of_the_question_the_answer_says_and_how_much_its_first_sentence() -> None:
    seen = seen_of(asked(), [candidate("guide", 3.0)], ["办理签注。", "材料如下。"])
    assert seen["answer_bigrams"] == pytest.approx(6 / 10)
    assert seen["answer_lead"] == pytest.approx(4 / 10)
    assert (seen["answer_words"], seen["answer_rarest_missing"]) == (1.0, 0.0)


def test_an_amount_that_is_asked_for_and_not_said_counts() -> None:
    question = asked("签注多少钱", quantity_asked=QuantityAsked((re.compile(r"\d+元"),)))
    assert seen_of(question, [candidate("guide", 3.0)], ["签注免费。"])["answer_value_missing"] == 1
    assert seen_of(question, [candidate("guide", 3.0)], ["签注20元。"])["answer_value_missing"] == 0


def test_an_answer_that_says_that_the_source_has_none_lacks_what_is_asked() -> None:
    amount = QuantityAsked((re.compile(r"\d+元"),), disclaimers=("没有载明",))
    question = asked("签注多少钱", quantity_asked=amount)
    for statement in ("来源没有载明20元以外的收费。", "签注免费。"):
        assert lacks_what_is_asked(seen_of(question, [candidate("guide", 3.0)], [statement]))
    assert not lacks_what_is_asked(seen_of(question, [candidate("guide", 3.0)], ["签注20元。", "期限没有载明。"]))
    assert not lacks_what_is_asked(seen_of(asked(), [candidate("guide", 3.0)], ["签注免费。"]))


def test_a_later_clause_that_disclaims_what_is_asked_counts_where_it_is_nearest_to_the_question() -> None:
    days = QuantityAsked((re.compile(r"\d+日"),), disclaimers=("没有载明",), disclaimed=(re.compile("多久"),))
    answer = ["到期前30日内提出。", "受理后多久办好没有载明。"]
    best = [candidate("guide", 3.0)]
    assert lacks_what_is_asked(seen_of(asked("受理后多久办好", quantity_asked=days), best, answer))
    assert not lacks_what_is_asked(seen_of(asked("到期前多久提出", quantity_asked=days), best, answer))


def test_an_answer_about_one_of_two_things_lacks_what_is_asked() -> None:
    question = asked("男女分别几岁", sides=(re.compile("男"), re.compile("女")))
    assert lacks_what_is_asked(seen_of(question, [candidate("guide", 3.0)], ["女职工58岁。"]))
    assert not lacks_what_is_asked(seen_of(question, [candidate("guide", 3.0)], ["男职工63岁，女职工58岁。"]))


def test_an_answer_that_names_no_paper_is_none_to_who_asks_what_to_bring() -> None:
    question = asked("签注要带什么", quantity_asked=QuantityAsked(kinds=(re.compile("证明|身份证"),)))
    best = [candidate("guide", 3.0)]
    assert lacks_what_is_asked(seen_of(question, best, ["签注每年一次。"]))
    assert not lacks_what_is_asked(seen_of(question, best, ["签注每年一次。", "带身份证。"]))


def test_an_answer_of_another_paper_than_the_one_named_is_none() -> None:
    licence, passport = re.compile("驾照|驾驶证"), re.compile("护照")
    of_passports = ["护照遗失的,可以补发。"]
    best = [candidate("guide", 3.0)]
    assert lacks_what_is_asked(seen_of(asked("驾照丢了", things_named=(licence,)), best, of_passports))
    assert not lacks_what_is_asked(seen_of(asked("护照丢了", things_named=(passport,)), best, of_passports))
    both = asked("驾照和护照都丢了", things_named=(licence, passport))
    assert not lacks_what_is_asked(seen_of(both, best, of_passports))
    elsewhere_in_it = asked("签注丢了", things_named=(re.compile("签注"),))
    assert not lacks_what_is_asked(seen_of(elsewhere_in_it, best, ["可以补发。"]))


def test_whether_the_section_that_is_asked_for_is_quoted() -> None:
    answer = DraftedAnswer(("签注免费。",), (), "guide-0", is_of_section=True)
    seen = answer_features(asked(), [candidate("guide", 3.0)], TERMS, answer, characters_shared)
    assert (seen["section_asked"], seen["section_quoted"]) == (0, 1)


def test_another_passage_of_the_same_document_is_a_rival_too() -> None:
    best, other, second = candidate("guide", 3.0), candidate("law", 2.9), candidate("guide", 2.5, number=1)
    assert seen_of(asked(), [best, other, second], ["签注"])["margin_document"] == pytest.approx(0.5)
    assert seen_of(asked(), [best, other], ["签注"])["margin_document"] == 3.0


def test_how_near_the_question_is_to_the_matter_of_the_passage_against_the_others() -> None:
    question = asked(nearness={"endorsement": 0.5, "passport": 0.7, "dog": 0.1})
    seen = seen_of(question, [candidate("guide", 3.0)], ["签注"])
    assert (seen["matter_near"], seen["matter_nearest"]) == (0.5, 0.7)
    assert seen["matter_gap"] == pytest.approx(-0.2)
    assert seen["matter_rank"] == pytest.approx(math.log1p(1))
    of_none = seen_of(question, [candidate("guide", 3.0, matter_id=None)], ["签注"])
    assert (of_none["matter_near"], of_none["matter_gap"]) == (0.0, 0.0)


def test_an_answer_from_further_down_the_list_tells_its_rank_and_how_far_it_is_behind() -> None:
    best, second = candidate("guide", 3.0), candidate("guide", 2.5, number=1)
    seen = seen_of(asked(), [best, second], ["签注"], quoted_first="guide-1")
    assert (seen["quoted_rank"], seen["quoted_behind"]) == (1.0, 0.5)
    seen = seen_of(asked(), [best, second], ["签注"], quoted_first="elsewhere")
    assert (seen["quoted_rank"], seen["quoted_behind"]) == (10.0, 3.0)


def test_an_answer_is_held_against_the_question_saying_by_saying() -> None:
    seen = seen_of(asked("签注免费"), [candidate("guide", 3.0)], ["签注要钱。免费"], sayings=["签注要钱", "免费"])
    assert (seen["meaning_first"], seen["meaning_best"], seen["meaning_mean"]) == (2 / 4, 1.0, 3 / 4)


def test_of_a_follow_up_what_it_says_itself_counts_and_not_the_name_that_was_carried_over() -> None:
    fields = {"matter_name": "居住证签注", "carried": (Carried.MATTER,)}
    seen = seen_of(asked("居住证签注 免费", **fields), [candidate("guide", 3.0)], ["签注免费"], sayings=["签注免费"])
    assert (seen["meaning_first"], seen["meaning_best"]) == (2 / 4, 1.0)


def test_what_the_title_says_of_the_question_does_not_count_as_answered() -> None:
    seen = seen_of(asked(matter_name="签注"), [candidate("guide", 3.0)], ["签注"])
    assert seen["answer_beside_title"] == 0.0
    assert seen["answer_beside_title_missing"] == 2.0  # 材料
    assert seen_of(asked(matter_name="签注材料"), [candidate("guide", 3.0)], ["签注"])["answer_beside_title"] == 1.0
