"""The lines of a suite's ``.jsonl`` files: a question, or a conversation turn by turn, and what a right reply is."""

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from eval.errors import SuiteInvalid
from eval.written_lines import WrittenLine
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


_ANY = "|".join(Expect)
# For the JSON Schema, which cannot call the reader's own check.
_EXPECTATIONS = rf"^\s*({_ANY})(\s*\|\s*({_ANY}))*\s*$"
_ANSWERS_ONLY = r"^\s*(answer|rule)(\s*\|\s*(answer|rule))*\s*$"
_ANSWER_NEEDS: dict[str, Any] = {
    "if": {"properties": {"expect": {"pattern": _ANSWERS_ONLY}}, "required": ["expect"]},
    "then": {"anyOf": [{"required": ["document"]}, {"required": ["must_include"]}]},
}


def alternatives(text: str | None) -> tuple[str, ...]:
    """What stands between bars."""
    return tuple(each.strip() for each in (text or "").split("|") if each.strip())


class _Judged(BaseModel):
    """What is asked under which circumstances, and what a right reply is; ``|`` separates alternatives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = ""
    expect: str = Field("", json_schema_extra={"pattern": _EXPECTATIONS})
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
        is_answer = {Expect.ANSWER, Expect.RULE}.issuperset(self.expects)
        if is_answer and not alternatives(self.document) and not self.must_include:
            raise ValueError("document: an answer needs one, or words in must_include")


class Turn(_Judged):
    """What is said in a conversation. ``choose``: the option of the reply before, counted from 1 or by words of its
    label; ``question`` is then said only if there is no such option. ``carried`` and ``reasons`` must at least be those
    named; ``parts``: how many questions the message holds."""

    model_config = ConfigDict(json_schema_extra={"required": ["question", "expect"], **_ANSWER_NEEDS})

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
    judged, and its day, region and audience hold for the turns that name none. ``grades``: how relevant documents are,
    1 where nothing is said."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["question", "expect"]}, {"required": ["turns"]}], **_ANSWER_NEEDS}
    )

    expect: str = Field("", json_schema_extra={"pattern": rf"{_EXPECTATIONS}|^{_BY_TURN}$"})
    id: str = Field(min_length=1)
    type: str | None = None
    turns: tuple[Turn, ...] = ()
    grades: dict[str, Annotated[int, Field(ge=1)]] = {}

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


def question_files(path: Path) -> list[Path]:
    """Raises SuiteInvalid when the path does not exist."""
    if not path.exists():
        raise SuiteInvalid(f"{path} does not exist; give a .jsonl file or a folder of them")
    return sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def line_of(written: WrittenLine) -> SuiteLine:
    """Raises SuiteInvalid, naming file and line."""
    if written.fault:
        raise SuiteInvalid(f"{written.place}: {written.fault}")
    try:
        return SuiteLine.model_validate_json(json.dumps(written.fields))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "line"
        raise SuiteInvalid(f"{written.place}: {where}: {fault['msg']}") from error


def _known_expectations(value: str) -> str:
    if unknown := [each for each in alternatives(value) if each not in set(Expect)]:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(Expect)}")
    return value
