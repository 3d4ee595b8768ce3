"""The pages of an OFD document as letters, rules and pictures with their places, in points from the top left."""

import math
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zipfile import ZipFile

from ingestion.parsing.limits import ParsingLimits
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import NoteKind, Notes

_POINTS = 72 / 25.4  # in a millimetre
_MOST_OBJECTS, _MOST_LETTERS, _DEEPEST = 100_000, 100_000, 20
_A4 = (0.0, 0.0, 210.0, 297.0)
_LAST_NARROW = 0x2E7F  # letters after it are as wide as they are high
_WIDEST_STEP = 1.8  # times the type size
_UNREAD_ANNOTATIONS = frozenset({"Link", "Popup"})

Place = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
_UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(slots=True)
class OfdPage:
    """With the names that pdfplumber gives the same things, so that what reads pdf pages reads these."""

    page_number: int
    width: float
    height: float
    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return self.objects.setdefault(kind, [])

    @property
    def bbox(self) -> Place:
        return (0.0, 0.0, self.width, self.height)

    @property
    def chars(self) -> list[dict[str, Any]]:
        return self._of("char")

    @property
    def lines(self) -> list[dict[str, Any]]:
        return self._of("line")

    @property
    def rects(self) -> list[dict[str, Any]]:
        return self._of("rect")

    @property
    def curves(self) -> list[dict[str, Any]]:
        return self._of("curve")

    @property
    def images(self) -> list[dict[str, Any]]:
        return self._of("image")

    @property
    def annots(self) -> list[dict[str, Any]]:
        return []


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
            raise FileRefused(
                f"{self._name} is damaged ({path} is no XML); export it again.", Cause("damaged", {"kind": "OFD"})
            ) from error


def laid_out(parts: Parts, document_path: str, notes: Notes, limits: ParsingLimits) -> Iterator[OfdPage]:
    document = parts.xml(document_path)
    if document is None:
        return
    common = _child(document, "CommonData")
    templates = {
        each.get("ID"): parts.path(document_path, each.get("BaseLoc", "")) for each in _all(common, "TemplatePage")
    }
    drawing = _Drawing(parts, _pictures(parts, document_path, common), notes)
    pages = _all(_child(document, "Pages"), "Page")
    if len(pages) > limits.pages:
        raise FileRefused(
            f"{parts._name} has {len(pages)} pages, above the limit of {limits.pages}; split it.",
            Cause("too_many_pages", {"count": len(pages), "limit": limits.pages}),
        )
    annotations = _annotations(parts, document_path, document)
    for number, entry in enumerate(pages, start=1):
        path = parts.path(document_path, entry.get("BaseLoc", ""))
        page = parts.xml(path)
        if page is None:
            notes.add(NoteKind.MISSING_PARTS, path)
            continue
        box = _page_box(page, common)
        laid = OfdPage(number, box[2] * _POINTS, box[3] * _POINTS)
        start: Matrix = (1, 0, 0, 1, -box[0], -box[1])
        for template in _all(page, "Template"):
            drawing.draw(laid, _child(parts.xml(templates.get(template.get("TemplateID"), "")), "Content"), start)
        drawing.draw(laid, _child(page, "Content"), start)
        for annotation in annotations.get(entry.get("ID"), ()):
            drawing.draw_annotation(laid, annotation, start)
        yield laid


class _Drawing:
    """Puts what a page's objects draw onto it."""

    def __init__(self, parts: Parts, picture_of: dict[str, str], notes: Notes) -> None:
        self._parts, self._picture_of, self._notes = parts, picture_of, notes

    def draw(self, page: OfdPage, objects: Any, matrix: Matrix, depth: int = 0) -> None:
        if objects is None or depth > _DEEPEST:
            return
        for each in objects:
            kind = name_of(each)
            if kind in {"Layer", "PageBlock", "Content"}:
                self.draw(page, each, matrix, depth + 1)
                continue
            if kind not in {"TextObject", "PathObject", "ImageObject"}:
                continue
            if (each.get("Visible") or "true").lower() in {"false", "0"} or each.get("Alpha") == "0":
                self._notes.add(NoteKind.HIDDEN_TEXT, str(page.page_number), count=int(kind == "TextObject"))
                continue
            if sum(map(len, page.objects.values())) > _MOST_OBJECTS + _MOST_LETTERS:
                raise FileRefused(
                    f"page {page.page_number} draws more than {_MOST_OBJECTS:,} objects; export it again.",
                    Cause("draws_too_much", {"limit": _MOST_OBJECTS}),
                )
            x, y, width, height = _numbers(each.get("Boundary"), 4, (0, 0, 0, 0))
            own = _times(_matrix(each.get("CTM")), _times((1, 0, 0, 1, x, y), matrix))
            if kind == "TextObject":
                page.chars.extend(_letters(each, own))
            elif kind == "PathObject":
                _add_rules(page, each, own)
            else:
                # A picture is drawn into its boundary whatever its own matrix says.
                left, top = _moved(x, y, matrix)
                box = (left, top, left + width * _POINTS, top + height * _POINTS)
                page.images.append(_placed(box) | {"data": self._data(each.get("ResourceID"))})

    def draw_annotation(self, page: OfdPage, annotation: Any, matrix: Matrix) -> None:
        kind = annotation.get("Type") or ""
        is_shown = (annotation.get("Visible") or "true").lower() not in {"false", "0"}
        if kind == "Watermark":
            self._notes.add(NoteKind.WATERMARKS, str(page.page_number))
        elif (
            kind not in _UNREAD_ANNOTATIONS
            and is_shown
            and (appearance := _child(annotation, "Appearance")) is not None
        ):
            x, y, _, _ = _numbers(appearance.get("Boundary"), 4, (0, 0, 0, 0))
            self.draw(page, appearance, _times((1, 0, 0, 1, x, y), matrix))

    def _data(self, resource: str | None) -> Callable[[], bytes]:
        path = self._picture_of.get(resource or "", "")
        return lambda: self._parts.bytes(path)


def _letters(text: Any, matrix: Matrix) -> Iterator[dict[str, Any]]:
    size = _number(text.get("Size"), 3.5)
    wide = _number(text.get("HScale"), 1.0)
    color = _child(text, "FillColor")
    inks = _inks(color)
    weight = int(_number(text.get("Weight"), 400))
    rotation = math.hypot(matrix[0], matrix[1]) or 1.0
    x = y = 0.0
    for code in _all(text, "TextCode"):
        letters = (code.text or "").replace("\n", "").replace("\r", "")
        if len(letters) > _MOST_LETTERS:
            raise FileRefused(
                f"a line of it has more than {_MOST_LETTERS:,} letters; export it again.",
                Cause("draws_too_much", {"limit": _MOST_LETTERS}),
            )
        x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
        steps, drops = _deltas(code.get("DeltaX"), len(letters)), _deltas(code.get("DeltaY"), len(letters))
        at_x, at_y = x, y
        for number, letter in enumerate(letters):
            natural = size * wide * (1.0 if ord(letter) > _LAST_NARROW else 0.55)
            step = steps[number] if number < len(steps) else (0.0 if drops else natural)
            # Words of one code keep their own spaces: only a step that no letter takes is a gap.
            is_last = number == len(letters) - 1
            if is_last and steps and (ord(letter) > _LAST_NARROW) == (ord(letters[number - 1]) > _LAST_NARROW):
                step = steps[-1]
            width = step if 0 < step <= _WIDEST_STEP * size and (not is_last or steps) else natural
            left, base = _moved(at_x, at_y, matrix)
            scaled = size * rotation * _POINTS
            yield {
                "text": letter,
                "x0": left,
                "x1": left + width * rotation * _POINTS,
                "top": base - 0.88 * scaled,
                "bottom": base + 0.12 * scaled,
                "size": scaled,
                "fontname": "Bold" if weight >= 600 else "",
                "upright": abs(matrix[1]) < 0.01,
                "matrix": matrix,
                "non_stroking_color": inks,
                "tag": None,
                "mcid": None,
            }
            at_x, at_y = at_x + step, at_y + (drops[number] if number < len(drops) else 0.0)


def _inks(color: Any) -> tuple[float, ...]:
    """From 0 to 1, in which black is the default; nearly transparent is white."""
    if color is None:
        return (0.0,)
    if _number(color.get("Alpha"), 255) < 16:
        return (1.0, 1.0, 1.0)
    values = [value / 255 for value in _every_number(color.get("Value"))]
    faded = _number(color.get("Alpha"), 255) / 255
    return tuple(1 - (1 - value) * faded for value in values) if values else (0.0,)


def _deltas(given: str | None, most: int) -> list[float]:
    """ "5 g 3 4" is 5 4 4 4."""
    found: list[float] = []
    words = iter((given or "").split())
    for word in words:
        if len(found) > most:
            break
        if word == "g":
            count, value = int(_number(next(words, None), 0)), _number(next(words, None), 0.0)
            found += [value] * min(count, most)
        else:
            found.append(_number(word, 0.0))
    return found


def _add_rules(page: OfdPage, path: Any, matrix: Matrix) -> None:
    data = _child(path, "AbbreviatedData")
    fills = (path.get("Fill") or "false").lower() == "true"
    color = _inks(_child(path, "FillColor"))
    here: tuple[float, float] | None = None
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", (data.text or "") if data is not None else ""):
        values = _every_number(numbers)
        if command in "MSL" and len(values) >= 2:
            there = _moved(values[0], values[1], matrix)
            if command == "L" and here is not None:
                box = (min(here[0], there[0]), min(here[1], there[1]), max(here[0], there[0]), max(here[1], there[1]))
                page.lines.append(_placed(box))
            here = there
        elif command in "BQA" and len(values) >= 2:
            here = _moved(values[-2], values[-1], matrix)
            page.curves.append(_placed((here[0], here[1], here[0] + 1, here[1] + 1)) | {"fill": False})
    if fills:
        _, _, width, height = _numbers(path.get("Boundary"), 4, (0, 0, 0, 0))
        left, top = matrix[4] * _POINTS, matrix[5] * _POINTS
        box = (left, top, left + width * _POINTS, top + height * _POINTS)
        page.rects.append(_placed(box) | {"fill": True, "stroke": False, "non_stroking_color": color})


def _pictures(parts: Parts, document_path: str, common: Any) -> dict[str, str]:
    """The path of each picture, by its id."""
    found: dict[str, str] = {}
    for kind in ("PublicRes", "DocumentRes"):
        for given in _all(common, kind):
            path = parts.path(document_path, given.text or "")
            resources = parts.xml(path)
            folder = "" if resources is None else (resources.get("BaseLoc") or "")
            for media in _all(_child(resources, "MultiMedias"), "MultiMedia"):
                file = text_of(media, "MediaFile")
                found[media.get("ID") or ""] = parts.path(path, posixpath.join(folder.replace("\\", "/"), file))
    return found


def _annotations(parts: Parts, document_path: str, document: Any) -> dict[str | None, list[Any]]:
    path = parts.path(document_path, text_of(document, "Annotations")) if text_of(document, "Annotations") else ""
    found: dict[str | None, list[Any]] = {}
    for page in _all(parts.xml(path), "Page"):
        listed = parts.xml(parts.path(path, text_of(page, "FileLoc")))
        found.setdefault(page.get("PageID"), []).extend(_all(listed, "Annot"))
    return found


def _page_box(page: Any, common: Any) -> Place:
    for area in (_child(page, "Area"), _child(common, "PageArea")):
        box = _numbers(text_of(area, "PhysicalBox"), 4, (0, 0, 0, 0))
        if box[2] > 0 and box[3] > 0:
            return (box[0], box[1], box[2], box[3])
    return _A4


def _placed(box: Place) -> dict[str, Any]:
    return {"x0": box[0], "top": box[1], "x1": box[2], "bottom": box[3]}


def _moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e) * _POINTS, (b * x + d * y + f) * _POINTS


def _times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _matrix(given: str | None) -> Matrix:
    a, b, c, d, e, f = _numbers(given, 6, _UNMOVED)
    return (a, b, c, d, e, f)


def _numbers(given: str | None, count: int, default: Sequence[float]) -> Sequence[float]:
    found = _every_number(given)
    return found if len(found) == count else default


def _every_number(given: str | None) -> list[float]:
    return [_number(word, 0.0) for word in (given or "").replace(",", " ").split()[:10_000]]


def _number(given: str | None, default: float) -> float:
    try:
        value = float(given) if given is not None else default
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) < 1e6 else default


def name_of(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(element: Any, *path: str) -> str:
    for name in path:
        element = _child(element, name)
    return "" if element is None else (element.text or "").strip()


def _child(element: Any, name: str) -> Any:
    return next((each for each in element if name_of(each) == name), None) if element is not None else None


def _all(element: Any, name: str) -> list[Any]:
    return [each for each in element if name_of(each) == name] if element is not None else []
