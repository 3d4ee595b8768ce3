"""What is embedded and segmented of a passage: its context and text, similar questions, sentences and sayings."""

from dataclasses import replace
from pathlib import Path

from ingestion.surfaces import Surface, Surfacing
from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.domain.documents import PassageInVersion
from tests.factories import passage_in_version

NAMES = {"permit": "居住证签注", "police": "市公安局"}
WORDS = load_quoting_words(Path(__file__).resolve().parents[2] / "prompts")
SURFACING = Surfacing(OpenCCConverter(), lambda id: NAMES.get(id, id), WORDS)


def own(found: PassageInVersion) -> Surface:
    return SURFACING.of(found)[0]


def test_the_context_stands_in_front_on_both_legs() -> None:
    found = passage_in_version(
        "窗口當場辦結。",
        headings=("办理时限",),
        title="签注指南",
        question="签注多久",
        matter_id="permit",
        department="police",
    )
    expected = "签注指南\n签注多久\n居住证签注\n市公安局\n办理时限\n窗口当场办结。"
    assert own(found).dense_text == own(found).sparse_text == expected


def test_a_title_that_opens_the_passage_is_not_repeated() -> None:
    assert own(passage_in_version("签注指南\n免费。", title="签注指南")).dense_text == "签注指南\n免费。"


def test_a_title_that_is_the_question_stands_once() -> None:
    assert own(passage_in_version("免费。", title="要钱吗", question="要钱吗")).dense_text == "要钱吗\n免费。"


def test_an_articles_ordinal_is_in_the_sparse_text_only() -> None:
    found = passage_in_version(
        "第十二条之一 申请人应当提交材料。", headings=("第二章 申请", "第十二条之一"), title="办法"
    )
    assert own(found).dense_text == "办法\n第二章 申请\n申请人应当提交材料。"
    assert own(found).sparse_text == "办法\n第二章 申请\n第十二条之一\n第十二条之一 申请人应当提交材料。"


def test_an_article_that_is_named_inside_a_sentence_stays() -> None:
    text = "依照第十二条办理。"
    assert text in own(passage_in_version(text)).dense_text


def test_renumbering_an_article_keeps_its_embedding() -> None:
    before = own(passage_in_version("第十二条 免费。"))
    after = own(passage_in_version("第13条 免费。"))
    assert before.dense_key == after.dense_key
    assert before.sparse_key != after.sparse_key


def test_the_keys_change_with_text_title_and_heading() -> None:
    found = passage_in_version("免费。", headings=("收费",))
    others = [
        passage_in_version("收费。", headings=("收费",)),
        passage_in_version("免费。", headings=("费用",)),
        passage_in_version("免费。", headings=("收费",), title="别的指南"),
    ]
    assert len({own(each).dense_key for each in (found, *others)}) == 4


def test_the_keys_are_the_same_in_either_script_and_width() -> None:
    simplified = own(passage_in_version("费用20元", title="指南"))
    assert own(passage_in_version("費用２０元", title="指南")).dense_key == simplified.dense_key


def test_similar_questions_are_points_of_their_own_without_context() -> None:
    found = passage_in_version("免费。", similar_questions=("簽注要錢嗎", "多少钱"))
    passage, first, second = SURFACING.of(found)
    assert (passage.point_id, passage.passage_id) == ("p1", "p1")
    assert (first.dense_text, first.sparse_text) == ("签注要钱吗", "签注要钱吗")
    assert second.dense_text == "多少钱"
    assert {first.passage_id, second.passage_id} == {"p1"}
    assert len({"p1", first.point_id, second.point_id}) == 3
    assert SURFACING.of(found) == [passage, first, second]  # the same ids each time


def test_a_blank_similar_question_is_no_point() -> None:
    assert len(SURFACING.of(passage_in_version(similar_questions=(" ", "\u200b", "多少钱")))) == 2


def test_similar_questions_lead_to_the_first_passage_only() -> None:
    first = passage_in_version("免费。", similar_questions=("多少钱",))
    second = replace(first, passage=replace(first.passage, id="p2", ordinal=1))
    assert len(SURFACING.of(first)) == 2
    assert len(SURFACING.of(second)) == 1


def test_each_sentence_stands_behind_its_matter_and_heading() -> None:
    found = passage_in_version(
        "滿一年簽注一次。到期前三十日內辦理；逾期的失效。", headings=("总则", "二、期限"), matter_id="permit"
    )
    assert SURFACING.sentences(found) == [
        "居住证签注 总则 二、期限 满一年签注一次。",
        "居住证签注 总则 二、期限 到期前三十日内办理;",
        "居住证签注 总则 二、期限 逾期的失效。",
    ]


def test_a_passage_of_one_sentence_needs_none_beside_itself() -> None:
    assert SURFACING.sentences(passage_in_version("签注当场办结,不收费。来源。", matter_id="permit")) == []


def test_sentences_of_a_text_without_a_matter_have_no_vectors_of_their_own() -> None:
    assert SURFACING.sentences(passage_in_version("签注当场办结。逾期的要重新申领。")) == []


def test_sayings_are_what_a_drafter_reads() -> None:
    found = passage_in_version("滿一年簽注一次。\n材料：\n- 身份證\n- 租房合同", matter_id="permit")
    assert SURFACING.sayings(found) == ["满一年签注一次。", "身份证", "租房合同"]


def test_sayings_of_a_text_without_a_matter_have_no_vectors_kept() -> None:
    assert SURFACING.sayings(passage_in_version("签注当场办结。逾期的要重新申领。")) == []
