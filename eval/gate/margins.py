"""Each margin beside the interval of its own measure: what chance alone would excuse, and what the margin does."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.gate.component_measures import KIND_OF, Case, Measured, Statistic, score_of
from eval.gate.expected import Baseline, Expectation, Expected
from eval.statistics import rate

_RESAMPLES = 1000
_SEED = 20261130
# Of what no processor and no model decides, not one case may go wrong.
_LESS_THAN_ONE = 0.5
_AS_WIDE = 1e-9


@dataclass(frozen=True, slots=True)
class MarginRow:
    """``own``: from the score down to the lower end of its 95 % interval (Wilson, else bootstrap); 0 of what lets none
    pass. ``allowed``: how many cases may go wrong; None of what is no share. ``proposed``: the margin that would say
    so."""

    name: str
    expected: Expectation
    own: float | None
    allowed: int | None
    proposed: float

    @property
    def is_wider(self) -> bool:
        """Than chance explains, by a case at least: a fault of that size would pass unseen."""
        if self.allowed is None:
            return self.expected.margin > self.proposed + _AS_WIDE
        return self.allowed > math.floor(self.proposed * self.expected.n + _AS_WIDE)


def margins(expected: Expected, accepted: Baseline | None) -> Iterator[MarginRow]:
    """``accepted``: the cases that the scores were made of."""
    for name, each in expected.measures.items():
        cases = list(accepted.cases.get(name, {}).values()) if accepted else []
        own = _own(name, each, cases)
        is_share = KIND_OF[name].statistic is Statistic.MEAN
        allowed = math.floor(each.margin * each.n + _AS_WIDE) if is_share else None
        yield MarginRow(name, each, own, allowed, proposed(name, each, own))


def with_own_margins(accepted: Expected, before: Expected, measured: Sequence[Measured]) -> Expected:
    """What is new gets the margin of its own interval, where that is narrower, and what lets none pass one
    that does so, however many cases it has by now; the others keep theirs."""
    cases = Baseline("accepted", {each.name: {one.id: one for one in each.cases} for each in measured})
    own = {
        row.name: row.proposed
        for row in margins(accepted, cases)
        if row.name not in before.measures or (KIND_OF[row.name].lets_none_pass and row.is_wider)
    }
    narrowed = {
        name: each.model_copy(update={"margin": min(each.margin, own.get(name, each.margin))})
        for name, each in accepted.measures.items()
    }
    return accepted.model_copy(update={"measures": narrowed})


def proposed(name: str, each: Expectation, own: float | None) -> float:
    if KIND_OF[name].lets_none_pass:
        return round(_LESS_THAN_ONE / each.n, 4)
    return each.margin if own is None else math.ceil(own * 1000) / 1000


def _own(name: str, each: Expectation, cases: Sequence[Case]) -> float | None:
    kind = KIND_OF[name]
    if kind.lets_none_pass:
        return 0.0
    if kind.statistic is Statistic.MEAN:
        right = round(each.score * each.n)
        return each.score - rate([at < right for at in range(each.n)]).low
    if not cases:
        return None
    random = np.random.default_rng(_SEED)
    scores = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(0, len(cases), len(cases)).tolist()
        score = score_of(kind.statistic, [cases[at] for at in drawn])
        scores += [] if score is None else [score]
    return each.score - float(np.quantile(scores, 0.025))


def margins_told(rows: Sequence[MarginRow]) -> str:
    """A table, and which margins are wider than their interval."""
    lines = [f"{'measure':<22}{'n':>5}{'score':>8}{'margin':>8}{'own':>8}{'allows':>8}"]
    for row in rows:
        own = "–" if row.own is None else f"{row.own:.3f}"
        allowed = "–" if row.allowed is None else f"{row.allowed}"
        wider = f"  wider; {row.proposed:g} would do" if row.is_wider else ""
        lines.append(
            f"{row.name:<22}{row.expected.n:>5}{row.expected.score:>8.3f}{row.expected.margin:>8.3f}{own:>8}{allowed:>8}{wider}"
        )
    return "\n".join(lines)
