"""The signs of one side of a talk, as the other side is shown them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from kb_service.api.talk_shapes import MessageShown
from kb_service.domain.escalations import Author
from kb_service.domain.talk_signs import Side, Signs
from kb_service.service import Service

_AUTHOR_OF = {Side.PERSON: Author.PERSON, Side.HELPER: Author.HELPER}


@dataclass(frozen=True, slots=True)
class SignsShown:
    """``typing_seconds``: how much longer it counts as typing, 0 where it does not: clocks of pages differ.

    ``read_up_to``: the greatest number of a message that was shown to it.
    """

    typing_seconds: float
    read_up_to: int


_SHOWN = TypeAdapter(SignsShown)


class SignsShowing:
    """Of one stream, to which nothing is told twice. ``of``: the side that is shown to the other."""

    def __init__(self, service: Service, talk_id: str, *, of: Side) -> None:
        self._service = service
        self._talk_id = talk_id
        self._side = of
        self._told = Signs()

    def news(self, said: Sequence[MessageShown]) -> bytes | None:
        """None where nothing changed. Who has sent what they typed (it is among ``said``) types no longer."""
        found = self._service.records.talk_signs.of(self._talk_id, self._side)
        if found == self._told:
            return None
        self._told = found
        sent = max((each.at for each in said if each.author is _AUTHOR_OF[self._side]), default=None)
        if sent is not None and found.typed_at is not None and sent >= found.typed_at:
            found = replace(found, typed_at=None)
        left = found.types_for(self._service.now())
        return _SHOWN.dump_json(SignsShown(round(left.total_seconds(), 1), found.read_up_to))
