"""The words that checking goes by, from `prompts/checking.yaml`, and its operators: 不, 可以, 或者, 除外."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import model_validator

from kb_service.text.bounds import AT_LEAST, AT_MOST, LIMITS
from kb_service.text.clauses import GAP
from kb_service.text.vocabulary import AnyOf, Words, load


class Operator(StrEnum):
    FREE = "free"
    NEED_NOT = "need_not"
    NO = "no"
    MAY = "may"
    MUST = "must"
    ONLY = "only"
    ANY = "any"
    ALL = "all"
    JOINT = "joint"
    HEDGE = "hedge"
    OR = "or"
    AND = "and"
    EXCEPT = "except"
    BEFORE = "before"
    AFTER = "after"
    WITH = "with"
    MORE = "more"
    LESS = "less"


# Read from the words of bounds, before all others: 不超过 is no NO.
_BOUNDS = {Operator.LESS: AT_MOST, Operator.MORE: AT_LEAST}
_SCOPE = 4
_WITH_SCOPE = frozenset({Operator.NO, Operator.NEED_NOT, Operator.ONLY})
_COUNTED = frozenset({Operator.NO, Operator.OR})
_PER = "(?:每[人户次月年套件])*"
_BETWEEN = re.compile(r"[的了在是把将被给向再能得以予\W]")


@dataclass(frozen=True, slots=True)
class FoundOperator:
    """An operator at ``[start, end)`` of a clause, and the characters that it goes with."""

    operator: Operator
    start: int
    end: int
    scope: str


class CheckingWords(Words):
    """As in `prompts/checking.yaml`, where each is explained."""

    same_meaning: tuple[tuple[str, ...], ...]
    exchanged_not_before: dict[str, str]
    grammar: AnyOf
    filler: tuple[str, ...]
    operators: dict[Operator, AnyOf]
    no_operators: AnyOf
    conditions: AnyOf
    subjects: AnyOf
    roles: AnyOf
    no_roles: AnyOf
    fees: frozenset[str]
    limits: AnyOf
    exceptions: AnyOf
    steps: AnyOf
    materials: AnyOf
    step_begins: AnyOf
    time_limits: AnyOf

    @model_validator(mode="after")
    def _has_every_operator(self) -> Self:
        if self.operators.keys() != set(Operator) - set(_BOUNDS):
            missing = sorted(set(Operator) - set(_BOUNDS) - set(self.operators))
            raise ValueError(f"operators: these are missing, or others stand there that bounds.py knows: {missing}")
        return self

    def canonical(self, text: str) -> str:
        """A normalised text with one spelling for words that a paraphrase may exchange."""
        return self._exchanged.sub(lambda match: self._one_for[match[0]], text)

    def is_filler(self, run: str) -> bool:
        """Whether a run of characters adds nothing that has to be backed."""
        return self._filler_run.fullmatch(run) is not None

    def operators_in(self, clause: str) -> list[FoundOperator]:
        """Of canonical text, in order."""
        hidden = self.no_operators.sub(lambda match: GAP * len(match[0]), clause)
        return [
            FoundOperator(
                Operator(str(match.lastgroup)), *match.span(), _BETWEEN.sub("", clause[match.end() :])[:_SCOPE]
            )
            for match in self._operator.finditer(hidden)
        ]

    def roles_in(self, text: str) -> Iterator[tuple[str, str]]:
        """由 and 政府 of 由政府提供."""
        hidden = self.no_roles.sub(lambda match: GAP * len(match[0]), text)
        for match in self._role.finditer(hidden):
            yield match["role"], match["of"]

    def begins_with_limit(self, clause: str) -> bool:
        return self._limit.match(clause) is not None

    def begins_with_exception(self, clause: str) -> bool:
        return self._exception.match(clause) is not None

    @cached_property
    def _limit(self) -> re.Pattern[str]:
        return re.compile(f"{_PER}(?:{LIMITS}|{self.limits.pattern})")

    @cached_property
    def _exception(self) -> re.Pattern[str]:
        return re.compile(f"{_PER}(?:{self.exceptions.pattern})")

    @cached_property
    def _one_for(self) -> dict[str, str]:
        return {word: words[0] for words in self.same_meaning for word in words[1:]}

    @cached_property
    def _exchanged(self) -> re.Pattern[str]:
        others = self.exchanged_not_before
        words = sorted(self._one_for, key=len, reverse=True)
        return re.compile("|".join(f"{word}(?![{others[word]}])" if word in others else word for word in words))

    @cached_property
    def _filler_run(self) -> re.Pattern[str]:
        return re.compile("(?:" + "|".join(sorted(self.filler, key=len, reverse=True)) + ")+")

    @cached_property
    def _operator(self) -> re.Pattern[str]:
        words = _BOUNDS | {operator: found.pattern for operator, found in self.operators.items()}
        return re.compile("|".join(f"(?P<{operator}>{pattern})" for operator, pattern in words.items()))

    @cached_property
    def _role(self) -> re.Pattern[str]:
        return re.compile(rf"(?P<role>{self.roles.pattern})(?P<of>[^\W\d_]{{2}})")


def load_checking_words(folder: Path) -> CheckingWords:
    """Raises VocabularyFault, with file and line."""
    return load(folder, "checking.yaml", CheckingWords)


def changed(own: Sequence[FoundOperator], source: Sequence[FoundOperator]) -> Iterator[Operator]:
    """The operators of a draft's clause that its source has not, or has for something else."""
    ours, theirs = Counter(each.operator for each in own), Counter(each.operator for each in source)
    for operator in ours:
        if _may_be_added(operator, theirs):
            continue
        if operator not in theirs or (operator in _COUNTED and ours[operator] > theirs[operator]):
            yield operator
    yield from (each.operator for each in own if each.operator in _WITH_SCOPE and not _has_its_like(each, source))


def _may_be_added(operator: Operator, theirs: Counter[Operator]) -> bool:
    """A draft may write 和 where its source has 、 and 都 of a list, where that changes nothing."""

    def has(*others: Operator) -> bool:
        return any(theirs[each] for each in others)

    match operator:
        case Operator.MAY:
            return has(Operator.MAY) or not has(Operator.MUST, Operator.ONLY, Operator.NO)
        case Operator.MUST:
            return has(Operator.MUST) or not has(Operator.MAY, Operator.NEED_NOT, Operator.FREE)
        case Operator.AND:
            return has(Operator.AND) or not has(Operator.OR)
        case Operator.ALL:
            return not has(Operator.HEDGE, Operator.ONLY, Operator.ANY, Operator.OR)
        case _:
            return operator is Operator.WITH


def _has_its_like(each: FoundOperator, source: Sequence[FoundOperator]) -> bool:
    alike = [other.scope for other in source if other.operator is each.operator]
    return not alike or not each.scope or any(not scope or set(each.scope) & set(scope) for scope in alike)


def lost(own: Sequence[FoundOperator], source: Sequence[FoundOperator]) -> Iterator[Operator]:
    """The operators of source clauses that the draft's sentence about them has not."""
    ours, theirs = Counter(each.operator for each in own), Counter(each.operator for each in source)
    for operator in theirs:
        may_be_lost = operator in (Operator.MUST, Operator.AND) or (operator is Operator.ALL and not ours[Operator.OR])
        if not may_be_lost and (not ours[operator] or (operator in _COUNTED and ours[operator] < theirs[operator])):
            yield operator
