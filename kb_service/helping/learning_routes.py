"""Learning from past escalations where a question belongs: read anew in the background, kept in memory."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import numpy as np

from kb_service.asking.past_escalations import PastEscalations
from kb_service.domain.errors import KbError
from kb_service.domain.lessons import Lesson, contradicted_matters
from kb_service.ports import Vector

# Two thousand vectors are three megabytes; asking them takes a few tenths of a millisecond.
MOST_LESSONS = 2000
_LOOKED_AT_EVERY = 60.0

log = logging.getLogger(__name__)

# A question's words as they are compared, with their vector; None where it asks nothing (我要转人工).
Said = tuple[str, Vector]


class Lessons(Protocol):
    """Where they are read from."""

    def state(self) -> tuple[int, datetime | None]: ...

    def newest(self, limit: int) -> Sequence[Lesson]: ...


class LearningRoutes:
    """Each process learns for itself; a question never waits for it."""

    def __init__(
        self,
        lessons: Lessons,
        *,
        said: Callable[[str], Said | None],
        owner_of: Callable[[], Mapping[str, str]],
        give_way: Callable[[], None],
        clock: Callable[[], float],
        is_on: bool,
    ) -> None:
        """``owner_of``: the department of each matter, by id. ``clock``: in seconds, monotonic."""
        self._lessons = lessons
        self._said = said
        self._owner_of = owner_of
        self._give_way = give_way
        self._clock = clock
        self._is_on = is_on
        self._past: PastEscalations | None = None
        self._known: dict[tuple[str, str], Said | None] = {}
        self._learned_from: tuple[object, ...] | None = None
        self._looked_at = float("-inf")
        self._one_at_a_time = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def current(self) -> PastEscalations | None:
        """As it was learned last; looks once a minute, in the background, whether there is more."""
        if self._is_on and self._clock() - self._looked_at > _LOOKED_AT_EVERY:
            self._looked_at = self._clock()
            self._thread = threading.Thread(target=self._learn_quietly, name="learning-routes", daemon=True)
            self._thread.start()
        return self._past

    def learn(self) -> None:
        """Read the lessons, if they are others than before. Raises what the database raises."""
        with self._one_at_a_time:
            owner_of = self._owner_of()
            state = (*self._lessons.state(), tuple(sorted(owner_of.items())))
            if state == self._learned_from:
                return
            past = self._made_of(self._lessons.newest(MOST_LESSONS), owner_of)
            if past is not None:
                self._past, self._learned_from = past, state

    def teach(self, past: PastEscalations | None) -> None:
        """Go by these, for an evaluation."""
        self._is_on, self._past = False, past

    def close(self) -> None:
        self._is_closed = True
        if self._thread is not None:
            self._thread.join()

    def _learn_quietly(self) -> None:
        try:
            self.learn()
        except KbError as error:
            log.warning("what past escalations teach could not be read: %s", error)

    def _made_of(self, lessons: Sequence[Lesson], owner_of: Mapping[str, str]) -> PastEscalations | None:
        """None where it was closed meanwhile."""
        known: dict[tuple[str, str], Said | None] = {}
        for each in lessons:
            if self._is_closed:
                return None
            key = (each.id, each.text)
            if key in self._known:
                known[key] = self._known[key]
            else:
                self._give_way()
                known[key] = self._said(each.text)
        self._known = known  # what was erased is forgotten here too
        return past_of([(each, known[each.id, each.text]) for each in lessons], owner_of)


def past_of(lessons: Sequence[tuple[Lesson, Said | None]], owner_of: Mapping[str, str]) -> PastEscalations:
    """Of lessons with what their words say; those that ask nothing still tell of their matter."""
    telling = [(lesson, said) for lesson, said in lessons if said is not None]
    vectors = np.array([vector for _, (_, vector) in telling], np.float32)
    texts = [replace(lesson, text=text) for lesson, (text, _) in telling]
    contradicted = contradicted_matters([lesson for lesson, _ in lessons], owner_of)
    return PastEscalations(texts, vectors, contradicted=contradicted)
