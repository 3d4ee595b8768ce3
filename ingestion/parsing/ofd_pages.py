"""The pages of an OFD document as letters, rules and pictures with their places, in points from the top left."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.ofd_letters import MOST_LETTERS, inks_of, letters_of
from ingestion.parsing.ofd_parts import (
    POINTS,
    Matrix,
    Parts,
    Place,
    all_of,
    as_numbers,
    child,
    every_number,
    matrix_of,
    moved,
    name_of,
    placed,
    text_of,
    times,
)
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import NoteKind, Notes

_MOST_OBJECTS, _DEEPEST = 100_000, 20
_A4 = (0.0, 0.0, 210.0, 297.0)
_UNREAD_ANNOTATIONS = frozenset({"Link", "Popup"})


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
    def cropbox(self) -> Place:
        return self.bbox

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


def laid_out(parts: Parts, document_path: str, notes: Notes, limits: ParsingLimits) -> Iterator[OfdPage]:
    document = parts.xml(document_path)
    if document is None:
        return
    common = child(document, "CommonData")
    templates = {
        each.get("ID"): parts.path(document_path, each.get("BaseLoc", "")) for each in all_of(common, "TemplatePage")
    }
    drawing = _Drawing(parts, _pictures(parts, document_path, common), notes)
    pages = all_of(child(document, "Pages"), "Page")
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
        laid = OfdPage(number, box[2] * POINTS, box[3] * POINTS)
        start: Matrix = (1, 0, 0, 1, -box[0], -box[1])
        for template in all_of(page, "Template"):
            drawing.draw(laid, child(parts.xml(templates.get(template.get("TemplateID"), "")), "Content"), start)
        drawing.draw(laid, child(page, "Content"), start)
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
            if sum(map(len, page.objects.values())) > _MOST_OBJECTS + MOST_LETTERS:
                raise FileRefused(
                    f"page {page.page_number} draws more than {_MOST_OBJECTS:,} objects; export it again.",
                    Cause("draws_too_much", {"limit": _MOST_OBJECTS}),
                )
            x, y, width, height = as_numbers(each.get("Boundary"), 4, (0, 0, 0, 0))
            own = times(matrix_of(each.get("CTM")), times((1, 0, 0, 1, x, y), matrix))
            if kind == "TextObject":
                page.chars.extend(letters_of(each, own))
            elif kind == "PathObject":
                _add_rules(page, each, own)
            else:
                # A picture is drawn into its boundary whatever its own matrix says.
                left, top = moved(x, y, matrix)
                box = (left, top, left + width * POINTS, top + height * POINTS)
                page.images.append(placed(box) | {"data": self._data(each.get("ResourceID"))})

    def draw_annotation(self, page: OfdPage, annotation: Any, matrix: Matrix) -> None:
        kind = annotation.get("Type") or ""
        is_shown = (annotation.get("Visible") or "true").lower() not in {"false", "0"}
        if kind == "Watermark":
            self._notes.add(NoteKind.WATERMARKS, str(page.page_number))
        elif (
            kind not in _UNREAD_ANNOTATIONS and is_shown and (appearance := child(annotation, "Appearance")) is not None
        ):
            x, y, _, _ = as_numbers(appearance.get("Boundary"), 4, (0, 0, 0, 0))
            self.draw(page, appearance, times((1, 0, 0, 1, x, y), matrix))

    def _data(self, resource: str | None) -> Callable[[], bytes]:
        path = self._picture_of.get(resource or "", "")
        return lambda: self._parts.bytes(path)


def _add_rules(page: OfdPage, path: Any, matrix: Matrix) -> None:
    data = child(path, "AbbreviatedData")
    fills = (path.get("Fill") or "false").lower() == "true"
    color = inks_of(child(path, "FillColor"))
    here: tuple[float, float] | None = None
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", (data.text or "") if data is not None else ""):
        values = every_number(numbers)
        if command in "MSL" and len(values) >= 2:
            there = moved(values[0], values[1], matrix)
            if command == "L" and here is not None:
                box = (min(here[0], there[0]), min(here[1], there[1]), max(here[0], there[0]), max(here[1], there[1]))
                page.lines.append(placed(box))
            here = there
        elif command in "BQA" and len(values) >= 2:
            here = moved(values[-2], values[-1], matrix)
            page.curves.append(placed((here[0], here[1], here[0] + 1, here[1] + 1)) | {"fill": False})
    if fills:
        _, _, width, height = as_numbers(path.get("Boundary"), 4, (0, 0, 0, 0))
        left, top = matrix[4] * POINTS, matrix[5] * POINTS
        box = (left, top, left + width * POINTS, top + height * POINTS)
        page.rects.append(placed(box) | {"fill": True, "stroke": False, "non_stroking_color": color})


def _pictures(parts: Parts, document_path: str, common: Any) -> dict[str, str]:
    """The path of each picture, by its id."""
    found: dict[str, str] = {}
    for kind in ("PublicRes", "DocumentRes"):
        for given in all_of(common, kind):
            path = parts.path(document_path, given.text or "")
            resources = parts.xml(path)
            folder = "" if resources is None else (resources.get("BaseLoc") or "")
            for media in all_of(child(resources, "MultiMedias"), "MultiMedia"):
                file = text_of(media, "MediaFile")
                found[media.get("ID") or ""] = parts.path(path, posixpath.join(folder.replace("\\", "/"), file))
    return found


def _annotations(parts: Parts, document_path: str, document: Any) -> dict[str | None, list[Any]]:
    path = parts.path(document_path, text_of(document, "Annotations")) if text_of(document, "Annotations") else ""
    found: dict[str | None, list[Any]] = {}
    for page in all_of(parts.xml(path), "Page"):
        listed = parts.xml(parts.path(path, text_of(page, "FileLoc")))
        found.setdefault(page.get("PageID"), []).extend(all_of(listed, "Annot"))
    return found


def _page_box(page: Any, common: Any) -> Place:
    for area in (child(page, "Area"), child(common, "PageArea")):
        box = as_numbers(text_of(area, "PhysicalBox"), 4, (0, 0, 0, 0))
        if box[2] > 0 and box[3] > 0:
            return (box[0], box[1], box[2], box[3])
    return _A4
