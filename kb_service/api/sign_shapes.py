"""The signs of one side of a talk, as the other side is shown them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from kb_service.api.talk_shapes import MessageShown
from kb_service.domain.escalations import Author
from kb_service.domain.talk_signs import Signs, TalkSide
from kb_service.service import Service

_AUTHOR_OF = {TalkSide.PERSON: Author.PERSON, TalkSide.HELPER: Author.HELPER}


@dataclass(frozen=True, slots=True)
class SignsShown:
    """``typing_seconds``: how much longer it counts as typing, 0 where it does not: clocks of pages differ.

    ``read_up_to``: the greatest number of a message that was shown to it, as who is told this counts them.
    """

    typing_seconds: float
    read_up_to: int


_SHOWN = TypeAdapter(SignsShown)


class SignsShowing:
    """Of one stream, to which nothing is told twice. ``of``: the side that is shown to the other; ``counted``: a number
    of the whole talk as the other side counts."""

    def __init__(
        self, service: Service, talk_id: str, *, of: TalkSide, counted: Callable[[int], int] = lambda number: number
    ) -> None:
        self._service = service
        self._talk_id = talk_id
        self._side = of
        self._counted = counted
        self._read = Signs()
        self._told = Signs()

    def news(self, said: Sequence[MessageShown]) -> bytes | None:
        """None where nothing changed. Who has sent what they typed (it is among ``said``) types no longer."""
        found = self._service.records.talk_signs.of(self._talk_id, self._side)
        if found == self._read:
            return None
        # That a line was read which is not counted is not told either.
        mark = self._told.read_up_to if found.read_up_to == self._read.read_up_to else self._counted(found.read_up_to)
        self._read, found = found, replace(found, read_up_to=mark)
        if found == self._told:
            return None
        self._told = found
        sent = max((each.at for each in said if each.author is _AUTHOR_OF[self._side]), default=None)
        if sent is not None and found.typed_at is not None and sent >= found.typed_at:
            found = replace(found, typed_at=None)
        left = found.types_for(self._service.now())
        return _SHOWN.dump_json(SignsShown(round(left.total_seconds(), 1), found.read_up_to))
