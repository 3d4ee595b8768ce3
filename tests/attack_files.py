"""Small files that once blocked the reader or multiplied in it: each function gives a name and bytes."""

import io
import zipfile
import zlib
from collections.abc import Callable

Attack = tuple[str, bytes]

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


# Containers


def zipped(**parts: bytes | str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in parts.items():
            container.writestr(name, data)
    return buffer.getvalue()


def word_file(body: str, **more: bytes | str) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return zipped(
        **{
            "[Content_Types].xml": _content_types("/word/document.xml", kind),
            "_rels/.rels": _relations(("rId1", "officeDocument", "word/document.xml")),
            "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
        },
        **more,
    )


def workbook_file(sheet: str, strings: str = "") -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return zipped(
        **{
            "[Content_Types].xml": _content_types("/xl/workbook.xml", kind).replace(
                "</Types>",
                '<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
                'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
            ),
            "_rels/.rels": _relations(("rId1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml")
            ),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}">{sheet}</worksheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{strings}</sst>',
        }
    )


def pdf_file(*objects: bytes) -> bytes:
    """The first object is the catalogue."""
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)


def pdf_page(content: bytes, resources: bytes = b"<< >>", *more: bytes) -> bytes:
    """One page; ``more`` objects are numbered from 5."""
    return pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources %s >>" % resources,
        pdf_stream(content),
        *more,
    )


def pdf_stream(content: bytes, head: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (head, len(packed), packed)


def _content_types(part: str, kind: str) -> str:
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="{part}" ContentType="{kind}"/></Types>'
    )


def _relations(*relations: tuple[str, str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="{each}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for each, kind, target in relations
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


# YAML


def anchors_in_flow() -> Attack:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "anchors.md", "\n".join(["---", *lines, "---", "签注免费。"]).encode()


def anchors_on_one_line() -> Attack:
    inner = "&a [x,x,x,x,x,x,x,x,x]"
    parts = [inner] + [f"&{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]" for n in range(10)]
    return "one_line.md", f"---\ntitle: {{k: [{','.join(parts)}]}}\n---\n签注免费。".encode()


def anchored_keys() -> Attack:
    return "keys.md", ("---\n" + "? &a x\n: 1\n? *a\n: 2\n" + "---\n签注免费。").encode()


def merged_mappings() -> Attack:
    lines = ["m0: &m0 {a: 1}"] + [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 30)}]}}" for n in range(1, 8)]
    return "merged.md", "\n".join(["---", *lines, "---", "签注免费。"]).encode()


def nested_yaml() -> Attack:
    return "nested.md", f"---\ntitle: {'[' * 50_000}\n---\n签注免费。".encode()


def long_yaml() -> Attack:
    return "long.md", ("---\n" + "".join(f"k{n}: v\n" for n in range(18_000)) + "---\n签注免费。").encode()


def bracketed_key() -> Attack:
    return "key.md", f'---\n? "{"（" * 60_000}"\n: x\n---\n签注免费。'.encode()


# Markdown and HTML


def many_list_items() -> Attack:
    return "items.md", "".join(f"{n}. 甲\n" for n in range(20_000)).encode()


def many_html_items() -> Attack:
    return "items.html", ("<ol>" + "<li>甲" * 60_000 + "</ol>").encode()


def many_breaks() -> Attack:
    return "breaks.html", ("<p>甲" + "\n" * 60_000 + "x</p>").encode()


def many_br() -> Attack:
    return "br.md", ("甲<br>\n" * 60_000).encode()


def wide_columns() -> Attack:
    width = 800
    head = "|" + "a|" * width + "\n|" + "-|" * width + "\n"
    return "wide.md", (head + "|b|\n" * 2_000).encode()


def many_lines() -> Attack:
    return "lines.md", ("# a\n甲\n" * 60_000).encode()


def wide_spans() -> Attack:
    return "spans.html", ("<table>" + "<tr>" + "<td colspan=1000>甲" * 3_000 + "</table>").encode()


def tall_spans() -> Attack:
    text = "甲" * 20_000
    return "tall.html", (f"<table><tr><td rowspan=1000>{text}<td>x" + "<tr><td>y" * 5_000 + "</table>").encode()


def hanging_columns() -> Attack:
    row = "<tr>" + "<td rowspan=1000>" * 20_000
    return "hanging.html", ("<table>" + row + "<tr><td>甲" * 500 + "</table>").encode()


def nested_boxes() -> Attack:
    return "boxes.html", ("<div>" * 100_000 + "甲" + "<p>乙" * 20_000).encode()


def nested_links() -> Attack:
    return "links.html", ("<div>" * 240 + "<a>甲</a>" * 40_000).encode()


def nested_tables() -> Attack:
    return "tables.html", ("<table><tr><td>甲" * 10_000).encode()


def long_attributes() -> Attack:
    return "attributes.html", ("<p style='" + "display " * 400_000 + "'>甲</p>").encode()


def many_attributes() -> Attack:
    return "many_attributes.html", ("<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">甲</p>").encode()


def brackets() -> Attack:
    return "brackets.md", ("[" * 60_000 + "甲").encode()


def emphasis() -> Attack:
    return "emphasis.md", ("*a_ " * 40_000 + "甲").encode()


def link_starts() -> Attack:
    return "link_starts.md", ("[a](<b" * 30_000 + "甲").encode()


def backticks() -> Attack:
    return "backticks.md", "".join("e" + "`" * n for n in range(1, 1_000)).encode()


def nested_quotes() -> Attack:
    return "quotes.md", (">" * 50_000 + "甲").encode()


def nested_items() -> Attack:
    return "nested_items.md", "".join("  " * n + "- 甲\n" for n in range(1_000)).encode()


def long_headings() -> Attack:
    return "heading.html", ("<h1>" + "题" * 300_000 + "</h1>" + "<h2>甲</h2><p>乙</p>" * 2_000).encode()


def html_words() -> Attack:
    return "words.html", ("<p>" + "甲　" * 100_000 + "\n" + "　" * 100_000 + "x</p>").encode()


# Text, subtitles, records


def wrapped_lines() -> Attack:
    return "wrapped.txt", ("甲" * 40 + "\n").encode() * 40_000


def spaced_chapter() -> Attack:
    return "chapter.txt", ("第一章" + " " * 300_000 + "x 条").encode()


def listed_again() -> Attack:
    return "listed.txt", ("下列" * 200_000 + "\n（一）甲\n（二）乙\n").encode()


def hashes_in_heading() -> Attack:
    return "hashes.jsonl", b'{"id": "a", "text": "# a' + b"#" * 200_000 + b'b"}\n'


def rows_in_text() -> Attack:
    return "rows.jsonl", b'{"id": "a", "text": "' + b"|a|\\n" * 200_000 + b'"}\n'


def many_similar_questions() -> Attack:
    listed = ",".join(f'"q{n}"' for n in range(100_000))
    return (
        "similar.jsonl",
        f'{{"id": "a", "question": "q", "answer": "甲。", "similar_questions": [{listed}]}}'.encode(),
    )


def unknown_fields() -> Attack:
    listed = ",".join(f'"questiom{n}x": 1' for n in range(60_000))
    return "unknown.jsonl", f'{{"id": "a", "text": "甲。", {listed}}}'.encode()


def many_records() -> Attack:
    return "records.jsonl", b"{}\n" * 700_000


def open_tags() -> Attack:
    return "tags.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<" * 200_000 + b"\n"


def open_braces() -> Attack:
    return "braces.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"{\\" * 200_000 + b"\n"


def one_cue_of_many_lines() -> Attack:
    return "cue.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + "甲乙\n".encode() * 200_000


def many_cues() -> Attack:
    cues = (f"{n}\n00:{n // 60 % 60:02}:{n % 60:02},000 --> 00:59:59,000\n# 题{n}\n甲\n\n" for n in range(60_000))
    return "cues.srt", "".join(cues).encode()


# Sheets


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


# Word


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
            "word/styles.xml": f'<w:styles xmlns:w="{_WORD}">{styles}</w:styles>',
            "word/_rels/document.xml.rels": _relations(("rId1", "styles", "styles.xml")),
        },
    )


def long_labels() -> Attack:
    numbering = (
        f'<w:numbering xmlns:w="{_WORD}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
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
            "word/_rels/document.xml.rels": _relations(("rId1", "numbering", "numbering.xml")),
        },
    )


def many_paragraphs() -> Attack:
    return "paragraphs.docx", word_file("<w:p><w:r><w:t>一、甲</w:t></w:r></w:p>" * 150_000)


def one_chart_many_times() -> Attack:
    chart = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    points = "".join(f'<c:pt idx="{n}"><c:v>12345</c:v></c:pt>' for n in range(2_000))
    drawn = f'<w:p><w:r><w:drawing><c:chart xmlns:c="{chart}" xmlns:r="{_OFFICE}" r:id="rId1"/></w:drawing></w:r></w:p>'
    return "charts.docx", word_file(
        drawn * 2_000,
        **{
            "word/charts/chart1.xml": f'<c:chartSpace xmlns:c="{chart}"><c:ser><c:val>{points}</c:val></c:ser>'
            "</c:chartSpace>",
            "word/_rels/document.xml.rels": _relations(("rId1", "chart", "charts/chart1.xml")),
        },
    )


# Slides


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


# PDF


def fanned_out_forms() -> Attack:
    levels, each = 8, 10
    forms = []
    for level in range(levels):
        is_last = level == levels - 1
        content = b"0 0 5 5 re f " if is_last else b"/F Do " * each
        resources = b"" if is_last else b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level)
        forms.append(pdf_stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + resources))
    return "forms.pdf", pdf_page(b"/F Do " * each, b"<< /XObject << /F 5 0 R >> >>", *forms)


def ruled_page() -> Attack:
    lines = b"".join(b"%d 0 m %d 800 l S 0 %d m 600 %d l S " % (n, n, n, n) for n in range(0, 600))
    text = b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET "
    return "ruled.pdf", pdf_page(lines + text, _FONT)


def ruled_boxes() -> Attack:
    boxes = b"".join(b"%d %d %d %d re S " % (n % 80 * 7, n // 80 * 8, 7, 8) for n in range(7_900))
    return "boxes.pdf", pdf_page(boxes + b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET ", _FONT)


def scattered_words() -> Attack:
    words = b"".join(b"1 0 0 1 %d %d Tm (a b) Tj " % (n * 37 % 590, n * 91 % 790) for n in range(12_000))
    return "scattered.pdf", pdf_page(b"BT /F1 6 Tf " + words + b"ET", _FONT)


def letters_on_one_place() -> Attack:
    return "letters.pdf", pdf_page(b"BT /F1 9 Tf 10 10 Td " + b"(aaaaaaaaaa) Tj 0 0 Td " * 30_000 + b"ET", _FONT)


def two_columns() -> Attack:
    words = b"".join(
        b"1 0 0 1 %d %d.%02d Tm (%s) Tj " % (side, n % 780, n // 780, b"abcdefghijklmnopqrst")
        for n in range(8_000)
        for side in (20, 350)
    )
    return "columns.pdf", pdf_page(b"BT /F1 6 Tf " + words + b"ET", _FONT)


def one_content_many_pages() -> Attack:
    pages = 1_900
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(pages))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 3 0 R /Resources 4 0 R >>"
    return "pages.pdf", pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        pdf_stream(b"BT /F1 9 Tf 10 700 Td " + b"(abcdefghij abcdefghij) Tj 0 -10 Td " * 800 + b"ET"),
        _FONT,
        *[page] * pages,
    )


def packed_twice() -> Attack:
    inner = zlib.compress(b" " * 600_000_000, 9)
    packed = zlib.compress(inner, 9)
    head = b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    return "packed.pdf", pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents [%s] /Resources %s >>"
        % (b"4 0 R " * 5, _FONT),
        head,
    )


def wide_character_map() -> Attack:
    cmap = b"1 begincodespacerange <00000000> <ffffffff> endcodespacerange 1 beginbfrange <00000000> <ffffffff> <0041> "
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 5 0 R >>"
    content = b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET"
    return "map.pdf", pdf_page(
        content, b"<< /Font << /F1 %s >> >>" % font, pdf_stream(b"begincmap " + cmap + b"endbfrange endcmap")
    )


def wide_widths() -> Attack:
    descendant = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W [0 2000000000 500] /CIDSystemInfo << >> >>"
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [%s] >>" % descendant
    return "widths.pdf", pdf_page(b"BT /F1 9 Tf 10 10 Td (abcdefgh) Tj ET", b"<< /Font << /F1 %s >> >>" % font)


def forms_within_themselves() -> Attack:
    form = pdf_stream(
        b"/F Do " * 9, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>"
    )
    return "itself.pdf", pdf_page(b"/F Do " * 9, b"<< /XObject << /F 5 0 R >> >>", form)


def deep_pdf() -> Attack:
    return "deep.pdf", pdf_page(b"[" * 200_000 + b"]" * 200_000, _FONT)


def long_kids() -> Attack:
    return "kids.pdf", pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        *[b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 1 >>" % (n + 3, n + 3) for n in range(900)],
        b"<< /Type /Page /MediaBox [0 0 600 800] >>",
    )


_FONT = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"

ATTACKS: tuple[Callable[[], Attack], ...] = tuple(
    made
    for name, made in list(globals().items())
    if callable(made) and getattr(made, "__annotations__", {}) == {"return": Attack}
)
