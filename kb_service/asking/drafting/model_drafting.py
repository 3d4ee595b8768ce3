"""Answers that a language model words: it may draft, code checks every word, and quotes stand ready in its place."""

import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb_service.asking.checking.checking import Checker
from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.drafting.drafts import AnswerDrafter, Draft, Quote, Statement
from kb_service.asking.drafting.model_brief import Brief, Prompts, again, brief, statements_of
from kb_service.asking.drafting.model_calls import CircuitBreaker, RanAway, write
from kb_service.asking.events import Progress
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.asking.search.surroundings import passages_for_drafting
from kb_service.domain.answers import Drafting
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.masking import masked
from kb_service.domain.model_faults import ModelFault
from kb_service.ports import LanguageModel, ScriptConverter
from kb_service.text.normalising import normalised

_DRAFTS = 2
# A draft may be a little longer than it was asked to be.
_TOLERANCE = 1.4

UNAVAILABLE = "model_unavailable"
NO_ANSWER = "no_answer"
# Another try may end otherwise: without a limit of tokens, or with a reply behind the thoughts.
_WORTH_ANOTHER = frozenset({ModelFault.CUT_OFF, ModelFault.EMPTY})
# The endpoint is well, though of this question nothing came.
_ALIVE = frozenset({ModelFault.EMPTY, ModelFault.FILTERED})
_SAID_AGAIN_AFTER_SECONDS = 3600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` for all drafts of an answer together; ``context``: tokens of the model's window, of which
    ``reply_tokens`` are kept free for its reply; ``longest``: characters of an answer."""

    seconds: float
    context: int
    longest: int
    reply_tokens: int


class ModelDrafter:
    """Whatever the model does, there is an answer in time: the fallback's, if the model's does not hold."""

    def __init__(
        self,
        model: LanguageModel,
        fallback: AnswerDrafter,
        *,
        sections: Callable[[str], Sequence[PassageInVersion]],
        prompts: Prompts,
        breaker: CircuitBreaker,
        checker: Checker,
        converter: ScriptConverter,
        limits: Limits,
        clock: Callable[[], float],
        new_fence: Callable[[], str],
    ) -> None:
        """``sections``: the passages of a version in order; ``clock``: seconds that never go back; ``new_fence``: a
        text that nobody can guess, new with each call.
        """
        self._model = model
        self._fallback = fallback
        self._sections = sections
        self._prompts = prompts
        self._breaker = breaker
        self._checker = checker
        self._converter = converter
        self._limits = limits
        self._clock = clock
        self._new_fence = new_fence
        self._said_at: dict[ModelFault, float] = {}

    def draft(
        self, understood: Understanding, candidates: Sequence[Candidate], weight_of: Mapping[str, float]
    ) -> Generator[Progress, None, Draft]:
        """The model's draft if it holds at the first or the second attempt, else the fallback's with the reasons."""
        safe = yield from self._fallback.draft(understood, candidates, weight_of)
        if understood.quantity_asked.is_missing_from(self._normalised(safe.statements)):
            return safe  # it will be handed over, whatever a model might say
        if not self._breaker.admits():
            return self._instead(safe, [UNAVAILABLE], ModelFault.RESTING)
        has_reported = False
        try:
            draft, rejected, failure = yield from self._drafted(understood, safe, candidates)
            is_alive = draft is not None or failure is None or failure in _ALIVE
            (self._breaker.succeeded if is_alive else self._breaker.failed)()
            has_reported = True
        finally:
            if not has_reported:
                self._breaker.abandoned()
        if draft is None:
            return self._instead(safe, rejected, failure)
        return replace(draft, drafting=Drafting(self._model.name, rejected, self._prompts.sha256, failure))

    def _drafted(
        self, understood: Understanding, safe: Draft, candidates: Sequence[Candidate]
    ) -> Generator[Progress, None, tuple[Draft | None, tuple[str, ...], ModelFault | None]]:
        """The draft, why others were rejected, and what kept the model from a reply."""
        until = self._clock() + self._limits.seconds
        fence = self._new_fence()
        given = brief(
            self._prompts,
            masked(understood.question.text),
            self._worth_showing(safe, candidates),
            fence=fence,
            room=self._limits.context - self._limits.reply_tokens,
            longest=self._limits.longest,
        )
        user, rejected = given.user, list[str]()
        failure: ModelFault | None = None
        for _ in range(_DRAFTS):
            try:
                reply = yield from write(self._model, given.system, user, until=until, clock=self._clock)
            except ModelUnavailable as error:
                self._say(error)
                failure = error.fault
                rejected.append(UNAVAILABLE)
                if failure in _WORTH_ANOTHER:
                    continue
                break
            except RanAway:
                return None, (*rejected, str(FaultKind.TOO_LONG)), failure
            if self._prompts.no_answer in reply and len(reply.strip()) <= len(self._prompts.no_answer) + 4:
                return None, (*rejected, NO_ANSWER), failure
            draft, faults = self._read(understood, given, reply, safe)
            if draft is not None:
                return draft, tuple(rejected), failure
            rejected += map(str, faults)
            user = again(self._prompts, given, reply, faults, fence=fence)
        return None, tuple(rejected), failure

    def _say(self, error: ModelUnavailable) -> None:
        """Each kind of fault once an hour; `/metrics` counts them all."""
        last, now = self._said_at.get(error.fault), self._clock()
        if last is None or now - last >= _SAID_AGAIN_AFTER_SECONDS:
            self._said_at[error.fault] = now
            log.warning("%s (%s); answers without a draft of it quote their sources", error, error.fault)

    def _worth_showing(self, safe: Draft, candidates: Sequence[Candidate]) -> list[PassageInVersion]:
        """What the fallback quotes, then what else was found with what belongs to it, each once."""
        around = passages_for_drafting(candidates, self._sections, room=self._limits.context)
        found = [quote.source for quote in safe.quotes] + around
        return list({each.passage.id: each for each in found}.values())

    def _read(
        self, understood: Understanding, given: Brief, reply: str, safe: Draft
    ) -> tuple[Draft | None, Sequence[Fault]]:
        statements = statements_of(given.restored(reply))
        checked = self._checker.check(statements, given.passages)
        faults = [*checked.faults, *self._unfit(understood, statements, given.passages, safe)]
        if faults:
            return None, faults
        place_of = {number: place for place, number in enumerate(sorted(checked.span_of))}
        quotes = tuple(Quote(given.passages[number], checked.span_of[number]) for number in place_of)
        marked = tuple(Statement(each.text, tuple(place_of[n] for n in each.quotes)) for each in statements)
        return Draft(quotes, marked, safe.drafting), ()

    def _unfit(
        self,
        understood: Understanding,
        statements: Sequence[Statement],
        passages: Sequence[PassageInVersion],
        safe: Draft,
    ) -> list[Fault]:
        """True, but no answer: too long, without what is asked for, or about something else."""
        found: list[Fault] = []
        if sum(len(each.text) for each in statements) > self._limits.longest * _TOLERANCE:
            found.append(Fault(FaultKind.TOO_LONG))
        cited = {passages[n].passage.id for each in statements for n in each.quotes if 0 <= n < len(passages)}
        answers = {quote.source.passage.id for quote in safe.quotes}
        if not cited & answers or understood.quantity_asked.is_missing_from(self._normalised(statements)):
            found.append(Fault(FaultKind.OFF_TOPIC))
        return found

    def _normalised(self, statements: Sequence[Statement]) -> str:
        return normalised("\n".join(each.text for each in statements), self._converter)

    def _instead(self, safe: Draft, rejected: Sequence[str], failure: ModelFault | None) -> Draft:
        return replace(safe, drafting=Drafting(safe.drafting.by, tuple(rejected), self._prompts.sha256, failure))
