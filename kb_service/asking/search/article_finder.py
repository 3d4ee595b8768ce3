"""Articles looked up by law and number, as of a day: exactly those, and what is said where there are none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb_service.asking.conversation.topics import TURNS
from kb_service.asking.reading.article_reader import ArticleReader, ArticlesAsked, OfLaw
from kb_service.asking.reading.days import DayWords
from kb_service.asking.search.retrieving import Narrowing
from kb_service.domain.answers import Answer, Outcome, Question
from kb_service.domain.articles import ArticleNumber
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import Articles, LibraryReader, Scheduled


@dataclass(frozen=True, slots=True)
class Missing:
    """An article that the version in force has not. ``count`` and ``last``: what it has."""

    title: str
    number: ArticleNumber
    count: int
    last: ArticleNumber


@dataclass(frozen=True, slots=True)
class NotOfThatDay:
    """A law none of whose versions is in force on the day; ``versions`` in order of their start."""

    title: str
    versions: tuple[Scheduled, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """``passages``: of the articles found, in the order asked for. ``day_named``: in the words; ``is_day_carried``:
    taken over from the turn before. ``is_unknown``: a law was named that no document has; ``unnamed``: articles of no
    law; ``ambiguous``: the titles of several that were named. ``document_ids``: all that were looked into. ``rest``:
    the message without the names of laws and the numbers.
    """

    as_of: date
    day_named: date | None = None
    is_day_carried: bool = False
    passages: tuple[PassageInVersion, ...] = ()
    missing: tuple[Missing, ...] = ()
    not_of_that_day: tuple[NotOfThatDay, ...] = ()
    is_unknown: bool = False
    unnamed: tuple[ArticleNumber, ...] = ()
    ambiguous: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class ArticleFinder:
    articles: Articles
    library: LibraryReader
    reader: ArticleReader
    days: DayWords

    def find(self, question: Question, turns: Sequence[Answer], narrowing: Narrowing) -> Lookup | None:
        """None when no article is asked for by its number."""
        asked = self._asked(question, turns)
        if asked is None:
            return None
        lookup = replace(self._of_day(question, asked, turns), rest=asked.rest)
        for of_law in asked.of_laws:
            document_ids = self._spoken_of(turns) if of_law.document_ids is None else of_law.document_ids
            if document_ids is None:
                lookup = replace(lookup, unnamed=(*lookup.unnamed, *of_law.numbers))
            elif not document_ids:
                lookup = replace(lookup, is_unknown=True)
            else:
                lookup = self._looked_up(lookup, replace(of_law, document_ids=document_ids), narrowing)
        is_of_a_law = any((lookup.passages, lookup.missing, lookup.not_of_that_day, lookup.ambiguous))
        return lookup if is_of_a_law or lookup.is_unknown or lookup.unnamed else None

    def _asked(self, question: Question, turns: Sequence[Answer]) -> ArticlesAsked | None:
        titles = self.articles.titles()
        asked = self.reader.read(question.text, titles)
        if asked is None:
            return None
        if not asked.of_laws:  # a law's name in reply to the question which one is meant
            before = self.reader.read(turns[-1].question, titles) if turns else None
            is_reply = bool(turns) and turns[-1].outcome is Outcome.CLARIFY and asked.is_bare
            if before is None or not is_reply or any(each.document_ids for each in before.of_laws):
                return None
            return replace(asked, of_laws=tuple(OfLaw(asked.document_ids, each.numbers) for each in before.of_laws))
        is_unnamed = any(each.document_ids is None for each in asked.of_laws)
        speaks_of_one = asked.points_back and self._spoken_of(turns) is not None
        return None if is_unnamed and not (asked.is_bare or speaks_of_one) else asked

    def _of_day(self, question: Question, asked: ArticlesAsked, turns: Sequence[Answer]) -> Lookup:
        """The day in the words, else the one chosen, else that of the turn which is followed up, else today."""
        today = shanghai_day(question.asked_at)
        chosen = question.as_of if question.is_day_chosen else None
        named = self.days.meant(asked.rest, today, chosen=chosen)
        if named is not None:
            return Lookup(named, day_named=named)
        follows_up = turns and any(each.document_ids is None for each in asked.of_laws)
        if follows_up and chosen is None and turns[-1].as_of != shanghai_day(turns[-1].asked_at):
            return Lookup(turns[-1].as_of, is_day_carried=True)
        return Lookup(question.as_of)

    def _spoken_of(self, turns: Sequence[Answer]) -> tuple[str, ...] | None:
        """The law of the newest turn that named one or cited one."""
        for turn in reversed(turns[-TURNS:]):
            asked = self.reader.read(turn.question, self.articles.titles())
            if asked is not None and asked.document_ids:
                return asked.document_ids
            cited = [each for each in turn.citations if self.articles.of_version(each.version_id)]
            if cited:
                return (cited[0].document_id,)
        return None

    def _looked_up(self, lookup: Lookup, of_law: OfLaw, narrowing: Narrowing) -> Lookup:
        schedules = self.library.schedules(of_law.document_ids or (), as_if_approved=narrowing.include_version)
        with_articles = {
            document_id: [each for each in schedule if self.articles.of_version(each.version_id)]
            for document_id, schedule in schedules.items()
        }
        with_articles = {document_id: found for document_id, found in with_articles.items() if found}
        if not with_articles:
            return lookup
        lookup = replace(lookup, document_ids=(*lookup.document_ids, *with_articles))
        in_force = list(_in_force(with_articles, lookup.as_of, narrowing))
        if not in_force:
            versions = next(iter(with_articles.values()))
            none = NotOfThatDay(versions[-1].title, tuple(versions))
            return replace(lookup, not_of_that_day=(*lookup.not_of_that_day, none))
        titles = tuple(dict.fromkeys(each.title for each in in_force))
        if len(titles) > 1:
            return replace(lookup, ambiguous=titles)
        return self._read(lookup, max(in_force, key=lambda each: each.interval.start_day), of_law.numbers)

    def _read(self, lookup: Lookup, version: Scheduled, numbers: Sequence[ArticleNumber]) -> Lookup:
        ids_of = self.articles.of_version(version.version_id)
        wanted = [passage_id for number in numbers for passage_id in ids_of.get(number, ())]
        found = self.library.passages(wanted)
        missing = tuple(
            Missing(version.title, number, len(ids_of), max(ids_of)) for number in numbers if number not in ids_of
        )
        return replace(
            lookup,
            passages=(*lookup.passages, *(found[passage_id] for passage_id in wanted if passage_id in found)),
            missing=(*lookup.missing, *missing),
        )


def _in_force(schedules: Mapping[str, Sequence[Scheduled]], as_of: date, narrowing: Narrowing) -> Iterator[Scheduled]:
    for schedule in schedules.values():
        for each in schedule:
            if each.interval.contains(as_of) and each.version_id not in narrowing.without_versions:
                yield each
