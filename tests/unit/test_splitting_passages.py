"""Where passages begin and end, and that nothing of a text is lost or doubled."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.parsing.blocks import Block, BlockKind, heading, paragraph
from ingestion.splitting import split
from ingestion.structure import StructuredText, structure, structure_text

SENTENCE = "申请人应当提交身份证明。"  # 12 characters


def texts(structured: StructuredText, **sizes: int) -> list[str]:
    return [structured.text[p.start : p.end] for p in split(structured, **sizes)]


def test_a_short_article_is_one_passage_with_its_ordinal() -> None:
    structured = structure_text("第一章 总则\n第一条 甲规定如下：\n（一）乙；\n（二）丙。\n第二条 丁。")
    assert texts(structured) == ["第一条 甲规定如下：\n（一）乙；\n（二）丙。", "第二条 丁。"]
    assert [p.heading_path for p in split(structured)] == [("第一章 总则", "第一条"), ("第一章 总则", "第二条")]


def test_a_long_article_is_cut_between_items_and_its_lead_in_stays_with_the_first() -> None:
    items = "\n".join(f"（{number}）{SENTENCE * 2}" for number in "一二三四")  # 27 characters an item
    structured = structure_text(f"第一条 有下列情形之一的：\n{items}")
    passages = texts(structured, target_characters=60, longest_characters=90)
    assert passages == [
        f"第一条 有下列情形之一的：\n（一）{SENTENCE * 2}",
        f"（二）{SENTENCE * 2}\n（三）{SENTENCE * 2}",
        f"（四）{SENTENCE * 2}",
    ]


def test_short_paragraphs_are_merged_only_under_the_same_heading() -> None:
    structured = structure(
        [heading("材料", 2), paragraph("甲。"), paragraph("乙。"), heading("时限", 2), paragraph("丙。")]
    )
    assert texts(structured) == ["甲。\n乙。", "丙。"]


def test_no_passage_ends_inside_a_sentence() -> None:
    structured = structure([paragraph(SENTENCE * 20)])  # 240 characters
    passages = texts(structured, target_characters=50, longest_characters=100)
    assert [len(text) for text in passages] == [48] * 5
    assert all(text.endswith("。") for text in passages)


def test_a_sentence_over_the_limit_is_cut_at_its_clauses() -> None:
    structured = structure([paragraph("甲" * 40 + "；" + "乙" * 40 + "，" + "丙" * 40 + "。")])
    assert texts(structured, target_characters=50, longest_characters=60) == [
        "甲" * 40 + "；",
        "乙" * 40 + "，",
        "丙" * 40 + "。",
    ]


def test_a_table_is_whole_with_its_header_and_its_lead_in() -> None:
    table = Block(BlockKind.TABLE, "项目 | 金额\n工本费 | 10元")
    structured = structure([paragraph("说明。"), paragraph("收费如下："), table, paragraph("按次收取。")])
    assert texts(structured) == ["说明。", "收费如下：\n项目 | 金额\n工本费 | 10元", "按次收取。"]


def test_later_parts_of_a_long_table_carry_the_header_in_their_heading_path() -> None:
    rows = [f"第{number}区 | {number}元" for number in range(10, 20)]  # 10 characters a row
    structured = structure([heading("收费", 2), Block(BlockKind.TABLE, "\n".join(["区 | 费", *rows]))])
    passages = split(structured, target_characters=40, longest_characters=60)
    assert [structured.text[p.start : p.end].split("\n")[0] for p in passages] == ["区 | 费", rows[3], rows[6], rows[9]]
    assert [p.heading_path for p in passages] == [("收费",)] + [("收费", "区 | 费")] * 3


def test_a_video_is_cut_so_that_a_citation_starts_near_its_words() -> None:
    spoken = [paragraph(f"第{minute}分钟的内容。", second=minute * 30) for minute in range(4)]
    assert [p.second for p in split(structure(spoken))] == [0, 60]


def test_a_passage_has_the_page_on_which_it_starts() -> None:
    structured = structure([paragraph("甲。", page=3), paragraph("乙。", page=4)])
    assert [p.page for p in split(structured)] == [3]


LINES = st.lists(
    st.sampled_from(
        [
            "第一章 总则",
            "第一条 甲乙丙。",
            "第二条 有下列情形之一的：",
            "（一）子丑寅卯；",
            "一、工作目标",
            "1.身份证",
            "  缩进的段落，没有句号",
            "附件",
            "# 标题",
            "| a | b |",
            "问：如何？",
            "答：这样。",
            "办理流程",
            "",
            "长" * 90,
            SENTENCE * 9,
        ]
    ),
    max_size=14,
)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_every_character_is_in_one_passage_or_one_heading(lines: list[str]) -> None:
    structured = structure_text("\n".join(lines))
    owners = [0] * len(structured.text)
    for place in [*split(structured, target_characters=40, longest_characters=80), *structured.headings]:
        quote = structured.text[place.start : place.end]
        assert quote and quote == quote.strip()
        for position in range(place.start, place.end):
            owners[position] += 1
    unowned = [
        c for c, count in zip(structured.text, owners, strict=True) if not count and not c.isspace() and c != "#"
    ]
    assert unowned == []
    assert max(owners, default=0) <= 1
