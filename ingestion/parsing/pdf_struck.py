"""Letters that are struck out: crossed by a level line on the page, or by a reader's pen."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from ingestion.parsing.pdf_ink import Letter

Box = tuple[float, float, float, float]  # x0, top, x1, bottom
# Shares of the type size: where a line strikes letters out.
_STRUCK_FROM, _STRUCK_TO, _STRUCK_SHARE = 0.35, 0.68, 0.6
_MOST_RULES, _THICKEST_RULE, _MOST_LOOKED_AT = 400, 1.6, 2_000
_MOST_LETTERS_MARKED = 20_000


def struck_letters(letters: Sequence[Letter], page: Any) -> set[int]:
    """Letters that a level line crosses, drawn on the page or by a reader's pen."""
    rules = list(_rules(page))
    if len(rules) > _MOST_RULES:
        rules = []
    marked = list(_marked_out(page))[:_MOST_RULES]
    if not rules and not marked:
        return set()
    ordered = sorted(letters, key=lambda letter: float(letter["top"]))
    tops = [float(letter["top"]) for letter in ordered]
    tallest = max(letter["bottom"] - letter["top"] for letter in ordered)
    out = {id(letter) for box in marked for letter in ordered[:_MOST_LETTERS_MARKED] if _is_middle_in(letter, box)}
    for x0, top, x1, bottom in rules:
        y = (top + bottom) / 2
        crossed = [
            letter
            for letter in ordered[bisect_left(tops, y - tallest) : bisect_right(tops, y)][:_MOST_LOOKED_AT]
            if letter["upright"] and _is_crossed(letter, y) and x0 - 1 <= (letter["x0"] + letter["x1"]) / 2 <= x1 + 1
        ]
        words = [letter for letter in crossed if letter["text"].isalnum()]
        # A rule of a table or a fraction goes on where no letters are.
        if len(words) > 1 and sum(letter["x1"] - letter["x0"] for letter in crossed) > _STRUCK_SHARE * (x1 - x0):
            out |= {id(letter) for letter in crossed}
    return out


def _is_crossed(letter: Letter, y: float) -> bool:
    height = letter["bottom"] - letter["top"]
    return bool(letter["top"] + _STRUCK_FROM * height < y < letter["top"] + _STRUCK_TO * height)


def _rules(page: Any) -> Iterator[Box]:
    for each in (*page.lines, *page.rects):
        if each["bottom"] - each["top"] <= _THICKEST_RULE and each["x1"] - each["x0"] > 4:
            yield each["x0"], each["top"], each["x1"], each["bottom"]


def _marked_out(page: Any) -> Iterator[Box]:
    """Where a reader's pen has struck words out: its notes name a box for each line of them."""
    for each in page.annots:
        if str(each["data"].get("Subtype")).strip("/'") != "StrikeOut":
            continue
        corners = each["data"].get("QuadPoints")
        places = [float(at) for at in corners if isinstance(at, int | float)] if isinstance(corners, list) else []
        quads = [places[at : at + 8] for at in range(0, len(places) - 7, 8)]
        # The corners count from below, in the page's own coordinates, as the note's box does there.
        rect = each["data"].get("Rect")
        if not quads or not isinstance(rect, list) or len(rect) != 4:
            yield each["x0"], each["top"], each["x1"], each["bottom"]
            continue
        right, up = each["x0"] - min(rect[0], rect[2]), each["bottom"] + min(rect[1], rect[3])
        for quad in quads:
            xs, ys = quad[::2], quad[1::2]
            yield min(xs) + right, up - max(ys), max(xs) + right, up - min(ys)


def _is_middle_in(letter: Letter, box: Box) -> bool:
    x, y = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])
