"""Questions with known answers, alone and as turns of conversations."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from eval.errors import SuiteInvalid
from eval.question_lines import Expect, SuiteLine, Turn, alternatives
from eval.suite_files import read_lines
from kb_service.domain.answers import Outcome
from kb_service.domain.documents import Audience

_OUTCOME_OF = {
    Expect.ANSWER: Outcome.ANSWERED,
    Expect.RULE: Outcome.ANSWERED,
    Expect.DECLINE: Outcome.HANDED_OVER,
    Expect.CLARIFY: Outcome.CLARIFY,
    Expect.ROUTE: Outcome.OUT_OF_SCOPE,
    Expect.COURTESY: Outcome.COURTESY,
}
_OUTSIDE = {Outcome.OUT_OF_SCOPE, Outcome.COURTESY}


class SuitePart(StrEnum):
    """The half of a suite that one works with, the half that one is judged by, or both."""

    DEV = "dev"
    TEST = "test"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SuiteQuestion:
    """A question and what a right reply to it is. Without ``as_of`` it is asked of today's rules.

    ``also_right``: outcomes that will do as well as the expected one. Any of ``expected_documents``,
    ``expected_departments`` (ids or names) and ``expected_matters`` (ids) will do; ``expected_version_from`` speaks of
    the first document. A fact may hold alternatives between bars. ``turn`` counts from 1 within ``conversation``, and
    is 0 outside of one. What is answerable names documents, or facts alone: then any source in force will do.
    ``grades``: how relevant each expected document is, 1 unless the suite says more.
    """

    id: str
    text: str
    expected_outcome: Outcome
    is_answerable: bool
    is_in_scope: bool
    also_right: frozenset[Outcome] = frozenset()
    as_of: date | None = None
    region: str | None = None
    audience: Audience | None = None
    expected_documents: tuple[str, ...] = ()
    expected_version_from: date | None = None
    required_facts: tuple[str, ...] = ()
    forbidden_facts: tuple[str, ...] = ()
    expected_departments: tuple[str, ...] = ()
    expected_matters: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    conversation: str | None = None
    turn: int = 0
    grades: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_follow_up(self) -> bool:
        return self.turn > 1


def read_questions(path: Path, part: SuitePart = SuitePart.ALL) -> list[SuiteQuestion]:
    """The questions of a file or folder in any form of `eval.suite_files`, the turns of a conversation one by one.

    Raises SuiteInvalid for a bad line, a repeated id, a missing path, or no question at all.
    """
    lines = [line for line in read_lines(path) if part in (SuitePart.ALL, part_of(line.id))]
    if not lines:
        raise SuiteInvalid(f"{path} holds no question; an evaluation of nothing proves nothing")
    return [question for line in lines for question in _questions(line)]


def part_of(line_id: str) -> SuitePart:
    """Always the same for the same id, about half of all ids each, and a conversation stays together."""
    return (SuitePart.DEV, SuitePart.TEST)[hashlib.sha256(line_id.encode()).digest()[0] % 2]


def checksums(files: Sequence[Path]) -> Mapping[str, str]:
    """SHA-256 by file name."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _questions(line: SuiteLine) -> Iterator[SuiteQuestion]:
    if not line.turns:
        yield _question(line, line)
    for number, turn in enumerate(line.conversation(), start=1):
        yield _question(line, turn, number)


def _question(line: SuiteLine, asked: SuiteLine | Turn, turn: int = 0) -> SuiteQuestion:
    documents = alternatives(asked.document)
    outcomes = list(dict.fromkeys(_OUTCOME_OF[each] for each in asked.expects))
    # What may be answered or not, and of which no document is named, nobody holds to be answerable.
    is_answerable = Outcome.ANSWERED in outcomes and (bool(documents) or len(outcomes) == 1)
    expected = next(each for each in outcomes if (each is Outcome.ANSWERED) == is_answerable)
    return SuiteQuestion(
        id=f"{line.id}#{turn}" if turn else line.id,
        text=asked.question,
        expected_outcome=expected,
        is_answerable=is_answerable,
        is_in_scope=expected not in _OUTSIDE,
        also_right=frozenset(outcomes) - {expected},
        as_of=asked.as_of,
        region=asked.region,
        audience=asked.audience,
        expected_documents=documents,
        expected_version_from=asked.version_from,
        required_facts=asked.must_include,
        forbidden_facts=asked.must_not,
        expected_departments=alternatives(asked.department),
        expected_matters=alternatives(asked.matter),
        types=alternatives(line.type),
        conversation=line.id if turn else None,
        turn=turn,
        grades={each: line.grades.get(each, 1) for each in documents},
    )
