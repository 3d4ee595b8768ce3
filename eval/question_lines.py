"""The lines of a suite's ``.jsonl`` files: a question, or a conversation turn by turn, and what a right reply is."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from eval.errors import SuiteInvalid
from kb_service.domain.answers import Carried, Reason
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet

# What a conversation as a whole may say under `expect`; its turns say what is expected.
_BY_TURN = "conversation"


class Expect(StrEnum):
    """What a right reply does. ``rule``: tells the general rule where the person's own case cannot be decided.
    ``route``: passes on what is no question of knowledge. ``courtesy``: returns a greeting or thanks."""

    ANSWER = "answer"
    RULE = "rule"
    DECLINE = "decline"
    CLARIFY = "clarify"
    ROUTE = "route"
    COURTESY = "courtesy"


def alternatives(text: str | None) -> tuple[str, ...]:
    """What stands between bars."""
    return tuple(each.strip() for each in (text or "").split("|") if each.strip())


class _Judged(BaseModel):
    """What is asked under which circumstances, and what a right reply is; ``|`` separates alternatives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = ""
    expect: str = ""
    must_include: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    document: str | None = None
    version_from: date | None = None
    matter: str | None = None
    department: str | None = None
    as_of: date | None = None
    region: str | None = None
    audience: Audience | None = None
    note: str | None = None

    @property
    def expects(self) -> tuple[Expect, ...]:
        return tuple(Expect(each) for each in alternatives(self.expect))

    def _require_sense(self) -> None:
        if not self.question.strip():
            raise ValueError("question: is missing")
        if not self.expects:
            raise ValueError("expect: is missing")
        if {Expect.ANSWER, Expect.RULE}.issuperset(self.expects) and not alternatives(self.document):
            raise ValueError("document: an answer needs one")


class Turn(_Judged):
    """What is said in a conversation. ``choose``: the option of the reply before, counted from 1 or by words of its
    label; ``question`` is then said only if there is no such option. ``carried`` and ``reasons`` must at least be those
    named; ``parts``: how many questions the message holds."""

    choose: int | str | None = None
    facet: Facet | None = None
    carried: tuple[Carried, ...] = ()
    reasons: tuple[Reason, ...] = ()
    parts: int | None = Field(default=None, ge=2)

    @field_validator("expect")
    @classmethod
    def _known(cls, value: str) -> str:
        return _known_expectations(value)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self._require_sense()
        return self


class SuiteLine(_Judged):
    """One question, or ``turns``; a conversation's ``question`` may repeat its first turn, its ``matter`` is not
    judged, and its day, region and audience hold for the turns that name none."""

    id: str = Field(min_length=1)
    type: str | None = None
    turns: tuple[Turn, ...] = ()

    @field_validator("expect")
    @classmethod
    def _known(cls, value: str) -> str:
        return value if value == _BY_TURN else _known_expectations(value)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.turns:
            if self.expect == _BY_TURN:
                raise ValueError("turns: are missing")
            self._require_sense()
            return self
        if self.expect not in ("", _BY_TURN):
            raise ValueError("expect: stands in the turns of a conversation")
        if self.question and self.question != self.turns[0].question:
            raise ValueError("question: differs from that of the first turn")
        return self

    def conversation(self) -> tuple[Turn, ...]:
        """Its turns, each with the day, region and audience that it is asked with."""
        return tuple(
            turn.model_copy(
                update={
                    "as_of": turn.as_of or self.as_of,
                    "region": turn.region or self.region,
                    "audience": turn.audience or self.audience,
                }
            )
            for turn in self.turns
        )


def read_lines(path: Path) -> list[SuiteLine]:
    """All lines of a file, or of a folder's ``.jsonl`` files. Raises SuiteInvalid, naming file and line, for a bad
    line or a repeated id, and for a missing path."""
    found: dict[str, SuiteLine] = {}
    for file in question_files(path):
        for number, text in _written(file):
            line = _parsed(file, number, text)
            if line.id in found:
                raise SuiteInvalid(f"{file.name}:{number}: the id {line.id!r} is used twice; ids must differ")
            found[line.id] = line
    return list(found.values())


def question_files(path: Path) -> list[Path]:
    """Raises SuiteInvalid when the path does not exist."""
    if not path.exists():
        raise SuiteInvalid(f"{path} does not exist; give a .jsonl file or a folder of them")
    return sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def _written(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            yield number, line


def _parsed(file: Path, number: int, text: str) -> SuiteLine:
    try:
        return SuiteLine.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "line"
        raise SuiteInvalid(f"{file.name}:{number}: {where}: {fault['msg']}") from error


def _known_expectations(value: str) -> str:
    if unknown := [each for each in alternatives(value) if each not in set(Expect)]:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(Expect)}")
    return value
