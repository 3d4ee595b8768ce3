"""What the two sides of a talk see of each other besides words: that somebody types, and how far they have read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# So long after a key was pressed somebody counts as typing.
TYPING_LASTS = timedelta(seconds=6)
# Pages say it every three seconds; it is written no more often than this.
_WRITTEN_EVERY = timedelta(seconds=2)


class TalkSide(StrEnum):
    """HELPER: whoever is in charge of the talk."""

    PERSON = "person"
    HELPER = "helper"

    @property
    def other(self) -> "TalkSide":
        return TalkSide.HELPER if self is TalkSide.PERSON else TalkSide.PERSON


@dataclass(frozen=True, slots=True)
class Signs:
    """Of one side. ``read_up_to``: the greatest number of a message that was shown to it; 0 for none."""

    read_up_to: int = 0
    typed_at: datetime | None = None

    def is_typing_to_be_written(self, at: datetime) -> bool:
        """A moment from after ``at`` came before the clock was set back."""
        return self.typed_at is None or abs(at - self.typed_at) >= _WRITTEN_EVERY

    def types_for(self, at: datetime) -> timedelta:
        """How much longer it counts as typing; nothing where it does not."""
        if self.typed_at is None or not timedelta() <= at - self.typed_at < TYPING_LASTS:
            return timedelta()
        return TYPING_LASTS - (at - self.typed_at)
