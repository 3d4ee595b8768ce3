"""What opens a unit of an official text, and what only refers to one."""

import pytest

from ingestion.markers import Rank, marker_of, number_of
from ingestion.parsing.blocks import BlockKind, heading, list_item, paragraph
from ingestion.structure import Level, StructuredText, structure, structure_text


def outline(structured: StructuredText) -> list[tuple[tuple[str, ...], Level, str]]:
    return [(p.heading_path, p.level, structured.text[p.start : p.end]) for p in structured.pieces]


@pytest.mark.parametrize(
    ("digits", "value"),
    [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("一百一十", 110), ("12", 12), ("③", 3)],
)
def test_numbers_of_articles_are_read_in_han_and_arabic_digits(digits: str, value: int) -> None:
    assert number_of(digits) == value


@pytest.mark.parametrize(
    ("line", "rank", "label"),
    [
        ("第二编 物权", Rank.BOOK, "第二编"),
        ("第一章总则", Rank.CHAPTER, "第一章"),
        ("第三节　监督", Rank.SECTION, "第三节"),
        ("第十条之一 新增的内容", Rank.ARTICLE, "第十条之一"),
        ("第12条 内容", Rank.ARTICLE, "第12条"),
        ("第五條 內容", Rank.ARTICLE, "第五條"),
        ("一、申请条件", Rank.FIRST, "一、"),
        ("（二）所需材料", Rank.SECOND, "（二）"),
        ("3. 提交申请", Rank.THIRD, "3."),
        ("（4）领取", Rank.FOURTH, "（4）"),
        ("①身份证", Rank.FIFTH, "①"),
    ],
)
def test_units_are_recognised_by_their_labels(line: str, rank: Rank, label: str) -> None:
    marker = marker_of(line)
    assert marker is not None
    assert (marker.rank, marker.label.strip()) == (rank, label)


@pytest.mark.parametrize(
    "line",
    [
        "第十二条的规定同样适用",
        "第五条第二款所称材料",
        "第三条、第四条不适用",
        "第一节课八点开始",
        "3.5万元以下",
        "一次性告知",
    ],
)
def test_references_and_figures_open_nothing(line: str) -> None:
    assert marker_of(line) is None


def test_a_statute_is_a_tree_of_chapters_articles_paragraphs_and_items() -> None:
    text = (
        "第一章 总则\n第一条 为了便民，制定本办法。\n第二章 办理\n第二条 申请应当符合下列条件：\n"
        "（一）年满十八周岁；\n1.以身份证为准；\n另有规定的除外。"
    )
    assert outline(structure_text(text)) == [
        (("第一章 总则", "第一条"), Level.ARTICLE, "第一条 为了便民，制定本办法。"),
        (("第二章 办理", "第二条"), Level.ARTICLE, "第二条 申请应当符合下列条件："),
        (("第二章 办理", "第二条"), Level.ITEM, "（一）年满十八周岁；"),
        (("第二章 办理", "第二条"), Level.SUBITEM, "1.以身份证为准；"),
        (("第二章 办理", "第二条"), Level.CLAUSE, "另有规定的除外。"),
    ]


def test_articles_run_together_in_one_paragraph_are_told_apart_by_their_order() -> None:
    text = "第一条 适用本市。第二条 依照第九条 的规定办理。第三条 本办法即日施行。"
    assert [path for path, _, _ in outline(structure_text(text))] == [("第一条",), ("第二条",), ("第三条",)]


def test_an_article_keeps_the_title_in_its_parenthesis() -> None:
    assert outline(structure_text("第一条（目的和依据）\n为了便民。"))[0][0] == ("第一条（目的和依据）",)


def test_a_policy_nests_its_numbered_headings() -> None:
    text = (
        "一、工作目标\n到年底全部上线。\n二、主要任务\n（一）优化流程\n各单位减少环节。\n"
        "（二）强化服务。窗口应当一次告知。"
    )
    assert [path for path, _, _ in outline(structure_text(text))] == [
        ("一、工作目标",),
        ("二、主要任务", "（一）优化流程"),
        ("二、主要任务", "（一）优化流程"),  # a numbered sentence is text
    ]


def test_a_list_of_short_numbered_lines_is_text_and_no_row_of_headings() -> None:
    text = "所需材料\n1.身份证\n2.户口簿\n3.照片\n以上材料都要带原件，复印件不予受理，请提前准备好。"
    structured = structure_text(text)
    assert [h.label for h in structured.headings] == ["所需材料"]
    assert [level for _, level, _ in outline(structured)] == [Level.SUBITEM] * 3 + [Level.PARAGRAPH]


def test_a_lead_in_is_quoted_with_its_items_and_is_no_heading() -> None:
    structured = structure_text(
        "申请人应当符合下列条件：\n（一）身份：\n1.本市居民；\n2.持证人员。\n（二）住址：\n在本市。"
    )
    assert structured.headings == ()


def test_bold_lines_and_styles_are_headings_but_document_numbers_are_not() -> None:
    structured = structure(
        [
            heading("停车管理办法", 1),
            heading("文号：测府规〔2026〕8号"),
            paragraph("经市政府同意，现予公布。"),
            heading("适用范围"),
            paragraph("适用于本市道路。"),
        ]
    )
    assert structured.title == "停车管理办法"
    assert [path for path, _, _ in outline(structured)] == [(), (), ("适用范围",)]


def test_a_heading_with_nothing_under_it_stays_findable_as_text() -> None:
    structured = structure(
        [heading("目录", 1), heading("第一章 总则", 2), heading("第二章 附则", 2), paragraph("全文。")]
    )
    assert [text for _, _, text in outline(structured)] == ["第一章 总则", "全文。"]


def test_questions_and_answers_in_running_text_head_their_answers() -> None:
    structured = structure_text("问：要带什么？\n答：身份证。\n问：收费吗？\n答：不收费。")
    assert outline(structured) == [
        (("要带什么？",), Level.PARAGRAPH, "答：身份证。"),
        (("收费吗？",), Level.PARAGRAPH, "答：不收费。"),
    ]


def test_list_items_of_the_source_are_no_headings() -> None:
    structured = structure([paragraph("请准备："), list_item("1. 身份证"), paragraph("说明文字。")])
    assert structured.headings == ()


def test_an_annex_stands_outside_the_last_article() -> None:
    structured = structure_text("第一条 收费见附件。\n附件1\n收费标准表如下所列，由市价格主管部门定期公布。")
    assert [path for path, _, _ in outline(structured)] == [("第一条",), ("附件1",)]


def test_plain_text_keeps_its_offsets_and_only_line_ends_change() -> None:
    assert structure_text("第一条 甲。\r\n　　乙。\r").text == "第一条 甲。\n　　乙。\n"


def test_pipes_in_plain_text_are_a_table() -> None:
    structured = structure_text("收费如下：\n| 项目 | 金额 |\n| 工本费 | 10元 |\n按次收取。")
    assert [p.kind for p in structured.pieces] == [BlockKind.PARAGRAPH, BlockKind.TABLE, BlockKind.PARAGRAPH]
