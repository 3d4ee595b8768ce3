"""A verdict as a person reads it: what is at fault, why, every measure, and the questions that got better and worse."""

import json
from collections.abc import Iterator, Mapping, Sequence

from eval.gate.component_measures import KIND_OF, Case, Component, Measured, Statistic
from eval.gate.expected import Expected
from eval.gate.pairing import Paired
from eval.gate.running import GateRun
from eval.gate.verdict import Fallen, Suspect, Verdict
from eval.telling import rate_with_interval

_SHOWN = 12
_LONGEST = 60

PLACE_OF: Mapping[Component, str] = {
    Component.WORDS: "kb_service/text/terms.py, text/normalising.py, adapters/segmenter.py, adapters/script.py",
    Component.TAKING_IN: "ingestion/structure.py, ingestion/headings.py, ingestion/splitting.py, ingestion/surfaces.py",
    Component.PUBLISHED: "kb_service/publishing/stated_days.py, domain/lead_time.py, domain/calendar.py",
    Component.CONTRADICTIONS: "kb_service/publishing/contradictions.py, statements.py, prompts/contrasts.yaml",
    Component.DAYS: "kb_service/domain/days.py, domain/documents.py, adapters/sql/schedules.py, adapters/index/",
    Component.REGIONS: "kb_service/domain/matters.py, adapters/index/points.py, asking/search/retrieving.py",
    Component.AUDIENCES: "kb_service/adapters/index/points.py, asking/search/retrieving.py",
    Component.VECTORS: "kb_service/adapters/embedding/, the model folder, ingestion/surfaces.py",
    Component.SEARCH: "kb_service/asking/search/fusing.py, asking/search/retrieving.py, domain/knobs.py",
    Component.READING: "kb_service/asking/reading/, prompts/lexicon.yaml, prompts/examples/",
    Component.ARTICLES: "kb_service/asking/article_answers.py, asking/search/article_finder.py, text/articles.py",
    Component.DRAFTING: "kb_service/asking/drafting/, prompts/quoting.yaml",
    Component.CITATIONS: "kb_service/asking/checking/checking.py, asking/drafting/quoting.py, ingestion/splitting.py",
    Component.CITED: "kb_service/asking/checking/checking.py, ingestion/splitting.py",
    Component.NOTICES: "kb_service/asking/notices.py, prompts/wording.yaml",
    Component.SCRIPT: "kb_service/asking/composing.py, adapters/script.py",
    Component.CHECKING: "kb_service/asking/checking/, prompts/checking.yaml",
    Component.MASKING: "kb_service/domain/masking.py, domain/personal_names.py, domain/checked_numbers.py",
    Component.ASKING_BACK: "kb_service/asking/conversation/clarifying.py",
    Component.CONFIDENCE: "kb_service/asking/search/confidence.py, confidence_model.json, asking/pipeline.py",
    Component.ROUTING: "kb_service/asking/routing.py, corpus/departments.yaml, corpus/matters.yaml",
    Component.SWITCHES: "kb_service/asking/switch_guard.py, domain/switches.py, asking/pipeline.py",
    Component.SIGNALS: "kb_service/asking/composing.py, asking/pipeline.py, asking/conversation/topics.py",
    Component.FOLLOW_UPS: "kb_service/asking/follow_ups.py, asking/looking_up.py",
    Component.TALK: "kb_service/asking/conversation/, prompts/conversation.yaml",
}


def told(run: GateRun, verdict: Verdict, expected: Expected, *, seconds: float) -> str:
    return "\n".join(_lines(run, verdict, expected, seconds))


def as_json(run: GateRun, verdict: Verdict) -> str:
    return json.dumps(
        {
            "passes": verdict.passes,
            "faults": verdict.faults,
            "likely_at_fault": [each.component.value for each in verdict.suspects],
            "may_follow": [each.value for each in verdict.follows],
            "scores": {each.name: {"score": each.score, "n": each.n} for each in run.measured},
            "controls": {name: each.share for name, each in run.controls.items()},
        },
        ensure_ascii=False,
        indent=2,
    )


def _lines(run: GateRun, verdict: Verdict, expected: Expected, seconds: float) -> Iterator[str]:
    cases = sum(each.n for each in run.measured)
    colour = "green" if verdict.passes else "RED"
    yield f"gate: {colour}  ({len(run.measured)} measures, {cases} cases, {seconds:.0f} s)"
    yield from _blame(verdict)
    if verdict.faults:
        yield "\nwhy it is red"
        yield from (f"  {each}" for each in verdict.faults)
    yield f"\n{'measure':<22}{'n':>5} {'score':>7} {'expected':>9}  wrong"
    for each in run.measured:
        yield _row(each, expected, verdict)
    if run.controls:
        yield "\ncontrols, resolved"
    yield from (f"  {name:<22}{rate_with_interval(each)}" for name, each in run.controls.items())
    for name, pairs in verdict.paired_with.items():
        yield from _changes(name, pairs, {each.name: each for each in run.measured})


def _blame(verdict: Verdict) -> Iterator[str]:
    if not verdict.suspects:
        if not verdict.passes:
            yield "likely at fault: no single component; its own measures are as before"
        return
    first, *others = verdict.suspects
    yield f"likely at fault: {first.component.value} - {_pattern(first)}"
    yield f"  look at  {PLACE_OF[first.component]}"
    for each in others:
        yield f"also at fault, or spoiled by it: {each.component.value} - {_pattern(each)}"
    if verdict.follows:
        yield f"fell as well, which it may explain: {', '.join(verdict.follows)}"


def _pattern(suspect: Suspect) -> str:
    worst = "; ".join(_what_fell(each) for each in suspect.fallen[:3])
    held = f"; {', '.join(suspect.as_before)} as before" if suspect.as_before else ""
    return worst + held


def _what_fell(fallen: Fallen) -> str:
    measured = fallen.measured
    match measured.kind.statistic:
        case Statistic.MEAN:
            if not measured.n:
                return f"{measured.name}: nothing left to measure"
            return f"{len(measured.wrong)} of {measured.n} {measured.kind.wrong}"
        case Statistic.HONESTY:
            return (
                f"confidence is {100 * (1 - (measured.score or 0)):.0f} points off on average ({measured.n} questions)"
            )
        case Statistic.ORDER:
            return f"right and wrong are told apart in {measured.score or 0:.0%} of the pairs ({measured.n} questions)"


def _row(each: Measured, expected: Expected, verdict: Verdict) -> str:
    wanted = expected.measures.get(each.name)
    score = "–" if each.score is None else f"{each.score:.3f}"
    is_red = any(one.measured.name == each.name for one in verdict.fallen)
    wrong = str(len(each.wrong)) if each.kind.statistic is Statistic.MEAN else ""
    limit = f"{wanted.score:.3f}" if wanted else "–"
    return f"{'!' if is_red else ' '}{each.name:<21}{each.n:>5} {score:>7} {limit:>9}  {wrong}"


def _changes(name: str, pairs: Mapping[str, Paired], measured: Mapping[str, Measured]) -> Iterator[str]:
    changed = {each: one for each, one in pairs.items() if one.better or one.worse}
    yield f"\nbeside {name}: " + ("nothing changed" if not changed else "")
    for each in KIND_OF:
        if each not in changed:
            continue
        one = changed[each]
        yield f"  {each}: {one.before:.3f} → {one.after:.3f} (n {one.n}, p {one.p_value:.4f})"
        yield from _listed("worse", one.worse)
        yield from _listed("better", one.better)


def _listed(what: str, cases: Sequence[Case]) -> Iterator[str]:
    for each in cases[:_SHOWN]:
        words = " ".join(each.words.split())
        short = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
        yield f"    {what}  {each.id}  {short}{f'  ({each.note})' if each.note else ''}"
    if len(cases) > _SHOWN:
        yield f"    {what}  and {len(cases) - _SHOWN} more: {' '.join(each.id for each in cases[_SHOWN:])}"
