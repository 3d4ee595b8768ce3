"""Fractions set over each other around a bar, put on one line: 储存额/月数, with what has operators in brackets."""

from collections.abc import Sequence
from typing import Any

Word = dict[str, Any]

_SHORTEST, _LONGEST, _THICKEST = 6.0, 250.0, 1.6  # points, of a bar
_MOST_BARS = 100
_OVERHANG, _NEAR, _BESIDE = 4.0, 0.8, 1.5  # points; times the type size
_OPERATORS = frozenset("+-−±×÷*/")


def with_fractions_on_the_line(words: Sequence[Word], page: Any) -> list[Word]:
    """A bar has words over it, under it, and beside it at its height, which lines under words have not."""
    bars = [
        each
        for each in (*page.lines, *page.rects)
        if each["bottom"] - each["top"] <= _THICKEST and _SHORTEST <= each["x1"] - each["x0"] <= _LONGEST
    ]
    kept = list(words)
    for bar in sorted(bars, key=lambda bar: float(bar["x1"] - bar["x0"]))[:_MOST_BARS]:
        y = (bar["top"] + bar["bottom"]) / 2
        within = [w for w in kept if bar["x0"] - _OVERHANG <= w["x0"] and w["x1"] <= bar["x1"] + _OVERHANG]
        over = [w for w in within if -2 <= y - w["bottom"] <= _NEAR * w["size"]]
        under = [w for w in within if -2 <= w["top"] - y <= _NEAR * w["size"]]
        if not over or not under or not any(_is_beside(word, bar, y) for word in kept):
            continue
        size = max(word["size"] for word in over)
        taken = {id(word) for word in (*over, *under)}
        kept = [word for word in kept if id(word) not in taken]
        text = f"{_grouped(over)}/{_grouped(under)}"
        place = {"x0": bar["x0"], "x1": bar["x1"], "top": y - size / 2, "bottom": y + size / 2}
        kept.append({**over[0], **place, "text": text, "size": size})
    return kept


def _is_beside(word: Word, bar: Any, y: float) -> bool:
    gap = max(bar["x0"] - word["x1"], word["x0"] - bar["x1"])
    return bool(word["top"] < y < word["bottom"] and -1 <= gap <= _BESIDE * word["size"])


def _grouped(words: Sequence[Word]) -> str:
    text = "".join(word["text"].strip() for word in sorted(words, key=lambda word: float(word["x0"])))
    return f"({text})" if _OPERATORS & set(text) else text
