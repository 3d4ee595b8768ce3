"""A judged run for people (Markdown) and for programs (a CSV with the run's own scores beside the new columns)."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from eval.judge.judging_runs import MOST_SPLIT, NEEDED_PAIRS, NEEDED_SHARE, JudgedRun, Trial
from eval.judge.kept import Cost
from eval.judge.samples import Judged, Plain, RunRow
from eval.judge.voting import disagreement
from eval.peers.differences import mean_with_interval
from eval.telling import rate_with_interval

NOT_TRUSTED = "not trusted"


def told(name: str, rows: Sequence[RunRow], judged: JudgedRun, cost: Cost | None, judge: str | None) -> str:
    """``judge``: its name and address; None where there is none."""
    parts = [f"# {name}, further columns by ragas", f"{len(rows)} questions. Means with their 95 % intervals."]
    parts.append("\n".join(_columns(judged, judge)))
    if judged.trials:
        parts += [f"## The judge on planted pairs: {judge}", "\n".join(_trials(judged.trials))]
    if cost is not None:
        parts.append(
            f"Cost: {cost.calls} calls, {cost.tokens_in} tokens in and {cost.tokens_out} out as the endpoint counts"
            f" them; {cost.kept} replies were kept from before."
        )
    return "\n\n".join(parts) + "\n"


def as_csv(rows: Sequence[RunRow], judged: JudgedRun) -> str:
    """A line a question: id, outcome, whether the run found it right, and each column; empty where it has no value."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    metrics = [*Plain, *(trial.metric for trial in judged.trials)]
    writer.writerow(["id", "outcome", "is_right", *metrics])
    for row in rows:
        writer.writerow([row.id, row.outcome, row.is_right, *(_cell(judged, metric, row.id) for metric in metrics)])
    return file.getvalue()


def _cell(judged: JudgedRun, metric: Plain | Judged, row_id: str) -> str:
    if isinstance(metric, Plain):
        score = judged.plain[metric].get(row_id)
        return "" if score is None or score.value is None else f"{score.value:.4f}"
    if metric not in judged.judged:
        return NOT_TRUSTED
    voted = judged.judged[metric].get(row_id)
    return "" if voted is None or voted.value is None else f"{voted.value:.4f}"


def _columns(judged: JudgedRun, judge: str | None) -> Iterator[str]:
    yield "| column | n | mean | without a value |"
    yield "|---|---|---|---|"
    for plain, scores in judged.plain.items():
        values = [each.value for each in scores.values() if each.value is not None]
        yield _line(plain, values, Counter(each.fault for each in scores.values() if each.value is None))
    trial_of = {trial.metric: trial for trial in judged.trials}
    for metric in Judged:
        if metric in judged.judged:
            voted = judged.judged[metric]
            values = [each.value for each in voted.values() if each.value is not None]
            faults = Counter(each.faults[0] for each in voted.values() if each.value is None)
            apart = disagreement(voted)
            yield _line(metric, values, faults)[:-2] + (
                f" votes split on {apart.split} of {apart.n}, mean spread {apart.mean_spread:.2f} |"
            )
        elif metric in trial_of:
            trial = trial_of[metric]
            split = f", votes split on {trial.votes.split} of {trial.votes.n}" if trial.votes.split else ""
            yield f"| {metric} | – | **{NOT_TRUSTED}** | tells {rate_with_interval(trial.separated)} apart{split} |"
        else:
            yield f"| {metric} | – | {'not asked for' if judged.trials else 'no judge'} | |"


def _line(name: str, values: Sequence[float], faults: Mapping[str, int]) -> str:
    missing = "; ".join(f"{count}: {fault}" for fault, count in faults.items())
    if not values:
        return f"| {name} | 0 | – | {missing} |"
    mean, low, high = mean_with_interval(values)
    return f"| {name} | {len(values)} | {mean:.3f} ({low:.3f}–{high:.3f}) | {missing} |"


def _trials(trials: Sequence[Trial]) -> Iterator[str]:
    yield (
        f"A metric is trusted when the right answer got more than the wrong one in {NEEDED_SHARE:.0%} of at least"
        f" {NEEDED_PAIRS} pairs, and its votes on one answer are split on no more than {MOST_SPLIT:.0%} of the answers."
    )
    yield ""
    yield "| metric | | told apart | " + " | ".join(trials[0].by_sort) + " | votes split | faults |"
    yield "|---|---|---|" + "---|" * (len(trials[0].by_sort) + 2)
    for trial in trials:
        sorts = " | ".join(f"{each.successes} of {each.n}" for each in trial.by_sort.values())
        faults = "; ".join(f"{count}: {fault}" for fault, count in Counter(trial.faults).most_common(3)) or "0"
        verdict = "trusted" if trial.is_trusted else f"**{NOT_TRUSTED}**"
        yield (
            f"| {trial.metric} | {verdict} | {rate_with_interval(trial.separated)} | {sorts}"
            f" | {trial.votes.split} of {trial.votes.n}, mean spread {trial.votes.mean_spread:.2f} | {faults} |"
        )
