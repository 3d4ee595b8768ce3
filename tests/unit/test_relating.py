"""What a person may want to ask next: answered by what is in force, about the same matter, and not asked already."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.conversation.relating import Relating
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.reader import Reader
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Reason
from kb_service.domain.documents import Kind, PassageInVersion
from kb_service.domain.matters import Matter
from tests.factories import candidate, passage_in_version, question

CONVERTER = OpenCCConverter()
LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")
MATTER = Matter("endorse", "居住证签注", "police", aliases=("签注",))
READER = Reader((MATTER,), LEXICON, CONVERTER)
RELATING = Relating(LEXICON, CONVERTER, limit=3)


def section(text: str, *headings: str, **fields: Any) -> PassageInVersion:
    return passage_in_version(text, headings=headings, passage_id=text, **({"matter_id": "endorse"} | fields))


def asked(asks: str, text: str, *, matter_id: str = "endorse", document_id: str | None = None) -> Candidate:
    found = passage_in_version(
        text,
        passage_id=asks,
        document_id=document_id or asks,
        matter_id=matter_id,
        question=asks,
        kind=Kind.INTERPRETATION,
    )
    return candidate(found)


GUIDE = [
    section("带居住证和住所证明。", "签注指南", "所需材料"),
    section("签注不收取费用。", "签注指南", "收费"),
    section("自受理之日起5个工作日。", "签注指南", "办理时限"),
    section("社区事务受理服务中心。", "签注指南", "办理地点"),
]
CITED = [candidate(GUIDE[1])]
MAILING = asked("签注后的证件能邮寄吗", "可以邮寄。")
LATE = asked("忘记续签会失效吗", "逾期60日内可以补办。")


def after(text: str, candidates: Sequence[Candidate], guide: Sequence[PassageInVersion] = GUIDE) -> tuple[str, ...]:
    return RELATING.after_answer(READER.understand(question(text)), candidates, cited=CITED, guide=guide)


def test_a_question_of_the_matter_comes_first_then_the_facets_of_the_guide() -> None:
    assert after("签注要多少钱", [*CITED, MAILING]) == (
        "签注后的证件能邮寄吗",
        "居住证签注需要什么材料？",
        "居住证签注多久能办好？",
    )


def test_at_most_three_are_offered() -> None:
    assert after("签注要多少钱", [*CITED, MAILING, LATE]) == (
        "签注后的证件能邮寄吗",
        "居住证签注需要什么材料？",
        "居住证签注多久能办好？",
    )
    assert after("签注要多少钱", [*CITED, MAILING, LATE], guide=[])[1] == "忘记续签会失效吗"


def test_the_facet_just_asked_about_is_not_offered() -> None:
    assert "居住证签注要收费吗？" not in after("签注要多少钱", CITED)
    assert "居住证签注要收费吗？" in after("签注去哪里办", CITED)


def test_a_facet_is_offered_only_if_the_section_has_what_is_asked() -> None:
    without_days = [section("请尽快办理。", "签注指南", "办理时限")]
    assert after("签注要多少钱", CITED, guide=without_days) == ()


def test_a_question_asked_just_now_in_other_words_is_not_offered() -> None:
    again = asked("签注后证件能不能邮寄", "可以邮寄。")
    assert after("签注后的证件能邮寄吗", [again], guide=[]) == ()
    assert after("签注要带什么", [MAILING, again], guide=[]) == ("签注后的证件能邮寄吗",)


def test_a_question_of_another_matter_is_not_offered() -> None:
    assert after("签注要多少钱", [asked("狗证能邮寄吗", "可以。", matter_id="dog")], guide=[]) == ()


def test_a_question_that_its_own_text_does_not_answer_is_not_offered() -> None:
    assert after("签注要带什么", [asked("签注的加急费是多少钱", "请咨询窗口。")], guide=[]) == ()


def test_the_document_cited_is_not_offered() -> None:
    cited = [asked("签注逾期怎么办", "补办。")]
    understood = READER.understand(question("签注忘了弄怎么处理"))
    assert RELATING.after_answer(understood, cited, cited=cited, guide=[]) == ()


def test_the_headings_of_a_regulation_are_no_facets() -> None:
    regulation = [replace(each, metadata=replace(each.metadata, kind=Kind.REGULATION)) for each in GUIDE]
    assert after("签注要多少钱", CITED, guide=regulation) == ()


def test_after_a_hand_over_the_questions_of_the_matter_are_offered() -> None:
    assert RELATING.after_hand_over(READER.understand(question("签注能代办吗")), [MAILING, LATE]) == (
        "签注后的证件能邮寄吗",
        "忘记续签会失效吗",
    )


def test_nothing_is_offered_without_a_matter_or_to_someone_in_distress() -> None:
    assert RELATING.after_hand_over(READER.understand(question("能代办吗")), [MAILING]) == ()
    distressed = replace(READER.understand(question("签注")), scope=Reason.DISTRESS)
    assert RELATING.after_hand_over(distressed, [MAILING]) == ()
