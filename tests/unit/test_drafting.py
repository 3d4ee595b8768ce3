"""Which words of which passages are quoted. Lengths are counted by hand: every 。 is a character too."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Facet
from tests.factories import candidate, passage_in_version, returned, understanding

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")
CONVERTER = OpenCCConverter()
HEADING_OF = {Facet.MATERIALS: "材料", Facet.PLACE: "地点", Facet.FEE: "收费", Facet.PHONE: "电话"}
ENDORSEMENT = {"签注": 1.0}


def version(
    *texts: str, headings: tuple[str, ...] = (), document_id: str = "guide", question: str | None = None
) -> list[PassageInVersion]:
    """The passages of one version in order."""
    found = []
    for ordinal, text in enumerate(texts):
        each = passage_in_version(
            text, headings=headings, passage_id=f"{document_id}-p{ordinal}", document_id=document_id, question=question
        )
        found.append(replace(each, passage=replace(each.passage, ordinal=ordinal)))
    return found


def drafted(
    candidates: Sequence[Candidate | PassageInVersion],
    *,
    text: str = "签注",
    facet: Facet | None = None,
    sections: Sequence[PassageInVersion] = (),
    weight_of: dict[str, float] | None = None,
    longest: int = 100,
) -> list[str]:
    """The quotes. ``sections``: all passages of the version, when there are more than the candidates."""
    drafter = ExtractiveDrafter(
        sections=lambda version_id: [each for each in sections if each.passage.version_id == version_id],
        heading_names=lambda facet, found: any(HEADING_OF[facet] in heading for heading in found.passage.heading_path),
        converter=CONVERTER,
        longest=longest,
    )
    scored = [each if isinstance(each, Candidate) else candidate(each) for each in candidates]
    weights = ENDORSEMENT if weight_of is None else weight_of
    asked = understanding(text, facet=facet, quantity_asked=LEXICON.quantity_asked(text))
    return [quote.text for quote in returned(drafter.draft(asked, scored, weights)).quotes]


def test_a_passage_that_fits_is_quoted_whole() -> None:
    assert drafted(version("无关的话。签注免费。"), longest=10) == ["无关的话。签注免费。"]


def test_of_a_longer_passage_the_sentences_around_the_best_one_are_quoted() -> None:
    passages = version("甲句无关。签注免费。丙句无关。")
    assert drafted(passages, longest=5) == ["签注免费。"]
    assert drafted(passages, longest=9) == ["签注免费。"]
    assert drafted(passages, longest=10) == [
        "签注免费。丙句无关。"
    ]  # of two neighbours that say as little, what follows


def test_the_window_grows_towards_what_says_more() -> None:
    passages = version("期限一年。签注免费。丙句无关。")
    assert drafted(passages, weight_of={"签注": 2.0, "期限": 1.0}, longest=10) == ["期限一年。签注免费。"]


def test_of_two_sentences_that_say_as_much_the_first_is_best() -> None:
    assert drafted(version("签注一。签注二。"), longest=4) == ["签注一。"]


def test_the_best_sentence_is_found_in_either_script() -> None:
    assert drafted(version("甲句無關。辦理簽注。丙句無關。"), longest=5) == ["辦理簽注。"]


@pytest.mark.parametrize("longest", range(1, 41))
def test_no_sentence_is_ever_cut(longest: int) -> None:
    sentences = [
        "第一条 为了规范管理，制定本办法。",
        "办理签注的，应当提交：",
        "身份证；",
        "申请表。",
        "（说明）",
        "另行通知。",
    ]
    (quote,) = drafted(version("\n".join(sentences)), longest=longest)
    starts = [at for at in range(len(sentences)) if quote.startswith(sentences[at])]
    assert any(quote == "\n".join(sentences[start:end]) for start in starts for end in range(start + 1, 7))
    assert len(quote) <= max(longest, len("办理签注的，应当提交："))


def test_a_single_sentence_beyond_the_limit_is_quoted_whole_rather_than_cut() -> None:
    assert drafted(version("办理签注不收取任何费用。其他。"), longest=6) == ["办理签注不收取任何费用。"]


def test_a_lead_in_that_ends_in_a_colon_is_kept_with_what_it_introduces() -> None:
    # Lines of 8, 6 and 9 characters. The last line says more of the question than the lead-in.
    passages = version("需提交下列材料：\n签注申请表。\n其他事项另行通知。")
    weights = {"签注": 3.0, "通知": 1.0}
    assert drafted(passages, weight_of=weights, longest=15) == ["需提交下列材料：\n签注申请表。"]
    assert drafted(passages, weight_of=weights, longest=14) == ["签注申请表。"]


def test_the_answer_of_a_question_and_answer_is_quoted_whole_and_in_order() -> None:
    parts = version("先登录网站。", "再提交签注申请。", question="怎么签注")
    assert drafted([parts[1]], sections=parts, longest=14) == ["先登录网站。", "再提交签注申请。"]


def test_an_answer_that_does_not_fit_is_quoted_from_its_best_passage() -> None:
    parts = version("先登录网站。", "再提交签注申请。", question="怎么签注")
    assert drafted([parts[1]], sections=parts, longest=13) == ["再提交签注申请。"]


def test_the_whole_section_of_the_facet_is_quoted() -> None:
    section = version("身份证原件。", "签注申请表。", headings=("签注", "申请材料"))
    other = version("当场办结。", headings=("办理时限",))
    assert drafted([section[1]], facet=Facet.MATERIALS, sections=[*section, *other]) == ["身份证原件。", "签注申请表。"]
    assert drafted([section[1]], facet=None, sections=section) == ["签注申请表。"]


def test_what_the_section_has_said_is_not_said_again() -> None:
    section = version("签注申请表。", "签注照片。", headings=("申请材料",))
    assert drafted(section, facet=Facet.MATERIALS, sections=section) == ["签注申请表。", "签注照片。"]


def test_a_section_that_names_another_facet_is_not_quoted_whole() -> None:
    section = version("甲句无关。", "签注当场办结。", headings=("办理时限",))
    assert drafted([section[1]], facet=Facet.MATERIALS, sections=section) == ["签注当场办结。"]


@pytest.mark.parametrize(
    ("best", "quoted"),
    [
        (0, ["甲甲甲甲甲。", "乙乙乙乙乙。"]),
        (1, ["甲甲甲甲甲。", "乙乙乙乙乙。"]),
        (2, ["乙乙乙乙乙。", "丙签注丙丙。"]),
    ],
)
def test_of_a_section_that_is_too_long_the_best_passage_is_never_left_out(best: int, quoted: list[str]) -> None:
    section = version("甲甲甲甲甲。", "乙乙乙乙乙。", "丙签注丙丙。", headings=("申请材料",))
    assert drafted([section[best]], facet=Facet.MATERIALS, sections=section, longest=12) == quoted


def test_the_passage_leads_that_has_the_amount_asked_for() -> None:
    passages = version("签注请到窗口。", "签注工本费20元。")
    assert drafted(passages, text="签注多少钱", longest=10) == ["签注工本费20元。"]
    assert drafted(passages, text="签注怎么办", longest=10) == ["签注请到窗口。"]


def test_the_amount_in_another_version_does_not_lead() -> None:
    passages = [*version("签注请到窗口。"), *version("签注工本费20元。", document_id="other")]
    assert drafted(passages, text="签注多少钱") == ["签注请到窗口。"]


def test_a_passage_that_says_it_has_no_answer_does_not_lead() -> None:
    assert drafted(version("本库没有收录签注。", "签注免费。"), longest=9) == ["签注免费。"]


def test_what_else_the_same_version_says_follows() -> None:
    first, second = version("签注免费。", "签注当场办结。")
    other = version("签注在窗口。", document_id="other")[0]
    assert drafted([first, other, second]) == ["签注免费。", "签注当场办结。"]


@pytest.mark.parametrize(("score", "count"), [(0.9, 2), (0.45, 2), (0.3, 1)])
def test_what_follows_comes_close_to_the_best(score: float, count: int) -> None:
    first, second = version("签注免费。", "签注当场办结。")
    assert len(drafted([candidate(first, 1.0), candidate(second, score)])) == count


def test_at_most_two_more_passages_follow_and_none_that_says_nothing_of_the_question() -> None:
    passages = version("签注免费。", "来源说明。", "签注一。", "签注二。", "签注三。")
    assert drafted(passages) == ["签注免费。", "签注一。", "签注二。"]


def test_what_follows_shares_one_room() -> None:
    passages = version("签注免费。", "签注一。", "签注二。")  # 5, 4 and 4
    assert drafted(passages, longest=12) == ["签注免费。", "签注一。"]
    assert drafted(passages, longest=13) == ["签注免费。", "签注一。", "签注二。"]


@pytest.mark.parametrize(
    ("longest", "further"),
    [(17, ["签注乙一。无关乙二。"]), (16, ["签注乙一。"]), (12, ["签注乙一。"]), (11, [])],
)
def test_what_follows_is_cut_to_whole_sentences_that_fit_the_room(longest: int, further: list[str]) -> None:
    passages = version("签注不收费。。", "签注乙一。无关乙二。")  # 7 and 5 + 5
    assert drafted(passages, longest=longest) == ["签注不收费。。", *further]


def guide(place: str) -> list[PassageInVersion]:
    texts = (("收费", "签注免费。"), ("办理地点", place))
    return [
        passage_in_version(text, headings=(heading,), passage_id=f"p{at}", document_id="guide")
        for at, (heading, text) in enumerate(texts)
    ]


def test_where_to_go_comes_after_the_answer() -> None:
    sections = guide("任何一个社区事务受理服务中心。")
    assert drafted(sections[:1], facet=Facet.FEE, sections=sections) == ["签注免费。", "任何一个社区事务受理服务中心。"]


def test_who_asks_for_a_telephone_number_is_not_told_where_to_go() -> None:
    sections = guide("任何一个社区事务受理服务中心。")
    assert drafted(sections[:1], facet=Facet.PHONE, sections=sections) == ["签注免费。"]


def test_a_long_list_of_places_is_not_read_out() -> None:
    sections = guide("受理中心。" * 19)  # 95 characters
    assert drafted(sections[:1], facet=Facet.FEE, sections=sections, longest=420) == ["签注免费。"]
