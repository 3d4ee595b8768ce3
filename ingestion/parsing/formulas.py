"""Office formulas on one line: a fraction keeps its bar, an exponent stays above the line."""

from collections.abc import Callable
from typing import Any

from ingestion.parsing.raised_marks import exponent, index

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_OPERATORS = frozenset("+-−–×÷*/·=<>≤≥±＋－＝，,")


def formula_text(element: Any) -> str:
    """Of an `m:oMath`, or any element of one."""
    kind = element.tag.rpartition("}")[2]
    if kind in {"t", "delText"} and element.tag.startswith((_M, _W, _A)):
        return element.text or "" if kind == "t" else ""
    write = _WRITTEN.get(kind) if element.tag.startswith(_M) else None
    return write(element) if write else _inner(element)


def _inner(element: Any) -> str:
    return "".join(formula_text(child) for child in element if isinstance(child.tag, str))


def _part(element: Any, name: str) -> str:
    found = element.find(f"{_M}{name}")
    return "" if found is None else _inner(found).strip()


def _property(element: Any, properties: str, name: str) -> str | None:
    found = element.find(f"{_M}{properties}/{_M}{name}")
    return None if found is None else found.get(f"{_M}val")


def _bracketed(text: str) -> str:
    """In brackets where it is no single term, so that a bar or root spans all of it."""
    is_whole = text.startswith("(") and text.endswith(")") and text.count("(") == 1
    return text if is_whole or not any(each in _OPERATORS for each in text) else f"({text})"


def _fraction(element: Any) -> str:
    over, under = _part(element, "num"), _part(element, "den")
    if _property(element, "fPr", "type") == "noBar":
        return f"({over}; {under})"
    return f"{_bracketed(over)}/{_bracketed(under)}"


def _power(element: Any) -> str:
    return _base(element) + exponent(_part(element, "sup"))


def _index(element: Any) -> str:
    return _part(element, "e") + index(_part(element, "sub"))


def _index_and_power(element: Any) -> str:
    return _part(element, "e") + index(_part(element, "sub")) + exponent(_part(element, "sup"))


def _base(element: Any) -> str:
    return _bracketed(_part(element, "e"))


def _root(element: Any) -> str:
    degree = _part(element, "deg")
    return f"{exponent(degree)}√{_bracketed(_part(element, 'e'))}"


def _brackets(element: Any) -> str:
    opens, closes, parts = (_property(element, "dPr", name) for name in ("begChr", "endChr", "sepChr"))
    inner = (parts or "|").join(_inner(each).strip() for each in element.findall(f"{_M}e"))
    return f"{'(' if opens is None else opens}{inner}{')' if closes is None else closes}"


def _sum(element: Any) -> str:
    sign = _property(element, "naryPr", "chr") or "∫"
    below, above = _part(element, "sub"), _part(element, "sup")
    bounds = f"({below}→{above})" if above else f"({below})" if below else ""
    return f"{sign}{bounds}{_part(element, 'e')}"


def _function(element: Any) -> str:
    return f"{_part(element, 'fName')}({_part(element, 'e')})"


def _rows(element: Any) -> str:
    return "; ".join(filter(None, (_inner(each).strip() for each in element.findall(f"{_M}e"))))


def _matrix(element: Any) -> str:
    rows = [", ".join(_inner(cell).strip() for cell in row.findall(f"{_M}e")) for row in element.findall(f"{_M}mr")]
    return "; ".join(rows)


def _nothing(_: Any) -> str:
    return ""


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "f": _fraction,
    "sSup": _power,
    "sSub": _index,
    "sSubSup": _index_and_power,
    "rad": _root,
    "d": _brackets,
    "nary": _sum,
    "func": _function,
    "eqArr": _rows,
    "m": _matrix,
    "ctrlPr": _nothing,
    "rPr": _nothing,
}
