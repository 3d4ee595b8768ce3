"""The files inside an OFD file, and what its XML holds: numbers, places and elements by their names."""

import math
import posixpath
from collections.abc import Sequence
from typing import Any
from zipfile import ZipFile

from ingestion.parsing.limits import unreadable

POINTS = 72 / 25.4  # in a millimetre
Place = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
_UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)


class Parts:
    """The files inside. Producers name them from the root or beside, with either slash, in either case."""

    def __init__(self, archive: ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._entry_of = {entry.replace("\\", "/").lower().strip("/"): entry for entry in archive.namelist()}

    def path(self, beside: str, given: str) -> str:
        given = given.strip().replace("\\", "/")
        folder = "" if given.startswith("/") else posixpath.dirname(beside)
        return posixpath.normpath(posixpath.join(folder, given.lstrip("/")))

    def bytes(self, path: str) -> bytes:
        return self._archive.read(self._entry_of[path.lower()])

    def xml(self, path: str) -> Any:
        """None where the part is missing. Raises FileRefused for one that is no XML."""
        from lxml import etree

        if not path or path.lower() not in self._entry_of:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, huge_tree=False)
        try:
            return etree.fromstring(self.bytes(path).strip(), parser)
        except etree.XMLSyntaxError as error:
            raise unreadable(error, self._name, "OFD") from error


def placed(box: Place) -> dict[str, Any]:
    return {"x0": box[0], "top": box[1], "x1": box[2], "bottom": box[3]}


def moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e) * POINTS, (b * x + d * y + f) * POINTS


def times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def matrix_of(given: str | None) -> Matrix:
    a, b, c, d, e, f = as_numbers(given, 6, _UNMOVED)
    return (a, b, c, d, e, f)


def as_numbers(given: str | None, count: int, default: Sequence[float]) -> Sequence[float]:
    found = every_number(given)
    return found if len(found) == count else default


def every_number(given: str | None) -> list[float]:
    return [as_number(word, 0.0) for word in (given or "").replace(",", " ").split()[:10_000]]


def as_number(given: str | None, default: float) -> float:
    try:
        value = float(given) if given is not None else default
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) < 1e6 else default


def name_of(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(element: Any, *path: str) -> str:
    for name in path:
        element = child(element, name)
    return "" if element is None else (element.text or "").strip()


def child(element: Any, name: str) -> Any:
    return next((each for each in element if name_of(each) == name), None) if element is not None else None


def all_of(element: Any, name: str) -> list[Any]:
    return [each for each in element if name_of(each) == name] if element is not None else []
