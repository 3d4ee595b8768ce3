"""The words of a SmartArt diagram, from its data part, in the order in which its shapes are counted."""

from collections import defaultdict
from typing import Any

_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_NO_WORDS = frozenset({"pres", "parTrans", "sibTrans"})


def lines_of_diagram(data_xml: bytes) -> list[str]:
    """A line for each shape with words. Raises lxml.etree.XMLSyntaxError."""
    from lxml import etree

    root = etree.fromstring(data_xml, etree.XMLParser(resolve_entities=False, no_network=True))
    points = {point.get("modelId", ""): point for point in root.iter(f"{_DGM}pt")}
    children: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for connection in root.iter(f"{_DGM}cxn"):
        if connection.get("type", "parOf") == "parOf":
            children[connection.get("srcId", "")].append(
                (_number(connection.get("srcOrd")), connection.get("destId", ""))
            )
    ordered: dict[str, None] = {}
    below = {child for found in children.values() for _, child in found}
    stack = [each for each in reversed(points) if each not in below]
    while stack:
        each = stack.pop()
        if each not in ordered:
            ordered[each] = None
            stack.extend(child for _, child in sorted(children[each], reverse=True))
    shown = [points[each] for each in ordered if each in points and points[each].get("type", "node") not in _NO_WORDS]
    return [line for line in map(_line, shown) if line]


def _line(point: Any) -> str:
    paragraphs = ("".join(text.text or "" for text in each.iter(f"{_A}t")) for each in point.iter(f"{_A}p"))
    return " ".join(filter(None, map(str.strip, paragraphs)))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
