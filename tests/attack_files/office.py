"""Hostile sheets, Word files and slides."""

import io
import zipfile
from collections.abc import Callable

from tests.attack_files.containers import OFFICE, WORD, Attack, relations, word_file, workbook_file, zipped


def merged_sheet() -> Attack:
    cell = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row></sheetData>'
    return "merged.xlsx", workbook_file(f'{cell}<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')


def many_merges() -> Attack:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>甲</t></is></c><c r="C{n}"><v>1</v></c></row>'
        for n in range(1, 8_001)
    )
    merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 8_001))
    return "merges.xlsx", workbook_file(f"<sheetData>{rows}</sheetData><mergeCells>{merges}</mergeCells>")


def one_string_many_cells() -> Attack:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 30_001))
    return "strings.xlsx", workbook_file(f"<sheetData>{rows}</sheetData>", f"<si><t>{'甲' * 30_000}</t></si>")


def diagonal_cells() -> Attack:
    from openpyxl.utils import get_column_letter

    rows = "".join(f'<row r="{n}"><c r="{get_column_letter(n)}{n}"><v>1</v></c></row>' for n in range(1, 15_001))
    return "diagonal.xlsx", workbook_file(f"<sheetData>{rows}</sheetData>")


def linked_sheet() -> Attack:
    cell = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row></sheetData>'
    return "linked.xlsx", workbook_file(
        f'{cell}<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'
    )


def wide_csv() -> Attack:
    return "wide.csv", ("," * 5_000 + "\n").encode() * 400 + ("," * 5_000 + "甲\n").encode() * 400


def titles_in_csv() -> Attack:
    return "titles.csv", "甲,\n".encode() * 300_000


def spanned_cells() -> Attack:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="100000"/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>'
    return "spanned.docx", word_file("<w:tbl>" + f"<w:tr>{cell * 2}</w:tr>" * 200 + "</w:tbl>")


def many_spanned_cells() -> Attack:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="200"/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>'
    return "many_spanned.docx", word_file("<w:tbl>" + f"<w:tr>{cell * 100}</w:tr>" * 100 + "</w:tbl>")


def merged_down() -> Attack:
    first = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>'
    more = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    return "down.docx", word_file(
        "<w:tbl>" + f"<w:tr>{first * 40}</w:tr>" + f"<w:tr>{more * 40}</w:tr>" * 1_500 + "</w:tbl>"
    )


def merged_down_again() -> Attack:
    first = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>'
    more = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    block = f"<w:tr>{first * 20}</w:tr>" + f"<w:tr>{more * 20}</w:tr>" * 2
    return "down_again.docx", word_file("<w:tbl>" + block * 1_500 + "</w:tbl>")


def far_cell() -> Attack:
    row = '<w:tr><w:trPr><w:gridBefore w:val="2000000000"/></w:trPr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>'
    return "far.docx", word_file("<w:tbl>" + f"{row}<w:tc><w:p/></w:tc></w:tr>" * 2 + "</w:tbl>")


def nested_word_tables() -> Attack:
    start, end = "<w:tbl><w:tr><w:tc>", "<w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    return "nested.docx", word_file((start * 75 + end * 75) * 60)


def nested_text_boxes() -> Attack:
    start, end = (
        "<w:p><w:r><w:pict><w:txbxContent>",
        "<w:p><w:r><w:t>甲</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>",
    )
    return "boxes.docx", word_file(start * 60 + end * 60)


def chained_styles() -> Attack:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(3_000)
    )
    paragraphs = '<w:p><w:pPr><w:pStyle w:val="s0"/></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>' * 1_500
    return "styles.docx", word_file(
        paragraphs,
        **{
            "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
            "word/_rels/document.xml.rels": relations(("rId1", "styles", "styles.xml")),
        },
    )


def long_labels() -> Attack:
    numbering = (
        f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="decimal"/><w:lvlText w:val="{"%1" * 20_000}"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    numbered = (
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>'
    )
    return "labels.docx", word_file(
        numbered * 20_000,
        **{
            "word/numbering.xml": numbering,
            "word/_rels/document.xml.rels": relations(("rId1", "numbering", "numbering.xml")),
        },
    )


def many_runs() -> Attack:
    return "runs.docx", word_file("<w:p>" + '<w:r><w:footnoteReference w:id="1"/></w:r>' * 30_000 + "</w:p>")


def many_paragraphs() -> Attack:
    return "paragraphs.docx", word_file("<w:p><w:r><w:t>一、甲</w:t></w:r></w:p>" * 150_000)


def one_chart_many_times() -> Attack:
    chart = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    points = "".join(f'<c:pt idx="{n}"><c:v>12345</c:v></c:pt>' for n in range(2_000))
    drawn = f'<w:p><w:r><w:drawing><c:chart xmlns:c="{chart}" xmlns:r="{OFFICE}" r:id="rId1"/></w:drawing></w:r></w:p>'
    return "charts.docx", word_file(
        drawn * 2_000,
        **{
            "word/charts/chart1.xml": f'<c:chartSpace xmlns:c="{chart}"><c:ser><c:val>{points}</c:val></c:ser>'
            "</c:chartSpace>",
            "word/_rels/document.xml.rels": relations(("rId1", "chart", "charts/chart1.xml")),
        },
    )


def _slides(change: Callable[[str], str]) -> bytes:
    """A presentation with one slide, whose XML is changed."""
    from pptx import Presentation

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "题"
    slide.shapes.add_table(2, 2, 0, 0, 914400, 914400).table.cell(0, 0).text = "甲"
    buffer = io.BytesIO()
    made.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped(
        **{
            name: change(f"{name}\n{data.decode()}").split("\n", 1)[1] if name.endswith((".xml", ".rels")) else data
            for name, data in parts.items()
        }
    )


def one_slide_many_times() -> Attack:
    def change(part: str) -> str:
        if not part.startswith("ppt/presentation.xml\n"):
            return part
        start = part.index("<p:sldId ")
        one = part[start : part.index("/>", start) + 2]
        return part.replace(one, "".join(one.replace('id="256"', f'id="{n}"') for n in range(256, 6_256)))

    return "slides.pptx", _slides(change)


def spanned_slide_cells() -> Attack:
    def change(part: str) -> str:
        return part.replace("<a:tc>", '<a:tc gridSpan="100000" rowSpan="100000">')

    return "spanned.pptx", _slides(change)


def nested_groups() -> Attack:
    def change(part: str) -> str:
        if not part.startswith("ppt/slides/slide1.xml\n"):
            return part
        start = part.index("<p:sp>")
        one = part[start : part.index("</p:sp>") + 7]
        group = "<p:grpSp><p:nvGrpSpPr/><p:grpSpPr/>"
        return part.replace(one, (group * 60 + one * 20 + "</p:grpSp>" * 60) * 20)

    return "groups.pptx", _slides(change)


def many_slide_shapes() -> Attack:
    def change(part: str) -> str:
        if not part.startswith("ppt/slides/slide1.xml\n"):
            return part
        start = part.index("<p:sp>")
        one = part[start : part.index("</p:sp>") + 7]
        return part.replace(one, one * 6_000)

    return "shapes.pptx", _slides(change)


def many_slide_rows() -> Attack:
    def change(part: str) -> str:
        if "<a:tr " not in part:
            return part
        start = part.index("<a:tr ")
        row = part[start : part.index("</a:tr>") + 7]
        return part.replace(row, row * 8_000, 1)

    return "rows.pptx", _slides(change)
