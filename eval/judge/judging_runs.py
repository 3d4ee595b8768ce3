"""A run with further columns: ragas's own measures always, the judge's where it told planted pairs apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.judge.ragas_process import Asks, Embeds, RagasJob, RagasProcess, Score
from eval.judge.samples import Judged, Pair, Plain, RunRow, Sort, judged_samples, plain_samples, sides
from eval.judge.voting import Disagreement, Voted, counted, disagreement
from eval.statistics import Rate, rate

NEEDED_PAIRS = 30
NEEDED_SHARE = 0.9
# Of the samples on which votes may be split: beyond that the median goes by chance, or by the order of asking.
MOST_SPLIT = 0.5


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether the judge gave the right answer of a pair more than the wrong one, by this metric; in all and by sort."""

    metric: Judged
    separated: Rate
    by_sort: Mapping[Sort, Rate]
    votes: Disagreement
    faults: tuple[str, ...]

    @property
    def is_trusted(self) -> bool:
        is_steady = self.votes.split <= MOST_SPLIT * self.votes.n
        return is_steady and self.separated.n >= NEEDED_PAIRS and self.separated.share >= NEEDED_SHARE


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """Columns by metric and row id. A judged column is there of trusted metrics only."""

    plain: Mapping[Plain, Mapping[str, Score]]
    trials: tuple[Trial, ...]
    judged: Mapping[Judged, Mapping[str, Voted]]


@dataclass(frozen=True, slots=True)
class Ragas:
    """ragas, and the judge behind it; without ``asks`` there is none. ``metrics``: what the judge is asked for."""

    process: RagasProcess
    embeds: Embeds
    asks: Asks | None = None
    votes: int = 3
    metrics: tuple[Judged, ...] = tuple(Judged)

    def score(self, jobs: Sequence[RagasJob]) -> dict[str, Score]:
        return self.process.score(jobs, asks=self.asks or _no_judge, embeds=self.embeds)


def judge_run(rows: Sequence[RunRow], pairs: Sequence[Pair], ragas: Ragas) -> JudgedRun:
    """Raises EvaluationStopped when ragas broke off."""
    plain = _plain(rows, ragas)
    trials = _trials(pairs, ragas) if ragas.asks is not None else ()
    judged = _judged(rows, [trial.metric for trial in trials if trial.is_trusted], ragas)
    return JudgedRun(plain, trials, judged)


def _plain(rows: Sequence[RunRow], ragas: Ragas) -> dict[Plain, dict[str, Score]]:
    jobs = [
        RagasJob(f"{metric}/{row.id}", metric, sample) for row in rows for metric, sample in plain_samples(row).items()
    ]
    columns: dict[Plain, dict[str, Score]] = {metric: {} for metric in Plain}
    for name, value in ragas.score(jobs).items():
        metric, _, row_id = name.partition("/")
        columns[Plain(metric)][row_id] = value
    return columns


def _trials(pairs: Sequence[Pair], ragas: Ragas) -> tuple[Trial, ...]:
    """Of every second pair the wrong answer is judged first, so that nothing is told apart by the order of asking."""
    jobs = [
        RagasJob(f"{metric}/{pair.id}:{side}/{vote}", metric, sample, vote)
        for metric in ragas.metrics
        for place, (pair, both) in enumerate(zip(pairs, sides(pairs, metric), strict=True))
        for side, sample in (("right", both.right), ("wrong", both.wrong))[:: -1 if place % 2 else 1]
        for vote in range(1, ragas.votes + 1)
    ]
    voted = _voted(ragas.score(jobs))
    return tuple(_trial(metric, pairs, voted[metric]) for metric in ragas.metrics)


def _trial(metric: Judged, pairs: Sequence[Pair], voted: Mapping[str, Voted]) -> Trial:
    """A pair of which a side has no value is not told apart."""

    def is_separated(pair: Pair) -> bool:
        right, wrong = (voted[f"{pair.id}:{side}"].value for side in ("right", "wrong"))
        return right is not None and wrong is not None and right > wrong

    return Trial(
        metric=metric,
        separated=rate([is_separated(pair) for pair in pairs]),
        by_sort={sort: rate([is_separated(pair) for pair in pairs if pair.sort is sort]) for sort in Sort},
        votes=disagreement(voted),
        faults=tuple(fault for each in voted.values() for fault in each.faults),
    )


def _judged(rows: Sequence[RunRow], trusted: Sequence[Judged], ragas: Ragas) -> dict[Judged, dict[str, Voted]]:
    jobs = [
        RagasJob(f"{metric}/{row.id}/{vote}", metric, sample, vote)
        for row in rows
        for metric, sample in judged_samples(row).items()
        if metric in trusted
        for vote in range(1, ragas.votes + 1)
    ]
    voted = _voted(ragas.score(jobs))
    return {metric: voted[metric] for metric in trusted}


def _voted(scored: Mapping[str, Score]) -> dict[Judged, dict[str, Voted]]:
    """Jobs are named metric/sample/vote; a sample's name may hold slashes."""
    votes: dict[tuple[Judged, str], list[Score]] = defaultdict(list)
    for name, value in scored.items():
        metric, _, rest = name.partition("/")
        votes[Judged(metric), rest.rpartition("/")[0]].append(value)
    voted: dict[Judged, dict[str, Voted]] = {metric: {} for metric in Judged}
    for (metric, sample), values in votes.items():
        voted[metric][sample] = counted(values)
    return voted


def _no_judge(prompt: str, vote: int, time: int) -> str:
    raise AssertionError("plain measures ask no judge")
