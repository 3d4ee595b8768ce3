"""Learning in the background: once a minute, only what is new, and nothing that is gone."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from kb_service.domain.errors import RecordsUnavailable
from kb_service.domain.lessons import Lesson
from kb_service.helping.learning_routes import MOST_LESSONS, LearningRoutes, Said
from kb_service.ports import Vector

UP: Vector = np.array([1, 0], np.float32)
OTHER: Vector = np.array([0, 1], np.float32)


class Shelf:
    """Lessons in memory; counts how often it is read."""

    def __init__(self) -> None:
        self.lessons: list[Lesson] = []
        self.reads = 0
        self.is_down = False

    def state(self) -> tuple[int, datetime | None]:
        if self.is_down:
            raise RecordsUnavailable("down")
        return len(self.lessons), datetime(2026, 7, 1, tzinfo=UTC)

    def newest(self, limit: int) -> Sequence[Lesson]:
        assert limit == MOST_LESSONS
        self.reads += 1
        return list(self.lessons)


class Learner:
    def __init__(self, *, is_on: bool = True) -> None:
        self.shelf, self.read, self.seconds = Shelf(), list[str](), 1000.0
        self.owner_of = {"m": "qiqiu"}
        self.routes = LearningRoutes(
            self.shelf,
            said=self._said,
            owner_of=lambda: self.owner_of,
            give_way=lambda: None,
            clock=lambda: self.seconds,
            is_on=is_on,
        )

    def _said(self, text: str) -> Said | None:
        self.read.append(text)
        return None if text == "转人工" else (text, UP if "气球" in text else OTHER)

    def add(self, number: int, text: str, *, matter: str | None = None) -> None:
        helpers = ("zhang", f"li {number}")
        self.shelf.lessons.append(
            Lesson(str(number), text, matter, "dashuju", f"u{number}", *helpers, frozenset(["qiqiu"]))
        )

    def after(self, seconds: float) -> bool:
        """Whether anything is learned so long after; the look itself is awaited."""
        self.seconds += seconds
        self.routes.current()
        self.routes.close()  # waits for the look
        self.routes._is_closed = False
        return self.routes.current() is not None


def test_a_look_is_taken_once_a_minute_and_only_new_words_are_read() -> None:
    made = Learner()
    made.add(1, "气球停哪里")
    assert made.after(0) and (made.read, made.shelf.reads) == (["气球停哪里"], 1)
    made.add(2, "社保怎么查")
    made.after(59)
    assert made.shelf.reads == 1
    made.after(2)
    assert (made.read, made.shelf.reads) == (["气球停哪里", "社保怎么查"], 2)
    made.after(61)
    assert made.shelf.reads == 2  # nothing is new
    past = made.routes.current()
    assert past is not None and set(past.votes("气球停哪里", UP).resolved_in) == {"dashuju"}


def test_what_was_erased_is_forgotten() -> None:
    made = Learner()
    made.add(1, "气球停哪里")
    made.add(2, "社保怎么查")
    made.routes.learn()
    del made.shelf.lessons[0]
    made.routes.learn()
    past = made.routes.current()
    assert past is not None and past.votes("气球停哪里", UP).resolved_in == {}
    assert [text for _id, text in made.routes._known] == ["社保怎么查"]


def test_words_that_ask_nothing_still_tell_of_their_matter() -> None:
    made = Learner()
    for number in range(4):
        made.add(number, "转人工", matter="m")
    made.routes.learn()
    past = made.routes.current()
    assert past is not None and past.contradicted == {"m": ("dashuju", 1.0)}
    made.owner_of = {"m": "dashuju"}  # an editor corrected the catalogue
    made.routes.learn()
    past = made.routes.current()
    assert past is not None and past.contradicted == {}


def test_switched_off_nothing_is_read() -> None:
    made = Learner(is_on=False)
    made.add(1, "气球停哪里")
    assert not made.after(100) and made.shelf.reads == 0


def test_a_database_that_is_away_leaves_what_was_learned() -> None:
    made = Learner()
    made.add(1, "气球停哪里")
    assert made.after(0)
    made.shelf.is_down = True
    assert made.after(61)
