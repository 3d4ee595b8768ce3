"""OpenDocument texts as their page shows them."""

import pytest

from ingestion.parsing.parse import parse
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import NoteKind
from tests.office_files import zipped

_NAMES = "".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" '
    for short, name in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("table", "table"),
        ("draw", "drawing"), ("form", "form"),
    )
)  # fmt: skip


def odt(body: str, styles: str = "", kind: str = "text") -> bytes:
    content = (
        f"<office:document-content {_NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def lines(data: bytes) -> list[str]:
    return [block.text for block in parse(data, "a.odt").blocks]


def style(name: str, properties: str) -> str:
    return f'<style:style style:name="{name}" style:family="text"><style:text-properties {properties}/></style:style>'


def numbers(name: str, *levels: tuple[str, str, str]) -> str:
    made = "".join(
        f'<text:list-level-style-number text:level="{depth}" style:num-format="{sign}" style:num-prefix="{before}" '
        f'style:num-suffix="{after}"/>'
        for depth, (before, sign, after) in enumerate(levels, start=1)
    )
    return f'<text:list-style style:name="{name}">{made}</text:list-style>'


def test_headings_lists_and_counted_numbers() -> None:
    body = (
        '<text:h text:outline-level="1">犬证办理</text:h>'
        '<text:list text:style-name="L"><text:list-item><text:p>申请</text:p>'
        "<text:list><text:list-item><text:p>填表</text:p></text:list-item></text:list></text:list-item>"
        "<text:list-item><text:p>领证</text:p></text:list-item></text:list>"
    )
    data = odt(body, numbers("L", ("", "一, 二, 三, ...", "、"), ("（", "1", "）")))
    assert lines(data) == ["犬证办理", "一、申请", "（1）填表", "二、领证"]


def test_a_list_goes_on_only_where_it_says_so() -> None:
    items = '<text:list text:style-name="L"{0}><text:list-item><text:p>甲</text:p></text:list-item></text:list>'
    body = items.format("") + items.format(' text:continue-numbering="true"') + items.format("")
    assert lines(odt(body, numbers("L", ("第", "一, 二, 三, ...", "条")))) == ["第一条 甲", "第二条 甲", "第一条 甲"]


def test_hidden_struck_out_and_deleted_words_stay_out_and_marks_join_no_number() -> None:
    styles = (
        style("H", 'text:display="none"') + style("S", 'style:text-line-through-style="solid"')
        + style("U", 'style:text-position="super 58%"')
    )  # fmt: skip
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>删去</text:p></text:deletion></text:changed-region>"
        '</text:tracked-changes><text:p>每月800<text:span text:style-name="U">1</text:span>元'
        '<text:span text:style-name="H">内部</text:span>'
        '<text:span text:style-name="S">六百</text:span>，<text:s text:c="2"/>全年</text:p>'
        '<text:section text:display="none"><text:p>暗节</text:p></text:section>'
    )
    parsed = parse(odt(body, styles), "a.odt")
    assert [block.text for block in parsed.blocks] == ["每月800元（注1），  全年"]
    assert {note.kind: note.count for note in parsed.report.notes} == {NoteKind.HIDDEN_TEXT: 2, NoteKind.STRUCK_OUT: 2}


def test_notes_boxes_and_readings() -> None:
    body = (
        '<text:p>补贴<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>七月起八百元。</text:p></text:note-body></text:note>五百元<draw:frame><draw:text-box><text:p>限本市</text:p>"
        "</draw:text-box></draw:frame></text:p><text:p><text:ruby><text:ruby-base>莘</text:ruby-base><text:ruby-text>xīn"
        "</text:ruby-text></text:ruby>庄</text:p>"
    )
    assert lines(odt(body)) == ["补贴（注1）五百元", "注1：七月起八百元。", "限本市", "莘庄"]


def test_tables_with_spans_and_tables_in_cells() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    tall, wide = cell("对象", 'table:number-rows-spanned="2"'), cell("比例", 'table:number-columns-spanned="2"')
    inner = f"<table:table><table:table-row>{cell('甲')}{cell('1元')}</table:table-row></table:table>"
    body = (
        f"<table:table><table:table-header-rows><table:table-row>{tall}"
        f"{wide}<table:covered-table-cell/></table:table-row>"
        f"</table:table-header-rows><table:table-row><table:covered-table-cell/>{cell('住院')}{cell('门诊')}</table:table-row>"
        f"<table:table-row table:visibility='collapse'>{cell('暗')}{cell('1')}{cell('2')}</table:table-row>"
        f"<table:table-row>{cell('低保')}{cell('80%')}<table:table-cell>{inner}</table:table-cell></table:table-row></table:table>"
    )
    assert lines(odt(body)) == ["对象 | 比例 | 比例\n对象 | 住院 | 门诊\n低保 | 80% | 甲：1元"]


def test_ticks_of_a_form_are_told() -> None:
    body = (
        '<office:forms><form:form><form:checkbox form:id="c1" form:label="线上" form:current-state="checked"/>'
        '<form:checkbox form:id="c2" form:label="线下" form:current-state="unchecked"/></form:form></office:forms>'
        '<text:p>方式：<draw:control draw:control="c1"/><draw:control draw:control="c2"/></text:p>'
    )
    assert lines(odt(body)) == ["方式：☑线上□线下"]


def test_other_open_documents_and_locked_ones_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(FileRefused, match=r"save it as \.xlsx"):
        parse(odt("", kind="spreadsheet"), "a.ods")
    with pytest.raises(FileRefused, match="damaged"):
        parse(zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a"}), "a.odt")


def test_boxes_of_a_picture_font_are_read_as_such() -> None:
    styles = style("W", 'style:font-name="Wingdings"')
    body = '<text:p><text:span text:style-name="W">\uf0fe</text:span>网上办理</text:p>'
    assert lines(odt(body, styles)) == ["☑网上办理"]
