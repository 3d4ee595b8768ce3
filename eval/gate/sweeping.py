"""Other settings of the same service, measured by the gate's measures and compared with the present one."""

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from eval.errors import EvaluationStopped
from eval.gate.component_measures import Case, Measured, Statistic
from eval.gate.expected import Baseline
from eval.gate.pairing import Paired, holm, paired
from eval.statistics import rate
from kb_service.domain.knobs import KNOBS, Knobs
from kb_service.settings import Settings, settings_fault

PRESENT = "present"
# What a site looks at when it chooses.
CHOSEN_BY = (
    "answers.right", "answers.resolved", "answers.not_wrong", "confidence.holds", "search.first", "drafting.first",
    "confidence.honest", "talk.follow_ups",
)  # fmt: skip
# Settings that take effect without taking the documents in anew.
SETTINGS = frozenset(
    {
        "prompts_dir", "confidence_model", "max_wrong_rate", "reranker_model", "end_notice_days", "llm_url",
        "llm_model", "llm_key", "llm_seconds", "llm_context", "llm_reply_tokens",
    }
)  # fmt: skip
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """``label``: as it was asked for; ``values``: of knobs and of settings, by name."""

    label: str
    values: Mapping[str, str]

    @property
    def file_name(self) -> str:
        """Readable, and another for another label."""
        digest = hashlib.sha256(self.label.encode()).hexdigest()[:8]
        return f"{re.sub(r'[^0-9A-Za-z_.=-]+', '-', self.label)[:60]}-{digest}.cases.json"

    def knobs(self) -> Knobs:
        """Raises EvaluationStopped for a value that the knob cannot take."""
        values: dict[str, Any] = {name: _knob(name, text) for name, text in self._of(is_knob=True).items()}
        return dataclasses.replace(KNOBS, **values)

    def settings(self, usual: Settings) -> Settings:
        """Raises EvaluationStopped for a value that the setting cannot take."""
        given = self._of(is_knob=False)
        try:
            return Settings(**(usual.model_dump() | given)) if given else usual
        except ValidationError as error:
            raise EvaluationStopped(f"{self.label}: {settings_fault(error)}") from error

    def _of(self, *, is_knob: bool) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if (name not in SETTINGS) is is_knob}


def read_setting(label: str) -> Setting:
    """``name=value``, several joined by a plus. Raises EvaluationStopped for a name that is no knob or setting."""
    names = {each.name for each in dataclasses.fields(Knobs)}
    values: dict[str, str] = {}
    for part in re.split(r"\+(?=[a-z_]+=)", label):
        name, equals, value = part.partition("=")
        if not equals or name not in names | SETTINGS:
            known = ", ".join(sorted(names | SETTINGS))
            raise EvaluationStopped(f"{part!r} is no NAME=VALUE with a name that can be swept: {known}")
        values[name] = value
    found = Setting(label, values)
    found.knobs()
    return found


def _knob(name: str, text: str) -> bool | int | float:
    kind = type(getattr(KNOBS, name))
    try:
        return _TRUTHS[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError) as error:
        raise EvaluationStopped(
            f"{name}={text}: the knob takes a {kind.__name__}, and is {getattr(KNOBS, name)} now"
        ) from error


@dataclass(frozen=True, slots=True)
class Swept:
    """``pairs``: by setting and measure, each against the present one. ``significant``: of those the ones that are no
    chance when so many are looked at; ``choice``: what to do, in a sentence."""

    measured: Mapping[str, Sequence[Measured]]
    pairs: Mapping[str, Mapping[str, Paired]]
    significant: frozenset[str]
    choice: str


def compared(cases_of: Mapping[str, Baseline], significance: float) -> Swept:
    """``cases_of``: by label, the present setting's among them."""
    measured = {label: [_measured(name, cases) for name, cases in of.cases.items()] for label, of in cases_of.items()}
    present = cases_of[PRESENT].cases
    pairs: dict[str, dict[str, Paired]] = {}
    for label, of in measured.items():
        if label != PRESENT:
            looked_at = [each for each in of if each.name in CHOSEN_BY and each.name in present]
            found = {each.name: paired(each, present[each.name], test_all=True) for each in looked_at}
            pairs[label] = {name: each for name, each in found.items() if each is not None}
    p_of = {f"{label}\n{name}": each.p_value for label, of in pairs.items() for name, each in of.items()}
    significant = holm(p_of, significance)
    return Swept(measured, pairs, significant, _choice(pairs, significant))


def table(swept: Swept) -> str:
    return "\n".join([*_table(swept), "", swept.choice])


def _measured(name: str, cases: Mapping[str, Case]) -> Measured:
    return Measured(name, tuple(cases.values()))


def _choice(pairs: Mapping[str, Mapping[str, Paired]], significant: frozenset[str]) -> str:
    better: dict[str, list[str]] = {}
    worse: dict[str, list[str]] = {}
    for label, of in pairs.items():
        for name, each in of.items():
            if f"{label}\n{name}" in significant:
                (better if each.change > 0 else worse).setdefault(label, []).append(name)
    free = {label: names for label, names in better.items() if label not in worse}
    if free:
        best = max(free, key=lambda label: sum(pairs[label][name].change for name in free[label]))
        return f"Choose {best}: significantly better in {', '.join(free[best])}, and in nothing significantly worse."
    if better:
        mixed = "; ".join(
            f"{each}: better in {', '.join(better[each])}, worse in {', '.join(worse[each])}" for each in better
        )
        return f"No setting is better without being worse elsewhere ({mixed}): people decide whether it is worth it."
    lost = f" Significantly worse: {', '.join(worse)}." if worse else ""
    return f"Nothing is significantly better than the present setting: keep it.{lost}"


def _table(swept: Swept) -> Iterator[str]:
    for name in CHOSEN_BY:
        rows = [(label, each) for label, of in swept.measured.items() for each in of if each.name == name]
        if not rows:
            continue
        yield f"\n{name}  (n {rows[0][1].n})"
        for label, each in rows:
            yield f"  {label:<40} {_score(each):<24}{_change(swept, label, name)}"


def _score(each: Measured) -> str:
    if each.score is None:
        return "–"
    if each.kind.statistic is not Statistic.MEAN:
        return f"{each.score:.3f}"
    found = rate([case.value == 1 for case in each.cases])
    return f"{each.score:.3f} ({found.low:.3f}–{found.high:.3f})"


def _change(swept: Swept, label: str, name: str) -> str:
    pair = swept.pairs.get(label, {}).get(name)
    if pair is None:
        return ""
    star = " *" if f"{label}\n{name}" in swept.significant else ""
    return f"{pair.change:+.3f} ({pair.low:+.3f} to {pair.high:+.3f}), p {pair.p_value:.4f}{star}"
