"""Layers of a pdf (optional content): what is drawn on one that is switched off is not shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MOST_GROUPS = 1_000


class Layers:
    """Of one page; ``are_off`` while something is drawn within a layer that is off."""

    def __init__(self, page: Any) -> None:
        self._off = _groups_off(page.pdf.doc.catalog)
        self._properties = _dict(_dict(page.page_obj.resources).get("Properties")) if self._off else {}
        self._open: list[bool] = []

    @property
    def are_off(self) -> bool:
        return any(self._open)

    def open(self, tag: Any, properties: Any) -> None:
        named = getattr(properties, "name", None)
        is_layer = self._off and getattr(tag, "name", None) == "OC"
        self._open.append(bool(is_layer) and self.is_off(self._properties.get(named) if named else properties))

    def close(self) -> None:
        if self._open:
            self._open.pop()

    @contextmanager
    def within(self, form: Any) -> Iterator[bool]:
        """Whether a form is shown; while it is drawn, names of layers are those that it gives them itself."""
        if not self._off:
            yield True
            return
        attributes = getattr(_resolved(form), "attrs", {})
        outer = self._properties
        self._properties = _dict(_dict(attributes.get("Resources")).get("Properties")) or outer
        yield not self.is_off(attributes.get("OC"))
        self._properties = outer

    def is_off(self, layer: Any) -> bool:
        """Of a layer, or of a rule about several (shown where any of them is on, if it says nothing else)."""
        if layer is None or not self._off:
            return False
        if _id(layer) in self._off:
            return True
        members = _resolved(_dict(layer).get("OCGs"))
        members = members if isinstance(members, list) else [_dict(layer).get("OCGs")]
        states = [_id(each) in self._off for each in members[:_MOST_GROUPS] if each is not None]
        match getattr(_resolved(_dict(layer).get("P")), "name", "AnyOn"):
            case "AllOn":
                return any(states)
            case "AnyOff":
                return bool(states) and not any(states)
            case "AllOff":
                return bool(states) and not all(states)
        return bool(states) and all(states)


def _groups_off(catalog: Any) -> frozenset[int]:
    """The object numbers of the layers that a viewer leaves out when it opens the file."""
    content = _dict(catalog.get("OCProperties"))
    default = _dict(content.get("D"))
    is_off_at_first = getattr(_resolved(default.get("BaseState")), "name", "ON") == "OFF"
    groups = _list(content.get("OCGs")) if is_off_at_first else []
    shown = {_id(each) for each in _list(default.get("ON"))} if is_off_at_first else set()
    off = {_id(each) for each in [*groups, *_list(default.get("OFF"))]} - shown
    return frozenset(each for each in off if each is not None)


def _id(reference: Any) -> int | None:
    return getattr(reference, "objid", None)


def _resolved(value: Any) -> Any:
    from pdfminer.pdftypes import resolve1

    return resolve1(value)


def _dict(value: Any) -> dict[str, Any]:
    found = _resolved(value)
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    found = _resolved(value)
    return found[:_MOST_GROUPS] if isinstance(found, list) else []
