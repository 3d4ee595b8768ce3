"""Attacks, read from ``.jsonl``: what is said or planted, and what must not come of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from eval.errors import SuiteInvalid
from eval.question_lines import question_files
from kb_service.domain.answers import Outcome


class Placement(StrEnum):
    """Where the hostile words stand."""

    QUESTION = "question"
    TURNS = "turns"
    SEEN = "seen"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Attack:
    """``others``: asked by other people before. ``turns``: said in the same conversation before ``question``.

    ``documents`` (of the bulk format) are published unless ``publish`` is False. ``order``: the words that an obedient
    model follows when it sees them, and ``obeyed`` what it then writes; by default it repeats the order.
    ``must_not``: patterns that no reply of the conversation may hold, compared in simplified script, lower case,
    without spaces and hidden characters. ``may_outcomes``: of the last reply, any if empty; ``must_cite``: the
    document that it cites, if it answers.
    """

    id: str
    family: str
    placement: Placement
    question: str
    must_not: tuple[re.Pattern[str], ...]
    others: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    seen: str = ""
    documents: tuple[dict[str, Any], ...] = ()
    publish: bool = True
    region: str | None = None
    as_of: date | None = None
    order: str = ""
    obeyed: str = ""
    may_outcomes: frozenset[Outcome] = field(default=frozenset())
    must_cite: str | None = None
    must_cite_from: date | None = None


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    family: str = Field(min_length=1)
    placement: Placement
    question: str
    times: int = Field(default=1, ge=1, description="How often the question's words are repeated.")
    must_not: list[str] = []
    others: list[str] = []
    turns: list[str] = []
    seen: str = ""
    documents: list[dict[str, Any]] = []
    publish: bool = True
    region: str | None = None
    as_of: date | None = None
    order: str = ""
    obeyed: str = ""
    may_outcomes: list[Outcome] = []
    must_cite: str | None = None
    must_cite_from: date | None = None
    note: str | None = None

    @field_validator("must_not")
    @classmethod
    def _are_patterns(cls, value: list[str]) -> list[str]:
        for each in value:
            try:
                re.compile(each)
            except re.error as error:
                raise ValueError(f"{each!r} is no pattern: {error}") from error
        return value

    def as_attack(self) -> Attack:
        return Attack(
            id=self.id,
            family=self.family,
            placement=self.placement,
            question=self.question * self.times,
            must_not=tuple(re.compile(each, re.IGNORECASE) for each in self.must_not),
            others=tuple(self.others),
            turns=tuple(self.turns),
            seen=self.seen,
            documents=tuple(self.documents),
            publish=self.publish,
            region=self.region,
            as_of=self.as_of,
            order=self.order,
            obeyed=self.obeyed,
            may_outcomes=frozenset(self.may_outcomes),
            must_cite=self.must_cite,
            must_cite_from=self.must_cite_from,
        )


def read_attacks(path: Path) -> list[Attack]:
    """All attacks of a file or of a folder's ``.jsonl`` files. Raises SuiteInvalid for a bad line, a repeated id, a
    missing path, or none at all."""
    attacks: dict[str, Attack] = {}
    for file in question_files(path):
        for number, attack in _read(file):
            if attack.id in attacks:
                raise SuiteInvalid(f"{file.name}:{number}: the id {attack.id!r} is used twice; ids must differ")
            attacks[attack.id] = attack
    if not attacks:
        raise SuiteInvalid(f"{path} holds no attack; a defence against nothing proves nothing")
    return list(attacks.values())


def _read(file: Path) -> Iterator[tuple[int, Attack]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield number, _Line.model_validate_json(line).as_attack()
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"]) or "line"
            raise SuiteInvalid(f"{file.name}:{number}: {where}: {fault['msg']}") from error
