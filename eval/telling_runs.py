"""What a run, and the difference of two, look like in a terminal."""

from pathlib import Path

from eval.comparing import Comparison
from eval.halves import which_to_trust
from eval.runs import Run
from eval.telling import rate_with_interval
from eval.unscored import SENTENCE_OF, Unscored

_NOTHING_COUNTED = "(0/0)"
# What the lines above it do not say already.
_TOLD = ("recall@10", "mrr@10", "ndcg@10", "citation_precision", "citation_recall", "auroc", "resolved_at_5")


def summary_of(run: Run, folder: Path) -> str:
    """The rates of a run, and what its suite says nothing of."""
    summary = run.summary
    of_words = f"{'–':>6}  (not scored)" if Unscored.WORDS in run.unscored else ""
    talk = summary.talk
    lines = [
        f"right, of all          {rate_with_interval(summary.verdicts.right)}",
        f"  asked alone          {rate_with_interval(summary.verdicts_alone.right)}",
        f"  turns                {rate_with_interval(talk.turns.right)}",
        f"  follow-ups           {rate_with_interval(talk.follow_ups.right)}",
        f"  whole conversations  {rate_with_interval(talk.whole)}",
        f"wrong among answered   {of_words or rate_with_interval(summary.verdicts.wrong_among_answered)}",
        f"fact in 1st sentence   {of_words or rate_with_interval(summary.verdicts.fact_first)}",
        f"near ones declined     {rate_with_interval(summary.verdicts.near_declined)}",
        f"resolution             {rate_with_interval(summary.resolution)}",
        f"  of the answerable    {rate_with_interval(summary.resolution_of_answerable)}",
        *(f"  {name + ':':<21}{rate_with_interval(each)}" for name, each in run.controls.items()),
        f"answered, unresolved   {rate_with_interval(summary.error_among_answered)}",
        *(f"document in first {at:<5}{rate_with_interval(each)}" for at, each in summary.recall_at.items()),
        f"right version cited    {rate_with_interval(summary.cites_version)}",
        f"rightly handed over    {rate_with_interval(summary.right_hand_overs)}",
        f"wrongly handed over    {rate_with_interval(summary.wrong_hand_overs)}",
        f"department right       {rate_with_interval(summary.routing)}",
        f"violations             {summary.violations}",
        f"latency                p50 {summary.latency_p50_ms:.0f} ms, p95 {summary.latency_p95_ms:.0f} ms",
        *(f"not scored             {SENTENCE_OF[each]}" for each in run.unscored),
        *_halves(run),
        *_ranking(run),
        f"report                 {folder / 'report.html'}",
    ]
    return "\n".join(line for line in lines if not line.endswith(_NOTHING_COUNTED))


def _halves(run: Run) -> list[str]:
    """Where the confidence was fitted with one of them."""
    if not run.halves:
        return []
    lines = [
        f"{half.part + ', ' + name:<23}{rate_with_interval(rate)}"
        for half in run.halves
        for name, rate in (
            ("resolution", half.resolution),
            ("wrong", half.wrong_among_answered),
            ("fact first", half.fact_first),
        )
    ]
    return [*lines, f"{'which to trust':<23}{which_to_trust(run.halves)}"]


def _ranking(run: Run) -> list[str]:
    return [
        f"{each.name:<23}{each.value:6.3f}  ({each.low:.3f}–{each.high:.3f}; n {each.n}, bootstrap)"
        for each in run.measures
        if each.name in _TOLD and each.value is not None and each.low is not None and each.high is not None
    ]


def changes_of(found: Comparison) -> str:
    """What a run answers right that another did not, and the other way round."""
    lines = [
        f"{found.questions} questions in both runs ({found.only_in_one} in one only);"
        f" right {found.resolved_before} → {found.resolved_after}; McNemar exact p = {found.p_value:.4f}"
    ]
    for name, changes in (("newly right", found.newly_right), ("newly wrong", found.newly_wrong)):
        lines.append(f"{name}: {len(changes)}")
        lines += [f"  {each.id}  {each.question}  ({each.cause})" for each in changes]
    return "\n".join(lines)
