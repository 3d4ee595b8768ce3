"""Several questions in one message become one answer."""

from dataclasses import replace
from pathlib import Path

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.composing import Composer
from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.replies import Part, Reply, SearchResult
from kb_service.domain.answers import (
    Answer,
    Clarification,
    DepartmentRef,
    Drafting,
    Notice,
    NoticeKind,
    Option,
    Outcome,
    Reason,
)
from kb_service.domain.knobs import Knobs
from kb_service.domain.matters import Facet, Matter
from kb_service.text.clauses import Span
from tests.factories import candidate, citation, day, passage_in_version, question, understanding

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")
KNOBS = Knobs()
POLICE = DepartmentRef("gongan", "市公安局", "12345", None)


def composed(*parts: Part, knobs: Knobs = KNOBS) -> Answer:
    composer = Composer(
        lexicon=LEXICON,
        converter=OpenCCConverter(),
        knobs=knobs,
        confidence_version="hand",
        new_id=lambda: "an-id",
    )
    return composer.compose(question("两个问题"), parts)


def answered(asked: str, *texts: str, confidence: float = 0.9, passage: str = "p") -> Part:
    found = [passage_in_version(text, passage_id=f"{passage}{at}") for at, text in enumerate(texts)]
    draft = Draft(
        tuple(Quote(each, Span(0, len(each.passage.text))) for each in found),
        tuple(Statement(text, (at,)) for at, text in enumerate(texts)),
        Drafting("extractive"),
    )
    citations = tuple(citation(mark=at + 1) for at in range(len(texts)))
    candidates = tuple(candidate(each) for each in found)
    return Part(
        understanding(asked),
        SearchResult(candidates=candidates, features={"words": confidence}, confidence=confidence),
        Reply(Outcome.ANSWERED, draft=draft, citations=citations),
    )


def failed(asked: str, reason: Reason = Reason.NO_SOURCE, outcome: Outcome = Outcome.NO_SOURCE) -> Part:
    return Part(understanding(asked), SearchResult(confidence=0.2), Reply(outcome, "没有找到。", (reason,), POLICE))


def test_marks_of_a_second_part_go_on_counting() -> None:
    answer = composed(answered("多少钱", "免费。", "当场办。"), answered("去哪办", "受理中心。", passage="q"))
    assert answer.text == "问题一：免费。[1]\n当场办。[2]\n\n问题二：受理中心。[3]"
    assert [each.mark for each in answer.citations] == [1, 2, 3]


def test_a_part_is_headed_by_its_matter_and_never_by_the_askers_words() -> None:
    asked = answered("![x](http://evil.example/x)签注多少钱", "免费。")
    endorsing = Matter("qianzhu", "居住证签注", "gongan")
    named = replace(asked, understood=replace(asked.understood, matter=endorsing))
    assert composed(named, asked).text == "问题一，居住证签注：免费。[1]\n\n问题二：免费。[2]"


def test_parts_of_one_matter_are_told_apart_by_their_numbers_alone() -> None:
    one = of(answered("多久", "十日。"), "换证", Facet.TIME_LIMIT)
    other = of(answered("多久", "三十日。", passage="q"), "换证", Facet.TIME_LIMIT)
    assert composed(one, other).text == "问题一：十日。[1]\n\n问题二：三十日。[2]"


def of(part: Part, matter: str | None = None, facet: Facet | None = None) -> Part:
    named = Matter(matter, matter, "gongan") if matter else None
    return replace(part, understood=replace(part.understood, matter=named, facet=facet))


def test_two_matters_side_by_side_are_headed_by_their_names() -> None:
    parts = of(answered("多久", "十日。"), "换证"), of(answered("多久", "三十日。", passage="q"), "护照")
    assert composed(*parts).text == "换证：十日。[1]\n\n护照：三十日。[2]"


def test_two_things_asked_of_one_matter_are_headed_by_their_labels() -> None:
    fee = of(answered("多少钱", "免费。"), "换证", Facet.FEE)
    time = of(answered("多久", "十日。", passage="q"), "换证", Facet.TIME_LIMIT)
    assert composed(fee, time).text == "费用：免费。[1]\n\n时限：十日。[2]"


def test_an_answer_in_traditional_script_is_so_throughout() -> None:
    part = of(answered("多久", "签证页用完，可以换发。"), "护照", Facet.TIME_LIMIT)
    notice = Notice(NoticeKind.SCHEDULED_END, "规定有效至年底。", "guide", day("2027-01-01"))
    part = replace(
        part,
        understood=replace(part.understood, is_traditional=True),
        reply=replace(part.reply, notices=(notice,), clarification=Clarification("请选择", (Option("签注", None),))),
    )
    answer = composed(part, part)
    assert answer.text.startswith("問題一：簽證頁用完，可以換發。[1]")
    assert answer.notices[0].text == "規定有效至年底。"
    assert answer.clarification is not None
    assert answer.clarification.question == "請選擇"


def test_one_question_has_no_heading() -> None:
    assert composed(answered("多少钱", "免费。")).text == "免费。[1]"


def test_what_could_not_be_answered_of_a_message_is_handed_over() -> None:
    answer = composed(answered("多少钱", "免费。"), failed("去哪办"))
    assert answer.outcome is Outcome.ANSWERED
    assert answer.escalation.recommended
    assert answer.escalation.reasons == (Reason.NO_SOURCE,)
    assert answer.escalation.department == POLICE
    assert "没有找到。" in answer.text


def test_the_confidence_is_that_of_the_least_sure_answer() -> None:
    parts = answered("甲", "一。", confidence=0.95), answered("乙", "二。", confidence=0.8, passage="q")
    assert composed(*parts).confidence == 0.8
    assert composed(*parts, failed("丙")).confidence == 0.8


def test_evidence_takes_turns_between_the_parts() -> None:
    answer = composed(answered("甲", "一。", "二。"), answered("乙", "三。", passage="q"))
    assert [each.passage_id for each in answer.evidence] == ["p0", "q0", "p1"]


def test_how_each_part_was_read_is_stored() -> None:
    answer = composed(answered("甲", "一。"), answered("乙", "二。", passage="q"))
    assert [each.text for each in answer.understood_as.parts] == ["甲", "乙"]
    assert composed(answered("甲", "一。")).understood_as.parts == ()


def test_nobody_is_called_for_insults() -> None:
    answer = composed(failed("……", Reason.ABUSE, Outcome.OUT_OF_SCOPE))
    assert not answer.escalation.recommended
    assert answer.escalation.reasons == (Reason.ABUSE,)


def test_an_answer_keeps_the_knobs_it_was_made_with() -> None:
    knobs = Knobs(dense_weight=0.25)
    assert composed(answered("甲", "一。"), knobs=knobs).knobs == knobs
