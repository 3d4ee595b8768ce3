"""Greetings, thanks and goodbyes: a message of nothing else, or words around a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MARKS = r"[\s,，。.!！?？~～…、:：;；^_()👋🙏😊]+"
# Nobody greets in so many words; longer messages say something else as well.
_LONGEST = 60
_MOST_AROUND = 4
# Where courtesies around a question are looked for, from either end.
_EDGE = 40


@dataclass(frozen=True, slots=True)
class Courtesies:
    """Patterns for normalised text."""

    unit: re.Pattern[str]
    around: re.Pattern[str]
    front: re.Pattern[str]
    back: re.Pattern[str]

    def is_all_of(self, text: str) -> bool:
        if len(text) > _LONGEST or self.unit.search(text) is None:
            return False
        return not self.around.sub("", self.unit.sub("", text))

    def without(self, text: str) -> str:
        """The text without the courtesies around it; all of it where nothing else is said."""
        bare = text
        for _ in range(_MOST_AROUND):
            bare = self.front.sub("", bare[:_EDGE]) + bare[_EDGE:]
        for _ in range(_MOST_AROUND):
            cut = max(0, len(bare) - _EDGE)
            bare = bare[:cut] + self.back.sub("", bare[cut:])
        return bare.strip() or text


def courtesies(units: Sequence[str], particles: Sequence[str], openings: Sequence[str]) -> Courtesies:
    """``units``: what is said; ``particles``: what may stand around; ``openings``: units that nothing has to follow.

    A unit in front of a question ends with a mark (谢谢，…) unless it is an opening (你好我想问…).
    """
    unit, particle, opening = (f"(?:{'|'.join(part)})" for part in (units, particles, openings))
    return Courtesies(
        unit=re.compile(unit),
        around=re.compile(rf"{particle}|{_MARKS}"),
        front=re.compile(rf"^(?:{_MARKS})?(?:{unit}{particle}{{0,4}}{_MARKS}|{opening}[啊呀哦,。!~ ]*)"),
        back=re.compile(rf"{_MARKS}{unit}{particle}{{0,4}}(?:{_MARKS})?$"),
    )
