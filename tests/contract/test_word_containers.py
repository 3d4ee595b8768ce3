"""The packages that Word and other programs put texts in: read, mended, or refused with what to do."""

import pytest

from ingestion.parsing.parse import parse
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import Note, NoteKind
from tests.office_files import paragraph, run, word_file, word_parts, zipped


def lines(data: bytes, name: str = "a.docx") -> list[str]:
    return [block.text for block in parse(data, name).blocks]


def test_a_file_of_the_strict_form_is_read_like_any_other() -> None:
    parts = word_parts(paragraph("停车首小时五元。", run("旧", "<w:vanish/>")))
    strict = {
        name: str(content)
        .replace(
            "http://schemas.openxmlformats.org/wordprocessingml/2006/", "http://purl.oclc.org/ooxml/wordprocessingml/"
        )
        .replace("http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/")
        for name, content in parts.items()
    }
    assert lines(zipped(strict)) == ["停车首小时五元。"]


def test_backslashes_missing_parts_and_macros_are_mended() -> None:
    parts = word_parts(paragraph("停车首小时五元。"), related={"gone.png": ("image", "x")})
    del parts["word/gone.png"]
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace(
        "vnd.openxmlformats-officedocument.wordprocessingml.document.main", "vnd.ms-word.document.macroEnabled.main"
    )
    data = zipped({name.replace("/", "\\"): content for name, content in parts.items()})
    parsed = parse(data, "a.docm")
    assert [block.text for block in parsed.blocks] == ["停车首小时五元。"]
    assert parsed.report.notes == (Note(NoteKind.MISSING_PARTS, 1, ("gone.png",)),)


def test_a_word_file_in_a_word_file_is_followed_once() -> None:
    innermost = word_file(paragraph("最里层。"))
    chunk = '<w:altChunk r:id="i.docx"/>'
    middle_parts = word_parts(paragraph("里层。") + chunk, related={"i.docx": ("aFChunk", "")})
    middle_parts["word/i.docx"] = innermost
    outer_parts = word_parts(paragraph("外层。") + chunk, related={"i.docx": ("aFChunk", "")})
    outer_parts["word/i.docx"] = zipped(middle_parts)
    assert lines(zipped(outer_parts)) == ["外层。", "里层。"]


@pytest.mark.parametrize(
    ("part", "advice"),
    [("META-INF/container.xml", "export it as PDF"), ("Index/Document.iwa", "Word, Excel or PDF")],
)
def test_containers_of_other_programs_are_refused_with_what_to_do(part: str, advice: str) -> None:
    with pytest.raises(FileRefused, match=advice):
        parse(zipped({part: "x"}), "a.pages")


def test_a_word_file_that_stands_in_another_with_the_type_of_a_main_part_is_read() -> None:
    parts = word_parts(paragraph("外层一句。") + '<w:altChunk r:id="inner.docx"/>')
    parts["word/inner.docx"] = word_file(paragraph("内层补贴三百元。"))
    relations = str(parts["word/_rels/document.xml.rels"])
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    relation = f'<Relationship Id="inner.docx" Type="{kind}" Target="inner.docx"/></Relationships>'
    parts["word/_rels/document.xml.rels"] = relations.replace("</Relationships>", relation)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    override = f'<Override PartName="/word/inner.docx" ContentType="{main}"/></Types>'
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("</Types>", override)
    assert lines(zipped(parts)) == ["外层一句。", "内层补贴三百元。"]
