"""How well questions are routed, before and after the service has learned from escalations of other questions."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from eval.errors import SuiteInvalid
from eval.question_lines import question_files
from eval.questions import SuitePart, part_of
from eval.statistics import Rate, rate
from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.asking.routing import Routed
from kb_service.asking.search.retrieving import Narrowing
from kb_service.domain.lessons import Lesson
from kb_service.helping.learning_routes import past_of
from kb_service.service import Service

FOLDS = 5
_HELPERS_OF_EACH = 2
_NOBODY = "general desk"


class RoutedQuestion(BaseModel):
    """A line of a labelled file; what else stands there is a note. ``documents``: those that hold its own answer."""

    model_config = ConfigDict(extra="ignore")

    id: str
    text: str = Field(min_length=1, validation_alias=AliasChoices("text", "question", "title"))
    detail: str = ""
    department: str = Field(min_length=1, validation_alias=AliasChoices("department", "label"))
    documents: list[str] = []

    @property
    def asked(self) -> str:
        return "。".join(filter(None, (self.text, self.detail)))[:LONGEST_QUESTION]


@dataclass(frozen=True, slots=True)
class RoutingRow:
    """``before``, ``after``: the first three departments, as ids; ``reason``: of the first one afterwards."""

    id: str
    department: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class RoutingSummary:
    """Of the right department first, and among the first three."""

    first_before: Rate
    first_after: Rate
    three_before: Rate
    three_after: Rate


def read_routed(path: Path) -> list[RoutedQuestion]:
    """Raises SuiteInvalid for a bad line, a missing path, or no question at all."""
    found = [each for file in question_files(path) for each in _lines(file)]
    if not found:
        raise SuiteInvalid(f"{path} holds no question; an evaluation of nothing proves nothing")
    return found


def fold_of(question_id: str) -> int:
    """Always the same for the same id, and independent of its half (`eval.questions.part_of`)."""
    return hashlib.sha256(f"fold {question_id}".encode()).digest()[0] % FOLDS


def routing_rows(
    service: Service,
    questions: Sequence[RoutedQuestion],
    *,
    part: SuitePart,
    without_own: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> list[RoutingRow]:
    """Route the questions of a part with the documents alone, then again with the others as past escalations.

    Of ``test``, all of ``dev`` teaches; else each fifth is judged by what the other four taught. ``without_own``: the
    documents that hold a question's own answer are not found.
    """
    service.learning_routes.teach(None)
    if part is SuitePart.DEV:
        questions = [each for each in questions if part_of(each.id) is SuitePart.DEV]
    narrowing_of = {each.id: _narrowing(service, each) if without_own else Narrowing() for each in questions}

    def routed(each: RoutedQuestion) -> list[Routed]:
        advance()
        return service.asking.route(service.asking.question(each.asked), narrowing=narrowing_of[each.id])

    before = {each.id: _ids(routed(each)) for each in questions}
    right_of = {each.id: service.departments.id(each.department) for each in questions}
    said = {each.id: service.asking.words_for_routing(each.asked) for each in questions}
    rows: list[RoutingRow] = []
    for judged, taught in splits_of(questions, part):
        lessons = [
            (imitated_lesson(number, each, right_of[each.id], before[each.id]), said[each.id])
            for number, each in enumerate(taught)
        ]
        service.learning_routes.teach(past_of(lessons, {}))
        for each in judged:
            after = routed(each)
            reason = after[0].reason if after else None
            rows.append(RoutingRow(each.id, right_of[each.id], before[each.id], _ids(after), reason))
    return rows


def summary_of(rows: Sequence[RoutingRow]) -> RoutingSummary:
    return RoutingSummary(
        first_before=rate([row.department in row.before[:1] for row in rows]),
        first_after=rate([row.department in row.after[:1] for row in rows]),
        three_before=rate([row.department in row.before for row in rows]),
        three_after=rate([row.department in row.after for row in rows]),
    )


def splits_of(
    questions: Sequence[RoutedQuestion], part: SuitePart
) -> Iterator[tuple[Sequence[RoutedQuestion], Sequence[RoutedQuestion]]]:
    """What is judged, and what teaches it."""
    if part is SuitePart.TEST:
        halves: Mapping[SuitePart, list[RoutedQuestion]] = {SuitePart.DEV: [], SuitePart.TEST: []}
        for each in questions:
            halves[part_of(each.id)].append(each)
        yield halves[SuitePart.TEST], halves[SuitePart.DEV]
        return
    for fold in range(FOLDS):
        yield (
            [each for each in questions if fold_of(each.id) == fold],
            [each for each in questions if fold_of(each.id) != fold],
        )


def imitated_lesson(number: int, each: RoutedQuestion, right: str, before: Sequence[str]) -> Lesson:
    """As a month of help would leave it: where it was routed right it was resolved, else handed on and resolved there.

    Everybody asks once; each department has two helpers.
    """
    first = before[0] if before else _NOBODY
    helper = number % _HELPERS_OF_EACH
    is_right = first == right
    return Lesson(
        id=each.id,
        text=each.asked,
        matter_id=None,
        department_id=right,
        asker=f"asker {number}",
        resolved_by=f"{right} {helper}",
        handed_on_by=None if is_right else f"{first} {helper}",
        gave_away=frozenset() if is_right else frozenset({first}),
    )


def _ids(routed: Sequence[Routed]) -> tuple[str, ...]:
    return tuple(each.department.id for each in routed[:3])


def _narrowing(service: Service, question: RoutedQuestion) -> Narrowing:
    schedules = service.library.schedules(question.documents)
    return Narrowing(without_versions=tuple(each.version_id for found in schedules.values() for each in found))


def _lines(file: Path) -> Iterator[RoutedQuestion]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            if line.strip():
                yield RoutedQuestion.model_validate_json(line)
        except ValidationError as error:
            raise SuiteInvalid(f"{file.name}:{number}: {error.errors()[0]['msg']}") from error
