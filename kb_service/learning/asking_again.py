"""What happens when a text that was cited turns out wrong: the answers that cited it are asked again, today."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kb_service.domain.affected import Affected, effect_of
from kb_service.domain.answers import Answer
from kb_service.domain.rehearsals import Effect

_AT_ONCE = 20


class AffectedStore(Protocol):
    def not_asked_again(self, version_id: str, *, limit: int) -> Sequence[Answer]: ...

    def keep(self, version_id: str, effect_of: Mapping[str, Effect], *, at: datetime) -> None: ...

    def tell(self, version_id: str, *, at: datetime) -> Affected: ...


@dataclass(frozen=True, slots=True)
class AskingAgain:
    """``follow``: makes the index say what the rows say. ``ask``: the question of an answer, as it would be answered
    now, stored nowhere. ``give_way``: called between small steps."""

    answers: AffectedStore
    follow: Callable[[], object]
    ask: Callable[[Answer], Answer]
    give_way: Callable[[], None]
    now: Callable[[], datetime]

    def ask_again(self, version_id: str) -> int:
        """Ask all questions whose answers cited it and were not asked again since; how many. It may be cut off, and
        goes on then. Their effects are kept; when there were any, the trail and other systems are told of them."""
        self.follow()
        asked = 0
        while found := self.answers.not_asked_again(version_id, limit=_AT_ONCE):
            effects: dict[str, Effect] = {}
            for each in found:
                self.give_way()
                effects[each.answer_id] = effect_of(each, self.ask(each))
            self.answers.keep(version_id, effects, at=self.now())
            asked += len(found)
        if asked:
            self.answers.tell(version_id, at=self.now())
        return asked
