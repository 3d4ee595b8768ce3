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
