"""What a text states without a figure and another can contradict: 不得, 无需提供, 免费, 当场办结, an address.

Each is read as a figure, so that one set of rules tells what is spoken of. The words are in `prompts/contrasts.yaml`.
"""

import re
from collections.abc import Iterator, Sequence

from kb_service.text.figures import Figure, FigureKind
from kb_service.text.vocabulary import AnyOf, Words

# Said with a word that every text has: two that differ must speak of the very same thing.
SAID = frozenset({FigureKind.PERMISSION, FigureKind.NEED, FigureKind.RESPONSIBLE})
YES, NO = "yes", "no"
_TIME_OF_DAY = re.compile(r"(?:(?<!\d)(?:[01]?\d|2[0-3])[:：][0-5]\d(?!\d))|(?<=[上下]午)\d{1,2}(?=[点时])")
_AFTERNOON, _NOON = "下午", 12


class Wording(Words):
    """Words that state ``value``, or the part of them that is named so: ``(?P<value>…)``."""

    kind: FigureKind
    words: AnyOf
    value: str | None = None
    unit: str = ""

    def found_in(self, text: str) -> Iterator[Figure]:
        for match in self.words.finditer(text):
            value = self.value if self.value is not None else match["value"]
            yield Figure(self.kind, value, self.unit, *match.span("value" if self.value is None else 0))


def worded(text: str, wordings: Sequence[Wording], read: Sequence[Figure]) -> list[Figure]:
    """Those of the wordings, the earlier one first where two overlap, and the times of a day; none over
    one of ``read``.
    """
    taken = [(each.start, each.end) for each in read]
    found: list[Figure] = []
    for figure in (each for wording in wordings for each in wording.found_in(text)):
        if all(figure.end <= start or end <= figure.start for start, end in taken):
            taken.append((figure.start, figure.end))
            found.append(figure)
    return found + list(_times_of_day(text))


def _times_of_day(text: str) -> Iterator[Figure]:
    for match in _TIME_OF_DAY.finditer(text):
        hour, minute = (int(part) for part in [*re.split("[:：]", match[0]), "0"][:2])
        if hour < _NOON and text[: match.start()].endswith(_AFTERNOON):
            hour += _NOON
        yield Figure(FigureKind.HOUR, str(hour * 60 + minute), "", *match.span())
