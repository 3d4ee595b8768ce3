"""A run as a page that a person reads: rates with their intervals, then every question that went wrong and why."""

from collections.abc import Iterable, Mapping, Sequence

from eval.causes import cause_of
from eval.halves import which_to_trust
from eval.never_found import never_found_told
from eval.runs import Run
from eval.scoring import ScoredRow
from eval.statistics import Rate
from eval.summary import ACCEPTED_ERROR_RATE, Summary, Verdicts
from eval.unscored import SENTENCE_OF, Unscored

_LONGEST_CELL = 60


def report(run: Run, rows: Sequence[ScoredRow]) -> str:
    """Markdown."""
    parts = [
        f"# Evaluation {run.conditions.run}",
        _conditions(run),
        *_not_scored(run),
        *never_found_told(rows),
        "## What people get",
        _verdicts(run),
        *_halves(run),
        "## By kind of document",
        _by_kind(run),
        "## Rates",
        _table(("what", "share", "n", "95 % interval"), _rates(run)),
        "## Measures",
        _measures(run),
        "## What was expected, what was given",
        _confusion(run.summary.confusion),
        "## Confidence",
        _confidence(run.summary),
        "## Questions that went wrong",
        _mistakes(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _conditions(run: Run) -> str:
    conditions = run.conditions
    lines = [
        f"- asked {run.summary.questions} questions, {conditions.at.isoformat(timespec='seconds')}, "
        f"{conditions.system['asked']}",
        f"- revision {conditions.revision or 'unknown'}, confidence model {conditions.confidence_version}",
        f"- latency of an answer, one at a time: p50 {run.summary.latency_p50_ms:.0f} ms, "
        f"p95 {run.summary.latency_p95_ms:.0f} ms",
        f"- violations (not in force, or not the quoted words): {run.summary.violations}",
    ]
    return "\n".join(lines)


def _not_scored(run: Run) -> list[str]:
    if not run.unscored:
        return []
    return ["## Not scored by this suite", "\n".join(f"- {SENTENCE_OF[each]}" for each in run.unscored)]


def _lacks_words(run: Run) -> bool:
    return Unscored.WORDS in run.unscored


def _verdicts(run: Run) -> str:
    """Over all, by kind of asking, and by the type of the question."""
    summary, are_words_scored = run.summary, not _lacks_words(run)
    talk = summary.talk
    named = {
        "**all**": summary.verdicts,
        "asked alone": summary.verdicts_alone,
        "turns of conversations": talk.turns,
        "follow-ups": talk.follow_ups,
    }
    lines = [
        (name, *_verdict_cells(each, are_words_scored))
        for name, each in (named | dict(summary.verdicts_by_type)).items()
    ]
    header = ("questions", "right", "wrong, of the answered", "fact in the first sentence", "near ones declined")
    whole = f"Conversations right in every turn: {_in_one(talk.whole)}"
    return f"{_table(header, lines)}\n\n{whole}"


def _halves(run: Run) -> list[str]:
    """Where the confidence was fitted with one of them."""
    if not run.halves:
        return []
    of_words = not _lacks_words(run)
    lines = [
        (
            each.part.value,
            _in_one(each.resolution),
            _in_one(each.wrong_among_answered) if of_words else "–",
            _in_one(each.fact_first) if of_words else "–",
            f"{each.known}/{each.questions}",
        )
        for each in run.halves
    ]
    header = ("half", "resolution", "wrong, of the answered", "fact in the first sentence", "known")
    sentence = which_to_trust(run.halves)
    return ["## The halves of the suite", f"{sentence[0].upper()}{sentence[1:]}.", _table(header, lines)]


def _by_kind(run: Run) -> str:
    """The first expected document's, else of the first one cited."""
    header = ("kind", "right", "wrong, of the answered", "fact in the first sentence", "near ones declined")
    return _table(header, [(name, *_verdict_cells(each, not _lacks_words(run))) for name, each in run.by_kind.items()])


def _verdict_cells(each: Verdicts, are_words_scored: bool) -> tuple[str, ...]:
    of_words = map(_in_one, (each.wrong_among_answered, each.fact_first)) if are_words_scored else ("–", "–")
    return _in_one(each.right), *of_words, _in_one(each.near_declined)


def _rates(run: Run) -> list[tuple[str, ...]]:
    summary = run.summary
    named: list[tuple[str, Rate]] = [
        ("**resolution**, all questions in scope", summary.resolution),
        ("resolution, answerable questions", summary.resolution_of_answerable),
        *((f"resolution of the control: {name}", each) for name, each in run.controls.items()),
        ("answered, of those in scope", summary.answered),
        ("not resolved, of the answered", summary.error_among_answered),
        *((f"search finds the document in the first {at}", each) for at, each in summary.recall_at.items()),
        ("answers citing the right document", summary.cites_document),
        ("answers citing the right version", summary.cites_version),
        ("answers with all required facts", summary.has_required_facts),
        ("answers with a forbidden fact", summary.says_forbidden_fact),
        ("handed over, of those that should be", summary.right_hand_overs),
        ("handed over, of those that should not be", summary.wrong_hand_overs),
        ("first department right", summary.routing),
        ("matter recognised", summary.matter),
    ]
    of_words = {"answers with all required facts", "answers with a forbidden fact"} if _lacks_words(run) else set()
    return [(name, *_cells(each)) for name, each in named if name not in of_words]


def _measures(run: Run) -> str:
    """The names are those of docs/evaluation.md; shares with Wilson's interval, others with one by bootstrap."""
    lines = [
        (each.name, _plain(each.value), str(each.n), f"{_plain(each.low)} – {_plain(each.high)}", each.interval.value)
        for each in run.measures
    ]
    return _table(("measure", "value", "n", "95 % interval", "by"), lines)


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _confidence(summary: Summary) -> str:
    found = summary.calibration
    best = found.widest_within_accepted_error
    widest = (
        f"from {best.threshold:.2f} on, {best.coverage:.0%} of the questions can be answered"
        if best
        else "no threshold reaches it"
    )
    return "\n".join(
        [
            "Is the document of the first evidence the right one?",
            "",
            f"- n {found.n}, AUROC {_number(found.auroc)}, "
            f"expected calibration error {_number(found.expected_calibration_error)}",
            f"- with at most {ACCEPTED_ERROR_RATE:.0%} wrong: {widest}",
            "",
            "![reliability](reliability.svg) ![risk and coverage](risk_coverage.svg)",
        ]
    )


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> str:
    outcomes = sorted({outcome for counts in confusion.values() for outcome in counts})
    lines = [(expected, *(str(counts.get(each, 0)) for each in outcomes)) for expected, counts in confusion.items()]
    return _table(("expected", *outcomes), lines)


def _mistakes(rows: Sequence[ScoredRow]) -> str:
    wrong = [(cause, row) for row in rows if (cause := cause_of(row))]
    lines = [
        (
            cause.value,
            row.id,
            _short(row.question),
            row.outcome.value,
            f"{row.confidence:.2f}",
            str(row.document_rank or "–"),
            _short("; ".join((*row.missing_facts, *(f"said: {each}" for each in row.forbidden_facts)))),
        )
        for cause, row in sorted(wrong, key=lambda pair: (pair[0].value, pair[1].id))
    ]
    header = ("cause", "id", "question", "outcome", "confidence", "rank in search", "facts missing or wrong")
    return _table(header, lines) if lines else "None."


def _cells(rate: Rate) -> tuple[str, str, str]:
    if not rate.n:
        return "–", "0", "–"
    return f"{rate.share:.1%}", f"{rate.successes}/{rate.n}", f"{rate.low:.1%} – {rate.high:.1%}"


def _in_one(rate: Rate) -> str:
    share, n, interval = _cells(rate)
    return f"{share} ({n}; {interval})" if rate.n else "–"


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    shown = [header, ["---"] * len(header), *lines]
    return "\n".join("| " + " | ".join(each.replace("|", "／") for each in line) + " |" for line in shown)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_CELL else line[: _LONGEST_CELL - 1] + "…"
