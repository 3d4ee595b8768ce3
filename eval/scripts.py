"""Scripted conversations, read from ``.jsonl``: what a person says turn by turn, and what a right reply to it is."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from eval.errors import SuiteInvalid
from eval.questions import question_files
from eval.talking import TalkMessage
from kb_service.domain.answers import Carried, Outcome, Reason
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet


class Expected(BaseModel):
    """What a right reply is; what is not said does not matter. ``document`` (any of several), ``version_from`` and
    ``facts`` are asked of an answer only; ``carried`` and ``reasons`` must at least be those named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: frozenset[Outcome] = frozenset()
    document: tuple[str, ...] = ()
    version_from: date | None = None
    facts: tuple[str, ...] = ()
    not_facts: tuple[str, ...] = ()
    matter: str | None = None
    facet: Facet | None = None
    as_of: date | None = None
    region: str | None = None
    carried: tuple[Carried, ...] = ()
    reasons: tuple[Reason, ...] = ()
    parts: int | None = Field(default=None, ge=2, description="How many questions the message holds.")

    @field_validator("outcome", "document", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


class Turn(BaseModel):
    """``choose``: the option of the reply before, counted from 1 or by words of its label; ``question`` is then said
    only if there is no such option."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1)
    choose: int | str | None = None
    seen: str = ""
    as_of: date | None = None
    region: str | None = None
    audience: Audience | None = None
    matter_id: str | None = None
    expect: Expected = Expected()

    def message(self) -> TalkMessage:
        return TalkMessage(self.question, self.seen, self.as_of, self.region, self.audience, self.matter_id)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = Field(min_length=2)
    note: str | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if all(turn.expect == Expected() for turn in self.turns):
            raise ValueError("no turn expects anything")
        return self


@dataclass(frozen=True, slots=True)
class Script:
    id: str
    tags: tuple[str, ...]
    turns: tuple[Turn, ...]


def read_scripts(path: Path) -> list[Script]:
    """All scripts of a file or of a folder's ``.jsonl`` files. Raises SuiteInvalid for a bad line, a repeated id, a
    missing path, or none at all."""
    scripts: dict[str, Script] = {}
    for file in question_files(path):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                script = _parsed(f"{file.name}:{number}", line)
                if script.id in scripts:
                    raise SuiteInvalid(f"{file.name}:{number}: the id {script.id!r} is used twice; ids must differ")
                scripts[script.id] = script
    if not scripts:
        raise SuiteInvalid(f"{path} holds no conversation; an evaluation of nothing proves nothing")
    return list(scripts.values())


def _parsed(place: str, line: str) -> Script:
    try:
        found = _Line.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "line"
        raise SuiteInvalid(f"{place}: {where}: {fault['msg']}") from error
    return Script(found.id, found.tags, found.turns)
