"""Ready texts for a helper: what the documents in force say, and how like questions were resolved."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from kb_service.asking.asking import Asking
from kb_service.asking.conversation.topics import TURNS
from kb_service.domain.answers import Answer, Citation, Conversation, Question
from kb_service.domain.escalations import Author, Escalation, Message
from kb_service.domain.masking import masked
from kb_service.domain.suggestions import ResolvedCase, ResolvedQuestion, SuggestedText, Suggestions

_TEXTS = 3
_CASES = 3
_COMPARED = 200
# Messages of a talk.
_READ = 20
# So much of what a question says, by weight, an earlier one has to say too.
_LIKE = 0.5


class ResolvedCases(Protocol):
    """How questions were resolved."""

    def resolved(
        self, departments: Sequence[str], matter_id: str | None, *, limit: int
    ) -> Sequence[ResolvedQuestion]: ...

    def cases(self, ids: Sequence[str]) -> Sequence[ResolvedCase]: ...


class Suggesting:
    """Holds nothing between calls. Nothing that it gives has been checked to answer: a helper reads before sending."""

    def __init__(
        self,
        *,
        asking: Callable[[], Asking],
        cases: ResolvedCases,
        messages: Callable[[str], Sequence[Message]],
        last_turns: Callable[[Conversation], Sequence[Answer]],
        basis: str,
    ) -> None:
        """``basis``: the line under a text that names its document, with {titles}."""
        self._asking = asking
        self._cases = cases
        self._messages = messages
        self._last_turns = last_turns
        self._basis = basis

    def for_words(self, words: str, *, departments: Sequence[str], as_of: date | None = None) -> Suggestions:
        """As somebody types; raises what `Asking.question` raises."""
        question = self._asking().question(words, as_of=as_of)
        return self._suggested(question, self._cases_like(words, departments, None), by_words=True)

    def for_escalation(self, escalation: Escalation, *, departments: Sequence[str]) -> Suggestions:
        """For the newest message of the person that asks something, read after all they said before it, with the
        district that they named since."""
        asking = self._asking()
        messages = self._messages(escalation.id)
        said = [turn.question for turn in self._last_turns(escalation.conversation)]
        said += [each.text for each in messages if each.author is Author.PERSON]
        said = [each for each in said if each.strip()][-_READ:]
        about = escalation.subject.matter_id
        asked = asking.asked_in(said, about=about)
        if not asked:
            return Suggestions("", (), ())
        *before, last = asked
        words = said[last]
        regions = (asking.reader.region_in(each) for each in reversed(said[last:]))
        region = next(filter(None, regions), escalation.subject.region)
        question = replace(
            asking.question(words, region=region), said_before=tuple(said[each] for each in before[-TURNS:])
        )
        return self._suggested(question, self._cases_like(words, departments, about), about=about)

    def _suggested(
        self,
        question: Question,
        cases: tuple[ResolvedCase, ...],
        *,
        about: str | None = None,
        by_words: bool = False,
    ) -> Suggestions:
        drafted = self._asking().suggest(question, limit=_TEXTS, about=about, by_words=by_words)
        texts = tuple(
            SuggestedText(f"{draft}\n{self._basis.format(titles=_titles(citations))}", tuple(citations))
            for draft, citations in drafted
        )
        return Suggestions(question.text, texts, cases)

    def _cases_like(self, words: str, departments: Sequence[str], matter_id: str | None) -> tuple[ResolvedCase, ...]:
        """Only of the best few is read what was written: this runs at every letter."""
        found = self._cases.resolved(departments, matter_id, limit=_COMPARED)
        if not found:
            return ()
        shares = self._asking().share_of(words)
        like = sorted(((shares(each.question), each.escalation_id) for each in found), key=lambda pair: -pair[0])
        best = [each for share, each in like[:_CASES] if share >= _LIKE]
        if not best:
            return ()
        return tuple(
            ResolvedCase(each.escalation_id, masked(each.question), masked(each.reply), each.closed_at)
            for each in self._cases.cases(best)
        )


def _titles(citations: Sequence[Citation]) -> str:
    return "、".join(dict.fromkeys(f"《{each.title}》" for each in citations))
