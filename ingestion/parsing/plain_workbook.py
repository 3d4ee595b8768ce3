"""A workbook without what is only looks and settings: openpyxl refuses files for faults in those, the programs do not.

Read from it are the sheets, their cells, number formats, and which fonts strike out.
"""

import zipfile
from io import BytesIO
from typing import Any

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STYLES, _WORKBOOK = "xl/styles.xml", "xl/workbook.xml"
_LEFT_OUT = ("docProps/", "xl/theme/")
_FILLS = '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
_BORDERS = '<borders count="1"><border/></borders>'
_NAMES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def plain_workbook(data: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as plain:
        for entry in archive.namelist():
            if entry.startswith(_LEFT_OUT) or entry.endswith("/"):
                continue
            content = archive.read(entry)
            change = {_STYLES: _plain_styles, _WORKBOOK: _plain_sheets}.get(entry)
            plain.writestr(entry, content if change is None else change(content))
    return made.getvalue()


def _plain_styles(xml: bytes) -> bytes:
    root = _parsed(xml)
    formats = "".join(
        f"<numFmt numFmtId={_quoted(each.get('numFmtId'))} formatCode={_quoted(each.get('formatCode'))}/>"
        for each in root.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")
        if each.get("formatCode") is not None
    )
    struck = [each.find(f"{_MAIN}strike") for each in root.iterfind(f"{_MAIN}fonts/{_MAIN}font")] or [None]
    are_struck = [mark is not None and mark.get("val") not in {"0", "false"} for mark in struck]
    fonts = "".join("<font><strike/></font>" if is_struck else "<font/>" for is_struck in are_struck)
    cells = "".join(
        f'<xf numFmtId={_quoted(each.get("numFmtId") or "0")} fontId="{_number(each.get("fontId"), len(struck))}" '
        'fillId="0" borderId="0"/>'
        for each in root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")
    )
    usual = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    return (
        f"<styleSheet {_NAMES}><numFmts>{formats}</numFmts><fonts>{fonts}</fonts>{_FILLS}{_BORDERS}"
        f"<cellStyleXfs>{usual}</cellStyleXfs><cellXfs>{cells or usual}</cellXfs>"
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ).encode()


def _plain_sheets(xml: bytes) -> bytes:
    root = _parsed(xml)
    settings = root.find(f"{_MAIN}workbookPr")
    since_1904 = settings is not None and settings.get("date1904") in {"1", "true"}
    sheets = "".join(
        f'<sheet name={_quoted(each.get("name"))} sheetId="{number}" state={_quoted(each.get("state") or "visible")} '
        f"r:id={_quoted(each.get(_RELATION_ID))}/>"
        for number, each in enumerate(root.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"), start=1)
    )
    epoch = '<workbookPr date1904="1"/>' if since_1904 else "<workbookPr/>"
    return f"<workbook {_NAMES} {_RELATIONS}>{epoch}<sheets>{sheets}</sheets></workbook>".encode()


def _quoted(value: str | None) -> str:
    from xml.sax.saxutils import quoteattr

    return quoteattr(value or "")


def _number(value: str | None, below: int) -> int:
    number = int(value) if value and value.isdecimal() else 0
    return number if number < below else 0


def _parsed(xml: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
