"""Questions asked once by the pipeline that answers people, with what each component gave kept for its measures."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from eval.errors import EvaluationStopped
from eval.in_process import InProcess
from eval.questions import SuiteQuestion
from eval.retracing import LookedUp, Trace
from eval.scoring import Observed, ScoredRow, score
from eval.systems import CHANNEL, FoundPlace
from kb_service.asking.drafting.drafts import Draft, completed
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Answer, Question
from kb_service.ports import ScriptConverter, TwoLegs
from kb_service.service import Service


@dataclass(frozen=True, slots=True)
class Seen:
    """``legs``: what the index gave the first search. ``looked_up``: the first reading, None where nothing was searched
    for. ``draft``: what the drafter makes of the expected documents alone, None where none of them was found.
    ``routed``: ids of departments, most likely first; ``voted``: of what was found alone, whatever matter was read."""

    question: SuiteQuestion
    observed: Observed
    row: ScoredRow
    legs: TwoLegs | None
    looked_up: LookedUp | None
    draft: Draft | None
    routed: tuple[str, ...]
    voted: tuple[str, ...]

    @property
    def answer(self) -> Answer:
        return self.observed.answer


@dataclass(slots=True)
class Watching:
    """Asks in process and stores nothing. The tools are those of the service, noted."""

    service: Service
    converter: ScriptConverter
    system: InProcess = field(init=False)
    _tools: Tools | None = None
    _legs: list[TwoLegs] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.system = InProcess(self.service)

    @property
    def tools(self) -> Tools:
        """Those that the last question was answered with. Raises EvaluationStopped before one was asked."""
        if self._tools is None:
            raise EvaluationStopped("there is no question to ask; nothing was measured")
        return self._tools

    def question(self, asked: SuiteQuestion) -> Question:
        return self.service.asking.question(
            asked.text, as_of=asked.as_of, region=asked.region, audience=asked.audience, channel=CHANNEL
        )

    def see(self, asked: SuiteQuestion) -> Seen:
        trace = Trace()
        self._legs.clear()
        question = self.question(asked)
        answer = self.service.asking.retraced(question, turns=(), watch=self._noting(trace))
        legs = self._legs[0] if self._legs else None
        looked = next((each for each in trace.looked_up if each.candidates), None)
        routed, voted = self._routed(looked), self._voted(looked)
        places = [
            FoundPlace(each.document_id, passage.version_id, passage.id, passage.text)
            for each in (looked.candidates if looked else ())
            if (passage := each.source.passage)
        ]
        departments = [frozenset({each}) for each in routed] if asked.expected_departments else []
        observed = Observed(answer, tuple(places), tuple(departments), 0.0)
        row = score(asked, observed, self.system, self.converter)
        return Seen(asked, observed, row, legs, looked, self._of_expected(asked, looked), routed, voted)

    def again(self, asked: SuiteQuestion, turns: Sequence[Answer]) -> Answer:
        """The same question after these turns."""
        question = replace(self.question(asked), conversation_id=turns[-1].conversation_id)
        return self.service.asking.retraced(question, turns=turns, watch=lambda tools: tools)

    def under(self, asked: SuiteQuestion, watch: Callable[[Tools], Tools]) -> Answer:
        """The same question alone, by tools that ``watch`` gives."""
        return self.service.asking.retraced(self.question(asked), turns=(), watch=watch)

    def _noting(self, trace: Trace) -> Callable[[Tools], Tools]:
        def watch(tools: Tools) -> Tools:
            self._tools = tools
            return trace.watch(tools)

        return watch

    def _routed(self, looked: LookedUp | None) -> tuple[str, ...]:
        if looked is None or self._tools is None:
            return ()
        return tuple(each.department.id for each in self._tools.router.route(looked.understood, looked.candidates))

    def _voted(self, looked: LookedUp | None) -> tuple[str, ...]:
        if looked is None or self._tools is None:
            return ()
        unread = replace(looked.understood, matter=None, text="")
        return tuple(each.department.id for each in self._tools.router.route(unread, looked.candidates))

    def _of_expected(self, asked: SuiteQuestion, looked: LookedUp | None) -> Draft | None:
        if looked is None or self._tools is None:
            return None
        right = [each for each in looked.candidates if each.document_id in asked.expected_documents]
        if not right:
            return None
        bigrams = self._tools.retriever.weigh(looked.understood).bigrams
        return completed(self._tools.quoting.draft(looked.understood, right, bigrams))


@contextmanager
def watching(service: Service, converter: ScriptConverter) -> Iterator[Watching]:
    """What the index gives is noted for as long as it is watched."""
    watched = Watching(service, converter)
    index: Any = service.index
    search = index.search

    def noted(**asked: Any) -> TwoLegs:
        found: TwoLegs = search(**asked)
        watched._legs.append(found)
        return found

    index.search = noted
    try:
        yield watched
    finally:
        del index.search
