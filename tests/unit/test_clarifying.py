"""When a question is asked back, with which options, and when it is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.conversation.clarifying import Clarifying, DistrictTexts, reads_alike
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.reader import Reader
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Answer, Clarification, MatterRef, Option, Outcome, Reason
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Matter
from tests.conversations import turn
from tests.factories import candidate, passage_in_version, question

PROMPTS = Path(__file__).parents[2] / "prompts"
CONVERTER = OpenCCConverter()
LEXICON = load_lexicon(PROMPTS)
MATTERS = (
    Matter("apply", "居住证申领", "police", aliases=("办居住证", "居住证办理")),
    Matter("endorse", "居住证签注", "police", aliases=("居住证续签",)),
    Matter("dog", "养犬登记", "police", aliases=("狗证",)),
    Matter("closing", "市场主体注销登记", "market", aliases=("注销公司",)),
    Matter("benefit", "失业保险金申领", "labour", audience=Audience.PERSON),
)
READER = Reader(MATTERS, LEXICON, CONVERTER)
CLARIFYING = Clarifying(matters={each.id: each for each in MATTERS}, lexicon=LEXICON, names=READER.names)
PUDONG = "上海市/浦东新区"


def found(matter_id: str | None, text: str, score: float, **fields: Any) -> Candidate:
    key = f"{matter_id}-{text}"
    return candidate(passage_in_version(text, passage_id=key, document_id=key, matter_id=matter_id, **fields), score)


APPLY = found("apply", "证件可以邮寄，费用20元。", 2.0)
ENDORSE = found("endorse", "签注后不邮寄，当场取回。", 1.9)
DOG = found("dog", "狗牌现场领取，不能代领。", 1.8)


def clarified(
    text: str,
    candidates: Sequence[Candidate],
    *,
    is_sure: bool = False,
    turns: Sequence[Answer] = (),
    districts: DistrictTexts | None = None,
    is_told_apart: bool = False,
    **fields: Any,
) -> Clarification | None:
    understood = READER.understand(question(text, **fields))
    return CLARIFYING.clarification(
        understood,
        candidates,
        is_sure=is_sure,
        turns=turns,
        rivals=understood.rivals,
        districts=districts,
        is_told_apart=is_told_apart,
    )


def labels(clarification: Clarification | None) -> list[str]:
    return [each.label for each in clarification.options] if clarification else []


def test_a_question_that_two_matters_fit_is_asked_back() -> None:
    asked = clarified("居住证能寄到老家吗", [APPLY, ENDORSE])
    assert labels(asked) == ["居住证申领", "居住证签注"]
    assert asked is not None and [each.matter_id for each in asked.options] == ["apply", "endorse"]


def test_a_clear_answer_is_given_although_two_matters_fit() -> None:
    close = [APPLY, replace(ENDORSE, score=1.99)]
    assert labels(clarified("居住证能寄到老家吗", close, is_sure=True)) == ["居住证申领", "居住证签注"]
    assert clarified("居住证能寄到老家吗", close, is_sure=True, is_told_apart=True) is None


def test_a_matter_of_whose_name_the_question_has_nothing_is_no_option() -> None:
    assert clarified("居住证能寄到老家吗", [APPLY, DOG]) is None


def test_a_question_without_a_word_of_its_own_is_asked_back_openly() -> None:
    asked = clarified("要多少钱", [APPLY, DOG])
    assert asked is not None and asked.options == ()
    assert "哪件事" in CLARIFYING.text(asked)


def test_a_message_that_asks_for_no_facet_is_not_asked_back_openly() -> None:
    for text in ("他们说了什么", "救我", "哎哎哎"):
        assert clarified(text, [APPLY, DOG]) is None


def test_the_matter_of_whose_name_a_few_words_have_most_comes_first() -> None:
    asked = clarified("居住证怎么办理", [ENDORSE, replace(APPLY, score=0.5), DOG])
    assert labels(asked) == ["居住证申领", "居住证签注"]


def test_a_matter_that_nothing_found_is_of_is_no_option() -> None:
    assert clarified("居住证怎么办理", [ENDORSE, DOG]) is None


def test_a_matter_that_was_only_inferred_is_asked_about_while_nothing_is_sure() -> None:
    understood = replace(READER.understand(question("居住证要什么材料")), matter=MATTERS[0], is_matter_inferred=True)
    unsure = CLARIFYING.clarification(understood, [APPLY, ENDORSE], is_sure=False, turns=())
    assert labels(unsure) == ["居住证申领", "居住证签注"]
    assert CLARIFYING.clarification(understood, [APPLY, ENDORSE], is_sure=True, turns=()) is None


def test_a_matter_that_is_named_is_not_asked_about() -> None:
    assert clarified("居住证签注能邮寄吗", [ENDORSE, APPLY]) is None
    assert clarified("能邮寄吗", [APPLY, ENDORSE], matter_id="endorse") is None


def test_a_sure_answer_is_not_held_back_for_one_that_is_behind() -> None:
    behind = replace(ENDORSE, score=1.79)
    assert clarified("居住证能寄到老家吗", [APPLY, behind], is_sure=True) is None
    assert labels(clarified("居住证能寄到老家吗", [APPLY, behind])) == ["居住证申领", "居住证签注"]


def test_without_a_sure_answer_what_is_far_behind_is_no_option() -> None:
    assert clarified("居住证能寄到老家吗", [APPLY, replace(ENDORSE, score=1.3)]) is None


def test_two_matters_with_the_same_answer_are_not_told_apart() -> None:
    same = found("endorse", "可以邮寄，收费20元。", 1.9)
    assert clarified("居住证能寄到老家吗", [APPLY, same]) is None


def test_rivals_that_the_question_names_are_the_options() -> None:
    understood = replace(READER.understand(question("这两个证能寄吗")), rivals=(MATTERS[0], MATTERS[2]))
    asked = CLARIFYING.clarification(
        understood, [APPLY, ENDORSE, DOG], is_sure=False, turns=(), rivals=understood.rivals
    )
    assert labels(asked) == ["居住证申领", "养犬登记"]


def test_of_a_kind_of_thing_those_named_after_it_are_offered_that_something_was_found_of() -> None:
    assert labels(clarified("证能寄吗", [DOG, ENDORSE, APPLY])) == ["居住证申领", "居住证签注", "养犬登记"]
    # Where hardly any was found, the person it is handed to is at least the right one.
    assert labels(clarified("登记要多久", [APPLY])) == ["养犬登记", "市场主体注销登记"]


def test_the_name_of_a_matter_alone_is_asked_back_for_what_of_it() -> None:
    asked = clarified("狗证", [DOG])
    assert asked is not None and asked.options == ()
    assert "养犬登记" in asked.question
    assert clarified("狗证", [DOG], is_sure=True) is None


def test_a_matter_of_which_something_is_asked_is_not_asked_back_for_more() -> None:
    for text in ("狗证要带什么", "狗证丢在外地了"):
        assert clarified(text, [DOG]) is None


def test_what_only_tells_of_a_matter_is_asked_back_for_what_of_it() -> None:
    for text in ("我有个狗证的事", "想弄狗证"):
        asked = clarified(text, [DOG])
        assert asked is not None and "养犬登记" in asked.question
        assert clarified(text, [DOG], is_sure=True) is None


def test_of_two_matters_that_are_only_told_of_it_is_asked_which() -> None:
    assert labels(clarified("我想问狗证和居住证签注", [DOG, ENDORSE])) == ["养犬登记", "居住证签注"]


def test_without_a_sure_answer_the_matter_that_is_nearest_in_meaning_is_an_option_too() -> None:
    understood = replace(READER.understand(question("老板让弄个登记")), nearness={"closing": 0.46, "dog": 0.5})
    closing = found("closing", "公告满45日。", 2.0)
    asked = CLARIFYING.clarification(understood, [closing, replace(DOG, score=0.9)], is_sure=False, turns=())
    assert labels(asked) == ["市场主体注销登记", "养犬登记"]
    farther = replace(understood, nearness={"closing": 0.5, "dog": 0.46})
    assert CLARIFYING.clarification(farther, [closing, replace(DOG, score=0.9)], is_sure=False, turns=()) is None


def test_a_matter_that_was_inferred_is_among_the_options() -> None:
    inferred = replace(
        READER.understand(question("这个登记能邮寄到外地的老家吗")), matter=MATTERS[2], is_matter_inferred=True
    )
    closing = found("closing", "公告满45日。", 2.0)
    endorse = found("endorse", "签注后不邮寄，当场取回。", 1.9)
    asked = CLARIFYING.clarification(inferred, [closing, endorse, replace(DOG, score=0.5)], is_sure=False, turns=())
    assert "养犬登记" in labels(asked)


def test_nothing_is_asked_back_twice_in_a_row() -> None:
    assert clarified("居住证能寄吗", [APPLY, ENDORSE], turns=[turn("能寄吗", Outcome.CLARIFY)]) is None
    assert clarified("居住证能寄吗", [APPLY, ENDORSE], turns=[turn("能寄吗")]) is not None


def after_asked_back(text: str, *candidates: Candidate) -> Clarification | None:
    """What is asked back of ``text``, said after it was asked back which aspect of 狗证 is meant."""
    asked = Clarification("养犬登记的哪一方面？", ())
    last = turn("狗证", Outcome.CLARIFY, clarification=asked, matter=MatterRef("dog", "养犬登记"))
    return clarified(text, candidates, turns=[last])


@pytest.mark.parametrize("text", ["居住证签注", "不是，我问的是居住证签注", "我问的不是狗证，是居住证签注"])
def test_who_turns_to_another_matter_after_a_question_back_is_asked_about_that_one(text: str) -> None:
    asked = after_asked_back(text, ENDORSE)
    assert asked is not None and "居住证签注" in asked.question


def test_of_the_matter_that_was_asked_back_about_nothing_is_asked_again() -> None:
    assert after_asked_back("不是，我问的是狗证", DOG) is None
    assert after_asked_back("狗证", DOG) is None


def test_options_that_were_offered_are_not_asked_about_again() -> None:
    offered = (Option("居住证申领", "apply"), Option("居住证签注", "endorse"))
    last = turn("居住证", Outcome.CLARIFY, clarification=Clarification("哪一项？", offered))
    assert clarified("不是，居住证签注", [ENDORSE], turns=[last]) is None
    asked = clarified("不是，我问的是狗证", [DOG], turns=[last])
    assert asked is not None and "养犬登记" in asked.question


def test_nothing_is_asked_back_of_what_no_document_answers() -> None:
    understood = replace(READER.understand(question("居住证能寄吗")), scope=Reason.PLATFORM_FAULT)
    assert CLARIFYING.clarification(understood, [APPLY, ENDORSE], is_sure=False, turns=()) is None
    assert clarified("居住证能寄吗", []) is None


def test_at_most_four_options_are_offered() -> None:
    matters = {str(n): Matter(str(n), f"居住证事项{n}", "police") for n in range(6)}
    many = Clarifying(matters=matters, lexicon=LEXICON, names=READER.names)
    candidates = [found(str(n), f"第{n}种办法，{n + 1}元。", 2.0) for n in range(6)]
    asked = many.clarification(READER.understand(question("居住证能寄吗")), candidates, is_sure=False, turns=())
    assert labels(asked) == ["居住证事项0", "居住证事项1", "居住证事项2", "居住证事项3"]


CITY_TEXT = found("closing", "公示期20日。", 2.0, region="上海市")
OWN_TEXT = found("closing", "公示期10日。", 2.3, region="浦东新区")  # as an editor wrote it


def in_pudong(there: Sequence[Candidate]) -> DistrictTexts:
    def with_own_text(matter_id: str, as_of: date) -> Sequence[str]:
        return [PUDONG] if (matter_id, as_of) == ("closing", date(2026, 7, 1)) else []

    return DistrictTexts(with_own_text, lambda region: there if region == PUDONG else [CITY_TEXT])


def test_a_district_with_another_rule_is_asked_about() -> None:
    asked = clarified("注销公司公示几天", [CITY_TEXT], districts=in_pudong([OWN_TEXT, CITY_TEXT]))
    assert labels(asked) == ["浦东新区", "其他区"]
    assert asked is not None and [each.region for each in asked.options] == [PUDONG, "上海市"]
    assert asked is not None and CLARIFYING.text(asked).endswith("\n1. 浦东新区\n2. 其他区")


def test_a_district_that_says_the_same_or_less_fitting_is_not_asked_about() -> None:
    same = found("closing", "公示10日，材料齐全。", 2.3, region=PUDONG)
    city = found("closing", "公示10日。", 2.0, region="上海市")
    assert clarified("注销公司公示几天", [city], districts=in_pudong([same, city])) is None
    assert clarified("注销公司公示几天", [CITY_TEXT], districts=in_pudong([CITY_TEXT, OWN_TEXT])) is None


def test_the_rule_of_the_city_is_not_held_back_for_that_of_a_district() -> None:
    there = in_pudong([OWN_TEXT, CITY_TEXT])
    assert clarified("注销公司公示几天", [CITY_TEXT], is_sure=True, districts=there) is None


def test_a_place_that_is_known_is_not_asked_about() -> None:
    there = in_pudong([OWN_TEXT, CITY_TEXT])
    assert clarified("注销公司公示几天", [CITY_TEXT], districts=there, region="上海市") is None


PERSONAL = found("dog", "个人养犬要居民身份证。", 2.0, audience=Audience.PERSON)
CORPORATE = found("dog", "登记要营业执照和公章。", 1.9, audience=Audience.ENTERPRISE)


def test_persons_and_enterprises_are_told_apart() -> None:
    asked = clarified("养犬登记要带什么", [PERSONAL, CORPORATE], is_sure=True)
    assert asked is not None
    assert [each.audience for each in asked.options] == [Audience.PERSON, Audience.ENTERPRISE]
    assert labels(asked) == ["个人", "法人（企业、单位）"]


def test_an_audience_that_is_said_or_given_is_not_asked_about() -> None:
    assert clarified("公司办养犬登记要带什么", [PERSONAL, CORPORATE]) is None
    assert clarified("养犬登记要带什么", [PERSONAL, CORPORATE], audience=Audience.PERSON) is None
    assert clarified("养犬登记要带什么", [PERSONAL, replace(CORPORATE, score=1.7)]) is None


def test_passages_read_alike_by_their_figures_else_by_their_words() -> None:
    assert reads_alike(found("a", "收费20元。", 1), found("b", "工本费为20元整。", 1))
    assert not reads_alike(found("a", "收费20元。", 1), found("b", "收费30元。", 1))
    assert not reads_alike(found("a", "收费20元。", 1), found("b", "不收费。", 1))
    assert reads_alike(found("a", "到社区事务受理服务中心办理", 1), found("b", "到社区事务受理服务中心办理。", 1))
    assert not reads_alike(found("a", "到社区事务受理服务中心办理", 1), found("b", "到派出所窗口领取", 1))
