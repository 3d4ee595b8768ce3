"""The numbers behind an office chart, as a table of categories and series."""

from typing import Any

from ingestion.parsing.blocks import Block
from ingestion.parsing.tables import plain_row, table_block

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def chart_block(chart_xml: bytes, *, page: int | None = None) -> Block | None:
    """The cached values of a chart part, or None when it holds none. Raises lxml.etree.XMLSyntaxError."""
    from lxml import etree

    root = etree.fromstring(chart_xml, etree.XMLParser(resolve_entities=False, no_network=True))
    series = root.findall(f".//{_C}ser")
    if not series:
        return None
    names = ["".join(_cached(one.find(f"{_C}tx")).values()) for one in series]
    categories = _cached(series[0].find(f"{_C}cat"))
    values = [_cached(one.find(f"{_C}val")) for one in series]
    rows = [plain_row(["", *names])]
    for index in sorted(set(categories).union(*values)):
        rows.append(plain_row([categories.get(index, ""), *(value.get(index, "") for value in values)]))
    title = title_of_chart(root)
    return table_block([plain_row([title]), *rows] if title else rows, page=page)


def title_of_chart(root: Any) -> str:
    """With those of its axes, which tell the unit."""
    titles = ["".join(text.text or "" for text in each.iter(f"{_A}t", f"{_C}v")) for each in root.iter(f"{_C}title")]
    return " ".join(filter(None, map(str.strip, titles)))


def _cached(element: Any | None) -> dict[int, str]:
    if element is None:
        return {}
    return {int(point.get("idx", "0")): (point.findtext(f"{_C}v") or "").strip() for point in element.iter(f"{_C}pt")}
