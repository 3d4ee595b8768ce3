"""Scripted conversations, read from ``.jsonl``: what a person says turn by turn, and what a right reply to it is."""

from dataclasses import dataclass
from pathlib import Path

from eval.errors import SuiteInvalid
from eval.question_lines import Expect, Turn, alternatives
from eval.suite_files import read_lines
from kb_service.domain.answers import Outcome

_HANDED_OVER = frozenset({Outcome.HANDED_OVER, Outcome.NO_SOURCE, Outcome.NOT_GROUNDED})
_OUTCOMES_OF = {
    Expect.ANSWER: frozenset({Outcome.ANSWERED}),
    Expect.RULE: frozenset({Outcome.ANSWERED}),
    Expect.DECLINE: _HANDED_OVER,
    Expect.CLARIFY: frozenset({Outcome.CLARIFY}),
    Expect.ROUTE: _HANDED_OVER | {Outcome.OUT_OF_SCOPE},
    Expect.COURTESY: frozenset({Outcome.COURTESY}),
}


@dataclass(frozen=True, slots=True)
class Script:
    id: str
    types: tuple[str, ...]
    turns: tuple[Turn, ...]


def outcomes_of(turn: Turn) -> frozenset[Outcome]:
    """Those that the turn may have."""
    return frozenset(outcome for each in turn.expects for outcome in _OUTCOMES_OF[each])


def read_scripts(path: Path) -> list[Script]:
    """All conversations of a file or of a folder's ``.jsonl`` files. Raises SuiteInvalid for a bad line, a repeated id,
    a missing path, or none at all."""
    scripts = [Script(line.id, alternatives(line.type), line.conversation()) for line in read_lines(path) if line.turns]
    if not scripts:
        raise SuiteInvalid(f"{path} holds no conversation; an evaluation of nothing proves nothing")
    return scripts
