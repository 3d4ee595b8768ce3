"""One run of the gate: the measures of every component, and the controls."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.controls import control_rates, out_of_order
from eval.gate.articles import MadeUpLaws, of_articles
from eval.gate.asked_back import of_asked_back
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
from eval.gate.look_alikes import of_look_alikes
from eval.gate.marks import of_marks
from eval.gate.masking import of_masking
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
from eval.gate.published import of_published
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
    laws: MadeUpLaws,
    only: Sequence[str] = (),
    advance: Advance = lambda: None,
) -> GateRun:
    """``root``: where the files of ``expected`` lie. ``only``: beginnings of measures; the others are not made, nor are
    questions asked for them, and without a whole run there are no controls. Raises EvaluationStopped without questions.
    """
    questions = questions_of(expected, root)
    with watching(service, converter) as watched:
        for each in questions[:1]:
            watched.see(each)  # now the tools are known
        seen = functools.cache(lambda: _seen(watched, questions, advance))
        asked = _Asked(service, expected, root, converter, watched, laws, seen, advance)
        measured = [
            one
            for names, make in _makers(asked)
            if not only or any(name.startswith(each) or each.startswith(name) for name in names for each in only)
            for one in make()
        ]
        if only:
            return GateRun(tuple(each for each in measured if each.name.startswith(tuple(only))), {}, ())
        return GateRun(tuple(measured), *_controls(seen(), watched, converter))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the measures of one run are made from. ``seen``: asks the questions when it is called first."""

    service: Service
    expected: Expected
    root: Path
    converter: ScriptConverter
    watched: Watching
    laws: MadeUpLaws
    seen: Callable[[], Sequence[Seen]]
    advance: Advance


def _makers(asked: _Asked) -> Iterator[tuple[tuple[str, ...], Callable[[], Iterable[Measured]]]]:
    """Names of measures, or their beginnings, and what makes them."""
    service, expected, watched, seen, converter = (
        asked.service, asked.expected, asked.watched, asked.seen, asked.converter,
    )  # fmt: skip
    house = House.of(service.settings.prompts_dir, service.catalogue.departments(), converter)
    prompts, own_words, today = service.settings.prompts_dir, house.wordings, expected.day
    yield ("words.leg", "vectors.leg", "search.first"), lambda: of_finding(seen())
    yield ("reading.matter", "reading.scope"), lambda: of_reading(seen())
    drafted = ("drafting.facts", "drafting.first", "drafting.faithful", "drafting.whole")
    yield (*drafted, "citations.cover", "citations.drafted"), lambda: _of_drafting(asked, own_words)
    quoted = ("citations.stand", "citations.back", "citations.checked")
    yield quoted, lambda: of_citations(service, seen(), converter, own_words)
    sure = ("confidence.honest", "confidence.order", "confidence.gives", "confidence.holds")
    yield sure, lambda: of_confidence(seen(), converter)
    yield ("days.cited",), lambda: [of_cited_days(service, seen())]
    yield ("days.asked", "answers"), lambda: of_answers(seen())
    yield ("taken_in",), lambda: of_taking_in(prompts, converter)
    yield ("published", "contradictions"), lambda: of_published(prompts, converter)
    yield ("masking",), lambda: [of_masking()]
    yield ("asking_back",), lambda: [of_asked_back(watched.tools.lexicon, converter)]
    yield ("search.sections",), lambda: [of_sections(service, today)]
    yield ("notices", "script"), lambda: of_told_beside(watched, seen())
    yield ("words.weights", "search.rules"), of_weights
    yield ("words.terms",), lambda: [of_words(service, read_terms(asked.root / expected.terms))]
    yield ("words.same",), lambda: [of_writing(watched, seen())]
    yield ("days.shown", "days.hidden"), lambda: of_days(service, today)
    yield ("regions", "audiences"), lambda: of_filters(service, today)
    yield ("days.rules", "cited.rules"), of_rules
    yield ("routing.rules", "confidence.evidence"), lambda: of_worked_out(converter)
    yield ("confidence.computed",), lambda: [of_computed(watched.tools.confidence, seen())]
    yield ("checked",), lambda: [of_checked(watched)]
    yield ("articles",), lambda: of_articles(watched, today, asked.laws)
    yield ("confidence.known",), lambda: [of_known(converter)]
    yield ("words.script", "reading.people", "reading.facets", "reading.places"), lambda: of_messages(watched)
    if expected.look_alikes is not None:
        alike = asked.root / expected.look_alikes
        yield ("reading.look_alikes",), lambda: [of_look_alikes(watched, alike, today)]
    yield ("drafting.leads",), lambda: [of_leads(watched, read_leads())]
    yield ("reading.days",), lambda: [of_times(watched)]
    yield ("citations.marks",), lambda: [of_marks(watched, seen())]
    yield ("follow_ups",), lambda: [of_follow_ups(watched)]
    yield ("cited.said",), lambda: [of_citations_said(service, seen())]
    yield ("switches",), lambda: of_switches(watched, seen())
    yield ("signals.fit", "signals.repeated"), lambda: of_signals(watched, seen())
    yield ("signals.classes",), lambda: [of_classes(watched, seen())]
    routed = ("routing.names", "routing.first", "routing.voted", "routing.handed")
    yield routed, lambda: of_routing(service, seen())
    said = ("talk.first_turns", "talk.follow_ups", "talk.carried", "talk.new_topic", "talk.kept")
    yield said, lambda: of_talks(watched, scripts_of(expected, asked.root), seen(), house, advance=asked.advance)
    yield ("talk.latest", "talk.chosen", "talk.changed", "signals.complained"), lambda: of_turns(watched, seen())
    yield ("drafting.sides",), lambda: [_of_sides(service, expected)]
    yield ("examples",), lambda: [of_examples(service)]


def _of_drafting(asked: _Asked, own_words: str) -> list[Measured]:
    made_up = {each.id: draft_of(asked.watched, each) for each in read_leads()}
    return of_drafting(asked.seen(), asked.converter, own_words, made_up=made_up)


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
