"""One examination from the first question to the run on disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eval.comparing import Comparison, compare
from eval.controls import control_rates, out_of_order
from eval.curves import alone
from eval.errors import RunNotFound
from eval.explanation import Explanation
from eval.halves import halves
from eval.html_report import Curves, html_report
from eval.journal import Journal
from eval.kinds import by_kind
from eval.questions import SuitePart, SuiteQuestion, checksums, read_questions
from eval.report import report
from eval.row_scores import row_scores
from eval.run_measures import measures
from eval.runs import Run, RunConditions, code_revision, read_rows, remember, run_before, write_run
from eval.scoring import Observed, ScoredRow, observe, score
from eval.suite_files import suite_files
from eval.summary import summarise
from eval.systems import AnswersQuestions
from eval.unscored import unscored
from eval.worst import write_explanations
from kb_service.ports import ScriptConverter

Advance = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Examined:
    run: Run
    rows: tuple[ScoredRow, ...]


def examine(
    system: AnswersQuestions,
    path: Path,
    *,
    converter: ScriptConverter,
    at: datetime,
    name: str,
    part: SuitePart = SuitePart.ALL,
    advance: Advance = lambda: None,
    journal: Journal | None = None,
) -> Examined:
    """Ask every question of that part of ``path`` once, and judge the product and the controls by the same rules.

    What the journal has is not asked again. Raises SuiteInvalid, and EvaluationStopped for another suite than it began.
    """
    questions = read_questions(path, part)
    if journal is not None:
        journal.require_unchanged(checksums(suite_files(path)))
    observed_of = _observed(system, questions, advance, journal)
    rows = _scored(questions, observed_of, system, converter)
    run = Run(
        conditions=RunConditions(
            run=name,
            at=at,
            revision=code_revision(),
            confidence_version=rows[0].confidence_version,
            system=system.described(),
            question_files=checksums(suite_files(path)),
            part=part,
            questions=str(path.resolve()),
        ),
        summary=summarise(rows),
        controls=control_rates(questions, observed_of, system, converter),
        unscored=unscored(questions),
        measures=tuple(measures([row_scores(row) for row in rows])),
        halves=halves(rows),
        by_kind=by_kind(rows),
    )
    return Examined(run, tuple(rows))


def file(examined: Examined, out: Path, explanations: Sequence[Explanation] = ()) -> Path:
    """Write the run folder and its line in the history; the folder. ``explanations``: of the questions that the page
    tells step by step."""
    run, rows, folder = examined.run, examined.rows, out / examined.run.conditions.run
    write_run(folder, run, rows)
    (folder / "summary.md").write_text(report(run, rows), encoding="utf-8")
    curves = Curves.of(run, rows)
    (folder / "reliability.svg").write_text(alone(curves.reliability), encoding="utf-8")
    (folder / "risk_coverage.svg").write_text(alone(curves.risk_coverage), encoding="utf-8")
    write_explanations(folder / "worst.jsonl", explanations)
    before, change = _change(examined, out)
    page = html_report(run, rows, curves=curves, explanations=explanations, before=before, change=change, folder=folder)
    (folder / "report.html").write_text(page, encoding="utf-8")
    remember(out, run)
    return folder


def _change(examined: Examined, out: Path) -> tuple[Run | None, Comparison | None]:
    """Since the last run of the same questions, if there is one whose rows can be read."""
    before = run_before(examined.run, out)
    if before is None:
        return None, None
    try:
        return before, compare(read_rows(out / before.conditions.run), examined.rows)
    except RunNotFound:
        return None, None


def failures(run: Run) -> list[str]:
    """What makes a run fail whatever its rates: sentences for a person, empty when it stands."""
    found = out_of_order(run.summary.resolution, run.controls)
    if run.summary.violations:
        found.append(f"{run.summary.violations} citations are not in force on the day asked about, or misquote")
    return found


def _observed(
    system: AnswersQuestions, questions: Sequence[SuiteQuestion], advance: Advance, journal: Journal | None
) -> dict[str, Observed]:
    """The turns of a conversation are asked within it."""
    observed_of = journal.kept() if journal else {}
    conversation_id: str | None = None
    for question in questions:
        observed = observed_of.get(question.id)
        if observed is None:
            observed = observe(system, question, conversation_id=conversation_id if question.is_follow_up else None)
            observed_of[question.id] = observed
            if journal:
                journal.keep(question.id, observed)
        conversation_id = observed.answer.conversation_id
        advance()
    return observed_of


def _scored(
    questions: Sequence[SuiteQuestion],
    observed_of: Mapping[str, Observed],
    system: AnswersQuestions,
    converter: ScriptConverter,
) -> list[ScoredRow]:
    return [score(question, observed_of[question.id], system, converter) for question in questions]
