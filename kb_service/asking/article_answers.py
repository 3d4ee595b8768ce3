"""Answers to those who ask for an article by its number: the article as it stands, or what there is instead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb_service.asking.checking.checking import cite
from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.drafting.planted_orders import PlantedOrders
from kb_service.asking.notices import Noticing, day_in_words
from kb_service.asking.reading.lexicon import NO_QUANTITY, Lexicon
from kb_service.asking.reading.reader import Reader
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.replies import Part, Reply, SearchResult, hand_over_text
from kb_service.asking.search.article_finder import ArticleFinder, Lookup, Missing, NotOfThatDay
from kb_service.asking.search.fusing import FusedHit
from kb_service.asking.search.retrieving import Candidate, Narrowing
from kb_service.domain.answers import (
    EXTRACTIVE,
    Answer,
    Carried,
    Clarification,
    Drafting,
    Notice,
    NoticeKind,
    Outcome,
    Question,
    Reason,
)
from kb_service.domain.articles import ArticleNumber
from kb_service.domain.days import Interval
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import LibraryReader
from kb_service.text.articles import opening_article
from kb_service.text.clauses import Span

# It was looked up by name and number: nothing is guessed.
_CERTAIN = 0.99
_FOR_PEOPLE = frozenset({Reason.DISTRESS, Reason.USER_REQUEST})


@dataclass(frozen=True, slots=True)
class ArticleAnswers:
    """``contradicted``: whether another text in force that day is confirmed to contradict one of these versions."""

    finder: ArticleFinder
    reader: Reader
    library: LibraryReader
    noticing: Noticing
    planted_orders: PlantedOrders
    lexicon: Lexicon
    department_name: Callable[[str], str]
    contradicted: Callable[[Sequence[str], date], bool]

    def part(self, question: Question, turns: Sequence[Answer], narrowing: Narrowing) -> Part | None:
        """None when the message asks for no article by its number, or is for no document at all."""
        lookup = self.finder.find(question, turns, narrowing)
        if lookup is None:
            return None
        read = self.reader.understand(question)
        if not self._is_for_documents(read, lookup):
            return None
        understood = replace(
            read,
            question=replace(read.question, as_of=lookup.as_of),
            as_of_named=lookup.day_named,
            carried=(Carried.AS_OF,) if lookup.is_day_carried else (),
            quantity_asked=NO_QUANTITY,
        )
        passages = [each for each in lookup.passages if not self.planted_orders.are_in(each)]
        reply = self._quoted(understood, lookup, passages, narrowing) if passages else self._without(lookup)
        return Part(understood, _result(passages), replace(reply, documents_read=lookup.document_ids))

    def _is_for_documents(self, read: Understanding, lookup: Lookup) -> bool:
        """Names of laws sound like lawsuits and wishes (行政诉讼法, 人工客服管理办法): where a law was found, only what
        else is said keeps it from documents, where that is for people, or something else word for word."""
        if not (lookup.passages or lookup.missing or lookup.not_of_that_day):
            return read.scope is None
        beside = self.reader.understand(replace(read.question, text=lookup.rest))
        return beside.scope not in _FOR_PEOPLE and (read.scope is None or not beside.likeness.is_word_for_word)

    def _quoted(
        self, understood: Understanding, lookup: Lookup, passages: Sequence[PassageInVersion], narrowing: Narrowing
    ) -> Reply:
        draft = _draft(passages)
        ids = sorted({each.document_id for each in passages})
        schedules = self.library.schedules(ids, as_if_approved=narrowing.include_version)
        as_of = understood.question.as_of
        citations = cite(draft.quotes, schedules, as_of=as_of, department_name=self.department_name)
        if citations is None:
            return self._declined(Outcome.NOT_GROUNDED, Reason.NOT_GROUNDED)
        if self.contradicted([each.version_id for each in citations], as_of):
            return self._declined(Outcome.HANDED_OVER, Reason.CONFLICTING_SOURCES)
        notices = self.noticing.notices(understood, citations, schedules)
        beside = [
            Notice(NoticeKind.NO_SUCH_ARTICLE, text, citations[0].document_id, as_of) for text in self._faults(lookup)
        ]
        return Reply(Outcome.ANSWERED, draft=draft, citations=tuple(citations), notices=(*notices, *beside[:1]))

    def _without(self, lookup: Lookup) -> Reply:
        faults = self._faults(lookup)
        if faults:
            return Reply(Outcome.NO_SOURCE, "\n".join(faults), (Reason.NO_SOURCE,))
        if lookup.ambiguous or lookup.unnamed:
            text = self._which(lookup)
            return Reply(Outcome.CLARIFY, text, clarification=Clarification(text, ()))
        return self._declined(Outcome.NOT_GROUNDED, Reason.NOT_GROUNDED)

    def _which(self, lookup: Lookup) -> str:
        if lookup.ambiguous:
            titles = "、".join(f"《{each}》" for each in lookup.ambiguous)
            return self.lexicon.say("article_of_which_of", titles=titles)
        return self.lexicon.say("article_of_which_law", articles=_named(lookup.unnamed))

    def _faults(self, lookup: Lookup) -> list[str]:
        """A sentence for each article or law that is not there."""
        found = [self._missing(each) for each in lookup.missing]
        found += [self._not_of_that_day(each, lookup.as_of) for each in lookup.not_of_that_day]
        return [*found, *([self.lexicon.say("no_such_law")] if lookup.is_unknown else [])]

    def _missing(self, missing: Missing) -> str:
        return self.lexicon.say(
            "no_such_article",
            title=missing.title,
            article=str(missing.number),
            number=str(missing.count),
            last=str(missing.last),
        )

    def _not_of_that_day(self, law: NotOfThatDay, as_of: date) -> str:
        spans = "；".join(self._span(each.interval) for each in law.versions if not each.interval.is_empty)
        return self.lexicon.say("no_version_on_day", title=law.title, day=day_in_words(as_of), versions=spans)

    def _span(self, interval: Interval) -> str:
        first = interval.start or interval.known_from
        last = interval.last_valid_day
        started = self.lexicon.say("version_from", day=day_in_words(first)) if first else ""
        return started + (self.lexicon.say("version_until", day=day_in_words(last)) if last else "")

    def _declined(self, outcome: Outcome, reason: Reason) -> Reply:
        return Reply(outcome, hand_over_text(reason, None, self.lexicon), (reason,))


def _draft(passages: Sequence[PassageInVersion]) -> Draft:
    """Every passage whole, with its number in front where only a heading has it."""
    quotes = tuple(Quote(each, Span(0, len(each.passage.text))) for each in passages)
    statements, before = [], None
    for at, quote in enumerate(quotes):
        path = quote.source.passage.heading_path
        number = next((each for each in map(opening_article, reversed(path)) if each is not None), None)
        is_first = number is not None and number != before
        label = f"{number}　" if is_first and opening_article(quote.text) is None else ""
        statements.append(Statement(label + quote.text, (at,)))
        before = number
    return Draft(quotes, tuple(statements), Drafting(EXTRACTIVE))


def _result(passages: Sequence[PassageInVersion]) -> SearchResult:
    if not passages:
        return SearchResult()
    return SearchResult(
        candidates=tuple(_candidate(each) for each in passages),
        confidence=_CERTAIN,
        confidence_applies=True,
        is_sure=True,
    )


def _candidate(found: PassageInVersion) -> Candidate:
    passage = found.passage
    hit = FusedHit(passage.id, passage.version_id, found.document_id, 0.0, None, None, None, None)
    return Candidate(found, hit, 0.0, passage.text)


def _named(numbers: Sequence[ArticleNumber]) -> str:
    return "、".join(map(str, numbers))
