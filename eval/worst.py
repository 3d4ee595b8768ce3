"""Which questions of a run to look at first, and what happened to each of them step by step."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from eval.causes import CauseOfMiss, cause_of
from eval.explaining import explain, turns_up_to
from eval.explanation import Explanation
from eval.in_process import InProcess
from eval.questions import SuiteQuestion
from eval.scoring import ScoredRow
from eval.systems import AnswersQuestions
from kb_service.domain.answers import Outcome
from kb_service.ports import ScriptConverter

SHOWN = 20
_EXPLANATION = TypeAdapter(Explanation)


def worst(rows: Sequence[ScoredRow], *, most: int = SHOWN) -> list[ScoredRow]:
    """What misleads people first: unlawful citations, then wrong answers, the surest first; then other answers that
    are not right; then what was held back, where the right document had been found first."""
    failed = [row for row in rows if cause_of(row)]
    return sorted(failed, key=lambda row: (_severity(row), -row.confidence, row.id))[:most]


def _severity(row: ScoredRow) -> int:
    cause = cause_of(row)
    if cause is CauseOfMiss.VIOLATION:
        return 0
    if row.is_wrong:
        return 1
    if row.outcome is Outcome.ANSWERED:
        return 2
    return 3 if cause is CauseOfMiss.CONFIDENCE else 4


def explained_rows(
    system: AnswersQuestions,
    questions: Sequence[SuiteQuestion],
    rows: Sequence[ScoredRow],
    converter: ScriptConverter,
    *,
    run: str,
    advance: Callable[[], None] = lambda: None,
) -> list[Explanation]:
    """The same steps that `kb eval explain` tells; none of a service asked over HTTP, which does not show them."""
    if not isinstance(system, InProcess):
        return []
    found = []
    for row in rows:
        asked = turns_up_to(questions, row.id)
        found.append(explain(system.service, asked, converter, run=run, row=row))
        advance()
    return found


def write_explanations(file: Path, found: Sequence[Explanation]) -> None:
    file.write_bytes(b"".join(_EXPLANATION.dump_json(each) + b"\n" for each in found))
