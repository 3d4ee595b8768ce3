"""Of a Word file the view is read that paper shows once all changes are accepted."""

from ingestion.parsing.parse import parse
from tests.office_files import paragraph, run, word_file


def lines(data: bytes) -> list[str]:
    return [block.text for block in parse(data, "a.docx").blocks]


def test_what_only_a_view_as_web_page_hides_is_read_but_for_the_pages_of_a_table_of_contents() -> None:
    marked = "<w:webHidden/>"

    def field(kind: str) -> str:
        return f'<w:r><w:rPr>{marked}</w:rPr><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = '<w:r><w:instrText xml:space="preserve"> PAGEREF _Toc1 \\h </w:instrText></w:r>'
    entry = paragraph("总则", field("begin"), code, field("separate"), run("37", marked), field("end"))
    body = entry + paragraph("停靠时", run("船主须到场", marked), "。")
    assert lines(word_file(body)) == ["总则", "停靠时船主须到场。"]


def test_what_was_moved_is_read_once_where_it_went() -> None:
    body = paragraph("<w:moveFrom>" + run("先取号。") + "</w:moveFrom>", "带证件。") + paragraph(
        "<w:moveTo>" + run("先取号。") + "</w:moveTo>"
    )
    assert lines(word_file(body)) == ["带证件。", "先取号。"]


def test_of_a_list_to_choose_from_only_the_choice_is_read_and_no_prompt_to_type() -> None:
    listed = '<w:listItem w:displayText="东港" w:value="1"/><w:listItem w:displayText="西港" w:value="2"/>'

    def control(properties: str, text: str) -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{run(text)}</w:sdtContent></w:sdt>"

    chosen = control(f"<w:dropDownList>{listed}</w:dropDownList>", "西港")
    body = paragraph("港区：", chosen) + paragraph("船名：", control("<w:showingPlcHdr/>", "单击此处输入文字"))
    assert lines(word_file(body)) == ["港区：西港", "船名："]


def test_white_words_in_a_style_without_a_ground_of_its_own_stay_out() -> None:
    white = '<w:color w:val="FFFFFF"/>'
    shade = '<w:shd w:val="clear" w:fill="1F4E79"/>'
    styles = (
        '<w:style w:type="paragraph" w:styleId="Plain"><w:name w:val="Plain"/></w:style>'
        f'<w:style w:type="paragraph" w:styleId="Band"><w:name w:val="Band"/><w:pPr>{shade}</w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Band2"/><w:basedOn w:val="Band"/></w:style>'
    )
    body = "".join(
        paragraph(f"{name}见", run("白字", white), properties=f'<w:pStyle w:val="{name}"/>')
        for name in ("Plain", "Band", "Title", "Unknown")
    )
    assert lines(word_file(body, styles=styles)) == ["Plain见", "Band见白字", "Title见白字", "Unknown见白字"]
