"""What a short message puts in the place of a part of the question before it: 下限 of 上限, 82岁 of 75岁."""

import re
from collections.abc import Iterator, Sequence

from kb_service.text.figures import Figure, FigureKind, figures

_MEASURED = frozenset({FigureKind.AGE, FigureKind.DURATION, FigureKind.AMOUNT, FigureKind.PERCENTAGE})
# 我妈82呢 after 75岁老人津贴多少: a number alone is an age where an age was asked about.
_BARE_AGE = re.compile(
    r"(?<![\d.第几])(?:\d{1,2}|1[0-2]\d|(?<![一二三四五六七八九百])[二三四五六七八九]?十[一二三四五六七八九]?)(?![\d.几万千百])"
)


class Alternatives:
    """``groups``: words of which one takes the place of another."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._groups = groups

    def put_into(self, earlier: str, said: str) -> str:
        """An earlier question with what is said now in the place of its alternative."""
        for _, old, new in self._found(said, earlier):
            earlier = earlier.replace(old, new)
        return earlier

    def without(self, said: str, earlier: str) -> str:
        """What is said now without the words that `put_into` puts into the earlier question."""
        for written, _, _ in self._found(said, earlier):
            said = said.replace(written, "")
        return said.strip(" ,。的")

    def stand_in(self, earlier: str, said: str) -> bool:
        """Whether what is said now takes the place of something in the earlier question."""
        return any(True for _ in self._found(said, earlier))

    def _found(self, said: str, earlier: str) -> Iterator[tuple[str, str, str]]:
        """What is written now, what stood earlier, and what stands there instead."""
        for group in self._groups:
            one = next((each for each in group if each in said), None)
            if one is not None:
                yield from ((one, each, one) for each in group if each in earlier and each != one)
        yield from _measures(said, earlier)


def _measures(said: str, earlier: str) -> Iterator[tuple[str, str, str]]:
    """The one measure of a unit in each."""
    now, before = _by_unit(said), _by_unit(earlier)
    for unit, (kind, old) in before.items():
        if unit in now and now[unit][1] != old:
            yield now[unit][1], old, now[unit][1]
        elif kind is FigureKind.AGE and not now and len(bare := _BARE_AGE.findall(said)) == 1:
            yield bare[0], old, f"{bare[0]}岁"


def _by_unit(text: str) -> dict[str, tuple[FigureKind, str]]:
    """The measures of a text by unit, of units that stand there once: as written."""
    found = [each for each in figures(text) if each.kind in _MEASURED]
    units = [each.unit for each in found]
    return {each.unit: (each.kind, _written(text, each)) for each in found if units.count(each.unit) == 1}


def without_measures(text: str) -> str:
    for each in reversed(figures(text)):
        if each.kind in _MEASURED:
            text = f"{text[: each.start]} {text[each.end :]}"
    return text


def _written(text: str, figure: Figure) -> str:
    return text[figure.start : figure.end]
