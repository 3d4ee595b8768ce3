"""The comparison for people: tables in Markdown, and for each peer a sentence on where ours is better or worse."""

import platform
from collections.abc import Sequence

from eval.peers.comparing import Compared, Line
from eval.peers.differences import MEASURES


def told(compared: Sequence[Compared]) -> str:
    """Markdown: a table and its sentences for each folder, then versions and settings of every system."""
    parts = ["# Ours and its peers", _conditions()]
    for each in compared:
        parts += [f"## {each.name}: {each.documents} texts, {each.queries} queries", _quality(each), _costs(each)]
        parts += [_verdicts(each)]
    return "\n\n".join([*parts, "## Settings", _settings(compared)]) + "\n"


def verdict(ours: str, line: Line) -> str:
    """Where the interval of the difference leaves zero out, and to whose side."""
    gap_of = line.below[ours]
    losses = [f"{name} by {-gap_of[name].mean:.3f}" for name in MEASURES if gap_of[name].is_loss]
    gains = [f"{name} by {gap_of[name].mean:.3f}" for name in MEASURES if gap_of[name].is_gain]
    said = [f"{ours} **loses** to {line.sat.system} in {_and(losses)}"] if losses else []
    said += [f"{ours} is better than {line.sat.system} in {_and(gains)}"] if gains else []
    rest = [name for name in MEASURES if not gap_of[name].is_loss and not gap_of[name].is_gain]
    said += [f"no difference of {ours} from {line.sat.system} shown in {', '.join(rest)}"] if rest else []
    return "; ".join(said) + "."


def _conditions() -> str:
    return (
        "The same embedding model, the same texts, each system in a process of its own, one after the other, on "
        f"{platform.machine()} with Python {platform.python_version()}. In brackets the 95 % interval over resampled "
        "queries; Δ is ours minus the line above on the same queries. Latency is of one query at a time, its embedding "
        "included; the processor's time depends less on what else runs. Memory is the process's peak; of "
        "peers, in brackets, before the first text."
    )


def _quality(compared: Compared) -> str:
    rows = ["| system | " + " | ".join(MEASURES) + " |", "|---|" + "---|" * len(MEASURES)]
    for line in compared.lines:
        cells = [f"{m:.3f} ({low:.3f}–{high:.3f})" for m, low, high in (line.measures[name] for name in MEASURES)]
        rows.append(f"| {line.sat.system} | " + " | ".join(cells) + " |")
        for ours, gap_of in line.below.items():
            gaps = [gap_of[name] for name in MEASURES]
            cells = [f"{gap.mean:+.3f} ({gap.low:+.3f} to {gap.high:+.3f})" for gap in gaps]
            rows.append(f"| Δ {ours} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _costs(compared: Compared) -> str:
    rows = ["| system | p50 | p95 | processor, p50 | memory | passages | taking in |", "|---|---|---|---|---|---|---|"]
    for line in compared.lines:
        sat = line.sat
        before = f" ({sat.bare_mb})" if sat.bare_mb else ""
        rows.append(
            f"| {sat.system} | {line.p50_ms:.1f} ms | {line.p95_ms:.1f} ms | {line.cpu_ms:.1f} ms"
            f" | {sat.peak_mb}{before} MB | {sat.passages} | {sat.taking_in_seconds:.0f} s |"
        )
    return "\n".join(rows)


def _verdicts(compared: Compared) -> str:
    ours = compared.lines[0]
    said = [f"- {verdict(name, line)}" for line in compared.lines[1:] for name in line.below]
    for name, of in (("slower", lambda line: line.p50_ms), ("larger", lambda line: float(line.sat.peak_mb))):
        ahead = [line.sat.system for line in compared.lines[1:] if of(line) < of(ours)]
        if ahead:
            said.append(
                f"- {ours.sat.system} is **{name}** ({'p50' if name == 'slower' else 'memory'}) than {_and(ahead)}."
            )
    return "\n".join(said)


def _settings(compared: Sequence[Compared]) -> str:
    seen = {line.sat.system: line.sat for each in compared for line in each.lines}
    parts = []
    for sat in seen.values():
        versions = ", ".join(f"{name} {number}" for name, number in sat.versions.items())
        parts.append("\n".join([f"**{sat.system}** ({versions})", "", *(f"- {each}" for each in sat.settings)]))
    return "\n\n".join(parts)


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
