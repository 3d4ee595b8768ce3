"""A version that is changed while it is rehearsed: nobody waits for what it was."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from kb_service.asking.search.retrieving import Narrowing
from kb_service.domain.answers import Answer, Question
from kb_service.domain.documents import Version, VersionState
from kb_service.domain.rehearsals import Rehearsal
from kb_service.publishing.rehearsal import RehearsalQuestion, Rehearsing
from tests.factories import NOON, answer, metadata, question

DRAFT = Version("v1", "balloon", "停气球免费。", metadata(matter_id="qiqiu"), VersionState.DRAFT, NOON, "editor")


class Asked:
    """Keeps how many answers were given, and tells each time that one was asked for."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self.count = 0
        self._told = told

    def question(self, text: str, **_: Any) -> Question:
        return question(text)

    def rehearse(self, question: Question, *, narrowing: Narrowing) -> Answer:
        self.count += 1
        self._told(self.count)
        return answer(asked=question.text)


class Kept:
    def __init__(self) -> None:
        self.all: list[Rehearsal] = []

    def add(self, rehearsal: Rehearsal) -> None:
        self.all.append(rehearsal)

    def latest(self, version_id: str) -> Rehearsal | None:
        return self.all[-1] if self.all else None


def rehearsed(edited_at: Sequence[int]) -> tuple[Asked, Kept]:
    """Over ten questions, of a version that is edited whenever as many answers were given."""
    now = [DRAFT]

    def told(count: int) -> None:
        if count in edited_at:
            now[0] = replace(now[0], revision=now[0].revision + 1)

    asked, kept = Asked(told), Kept()
    rehearsing = Rehearsing(
        asking=lambda: asked,
        questions=lambda version: [RehearsalQuestion(f"停气球问{number}", "suite") for number in range(10)],
        version=lambda version_id: now[0],
        index_documents=lambda ids: None,
        store=kept,
        interval_changes=lambda version_id: (),
        contradicting=lambda version_id: frozenset(),
        now=lambda: NOON,
        new_id=lambda: "r1",
    )
    rehearsing.rehearsed(DRAFT.id)
    return asked, kept


def test_a_version_that_nobody_changes_is_asked_of_with_it_and_without_it() -> None:
    asked, kept = rehearsed(edited_at=[])
    assert (asked.count, [each.revision for each in kept.all]) == (20, [1])


def test_a_version_that_is_edited_meanwhile_is_rehearsed_anew_at_once_and_only_that_is_kept() -> None:
    asked, kept = rehearsed(edited_at=[3])  # amid the second question
    assert (asked.count, [each.revision for each in kept.all]) == (4 + 20, [2])


def test_who_edits_again_and_again_holds_the_others_up_no_longer_than_three_times() -> None:
    asked, kept = rehearsed(edited_at=[3, 5, 7, 9, 11])
    # Stopped after answers 4, 6 and 8; the fourth begins after the third edit and is left to its end.
    assert (asked.count, [each.revision for each in kept.all]) == (8 + 20, [4])
