"""Whether a run passes, why not, and which component is most likely at fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.gate.component_measures import Component, Measured
from eval.gate.expected import Baseline, Expected
from eval.gate.pairing import Paired, holm, paired

_FEWEST = 0.5  # of the cases expected: with less, a measure speaks of something else
_EXAMPLES = "examples.answered"


@dataclass(frozen=True, slots=True)
class Fallen:
    """A measure that is red. ``by``: how many margins it fell short, or 1 of a loss that only the pairing shows.
    ``is_for_want_of_cases``: what left it without cases is at fault, which may be anything before it."""

    measured: Measured
    by: float
    reason: str
    is_for_want_of_cases: bool = False


@dataclass(frozen=True, slots=True)
class Suspect:
    """A component that own measures point at, which no other suspect explains. ``fallen``: those, worst first."""

    component: Component
    fallen: tuple[Fallen, ...]
    as_before: tuple[Component, ...]

    @property
    def by(self) -> float:
        return sum(each.by for each in self.fallen)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``faults``: sentences, empty when it passes. ``suspects``: the most likely first. ``follows``: components that
    fell as well, as those may explain. ``paired_with``: the runs it was compared with, by what they are called."""

    faults: tuple[str, ...]
    fallen: tuple[Fallen, ...]
    suspects: tuple[Suspect, ...]
    follows: tuple[Component, ...]
    paired_with: Mapping[str, Mapping[str, Paired]]

    @property
    def passes(self) -> bool:
        return not self.faults


def judged(
    measured: Sequence[Measured],
    expected: Expected,
    baselines: Sequence[Baseline],
    *,
    others: Sequence[str] = (),
    significance: float = 0.05,
    only: Sequence[str] = (),
) -> Verdict:
    """``others``: faults of the whole run, as of the controls. ``only``: beginnings of the measures that were made."""
    pairs = {each.name: _paired_with(each, measured) for each in baselines}
    fallen_of: dict[str, Fallen] = {}
    for name, of_name in pairs.items():
        losses = {measure: one.p_value for measure, one in of_name.items() if one.change < 0}
        for measure in sorted(holm(losses | {m: 1.0 for m in of_name if m not in losses}, significance)):
            one = of_name[measure]
            reason = f"worse than {name}: {one.before:.3f} → {one.after:.3f} (n {one.n}, p {one.p_value:.4f})"
            fallen_of[measure] = Fallen(next(m for m in measured if m.name == measure), 1.0, reason)
    for each in _short(measured, expected, only):
        fallen_of[each.measured.name] = each
    fallen = tuple(sorted(fallen_of.values(), key=lambda each: -each.by))
    suspects, follows = _suspects(fallen, frozenset(each.kind.component for each in measured))
    faults = [*(f"{each.measured.name}: {each.reason}" for each in fallen), *_violations(measured), *others]
    return Verdict(tuple(faults), fallen, suspects, follows, pairs)


def _paired_with(baseline: Baseline, measured: Sequence[Measured]) -> Mapping[str, Paired]:
    found = {each.name: paired(each, baseline.cases[each.name]) for each in measured if each.name in baseline.cases}
    return {name: each for name, each in found.items() if each is not None}


def _short(measured: Sequence[Measured], expected: Expected, only: Sequence[str]) -> list[Fallen]:
    made = {each.name: each for each in measured}
    found: list[Fallen] = []
    for name, wanted in expected.measures.items():
        if only and not name.startswith(tuple(only)):
            continue
        each = made.get(name, Measured(name, ()))
        if each.score is None or each.n < _FEWEST * wanted.n:
            reason = f"measured on {each.n} cases, {wanted.n} expected: an evaluation of nothing proves nothing"
            found.append(Fallen(each, 1.0, reason, is_for_want_of_cases=not each.kind.is_own_when_empty))
        elif name == _EXAMPLES and each.score < wanted.score:
            wrong = "、".join(one.words for one in each.wrong)
            found.append(Fallen(each, 1.0, f"{each.kind.wrong}: {wrong}"))
        elif each.score < wanted.score - wanted.margin - 1e-9:
            by = (wanted.score - each.score) / max(wanted.margin, 0.01)
            reason = f"{each.score:.3f}, expected {wanted.score:.3f} − {wanted.margin:.3f} (n {each.n})"
            found.append(Fallen(each, by, reason))
    return found


def _violations(measured: Sequence[Measured]) -> list[str]:
    found = [f"violation: {one}" for each in measured for one in each.violations]
    return [*found[:10], *([f"and {len(found) - 10} violations more"] if len(found) > 10 else [])]


def _suspects(
    fallen: Sequence[Fallen], looked_at: frozenset[Component | None]
) -> tuple[tuple[Suspect, ...], tuple[Component, ...]]:
    """In the order in which an answer is made, a measure points at its component unless one that is named already
    explains it; measures that a later component may explain come after all the others."""
    named: set[Component] = set()
    telling = [each for each in fallen if not each.is_for_want_of_cases] or fallen
    for is_late in (False, True):
        for component in Component:
            of_it = [each for each in telling if each.measured.kind.component is component]
            if any(_is_late(each) is is_late and named.isdisjoint(_explained_by(each)) for each in of_it):
                named.add(component)
    own = {component: [each for each in fallen if each.measured.kind.component is component] for component in Component}
    follows = [each for each in Component if own[each] and each not in named]
    held = {each for each in Component if each in looked_at and not own[each]}
    found = [
        Suspect(each, tuple(own[each]), tuple(one for one in _before(own[each]) if one in held))
        for each in Component
        if each in named
    ]
    return tuple(sorted(found, key=lambda each: -each.by)), tuple(follows)


def _explained_by(fallen: Fallen) -> tuple[Component, ...]:
    return fallen.measured.kind.explained_by


def _is_late(fallen: Fallen) -> bool:
    order, own = list(Component), fallen.measured.kind.component
    return own is not None and any(order.index(each) > order.index(own) for each in _explained_by(fallen))


def _before(fallen: Sequence[Fallen]) -> list[Component]:
    """The components that could have explained it."""
    return list(dict.fromkeys(each for one in fallen for each in one.measured.kind.explained_by))
