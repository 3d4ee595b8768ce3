"""Takes out of a page what its readers do not see, and puts in what scripts and styles show them."""

import re
from collections.abc import Sequence
from typing import Any

from ingestion.parsing.hypertext_formulas import told_formula
from ingestion.parsing.hypertext_navigation import navigation_of
from ingestion.parsing.hypertext_scripts import PutWords, Scripts
from ingestion.parsing.hypertext_styles import Styles, styles_of
from ingestion.parsing.symbols import is_symbol_font, symbols
from kb_service.domain.file_reports import NoteKind, Notes

_UNSEEN_TAGS = (
    "script style noscript template iframe object embed svg canvas nav footer button audio video map link meta "
    "annotation annotation-xml"
)
_UNSEEN = frozenset(_UNSEEN_TAGS.split())
_INLINE = frozenset({"span", "a", "i", "em", "b", "strong", "font", "small", "u"})
_OF_LINES = frozenset({"div", "p", "section"})
_READINGS = frozenset({"rt", "rp", "rtc"})
_FIELDS = frozenset({"input", "select", "textarea"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title"})
# With fewer characters than this under its headings, a page shows its text by other means.
_NEARLY_EMPTY = 60
_SURELY_ENOUGH = 5_000
_MOST_COATS = 5  # hidden elements one in another
_FONT = re.compile(r"(?<![\w-])font-family\s*:\s*([^;,]+)", re.IGNORECASE)
_UNTOLD_FIELDS = frozenset(["hidden", "submit", "button", "image", "password", "reset", "search", "file"])
_SEARCH_NAMES = ("search", "key", "query", "captcha", "code", "yzm")


def keep_what_is_shown(root: Any, notes: Notes) -> None:
    body = root if root.find("body") is None else root.find("body")
    styles, scripts = styles_of(root), Scripts(root)
    put = list(scripts.put_words())
    for each in put:
        _put_in(root, each, notes)
    for element in list(body.iter(*_FIELDS)):
        _say(element, _value(element))
    for element in list(body.iter("math")):
        _say(element, told_formula(element))
    for element in list(body.iter("iframe", "svg")):
        _unfold(element)
    for element in body.iter("span", "font"):
        _read_picture_font(element)
    for element in list(body.iter("q")):
        _put_around(element, "“", "”")
    _add_words_of_styles(body, styles, notes)
    for listed in list(body.iter("ol")):
        if (kind := styles.type_of_list(listed)) is not None:
            listed.set("type", kind)
    noscripts = ["".join(element.itertext()) for element in body.iter("noscript")]
    hidden = _remove_unseen(body, styles, scripts, notes)
    _settle_hidden(body, hidden, styles, notes)
    if _length_shown(body) < _NEARLY_EMPTY and not put:
        _read_scripts(body, [*scripts.all_words(), *noscripts], notes)


def _remove_unseen(body: Any, styles: Styles, scripts: Scripts, notes: Notes) -> list[Any]:
    """What is hidden is left for later, with what holds it."""
    navigation = set(navigation_of(body))
    hidden: list[Any] = []
    for element in list(body.iter())[1:]:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN or _is_closed_dialog(element):
            element.drop_tree()
        elif element in navigation:
            notes.add(NoteKind.LINK_LISTS)
            element.drop_tree()
        elif element.tag in _READINGS:
            notes.add(NoteKind.READINGS, count=int(element.tag == "rt"))
            element.drop_tree()
        elif styles.say_nothing_of(element):
            continue
        elif styles.is_struck(element):
            notes.add(NoteKind.STRUCK_OUT)
            element.drop_tree()
        elif styles.is_hidden(element) and not scripts.reveal(element):
            hidden.append(element)
        elif element.tag in _INLINE:
            if place := styles.place(element):
                element.tag = "sup" if place > 0 else "sub"
            elif styles.is_within_a_line(element) is False:
                element.tag = "div"
        elif element.tag in _OF_LINES and styles.is_within_a_line(element):
            element.tag = "span"
    return hidden


def _is_closed_dialog(element: Any) -> bool:
    return element.tag == "dialog" and element.get("open") is None


def _settle_hidden(body: Any, hidden: Sequence[Any], styles: Styles, notes: Notes) -> None:
    """Left out; but what is hidden by one and the same means on a page that shows hardly anything else is its text,
    which something shows: 公众号 articles come like that.
    """
    left = [each for each in hidden if each.getparent() is not None]
    for _ in range(_MOST_COATS):
        if not left or not (text := _hidden_text_of_page(body, _outermost(left))):
            break
        notes.add(NoteKind.SHOWN_BY_SCRIPT)
        left = [each for each in left if each not in text]
    for element in left:
        if element.getparent() is None or not any(each is body for each in element.iterancestors()):
            continue  # went with what holds it
        seen = _outermost(styles.shown_again(element))
        if _keep_only(element, seen):
            notes.add(NoteKind.HIDDEN_TEXT)
        if not seen:
            element.drop_tree()


def _keep_only(element: Any, seen: Sequence[Any]) -> bool:
    """Takes all other words out; whether there were any."""
    kept = {inner for each in seen for inner in each.iter()}
    has_words = False
    for each in [inner for inner in element.iter() if inner not in kept]:
        has_words |= bool((each.text or "").strip() or any((child.tail or "").strip() for child in each))
        each.text = None
        for child in each:
            child.tail = None
    return has_words


def _hidden_text_of_page(body: Any, hidden: Sequence[Any]) -> set[Any]:
    shown = _length_shown(body) - sum(map(_length, hidden))
    by_means: dict[tuple[str | None, ...], list[Any]] = {}
    for each in hidden:
        by_means.setdefault((each.get("class"), each.get("style"), each.get("hidden")), []).append(each)
    told = [(sum(map(_length, alike)), alike) for alike in by_means.values()]
    return {
        each
        for length, alike in told
        if length > _NEARLY_EMPTY // 2 and shown < min(_NEARLY_EMPTY, length)
        for each in alike
    }


def _outermost(elements: Sequence[Any]) -> list[Any]:
    among = set(elements)
    return [each for each in elements if not any(outer in among for outer in each.iterancestors())]


def _length(element: Any) -> int:
    return len("".join("".join(element.itertext()).split()))


def _length_shown(body: Any) -> int:
    whole = _length(body)
    return whole if whole > _SURELY_ENOUGH else whole - sum(map(_length, body.iter(*_HEADINGS)))


def _put_in(root: Any, put: PutWords, notes: Notes) -> None:
    target = next(iter(root.xpath("//*[@id=$id]", id=put.into)), None) if put.into else None
    if put.into and (target is None or "".join(target.itertext()).strip()):
        return
    filled = _element_of(put.words)
    if target is not None:
        target.append(filled)
    elif put.script.getparent() is not None and "document.write" in put.script.text:
        put.script.addnext(filled)
    else:
        return
    notes.add(NoteKind.SHOWN_BY_SCRIPT)


def _read_scripts(body: Any, words: Sequence[str], notes: Notes) -> None:
    for each in words:
        body.append(_element_of(each))
        notes.add(NoteKind.SHOWN_BY_SCRIPT)


def _element_of(words: str) -> Any:
    from lxml import etree, html

    try:
        found = html.fragment_fromstring(words, create_parent="div") if "<" in words else None
    except (etree.LxmlError, ValueError):
        found = None
    if found is None:
        found = html.Element("div")
        for line in filter(None, map(str.strip, words.split("\n"))):
            etree.SubElement(found, "p").text = "".join(letter for letter in line if letter.isprintable())
    for element in list(found.iter(*_UNSEEN)):
        element.drop_tree()
    return found


def _add_words_of_styles(body: Any, styles: Styles, notes: Notes) -> None:
    if not styles.puts_words:
        return
    for element in list(body.iter()):
        for side, words in styles.words_beside(element) if isinstance(element.tag, str) else ():
            notes.add(NoteKind.SHOWN_BY_SCRIPT)
            _put_around(element, *((words, "") if side == "before" else ("", words)))


def _put_around(element: Any, before: str, after: str) -> None:
    """Words before and after those of an element."""
    element.text = before + (element.text or "")
    if len(element):
        element[-1].tail = (element[-1].tail or "") + after
    else:
        element.text += after


def _read_picture_font(element: Any) -> None:
    """Ticks, boxes and bullets of pages that office programs write; by the element's own font alone."""
    named = _FONT.search(element.get("style") or "")
    font = (named[1] if named else element.get("face") or "").strip(" \"'")
    if is_symbol_font(font):
        element.text = symbols(font, element.text or "")
        for child in element:
            child.tail = symbols(font, child.tail or "")


def _unfold(element: Any) -> None:
    """A page written into a frame, and the words of a drawing, each on a line of its own."""
    words = element.get("srcdoc") or ""
    if element.tag == "svg":
        words = "\n".join(" ".join("".join(each.itertext()).split()) for each in element.iter("text"))
    if words.strip():
        element.addprevious(_element_of(words))


def _say(element: Any, words: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = words


def _value(field: Any) -> str:
    """A form's field as words: a box that is ticked or not, a text filled in, a choice made."""
    kind = (field.get("type") or "text").lower()
    name = f"{field.get('name') or ''} {field.get('id') or ''} {field.get('class') or ''}".lower()
    if field.tag == "select":
        chosen = [each for each in field.iter("option") if each.get("selected") is not None]
        return "、".join(" ".join("".join(each.itertext()).split()) for each in chosen)
    if field.tag == "input" and kind in {"checkbox", "radio"}:
        return "☑" if field.get("checked") is not None else "□"
    if kind in _UNTOLD_FIELDS or any(word in name for word in _SEARCH_NAMES):
        return ""
    return "".join(field.itertext()) if field.tag == "textarea" else field.get("value") or ""
