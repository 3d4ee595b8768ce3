"""What belongs to a passage comes along to whoever drafts an answer from it."""

from collections.abc import Sequence

from ingestion.parsing.blocks import Block, BlockKind, heading, paragraph
from ingestion.splitting import split
from ingestion.structure import StructuredText, structure, structure_text
from kb_service.asking.search.surroundings import passages_for_drafting, surroundings
from kb_service.domain.documents import Passage, PassageInVersion, VersionState
from tests.factories import candidate, metadata


def version(*parts: tuple[tuple[str, ...], str], document_id: str = "guide") -> list[PassageInVersion]:
    """A version of passages, each with its headings and its text; a passage's id is its text's first character."""
    passages: list[PassageInVersion] = []
    start = 0
    for ordinal, (headings, text) in enumerate(parts):
        passage = Passage(text[0], f"version-of-{document_id}", ordinal, text, start, start + len(text), headings)
        passages.append(PassageInVersion(passage, document_id, VersionState.APPROVED, metadata()))
        start += len(text) + 1
    return passages


def cut(structured: StructuredText, *, target: int, longest: int) -> list[PassageInVersion]:
    """A version cut as an upload is, only shorter."""
    drafts = split(structured, target_characters=target, longest_characters=longest)
    return [
        PassageInVersion(
            Passage(f"p{at}", "v", at, structured.text[each.start : each.end], each.start, each.end, each.heading_path),
            "guide",
            VersionState.APPROVED,
            metadata(),
        )
        for at, each in enumerate(drafts)
    ]


def around(of_version: Sequence[PassageInVersion], at: int) -> list[int]:
    found = surroundings(of_version[at], of_version)
    return [of_version.index(each) for each in found]


def test_the_other_parts_of_one_article_belong_to_each_other_and_the_next_article_does_not() -> None:
    article, following = ("第三条",), ("第四条",)
    law = version((("第二条",), "甲。"), (article, "乙。"), (article, "丙。"), (article, "丁。"), (following, "戊。"))
    assert around(law, 2) == [1, 3]
    assert around(law, 0) == []
    assert around(law, 4) == []


def test_of_a_long_article_its_opening_and_the_nearest_part_before_and_three_after_come_along() -> None:
    article = ("第三条",)
    law = version(*((article, text) for text in "甲乙丙丁戊己庚辛壬"))
    assert around(law, 4) == [0, 3, 5, 6, 7]


def test_in_a_text_without_headings_the_two_before_come_along_and_no_opening() -> None:
    assert around(version(*(((), text) for text in "甲乙丙丁戊己庚辛壬")), 4) == [2, 3, 5, 6, 7]


def test_neighbours_together_have_at_most_1200_characters() -> None:
    article = ("第三条",)
    law = version((article, "甲" * 500), (article, "乙"), (article, "丙" * 600), (article, "丁" * 200))
    assert around(law, 1) == [0, 2]  # 500 + 600, and 200 more would be 1300


def test_the_sentence_that_introduces_a_list_comes_with_an_item_that_has_a_heading_of_its_own() -> None:
    above = ("二、申请材料",)
    guide = version(
        (("一、条件",), "甲。"),
        (above, "乙应当提交下列材料："),
        ((*above, "（一）本人办理"), "丙。"),
        ((*above, "（二）委托办理"), "丁。"),
        (("三、费用",), "戊。"),
    )
    assert around(guide, 3) == [1]
    assert around(guide, 1) == [2, 3]
    assert around(guide, 4) == []


def test_a_section_that_introduces_nothing_keeps_the_sections_below_it_apart() -> None:
    above = ("二、申请材料",)
    guide = version((above, "甲见下。"), ((*above, "（一）本人办理"), "乙。"))
    assert around(guide, 0) == []
    assert around(guide, 1) == []


def test_the_preamble_of_a_notice_does_not_come_with_each_of_its_sections() -> None:
    preamble = "甲" + "各区人民政府，市政府各委、办、局，" * 10 + "现将有关事项通知如下："
    assert len(preamble) > 160
    notice = version(((), preamble), (("一、范围",), "乙。"))
    assert around(notice, 1) == []


def test_the_header_of_a_table_comes_with_its_later_rows() -> None:
    rows = [f"第{number}类 | {number}00元 | 当场办结并发给证明" for number in range(1, 10)]  # 20 characters a row
    table = Block(BlockKind.TABLE, "\n".join(["类别 | 金额 | 时限", *rows]))
    blocks = [heading("收费标准", 2), table, heading("地点", 2), paragraph("区行政服务中心。")]
    guide = cut(structure(blocks), target=50, longest=80)
    assert [each.passage.heading_path for each in guide] == [
        ("收费标准",),
        *[("收费标准", "类别 | 金额 | 时限")] * 4,
        ("地点",),
    ]
    assert around(guide, 3) == [0, 2, 4]
    assert around(guide, 0) == [1, 2, 3]
    assert around(guide, 5) == []


def test_an_article_cut_by_the_splitter_is_put_together_again() -> None:
    items = "".join(f"（{numeral}）在道路上停放热气球的，责令改正；\n" for numeral in "一二三四五六")
    text = f"第一条 为了安全。\n第二条 有下列情形之一的，予以处罚：\n{items}第三条 自下月起施行。"
    law = cut(structure_text(text), target=50, longest=70)
    of_article = [each for each in law if each.passage.heading_path == ("第二条",)]
    assert len(of_article) in (3, 4)
    last = of_article[-1]
    assert of_article[0] in surroundings(last, law)
    assert {each.passage.heading_path for each in surroundings(last, law)} == {("第二条",)}


def test_a_passage_that_its_version_no_longer_has_is_alone() -> None:
    assert surroundings(version(((), "甲。"))[0], version(((), "乙。"))) == ()


def test_a_drafter_reads_each_document_in_order_and_the_best_one_first() -> None:
    article = ("第三条",)
    law = version((article, "甲。"), (article, "乙。"), (("第四条",), "丙。"), document_id="law")
    guide = version(((), "丁。"), document_id="guide")
    by_version = {"version-of-law": law, "version-of-guide": guide}
    ranked = [candidate(law[2]), candidate(guide[0]), candidate(law[1])]
    found = passages_for_drafting(ranked, by_version.__getitem__, room=100)
    assert [each.passage.text for each in found] == ["甲。", "乙。", "丙。", "丁。"]


def test_a_drafter_reads_nothing_twice_and_keeps_within_its_room() -> None:
    article = ("第三条",)
    law = version((article, "甲" * 40), (article, "乙" * 40), (article, "丙" * 40))
    ranked = [candidate(law[0]), candidate(law[1]), candidate(law[2])]
    for room, expected in ((120, "甲乙丙"), (119, "甲乙"), (80, "甲乙"), (79, "甲")):
        found = passages_for_drafting(ranked, lambda _: law, room=room)
        assert "".join(each.passage.id for each in found) == expected


def test_the_best_passage_reaches_the_drafter_even_when_it_is_longer_than_the_room() -> None:
    law = version(((), "甲" * 40), ((), "乙" * 40))
    found = passages_for_drafting([candidate(law[0]), candidate(law[1])], lambda _: law, room=10)
    assert found == [law[0]]


def test_without_candidates_there_is_nothing_to_draft_from() -> None:
    assert passages_for_drafting([], lambda _: [], room=100) == []


def test_each_version_is_read_once() -> None:
    law = version(((), "甲。"), ((), "乙。"))
    read: list[str] = []

    def sections(version_id: str) -> Sequence[PassageInVersion]:
        read.append(version_id)
        return law

    passages_for_drafting([candidate(law[0]), candidate(law[1])], sections, room=100)
    assert read == ["version-of-guide"]
