"""One measured number with everything it depends on."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.statistics import percentile


@dataclass(frozen=True, slots=True)
class Measurement:
    """``load`` says what was running; ``clients`` how many asked at once; ``target`` is what the design aims at."""

    what: str
    value: str
    n: int
    clients: int
    load: str
    target: str = ""


def latencies(milliseconds: Sequence[float]) -> str:
    return f"p50 {percentile(milliseconds, 0.5):.1f} ms, p95 {percentile(milliseconds, 0.95):.1f} ms"


def table(rows: Sequence[Measurement]) -> str:
    """Markdown."""
    lines = ["| what | measured | n | clients | load | target |", "|---|---|---|---|---|---|"]
    lines += [f"| {r.what} | {r.value} | {r.n} | {r.clients} | {r.load} | {r.target} |" for r in rows]
    return "\n".join(lines)
