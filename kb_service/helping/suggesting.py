"""Ready texts for a helper: what the documents in force say, and how like questions were resolved."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from kb_service.asking.asking import Asking
from kb_service.domain.answers import Answer, Citation, Conversation
from kb_service.domain.escalations import Author, Escalation, Message
from kb_service.domain.masking import masked
from kb_service.domain.suggestions import ResolvedCase, SuggestedText, Suggestions

_TEXTS = 3
_CASES = 3
# So much of what a question says, by weight, an earlier one has to say too.
_LIKE = 0.5


class Cases(Protocol):
    """Talks as they were."""

    def messages(self, escalation_id: str) -> Sequence[Message]: ...

    def resolved(self, departments: Sequence[str], matter_id: str | None, *, limit: int) -> Sequence[ResolvedCase]: ...


class Suggesting:
    """Holds nothing between calls. Nothing that it gives has been checked to answer: a helper reads before sending."""

    def __init__(
        self,
        *,
        asking: Callable[[], Asking],
        cases: Cases,
        last_turns: Callable[[Conversation], Sequence[Answer]],
        basis: str,
    ) -> None:
        """``basis``: the line under a text that names its document, with {titles}."""
        self._asking = asking
        self._cases = cases
        self._last_turns = last_turns
        self._basis = basis

    def for_words(self, words: str, *, departments: Sequence[str], as_of: date | None = None) -> Suggestions:
        """As somebody types; raises what `Asking.question` raises."""
        return self._suggested(words, (), departments, matter_id=None, as_of=as_of)

    def for_escalation(self, escalation: Escalation, *, departments: Sequence[str]) -> Suggestions:
        """For the newest message of the person that asks something."""
        turns = self._last_turns(escalation.conversation)
        said = [each.text for each in self._cases.messages(escalation.id) if each.author is Author.PERSON]
        newest_first = [*reversed(said), *(each.question for each in reversed(turns)), escalation.subject.question]
        words = next((each for each in newest_first if each.strip() and self._asking().asks_something(each)), "")
        if not words:
            return Suggestions("", (), ())
        return self._suggested(words, turns, departments, matter_id=escalation.subject.matter_id, as_of=None)

    def _suggested(
        self,
        words: str,
        turns: Sequence[Answer],
        departments: Sequence[str],
        *,
        matter_id: str | None,
        as_of: date | None,
    ) -> Suggestions:
        asking = self._asking()
        question = asking.question(words, as_of=as_of, matter_id=matter_id)
        drafted = asking.suggest(question, turns=turns, limit=_TEXTS)
        texts = tuple(
            SuggestedText(f"{draft}\n{self._basis.format(titles=_titles(citations))}", tuple(citations))
            for draft, citations in drafted
        )
        return Suggestions(words, texts, self._cases_like(words, departments, matter_id))

    def _cases_like(self, words: str, departments: Sequence[str], matter_id: str | None) -> tuple[ResolvedCase, ...]:
        shares = self._asking().share_of(words)
        found = self._cases.resolved(departments, matter_id, limit=200)
        like = sorted(((shares(each.question), each) for each in found), key=lambda pair: -pair[0])
        return tuple(
            ResolvedCase(each.escalation_id, masked(each.question), masked(each.reply), each.closed_at)
            for share, each in like[:_CASES]
            if share >= _LIKE
        )


def _titles(citations: Sequence[Citation]) -> str:
    return "、".join(dict.fromkeys(f"《{each.title}》" for each in citations))
