"""The tools that answering works with, put together once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb_service.asking.article_answers import ArticleAnswers
from kb_service.asking.composing import Composer
from kb_service.asking.conversation.clarifying import Clarifying
from kb_service.asking.conversation.conversation_reader import ConversationReader
from kb_service.asking.conversation.relating import Relating
from kb_service.asking.drafting.drafts import AnswerDrafter
from kb_service.asking.drafting.planted_orders import PlantedOrders
from kb_service.asking.drafting.possible import PossibleQuotes
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.notices import Noticing
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.routing import Router
from kb_service.asking.search.answer_features import Nearness
from kb_service.asking.search.confidence import ConfidenceModel
from kb_service.asking.search.known_questions import KnownQuestions
from kb_service.asking.search.retrieving import Retriever
from kb_service.asking.switch_guard import SwitchGuard
from kb_service.ports import LibraryReader, ScriptConverter
from kb_service.text.departments import DepartmentDirectory


@dataclass(frozen=True, slots=True)
class Typed:
    """What reads and finds the words of who is still typing: with less work, and nothing that a letter more changes."""

    messages: ConversationReader
    retriever: Retriever


@dataclass(frozen=True, slots=True)
class Tools:
    """What answering works with.

    ``quoting``: in the words of the sources, at once; ``drafter``: the words that are sent, perhaps a model's.
    ``embed_ahead``: texts that are going to be searched for. ``districts_with_own_text``: paths, by the matter's id and
    the day. ``contradicted``: whether another text in force that day is confirmed to contradict one of these versions.
    ``follow_up_confidence``: of one of several answers to a follow-up.
    """

    messages: ConversationReader
    retriever: Retriever
    typed: Typed
    quoting: ExtractiveDrafter
    drafter: AnswerDrafter
    router: Router
    departments: DepartmentDirectory
    library: LibraryReader
    confidence: ConfidenceModel
    follow_up_confidence: ConfidenceModel
    clarifying: Clarifying
    relating: Relating
    planted_orders: PlantedOrders
    possible: PossibleQuotes
    lexicon: Lexicon
    converter: ScriptConverter
    nearness: Nearness
    known: KnownQuestions
    composer: Composer
    noticing: Noticing
    articles: ArticleAnswers
    switches: SwitchGuard
    embed_ahead: Callable[[Sequence[str]], None]
    districts_with_own_text: Callable[[str, date], Sequence[str]]
    contradicted: Callable[[Sequence[str], date], bool]

    def for_one_answer(self) -> "Tools":
        """The same, reading each version that is quoted from once, however many drafts are made of it."""
        quoting = self.quoting.for_one_answer()
        return replace(self, quoting=quoting, drafter=quoting if self.drafter is self.quoting else self.drafter)
