"""Letters of a pdf page that stand on their side: of a whole page, and in the cells of a table."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ingestion.parsing.pdf_ink import Letter

_TURNED_BY = "turned_by"
_LEAST_LETTERS = 10
_MOST_OF_THE_PAGE = 0.8
_SPACE = 0.3  # of a letter's size, between two words


def set_upright(page: Any) -> Any:
    """The page itself; one whose letters all read upward or downward is turned as its reader would turn it, and has
    to be laid out again.
    """
    from pdfplumber.page import Page

    letters = [letter for letter in page.chars if letter["text"].strip()]
    for turn in (90, 270):
        if sum(_turn(letter) == turn for letter in letters) > max(_LEAST_LETTERS, _MOST_OF_THE_PAGE * len(letters)):
            document_page = page.page_obj
            document_page.rotate = (document_page.rotate + turn) % 360
            document_page.attrs["Rotate"] = document_page.rotate
            upright = Page(page.pdf, document_page, page.page_number, page.initial_doctop)
            setattr(upright, _TURNED_BY, turn)
            return upright
    return page


def turned_by(page: Any) -> int:
    """Degrees clockwise that a page is turned beyond what its file says."""
    return int(getattr(page, _TURNED_BY, 0))


def turned_words(letters: Sequence[Letter]) -> str | None:
    """What letters say that read upward or downward, line by line; None where most stand upright."""
    inked = [letter for letter in letters if letter["text"].strip()]
    for turn, sign in ((90, -1), (270, 1)):
        if sum(_turn(letter) == turn for letter in inked) > len(inked) / 2:
            lines: list[list[Letter]] = []
            for letter in sorted(inked, key=lambda each: (-sign * each["x0"], sign * each["top"])):
                if not lines or abs(letter["x0"] - lines[-1][0]["x0"]) > letter["size"] / 2:
                    lines.append([])
                lines[-1].append(letter)
            return "\n".join(_line(sorted(line, key=lambda each: sign * each["top"])) for line in lines)
    return None


def _line(letters: Sequence[Letter]) -> str:
    words = str(letters[0]["text"])
    for before, letter in pairwise(letters):
        gap = max(letter["top"] - before["bottom"], before["top"] - letter["bottom"])
        words += (" " if gap > _SPACE * letter["size"] else "") + str(letter["text"])
    return words


def _turn(letter: Letter) -> int:
    """By how many degrees the page has to be turned clockwise to read it; 0 for what is upright or aslant."""
    a, b, _, d = letter["matrix"][:4]
    if abs(a) + abs(d) > 0.1 * abs(b):
        return 0
    return 90 if b > 0 else 270
