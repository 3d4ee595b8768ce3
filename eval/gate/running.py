"""One run of the gate: the measures of every component, and the controls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.controls import control_rates, out_of_order
from eval.gate.articles import of_articles
from eval.gate.checked import of_checked
from eval.gate.cited import of_citations_said
from eval.gate.classes import of_classes
from eval.gate.component_measures import Case, Measured
from eval.gate.days import of_cited_days, of_days
from eval.gate.expected import Expected, is_asked
from eval.gate.filters import of_filters
from eval.gate.follow_ups import of_follow_ups
from eval.gate.heeded import of_signals, of_switches
from eval.gate.known import of_known
from eval.gate.leads import draft_of, of_leads, read_leads
from eval.gate.marks import of_marks
from eval.gate.messages import of_messages
from eval.gate.probes import (
    of_answers,
    of_citations,
    of_confidence,
    of_drafting,
    of_finding,
    of_reading,
    of_routing,
    of_words,
    of_writing,
    read_terms,
)
from eval.gate.recomputed import of_computed
from eval.gate.rules import of_rules
from eval.gate.sections import of_sections
from eval.gate.seeing import Seen, Watching, watching
from eval.gate.taken_in import of_taking_in
from eval.gate.talks import of_talks
from eval.gate.times import of_times
from eval.gate.told_beside import of_told_beside
from eval.gate.turns import of_turns
from eval.gate.weights import of_weights
from eval.gate.worked_out import of_worked_out
from eval.inverting import invert
from eval.promises import House
from eval.questions import SuiteQuestion, read_questions
from eval.scripts import Script, read_scripts
from eval.statistics import Rate
from eval.summary import resolution
from kb_service.console.words import shown_examples
from kb_service.domain.answers import Outcome
from kb_service.ports import ScriptConverter
from kb_service.service import Service

Advance = Callable[[], None]
_CLAUSES = 40


@dataclass(frozen=True, slots=True)
class GateRun:
    """``controls``: resolved by the systems that are bad on purpose. ``faults``: sentences on their order."""

    measured: tuple[Measured, ...]
    controls: Mapping[str, Rate]
    faults: tuple[str, ...]


def questions_of(expected: Expected, root: Path) -> list[SuiteQuestion]:
    """Those asked alone. Raises SuiteInvalid."""
    return [
        each
        for file, one_of in expected.questions.items()
        for each in read_questions(root / file)
        if each.conversation is None and is_asked(each.id, one_of)
    ]


def scripts_of(expected: Expected, root: Path) -> list[Script]:
    """Raises SuiteInvalid."""
    found = [(each, one_of) for file, one_of in expected.scripts.items() for each in read_scripts(root / file)]
    return [each for each, one_of in found if is_asked(each.id, one_of)]


def run_gate(
    service: Service,
    expected: Expected,
    *,
    root: Path,
    converter: ScriptConverter,
    only: Sequence[str] = (),
    advance: Advance = lambda: None,
) -> GateRun:
    """``root``: where the files of ``expected`` lie. ``only``: beginnings of measures; the others are not made."""

    def wants(*names: str) -> bool:
        return not only or any(name.startswith(one) or one.startswith(name) for name in names for one in only)

    house = House.of(service.settings.prompts_dir, service.catalogue.departments(), converter)
    own_words = house.wordings
    with watching(service, converter) as watched:
        seen = _seen(watched, questions_of(expected, root), advance)
        made_up = {each.id: draft_of(watched, each) for each in read_leads()}
        measured = [
            *of_finding(seen),
            *of_reading(seen),
            *of_drafting(seen, converter, own_words, made_up=made_up),
            *of_citations(service, seen, converter, own_words),
            *of_confidence(seen, converter),
            of_cited_days(service, seen),
            *of_answers(seen),
        ]
        if wants("taken_in"):
            measured += of_taking_in(service.settings.prompts_dir, converter)
        if wants("search.sections"):
            measured.append(of_sections(service, expected.day))
        if wants("notices", "script"):
            measured += of_told_beside(watched, seen)
        if wants("words.weights", "search.rules"):
            measured += of_weights()
        if wants("words"):
            measured += [of_words(service, read_terms(root / expected.terms)), of_writing(watched, seen)]
        if wants("days"):
            measured += of_days(service, expected.day)
        if wants("regions", "audiences"):
            measured += of_filters(service, expected.day)
        if wants("days.rules", "cited.rules"):
            measured += of_rules()
        if wants("routing.rules", "confidence.evidence"):
            measured += of_worked_out(converter)
        if wants("confidence.computed"):
            measured.append(of_computed(watched.tools.confidence, seen))
        if wants("checked"):
            measured.append(of_checked(watched))
        if wants("articles"):
            measured += of_articles(watched, expected.day)
        if wants("confidence.known"):
            measured.append(of_known(converter))
        if wants("words.script", "reading.people", "reading.facets", "reading.places"):
            measured += of_messages(watched)
        if wants("drafting.leads"):
            measured.append(of_leads(watched, read_leads()))
        if wants("reading.days"):
            measured.append(of_times(watched))
        if wants("citations.marks"):
            measured.append(of_marks(watched, seen))
        if wants("follow_ups"):
            measured.append(of_follow_ups(watched))
        if wants("cited"):
            measured.append(of_citations_said(service, seen))
        if wants("switches"):
            measured += of_switches(watched, seen)
        if wants("signals"):
            measured += of_signals(watched, seen)
        if wants("signals.classes"):
            measured.append(of_classes(watched, seen))
        if wants("routing"):
            measured += of_routing(service, seen)
        if wants("talk"):
            measured += of_talks(watched, scripts_of(expected, root), seen, house, advance=advance)
        if wants("talk.latest", "talk.chosen", "talk.changed", "signals.complained"):
            measured += of_turns(watched, seen)
        if wants("drafting.sides"):
            measured.append(_of_sides(service, expected))
        if wants("examples"):
            measured.append(of_examples(service))
    controls, faults = _controls(seen, watched, converter)
    if only:
        measured = [each for each in measured if each.name.startswith(tuple(only))]
    return GateRun(tuple(measured), controls, faults)


def of_examples(service: Service) -> Measured:
    """What the chat page and the documents offer is answered."""
    asking, cases = service.asking, []
    shown = shown_examples(service.settings.prompts_dir)
    for each in (*shown.welcome, *shown.told):
        before = asking.answer(asking.question(each.after)).conversation_id if each.after else None
        answer = asking.answer(asking.question(each.question, as_of=each.as_of, conversation_id=before))
        name = f"{each.after or ''}>{each.question}@{each.as_of or ''}"
        cases.append(Case(name, each.question, float(answer.outcome is Outcome.ANSWERED), note=str(answer.outcome)))
    return Measured("examples.answered", tuple(cases))


def _seen(watched: Watching, questions: Sequence[SuiteQuestion], advance: Advance) -> list[Seen]:
    found = []
    for each in questions:
        found.append(watched.see(each))
        advance()
    return found


def _of_sides(service: Service, expected: Expected) -> Measured:
    found = invert(service, as_of=expected.day, most=_CLAUSES)
    wrong = {each.asked.question for each in found.wrong_replies}
    cases = [
        Case(each.asked.question, each.asked.question, float(each.asked.question not in wrong))
        for each in found.replies
        if each.outcome is Outcome.ANSWERED
    ]
    return Measured("drafting.sides", tuple(cases))


def _controls(
    seen: Sequence[Seen], watched: Watching, converter: ScriptConverter
) -> tuple[Mapping[str, Rate], tuple[str, ...]]:
    observed_of = {each.question.id: each.observed for each in seen}
    controls = control_rates([each.question for each in seen], observed_of, watched.system, converter)
    return controls, tuple(out_of_order(resolution([each.row for each in seen]), controls))
