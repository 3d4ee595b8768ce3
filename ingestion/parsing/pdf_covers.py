"""Letters of a pdf page that a filled box covers, drawn after them: nobody sees them."""

from typing import Any

# Points; a highlighter's stroke, a rule and a dot cover no words.
_LEAST_WIDTH, _LEAST_HEIGHT = 8.0, 5.0
_MOST_COVERS, _MOST_LETTERS = 100, 8_000
_WHOLE_SHARE = 0.8
_FEW_LETTERS = 100
_MOST_COVERED, _MOST_COVERED_OF_FEW = (
    0.3,
    0.6,
)  # of a page's letters; what would cover more was drawn within a frame that is not known here


class Covers:
    """``letters`` and boxes as they are drawn, of one page."""

    def __init__(self, page: Any) -> None:
        self._letters: list[Any] = []
        self._covered: dict[int, Any] = {}
        self._boxes = 0
        self._is_off = _may_be_transparent(page)

    def add_letter(self, letter: Any) -> None:
        if not self._is_off and len(self._letters) < _MOST_LETTERS:
            self._letters.append(letter)

    def add_shape(self, shape: Any) -> None:
        from pdfminer.layout import LTRect

        if self._is_off or not isinstance(shape, LTRect) or not shape.fill or self._boxes >= _MOST_COVERS:
            return
        x0, y0, x1, y1 = shape.bbox
        if x1 - x0 < _LEAST_WIDTH or y1 - y0 < _LEAST_HEIGHT:
            return
        self._boxes += 1
        met = [
            letter
            for letter in self._letters
            if x0 < letter.x1 and letter.x0 < x1 and y0 < letter.y1 and letter.y0 < y1
        ]
        under = [letter for letter in met if _is_within(letter, shape.bbox)]
        # Who blackens words does not cut through letters; a drawing does, and may be framed so that it shows elsewhere.
        if len(under) > 1 and len(under) >= _WHOLE_SHARE * len(met):
            self._covered.update((id(letter), letter) for letter in under)

    def covered(self) -> list[Any]:
        most = _MOST_COVERED if len(self._letters) > _FEW_LETTERS else _MOST_COVERED_OF_FEW
        return list(self._covered.values()) if len(self._covered) <= most * len(self._letters) else []


def _is_within(letter: Any, box: tuple[float, float, float, float]) -> bool:
    x, y = (letter.x0 + letter.x1) / 2, (letter.y0 + letter.y1) / 2
    slack = 0.25 * letter.size
    is_whole = box[0] - slack <= letter.x0 and letter.x1 <= box[2] + slack
    return bool(is_whole and box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _may_be_transparent(page: Any) -> bool:
    """Whether the page sets anything see-through or blended, as a marker does over words."""
    from pdfminer.pdftypes import resolve1

    resources = resolve1(page.page_obj.resources) or {}
    states = resolve1(resources.get("ExtGState")) or {}
    for state in map(resolve1, states.values() if isinstance(states, dict) else ()):
        if not isinstance(state, dict):
            continue
        blend = getattr(resolve1(state.get("BM")), "name", "Normal")
        opacity = resolve1(state.get("ca"))
        if blend not in {"Normal", "Compatible"} or (isinstance(opacity, int | float) and opacity < 1):
            return True
    return False
