"""The steps of a question are told as they happened, also where part of what was found is heard by itself."""

from collections.abc import Generator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from eval.retracing import LookedUp, Trace
from kb_service.asking.drafting.drafts import Draft, completed
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.confidence import ConfidenceModel
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Question
from tests.factories import NOON, day


class Drafter:
    """Drafts what it was given."""

    def draft(self, understood: Understanding, candidates: Sequence[Candidate]) -> Generator[Any, None, Draft]:
        return cast(Draft, tuple(candidates))
        yield


class Sure:
    """As sure as the features say."""

    def probability(self, feature_of: Mapping[str, float]) -> float:
        return feature_of["sure"]

    def needed(self, feature_of: Mapping[str, float]) -> float:
        return 0.7


def test_a_reading_keeps_its_own_confidence_when_each_passage_is_heard_by_itself_afterwards() -> None:
    read = Understanding("风筝", Question("风筝", day("2026-06-01"), NOON))
    first, second = (cast(Candidate, SimpleNamespace(name=name)) for name in ("first", "second"))
    trace = Trace(looked_up=[LookedUp(read, [first, second])])
    drafter = trace._quoting(cast(ExtractiveDrafter, Drafter()))
    confidence = trace._confidence(cast(ConfidenceModel, Sure()))
    for candidates, sure in (([first, second], 0.6), ([second], 0.2)):
        completed(drafter.draft(read, candidates))
        confidence.probability({"sure": sure})
    told = [(each.candidates, each.quoted, each.probability, each.is_further) for each in trace.looked_up]
    assert told == [([first, second], (first, second), 0.6, False), ([second], (second,), 0.2, True)]
