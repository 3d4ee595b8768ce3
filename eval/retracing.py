"""What each step of answering gave, noted beside the tools of the very pipeline that answers."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from kb_service.asking.drafting.drafts import AnswerDrafter, Draft
from kb_service.asking.drafting.planted_orders import PlantedOrders
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.events import Progress
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.confidence import ConfidenceModel
from kb_service.asking.search.retrieving import Candidate, Retriever
from kb_service.asking.tools import Tools

# So many passages are told of each search.
_SHOWN = 10
_Drafts = Generator[Progress, None, Draft]


@dataclass(slots=True)
class LookedUp:
    """One way to read a question, and what was found, drafted and made of it. ``needed`` is None where nothing was
    found. ``is_further``: part of what was found, or found with earlier words, where the first was not sure enough."""

    understood: Understanding
    candidates: Sequence[Candidate]
    quoted: Draft | None = None
    features: Mapping[str, float] = field(default_factory=dict)
    probability: float = 0.0
    needed: float | None = None
    is_written_for_it: bool = False
    with_planted_orders: int = 0
    is_further: bool = False


@dataclass(slots=True)
class Trace:
    """In the order in which it happened; ``written`` are drafts of a connected model, ``contradicted`` the answers to
    whether versions are contradicted by others. ``chances``: of the answers to a follow-up to choose from; the
    likeliest is given from ``chance_needed`` on."""

    looked_up: list[LookedUp] = field(default_factory=list)
    written: list[Draft] = field(default_factory=list)
    contradicted: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)
    confidence: ConfidenceModel | None = None
    chances: list[float] = field(default_factory=list)
    chance_needed: float = 1.0

    def watch(self, tools: Tools) -> Tools:
        """The same tools, noted here; what they give is what they would give."""
        self.confidence = tools.confidence
        quoting = self._quoting(tools.quoting)
        is_model = tools.drafter is not tools.quoting
        drafter = _Watched(tools.drafter, draft=self._writing(tools.drafter)) if is_model else quoting
        return replace(
            tools,
            retriever=cast(Retriever, self._retriever(tools.retriever)),
            quoting=cast(ExtractiveDrafter, quoting),
            drafter=cast(AnswerDrafter, drafter),
            confidence=cast(ConfidenceModel, self._confidence(tools.confidence)),
            follow_up_confidence=cast(ConfidenceModel, self._choosing(tools.follow_up_confidence)),
            planted_orders=cast(PlantedOrders, self._planted_orders(tools.planted_orders)),
            contradicted=self._contradicting(tools.contradicted),
        )

    def _retriever(self, tool: Retriever) -> "_Watched":
        def find(understood: Understanding, **asked: Any) -> list[Candidate]:
            found = tool.find(understood, **asked)
            if asked.get("terms") is not None:  # else it is searched for what to ask back
                self.looked_up.append(LookedUp(understood, found[:_SHOWN]))
            return found

        def is_written_for(question: str, source: Any) -> bool:
            self.looked_up[-1].is_written_for_it = tool.is_written_for(question, source)
            return self.looked_up[-1].is_written_for_it

        return _Watched(tool, find=find, is_written_for=is_written_for)

    def _confidence(self, tool: ConfidenceModel) -> "_Watched":
        def probability(feature_of: Mapping[str, float]) -> float:
            last = self.looked_up[-1]
            last.features, last.probability = dict(feature_of), tool.probability(feature_of)
            last.needed = tool.needed(feature_of)
            return last.probability

        return _Watched(tool, probability=probability)

    def _choosing(self, tool: ConfidenceModel) -> "_Watched":
        def probability(feature_of: Mapping[str, float]) -> float:
            self.chances.append(tool.probability(feature_of))
            self.chance_needed = tool.answer_threshold
            return self.chances[-1]

        return _Watched(tool, probability=probability)

    def _planted_orders(self, tool: PlantedOrders) -> "_Watched":
        def without(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
            usable = tool.without(candidates)
            if self.looked_up:
                self.looked_up[-1].with_planted_orders = len(candidates) - len(usable)
            return usable

        return _Watched(tool, without=without)

    def _quoting(self, tool: ExtractiveDrafter) -> "_Watched":
        def draft(understood: Understanding, candidates: Sequence[Candidate], *given: Any, **named: Any) -> _Drafts:
            drafted = yield from tool.draft(understood, candidates, *given, **named)
            if self.looked_up and self.looked_up[-1].needed is not None:  # judged already
                self.looked_up.append(LookedUp(understood, candidates, is_further=True))
            if self.looked_up:  # with the matter that the passages belong to
                self.looked_up[-1].understood, self.looked_up[-1].quoted = understood, drafted
            return drafted

        watched = _Watched(tool, draft=draft, for_one_answer=lambda: watched)
        return watched

    def _writing(self, tool: AnswerDrafter) -> Callable[..., _Drafts]:
        def draft(*given: Any) -> _Drafts:
            drafted = yield from tool.draft(*given)
            self.written.append(drafted)
            return drafted

        return draft

    def _contradicting(self, tool: Callable[[Sequence[str], date], bool]) -> Callable[[Sequence[str], date], bool]:
        def contradicted(version_ids: Sequence[str], as_of: date) -> bool:
            found = tool(version_ids, as_of)
            self.contradicted.append((tuple(version_ids), found))
            return found

        return contradicted


class _Watched:
    """A tool with some methods noted, and the others its own."""

    def __init__(self, tool: object, **noted: Callable[..., Any]) -> None:
        self._tool = tool
        self.__dict__.update(noted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tool, name)
