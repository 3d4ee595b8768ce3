"""The letters of an OFD text object with their places."""

import math
from collections.abc import Iterator
from typing import Any

from ingestion.parsing.ofd_parts import POINTS, Matrix, all_of, as_number, child, every_number, moved
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

MOST_LETTERS = 100_000
_LAST_NARROW = 0x2E7F  # letters after it are as wide as they are high
_WIDEST_STEP = 1.8  # times the type size


def letters_of(text: Any, matrix: Matrix) -> Iterator[dict[str, Any]]:
    size = as_number(text.get("Size"), 3.5)
    wide = as_number(text.get("HScale"), 1.0)
    color = child(text, "FillColor")
    inks = inks_of(color)
    weight = int(as_number(text.get("Weight"), 400))
    rotation = math.hypot(matrix[0], matrix[1]) or 1.0
    x = y = 0.0
    for code in all_of(text, "TextCode"):
        letters = (code.text or "").replace("\n", "").replace("\r", "")
        if len(letters) > MOST_LETTERS:
            raise FileRefused(
                f"a line of it has more than {MOST_LETTERS:,} letters; export it again.",
                Cause("draws_too_much", {"limit": MOST_LETTERS}),
            )
        x, y = as_number(code.get("X"), x), as_number(code.get("Y"), y)
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
            left, base = moved(at_x, at_y, matrix)
            scaled = size * rotation * POINTS
            yield {
                "text": letter,
                "x0": left,
                "x1": left + width * rotation * POINTS,
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


def inks_of(color: Any) -> tuple[float, ...]:
    """From 0 to 1, in which black is the default; nearly transparent is white."""
    if color is None:
        return (0.0,)
    if as_number(color.get("Alpha"), 255) < 16:
        return (1.0, 1.0, 1.0)
    values = [value / 255 for value in every_number(color.get("Value"))]
    faded = as_number(color.get("Alpha"), 255) / 255
    return tuple(1 - (1 - value) * faded for value in values) if values else (0.0,)


def _deltas(given: str | None, most: int) -> list[float]:
    """ "5 g 3 4" is 5 4 4 4."""
    found: list[float] = []
    words = iter((given or "").split())
    for word in words:
        if len(found) > most:
            break
        if word == "g":
            count, value = int(as_number(next(words, None), 0)), as_number(next(words, None), 0.0)
            found += [value] * min(count, most)
        else:
            found.append(as_number(word, 0.0))
    return found
