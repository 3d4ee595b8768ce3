"""Markdown, HTML, plain text, subtitles and CSV: what comes out as blocks."""

import json
from contextlib import suppress

import pytest

from ingestion.frontmatter import once_each, sidecar_fields, split_front_matter
from ingestion.parsing.blocks import BlockKind, ParsedFile
from ingestion.parsing.parse import parse
from ingestion.parsing.subtitles import with_chapters
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused, InvalidRecord

CHINESE = "申请人应当提交身份证明，由窗口当场受理。\n不收取费用。"
TRADITIONAL = "申請人應當提交身分證明，由櫃檯當場受理。\n不收取費用。"


def shown(parsed: ParsedFile) -> list[tuple[str, int | None, str]]:
    return [(block.kind.value, block.level, block.text) for block in parsed.blocks]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "gbk"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (TRADITIONAL, "big5"),
    ],
)
def test_plain_text_is_read_in_the_encodings_offices_use(text: str, encoding: str) -> None:
    assert [block.text for block in parse(text.encode(encoding), "a.txt").blocks] == text.split("\n")


def test_lines_wrapped_at_a_width_become_paragraphs_again() -> None:
    wrapped = (
        "　　本市各级行政机关应当按照规定受理申请人提出的申\n请事项，并且一次性告知需要补正的全部内容，不得以任\n"
        "何理由要求申请人重复提交同样的材料，也不得收取费用。\n第二条 另行规定。"
    )
    assert [block.text for block in parse(wrapped.encode(), "a.txt").blocks] == [
        "本市各级行政机关应当按照规定受理申请人提出的申请事项，并且一次性告知需要补正的全部内容，"
        "不得以任何理由要求申请人重复提交同样的材料，也不得收取费用。",
        "第二条 另行规定。",
    ]


def test_markdown_gives_headings_lists_with_numbers_and_tables() -> None:
    text = (
        "# 指南\n<!-- 内部注释 -->\n\n## 步骤\n\n1. 登录\n2. 提交\n\n- 身份证\n\n"
        "| 项目 | 费用 |\n|---|---|\n| 补证 | 10元 |\n"
    )
    parsed = parse(text.encode(), "a.md")
    assert shown(parsed) == [
        ("heading", 1, "指南"),
        ("heading", 2, "步骤"),
        ("list_item", None, "1. 登录"),
        ("list_item", None, "2. 提交"),
        ("list_item", None, "身份证"),
        ("table", None, "项目 | 费用\n补证 | 10元"),
    ]
    assert parsed.metadata == {"title": "指南"}


def test_lines_of_a_markdown_paragraph_stay_lines() -> None:
    assert [b.text for b in parse("第一条 甲。\n第二条 乙。".encode(), "a.md").blocks] == ["第一条 甲。", "第二条 乙。"]


def test_two_names_of_one_field_are_refused_and_not_the_last_one_taken() -> None:
    with pytest.raises(FileRefused) as refused:
        split_front_matter("---\n标题: 甲\ntitle: 乙\n---\n正文", "a.md")
    assert refused.value.cause == Cause("field_twice", {"field": "title"})
    with pytest.raises(InvalidRecord, match="given twice"):
        json.loads('{"title": "甲", "text": "乙", "title": "丙"}', object_pairs_hook=once_each)


def test_front_matter_is_named_in_english_and_leaves_the_text() -> None:
    parsed = parse("---\n标题: 停车办法\n生效日期: 2026-07-01\n有效期至: 2027-06-30\n---\n正文。".encode(), "a.md")
    assert parsed.metadata == {"title": "停车办法", "effective_from": "2026-07-01", "valid_through": "2027-06-30"}
    assert [block.text for block in parsed.blocks] == ["正文。"]


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ("标题: 停车: 办法", 2),
        ("标题: 停车办法\n对象: [个人\n区域: 徐汇区", 4),
        ("标题: 停车办法\n问题: &q\n  要钱吗", 3),
    ],
)
def test_faulty_front_matter_is_refused_with_its_line_in_the_file(fields: str, line: int) -> None:
    with pytest.raises(FileRefused, match=rf"The front matter of a\.md .* in line {line};"):
        parse(f"---\n{fields}\n---\n正文。".encode(), "a.md")


@pytest.mark.parametrize("question", ["要钱吗: 不要", "要\x07钱吗"])
def test_a_faulty_sidecar_is_refused_with_its_line(question: str) -> None:
    with pytest.raises(FileRefused, match=r"a\.pdf\.yaml is not valid YAML in line 2;"):
        sidecar_fields(f"标题: 停车办法\n问题: {question}", "a.pdf.yaml")


def test_a_sidecar_is_read_like_front_matter() -> None:
    assert sidecar_fields("责任单位: 市人社局\nmatter: juzhuzheng", "a.pdf.yaml") == {
        "department": "市人社局",
        "matter": "juzhuzheng",
    }


def test_a_sidecar_that_is_no_list_of_fields_is_refused() -> None:
    with pytest.raises(FileRefused, match=r"a\.pdf\.yaml is not a list of fields"):
        sidecar_fields("- 一\n- 二", "a.pdf.yaml")


def test_yaml_anchors_that_could_multiply_are_refused() -> None:
    with pytest.raises(FileRefused, match="anchors"):
        sidecar_fields("a: &a\n  - x\nb: *a", "a.pdf.yaml")


def test_html_shows_no_script_style_navigation_or_hidden_text() -> None:
    page = (
        "<html><head><title>站点</title><style>p{}</style></head><body><nav><a>首页</a></nav>"
        "<script>alert(1)</script><h1>指南</h1><p onclick='x()'>正文<b>重点</b>。</p>"
        "<p style='display: none'>隐藏</p><footer>版权</footer></body></html>"
    )
    parsed = parse(page.encode(), "a.html")
    assert shown(parsed) == [("heading", 1, "指南"), ("paragraph", None, "正文重点。")]
    assert parsed.metadata == {"title": "指南", "page_title": "站点"}


def test_html_cells_that_span_rows_and_columns_are_told_in_every_row() -> None:
    table = (
        "<table><tr><th rowspan=2>车型</th><th colspan=2>收费</th></tr><tr><th>首小时</th><th>其后</th></tr>"
        "<tr><td>小型</td><td>5元</td><td>3元</td></tr></table>"
    )
    block = parse(table.encode(), "a.html").blocks[0]
    assert block.text == "车型 | 收费 | 收费\n车型 | 首小时 | 其后\n小型 | 5元 | 3元"
    assert block.html is not None
    assert '<th rowspan="2">车型</th><th colspan="2">收费</th>' in block.html


def test_html_in_gb2312_is_read_by_what_it_declares() -> None:
    page = '<meta charset="gb2312"><p>办事指南</p>'.encode("gbk")
    assert [block.text for block in parse(page, "a.htm").blocks] == ["办事指南"]


def test_a_bold_paragraph_of_html_is_a_heading_without_depth() -> None:
    assert shown(parse("<p><strong>一、条件</strong></p><p>年满十八岁。</p>".encode(), "a.html"))[0] == (
        "heading",
        None,
        "一、条件",
    )


def test_a_page_nested_deeper_than_the_stack_is_read() -> None:
    page = "<div>" * 5_000 + "<p>正文。</p>" + "</div>" * 5_000
    with suppress(FileRefused):  # libxml2 stops at its own depth: refused, never a crash
        assert parse(page.encode(), "a.html").blocks[0].kind is BlockKind.PARAGRAPH


def test_subtitles_are_joined_into_sentences_with_the_second_they_start() -> None:
    srt = (
        "1\n00:00:01,500 --> 00:00:03,000\n打开随申办，\n\n2\n00:00:03,000 --> 00:00:05,000\n点击搜索。\n\n"
        "3\n00:01:02,000 --> 00:01:04,000\n输入居住证。\n"
    )
    assert [(b.second, b.text) for b in parse(srt.encode(), "a.srt").blocks] == [
        (1, "打开随申办，点击搜索。"),
        (62, "输入居住证。"),
    ]


def test_chapters_of_a_video_are_headings() -> None:
    vtt = (
        "WEBVTT\n\nNOTE 章节：登录\n\n00:00.000 --> 00:02.000\n先登录。\n\n"
        "填写表格\n00:10.000 --> 00:12.000\n<b>再填表。</b>\n"
    )
    assert [(b.kind.value, b.second, b.text) for b in parse(vtt.encode(), "a.vtt").blocks] == [
        ("heading", 0, "登录"),
        ("paragraph", 0, "先登录。"),
        ("heading", 10, "填写表格"),
        ("paragraph", 10, "再填表。"),
    ]


def test_chapters_told_beside_the_video_are_put_before_their_sentences() -> None:
    parsed = parse(
        "1\n00:00:05,000 --> 00:00:06,000\n甲。\n\n2\n00:00:20,000 --> 00:00:21,000\n乙。\n".encode(), "a.srt"
    )
    assert [b.text for b in with_chapters(parsed, [(0, "开头"), (15, "结尾")]).blocks] == [
        "开头",
        "甲。",
        "结尾",
        "乙。",
    ]


def test_a_sheet_of_questions_gives_one_document_a_row() -> None:
    csv = "问题,相似问题,答案,责任单位\n怎么签注？,如何签注；居住证续签,网上办理。,市公安局\n没有答案的行,,,\n"
    parsed = parse(csv.encode(), "a.csv")
    assert parsed.blocks == ()
    row = parsed.question_answers[0]
    assert (row.row, row.question, row.answer) == (2, "怎么签注？", "网上办理。")
    assert row.similar_questions == ("如何签注", "居住证续签")
    assert row.extra == {"department": "市公安局"}
    assert len(parsed.question_answers) == 1


def test_a_cell_with_several_questions_has_one_and_its_similar_ones() -> None:
    csv = '分段标题（选填）,分段内容（必填）,问题（选填，单元格内一行一个）\n产品,这是答案。,"是什么？\n做什么用？"\n'
    row = parse(csv.encode(), "a.csv").question_answers[0]
    assert (row.question, row.similar_questions, row.answer) == ("是什么？", ("做什么用？",), "这是答案。")


def test_another_sheet_is_one_table() -> None:
    assert shown(parse("区,电话\n浦东,021\n".encode("gbk"), "a.csv")) == [("table", None, "区 | 电话\n浦东 | 021")]


def test_a_reading_over_words_and_the_number_of_a_cue_are_not_spoken() -> None:
    vtt = (
        "WEBVTT\n\ncue-17 开场\n00:00:01.000 --> 00:00:02.000\n满<ruby>六<rt>liù</rt>十<rt>shí</ruby>岁可办。\n\n"
        "intro-2\n00:00:09.000 --> 00:00:10.000\n不收费。\n"
    )
    assert [b.text for b in parse(vtt.encode(), "a.vtt").blocks] == ["开场", "满六十岁可办。", "不收费。"]


def test_a_moment_without_a_day_in_shanghai_is_kept_as_written_for_the_check_of_fields() -> None:
    text = "---\n施行日: 0001-01-01T00:00:00+14:00\n---\n正文"
    fields, _ = split_front_matter(text, "a.md")
    assert fields == {"effective_from": "0001-01-01T00:00:00+14:00"}
