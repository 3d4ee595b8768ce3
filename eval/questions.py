"""Questions with known answers, read from ``.jsonl``."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.errors import SuiteInvalid
from kb_service.domain.answers import Outcome
from kb_service.domain.documents import Audience


@dataclass(frozen=True, slots=True)
class SuiteQuestion:
    """A question and what a right reply to it is. Without ``as_of`` it is asked of today's rules.

    Any of ``expected_documents`` will do; ``expected_version_from`` speaks of the first. A fact may hold alternatives
    between bars. ``expected_department`` is an id or a name, ``expected_matter`` an id.
    """

    id: str
    text: str
    expected_outcome: Outcome
    is_answerable: bool
    is_in_scope: bool
    as_of: date | None = None
    region: str | None = None
    audience: Audience | None = None
    expected_documents: tuple[str, ...] = ()
    expected_version_from: date | None = None
    required_facts: tuple[str, ...] = ()
    forbidden_facts: tuple[str, ...] = ()
    expected_department: str | None = None
    expected_matter: str | None = None
    tags: tuple[str, ...] = ()


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    expected_outcome: Outcome
    answerable: bool
    in_scope: bool
    as_of: date | None = None
    region: str | None = None
    audience: Audience | None = None
    expected_document: str | None = None
    accepted_documents: list[str] = []
    expected_version_from: date | None = None
    required_facts: list[str] = []
    forbidden_facts: list[str] = []
    expected_department: str | None = None
    expected_matter: str | None = None
    tags: list[str] = []
    note: str | None = None

    @model_validator(mode="after")
    def _an_answer_has_a_source(self) -> Self:
        if self.expected_outcome is Outcome.ANSWERED and not self.expected_document:
            raise ValueError("an answered question needs expected_document")
        return self

    def as_question(self) -> SuiteQuestion:
        documents = [each for each in (self.expected_document, *self.accepted_documents) if each]
        return SuiteQuestion(
            id=self.id,
            text=self.question,
            expected_outcome=self.expected_outcome,
            is_answerable=self.answerable,
            is_in_scope=self.in_scope,
            as_of=self.as_of,
            region=self.region,
            audience=self.audience,
            expected_documents=tuple(dict.fromkeys(documents)),
            expected_version_from=self.expected_version_from,
            required_facts=tuple(self.required_facts),
            forbidden_facts=tuple(self.forbidden_facts),
            expected_department=self.expected_department,
            expected_matter=self.expected_matter,
            tags=tuple(self.tags),
        )


def read_questions(path: Path) -> list[SuiteQuestion]:
    """All questions of a file, or of a folder's ``.jsonl`` files. Raises SuiteInvalid for a bad line, a repeated id,
    a missing path, or no question at all."""
    questions: dict[str, SuiteQuestion] = {}
    for file in question_files(path):
        for number, line in _lines(file):
            question = _parsed(file, number, line)
            if question.id in questions:
                raise SuiteInvalid(f"{file.name}:{number}: the id {question.id!r} is used twice; ids must differ")
            questions[question.id] = question
    if not questions:
        raise SuiteInvalid(f"{path} holds no question; an evaluation of nothing proves nothing")
    return list(questions.values())


def question_files(path: Path) -> list[Path]:
    """Raises SuiteInvalid when the path does not exist."""
    if not path.exists():
        raise SuiteInvalid(f"{path} does not exist; give a .jsonl file or a folder of them")
    return sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def checksums(files: Sequence[Path]) -> Mapping[str, str]:
    """SHA-256 by file name."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            yield number, line


def _parsed(file: Path, number: int, line: str) -> SuiteQuestion:
    try:
        return _Line.model_validate_json(line).as_question()
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"]) or "line"
        raise SuiteInvalid(f"{file.name}:{number}: {field}: {fault['msg']}") from error
