"""The history of runs as a table and a line of blocks."""

from collections.abc import Sequence

from eval.runs import HistoryLine

_BLOCKS = "▁▂▃▄▅▆▇█"


def trend(history: Sequence[HistoryLine]) -> str:
    header = f"{'run':<24} {'revision':<14} {'n':>5} {'right':>6} {'resolution':>24}"
    header += f" {'answerable':>10} {'wrong':>6} {'R@1':>6} {'p95':>8}"
    lines = [header, *(_line(each) for each in history)]
    return "\n".join([*lines, f"resolution {sparkline([each.resolution.share for each in history])}"])


def sparkline(shares: Sequence[float]) -> str:
    """One block for each share, from 0 (lowest) to 1 (full)."""
    return "".join(_BLOCKS[min(int(share * len(_BLOCKS)), len(_BLOCKS) - 1)] for share in shares)


def _line(each: HistoryLine) -> str:
    resolution = f"{each.resolution.share:.1%} ({each.resolution.low:.1%}–{each.resolution.high:.1%})"
    right = f"{each.right.share:.1%}" if each.right else "–"
    warning = f"  {each.violations} violations" if each.violations else ""
    return (
        f"{each.run:<24} {each.revision or '–':<14} {each.questions:>5} {right:>6} {resolution:>24}"
        f" {each.resolution_of_answerable.share:>10.1%} {each.error_among_answered.share:>6.1%}"
        f" {each.recall_at_1:>6.1%} {each.latency_p95_ms:>5.0f} ms{warning}"
    )
