"""The assistant's draft of a reply, where its answer was not sure enough: made once a talk opens, for its helper."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol

from kb_service.domain.answers import Answer, Citation, Outcome, Reason
from kb_service.domain.days import Interval
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.proposals import Proposed
from kb_service.domain.suggestions import Suggestions


class Library(Protocol):
    """What a citation is checked against."""

    def intervals(self, version_ids: Sequence[str]) -> Mapping[str, Interval]: ...

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, PassageInVersion]: ...


def doubtful(turns: Sequence[Answer]) -> Answer | None:
    """The newest answer, if it had only what may have to do with the question. Asking for a person asks nothing."""
    for turn in reversed(turns):
        if turn.outcome is not Outcome.COURTESY and Reason.USER_REQUEST not in turn.escalation.reasons:
            return turn if turn.possible else None
    return None


def draft_of(suggestions: Suggestions, answer: Answer) -> Proposed | None:
    """The best text of a document that the answer doubted; None where none of them says anything today."""
    doubted = {each.document_id for each in answer.possible}
    for text in suggestions.texts:
        if doubted.intersection(each.document_id for each in text.citations):
            return Proposed(None, text.text, citations=text.citations)
    return None


def still_hold(
    citations: Sequence[Citation],
    *,
    library: Library,
    is_switched_off: Callable[[PassageInVersion], bool],
    today: date,
) -> bool:
    """Whether each is of a version in force today of which nothing is switched off."""
    intervals = library.intervals([each.version_id for each in citations])
    passages = library.passages([each.passage_id for each in citations])
    return all(
        each.version_id in intervals
        and intervals[each.version_id].contains(today)
        and each.passage_id in passages
        and not is_switched_off(passages[each.passage_id])
        for each in citations
    )
