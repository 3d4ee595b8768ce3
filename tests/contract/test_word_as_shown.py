"""What Word computes, hides or draws: read as the page shows it. The files are made part by part."""

import pytest

from ingestion.parsing.parse import parse
from kb_service.domain.file_reports import NoteKind
from tests.office_files import level, numbered, paragraph, run, word_file


def lines(data: bytes, name: str = "a.docx") -> list[str]:
    return [block.text for block in parse(data, name).blocks]


def noted(data: bytes) -> dict[NoteKind, int]:
    return {note.kind: note.count for note in parse(data, "a.docx").report.notes}


def list_of(*levels: str, number: int = 1) -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
    )


# Numbers


def test_articles_count_on_over_sections_and_chapters_and_items_begin_anew_in_each() -> None:
    levels = (
        level(0, "chineseCountingThousand", "第%1章"),
        level(1, "chineseCountingThousand", "第%2节"),
        level(2, "chineseCountingThousand", "第%3条", '<w:lvlRestart w:val="0"/>'),
        level(3, "chineseCountingThousand", "（%4）"),
    )
    order = [
        ("总则", 0),
        ("目的", 2),
        ("范围", 1),
        ("对象", 2),
        ("甲", 3),
        ("乙", 3),
        ("罚则", 0),
        ("处罚", 2),
        ("丙", 3),
    ]
    body = "".join(numbered(text, 1, depth) for text, depth in order)
    assert lines(word_file(body, numbering=list_of(*levels))) == [
        "第一章 总则", "第一条 目的", "第一节 范围", "第二条 对象", "（一）甲", "（二）乙",
        "第二章 罚则", "第三条 处罚", "（一）丙",
    ]  # fmt: skip


def test_a_level_may_begin_anew_after_one_level_above_only() -> None:
    levels = (
        level(0, "decimal", "%1."),
        level(1, "decimal", "%1.%2"),
        level(2, "lowerLetter", "%3)", '<w:lvlRestart w:val="1"/>'),
    )
    order = [("甲", 0), ("乙", 1), ("丙", 2), ("丁", 1), ("戊", 2), ("己", 0), ("庚", 1), ("辛", 2)]
    body = "".join(numbered(text, 1, depth) for text, depth in order)
    assert lines(word_file(body, numbering=list_of(*levels))) == [
        "1. 甲", "1.1 乙", "a)丙", "1.2 丁", "b)戊", "2. 己", "2.1 庚", "a)辛",
    ]  # fmt: skip


def test_legal_numbering_writes_the_numbers_above_in_figures() -> None:
    levels = (level(0, "chineseCountingThousand", "第%1章"), level(1, "decimal", "%1.%2", "<w:isLgl/>"))
    body = numbered("总则", 1) + numbered("目的", 1, 1) + numbered("附则", 1) + numbered("解释", 1, 1)
    assert lines(word_file(body, numbering=list_of(*levels))) == ["第一章 总则", "1.1 目的", "第二章 附则", "2.1 解释"]


@pytest.mark.parametrize(
    ("number_format", "third"),
    [
        ("chineseLegalSimplified", "叁、"), ("ideographTraditional", "丙、"), ("ideographZodiac", "寅、"),
        ("decimalZero", "03、"), ("decimalEnclosedCircle", "③、"), ("ideographEnclosedCircle", "㊂、"),
        ("decimalFullWidth", "３、"), ("upperRoman", "III、"), ("upperLetter", "C、"), ("decimalEnclosedParen", "⑶、"),
        ("taiwaneseCountingThousand", "三、"), ("ideographLegalTraditional", "參、"),
    ],
)  # fmt: skip
def test_every_kind_of_number(number_format: str, third: str) -> None:
    body = "".join(numbered("项", 1) for _ in range(3))
    assert lines(word_file(body, numbering=list_of(level(0, number_format, "%1、"))))[-1] == f"{third}项"


def test_a_numbering_style_gives_the_levels_of_a_list() -> None:
    styles = (
        '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style>'
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="5">{level(0, "ideographTraditional", "%1、")}'
        f'<w:styleLink w:val="L"/></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="6"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="5"/></w:num><w:num w:numId="6"><w:abstractNumId w:val="6"/></w:num>'
    )
    assert lines(word_file(numbered("一项", 6) + numbered("二项", 6), numbering=numbering, styles=styles)) == [
        "甲、一项",
        "乙、二项",
    ]


def test_the_list_says_at_which_level_a_style_stands() -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="{0}"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    levels = (
        level(0, "chineseCountingThousand", "第%1章", '<w:pStyle w:val="Z"/>'),
        level(1, "chineseCountingThousand", "第%2条", '<w:pStyle w:val="T"/>'),
    )
    body = "".join(
        paragraph(text, properties=f'<w:pStyle w:val="{name}"/>') for name, text in (("Z", "总则"), ("T", "目的"))
    )
    data = word_file(body, numbering=list_of(*levels), styles=style.format("Z") + style.format("T"))
    assert lines(data) == ["第一章 总则", "第一条 目的"]


def test_a_list_that_is_started_again_begins_at_its_number() -> None:
    numbering = (
        f'<w:abstractNum w:abstractNumId="1">{level(0, "decimal", "%1.")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    body = numbered("甲", 1) + numbered("乙", 1) + numbered("丙", 2) + numbered("丁", 2)
    assert lines(word_file(body, numbering=numbering)) == ["1. 甲", "2. 乙", "1. 丙", "2. 丁"]


def test_raised_marks_never_join_a_number() -> None:
    mark, exponent = (run(each, '<w:vertAlign w:val="superscript"/>') for each in "13")
    body = paragraph(
        "每户每月800", mark, "元，不超过10", exponent, "个；H", run("2", '<w:vertAlign w:val="subscript"/>'), "O"
    )
    assert lines(word_file(body)) == ["每户每月800元（注1），不超过10³个；H2O"]


# What is not shown


def test_hidden_and_struck_out_words_stay_out_by_themselves_and_by_style() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="S"><w:rPr><w:strike/></w:rPr></w:style>'
    )
    body = (
        paragraph("标准一千元", run("（拟改三千元）", '<w:rStyle w:val="H"/>'), run("，旧两千元", "<w:dstrike/>"), "。")
        + paragraph(run("整段作废。"), properties='<w:pStyle w:val="S"/>')
        + paragraph(run("不作废。", '<w:strike w:val="0"/>'), properties='<w:pStyle w:val="S"/>')
    )
    data = word_file(body, styles=styles)
    assert lines(data) == ["标准一千元。", "不作废。"]
    assert noted(data) == {NoteKind.HIDDEN_TEXT: 1, NoteKind.STRUCK_OUT: 2}


def test_deleted_rows_and_words_are_gone_and_inserted_ones_are_there() -> None:
    row = "<w:tr><w:trPr>{0}</w:trPr><w:tc>{1}</w:tc><w:tc>{2}</w:tc></w:tr>"
    table = "".join(
        row.format(change, paragraph(name), paragraph(fee))
        for change, name, fee in (("", "首证", "10元"), ("<w:del/>", "补证", "20元"), ("<w:ins/>", "换证", "30元"))
    )
    words = "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins>" + run("新") + "</w:ins></w:p>"
    assert lines(word_file(f"<w:tbl>{table}</w:tbl>{words}")) == ["首证 | 10元\n换证 | 30元", "新"]


# What is drawn or stands elsewhere


def test_notes_stand_below_their_place_in_text_and_tables() -> None:
    notes = "<w:{0}s NAMES><w:{0} w:id='2'>{1}</w:{0}></w:{0}s>"
    cell = paragraph("低保", '<w:r><w:endnoteReference w:id="2"/></w:r>')
    body = paragraph("补贴五百元", '<w:r><w:footnoteReference w:id="2"/></w:r>', "。") + (
        f"<w:tbl><w:tr><w:tc>{cell}</w:tc><w:tc>{paragraph('80%')}</w:tc></w:tr></w:tbl>"
    )
    related = {
        "footnotes.xml": ("footnotes", notes.format("footnote", paragraph("七月起八百元。"))),
        "endnotes.xml": ("endnotes", notes.format("endnote", paragraph("指本市户籍。"))),
    }
    assert lines(word_file(body, related=related)) == [
        "补贴五百元（注1）。",
        "注1：七月起八百元。",
        "低保（尾注1） | 80%",
        "尾注1：指本市户籍。",
    ]


def test_boxes_of_every_kind_keep_their_tick() -> None:
    new = (
        '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{0}"/></w14:checkbox></w:sdtPr><w:sdtContent>'
        "<w:r><w:t>{1}</w:t></w:r></w:sdtContent></w:sdt>"
    )
    old = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/>{0}</w:checkBox></w:ffData>'
        "</w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    font = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
    body = (
        paragraph(new.format(1, "☒"), "线上", new.format(0, "☐"), "线下")
        + paragraph(old.format("<w:checked/>"), "收费", old.format(""), "免费")
        + paragraph(run("\uf0fe", font), "全年", run("\uf0a8", font), "周末")
        + paragraph('<w:r><w:sym w:font="Wingdings 2" w:char="F050"/></w:r>', "即办")
    )
    assert lines(word_file(body)) == ["☑线上□线下", "☑收费□免费", "☑全年□周末", "✓即办"]


def test_a_chosen_entry_of_a_form_is_told() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="东区"/>'
        '<w:listEntry w:val="西区"/></w:ddList></w:ffData></w:fldChar></w:r>'
        "<w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert lines(word_file(paragraph("办理地点：", field))) == ["办理地点：西区"]


def field_code(code: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_what_word_draws_from_a_code_is_read() -> None:
    body = (
        paragraph(field_code(r" eq \o\ac(○,3) "), "号线")
        + paragraph("月息=", field_code(r" EQ \F(年息+费用,12) "))
        + paragraph(field_code(r' EQ \* jc2 \* "Font:宋体" \* hps10 \o\ad(\s\up 9(xīn),莘)'), "庄")
    )
    assert lines(word_file(body)) == ["③号线", "月息=(年息+费用)/12", "莘庄"]


def test_formulas_keep_their_bars_and_exponents() -> None:
    def text(words: str) -> str:
        return f"<m:r><m:t>{words}</m:t></m:r>"

    power = f"<m:sSup><m:e>{text('10')}</m:e><m:sup>{text('n+1')}</m:sup></m:sSup>"
    fraction = f"<m:f><m:num>{text('A−B')}</m:num><m:den>{text('12')}</m:den></m:f>"
    root = f"<m:rad><m:deg/><m:e>{text('S')}</m:e></m:rad>"
    body = paragraph("额=", f"<m:oMath>{fraction}{text('÷2×')}{power}{text('+')}{root}</m:oMath>", "元")
    assert lines(word_file(body)) == ["额=(A−B)/12÷2×10ⁿ⁺¹+√S元"]


def test_readings_over_characters_are_left_out() -> None:
    ruby = f"<w:r><w:ruby><w:rubyPr/><w:rt>{run('dǐng')}</w:rt><w:rubyBase>{run('碇')}</w:rubyBase></w:ruby></w:r>"
    assert lines(word_file(paragraph("石", ruby, "路"))) == ["石碇路"]


def test_text_in_another_format_inside_is_read_and_one_that_is_not_is_told() -> None:
    body = paragraph("标准：") + '<w:altChunk r:id="a.html"/><w:altChunk r:id="b.rtf"/>'
    related = {
        "a.html": ("aFChunk", "<html><body><p>每月四百元。</p></body></html>"),
        "b.rtf": ("aFChunk", "{\\rtf1 lost}"),
    }
    data = word_file(body, related=related)
    assert lines(data) == ["标准：", "每月四百元。"]
    assert noted(data) == {NoteKind.EMBEDDED_FILES: 1}


def test_a_diagram_tells_its_steps_in_order() -> None:
    point = '<dgm:pt modelId="{0}"><dgm:t><a:p><a:r><a:t>{1}</a:t></a:r></a:p></dgm:t></dgm:pt>'
    link = '<dgm:cxn srcId="0" destId="{0}" srcOrd="{1}"/>'
    data_model = (
        '<dgm:dataModel NAMES><dgm:ptLst><dgm:pt modelId="0" type="doc"/>'
        + point.format(1, "二、受理") + point.format(2, "一、申请")
        + f"</dgm:ptLst><dgm:cxnLst>{link.format(1, 1)}{link.format(2, 0)}</dgm:cxnLst></dgm:dataModel>"
    )  # fmt: skip
    drawing = '<w:r><w:drawing><dgm:relIds r:dm="d.xml"/></w:drawing></w:r>'
    data = word_file(paragraph("流程", drawing), related={"d.xml": ("diagramData", data_model)})
    assert lines(data) == ["流程", "一、申请", "二、受理"]


def test_a_box_in_a_cell_is_told_once_and_an_inner_table_row_by_row() -> None:
    box = f"<w:txbxContent>{paragraph('五个工作日')}</w:txbxContent>"
    choice = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback><w:pict>{box}</w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    inner = "".join(
        f"<w:tr><w:tc>{paragraph(a)}</w:tc><w:tc>{paragraph(b)}</w:tc></w:tr>"
        for a, b in (("甲类", "10元"), ("乙类", "20元"))
    )
    row = f"<w:tr><w:tc>{paragraph('时限', choice)}</w:tc><w:tc><w:tbl>{inner}</w:tbl></w:tc></w:tr>"
    assert lines(word_file(f"<w:tbl>{row}</w:tbl>")) == ["时限 五个工作日 | 甲类：10元；乙类：20元"]


# Titles and letters


def test_a_title_of_two_lines_is_one_and_a_chapter_is_none_of_it() -> None:
    centred, large = '<w:jc w:val="center"/>', '<w:sz w:val="44"/>'
    body = (
        paragraph(run("云栖市城市轨道交通", large), properties=centred)
        + paragraph(run("管理条例", large), properties=centred)
        + paragraph(run("第一章　总则", large), properties=centred)
        + paragraph("第一条　为了加强管理，保障安全，制定本条例，适用于全部线路。")
    )
    assert lines(word_file(body))[:2] == ["云栖市城市轨道交通管理条例", "第一章　总则"]


CENTRED, LARGE, BOLD, LINE_BREAK = '<w:jc w:val="center"/>', '<w:sz w:val="44"/>', "<w:b/>", "<w:r><w:br/></w:r>"


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(
            "".join(
                paragraph(run(each, LARGE), properties=CENTRED)
                for each in ("云栖市交通委员会", "关于印发《轨道交通", "乘客守则》的通知")
            ),
            id="three centred paragraphs",
        ),
        pytest.param(
            paragraph(
                run("云栖市交通委员会关于印发", LARGE),
                LINE_BREAK,
                run("《轨道交通乘客守则》的通知", LARGE),
                properties=CENTRED,
            ),
            id="a line break",
        ),
        pytest.param(
            "".join(
                paragraph(run(each, BOLD), properties=CENTRED)
                for each in ("云栖市交通委员会关于印发", "《轨道交通乘客守则》的通知")
            ),
            id="bold, no larger than the text",
        ),
        pytest.param(
            "".join(
                paragraph(each, properties=CENTRED)
                for each in ("云栖市交通委员会关于印发", "《轨道交通乘客守则》的通知")
            ),
            id="centred alone",
        ),
    ],
)
def test_a_title_in_several_lines_is_whole(title: str) -> None:
    number = paragraph("云交规〔2026〕3号", properties=CENTRED)
    body = number + paragraph("各有关单位：") + paragraph("现将守则印发给你们，请认真执行，有关情况及时报送。")
    parsed = parse(word_file(title + body), "a.docx")
    assert parsed.metadata["title"] == "云栖市交通委员会关于印发《轨道交通乘客守则》的通知"
    assert [each.text for each in parsed.blocks][:2] == [parsed.metadata["title"], "云交规〔2026〕3号"]


def test_figures_that_are_moved_off_the_line_by_points_are_raised_or_lowered() -> None:
    up, down = ('<w:position w:val="10"/>', '<w:position w:val="-6"/>')
    body = paragraph("不超过10", run("3", up), "个，每户800", run("1", up), "元，CO", run("2", down), "排放")
    assert lines(word_file(body)) == ["不超过10³个，每户800元（注1），CO2排放"]


def test_an_initial_set_over_two_lines_is_the_first_letter_of_its_paragraph() -> None:
    frame = '<w:framePr w:dropCap="drop" w:lines="2" w:wrap="around"/>'
    body = paragraph("为", properties=frame) + paragraph("进一步做好养老服务工作，制定本办法。")
    assert lines(word_file(body)) == ["为进一步做好养老服务工作，制定本办法。"]


def test_white_words_on_the_page_and_tiny_ones_stay_out_and_those_on_a_ground_are_read() -> None:
    white, shade = '<w:color w:val="FFFFFF"/>', '<w:shd w:val="clear" w:fill="1F4E79"/>'
    cell = f"<w:tbl><w:tr><w:tc>{paragraph(run('项目', white))}</w:tc><w:tc>{paragraph('金额')}</w:tc></w:tr></w:tbl>"
    body = paragraph("补贴八百元。", run("拟改三千元", white), run("勿外传", '<w:sz w:val="2"/>'))
    body += paragraph(run("重要提示", white + shade)) + cell
    assert lines(word_file(body)) == ["补贴八百元。", "重要提示", "项目 | 金额"]
    assert noted(word_file(body)) == {NoteKind.HIDDEN_TEXT: 2}


def test_words_drawn_as_word_art_are_read_and_a_watermark_of_that_kind_is_left_out() -> None:
    def art(words: str, shape: str) -> str:
        return f'<w:r><w:pict><v:shape id="{shape}"><v:textpath string="{words}"/></v:shape></w:pict></w:r>'

    body = paragraph(art("本周六休息", "_x0000_i1025")) + paragraph(
        art("内部资料", "PowerPlusWaterMarkObject1"), "免费。"
    )
    assert lines(word_file(body)) == ["本周六休息", "免费。"]
    assert noted(word_file(body)) == {NoteKind.WATERMARKS: 1}
