"""Comparing a version with its neighbours: what repeats or contradicts them is kept as a suspicion."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.preparing import Preparing
from ingestion.sentence_nearness import SentenceNearness
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.neighbours import SqlNeighbours
from kb_service.adapters.sql.suspicions import SqlSuspicions
from kb_service.domain.days import Interval, shanghai_day
from kb_service.domain.documents import PassageInVersion, Version, VersionState
from kb_service.domain.matters import place_of
from kb_service.domain.suspicions import Place, Suspected, SuspicionKind
from kb_service.ports import InForceFilter, PassageIndex, ScriptConverter
from kb_service.publishing.contradictions import (
    FigureConflict,
    common_from,
    differences,
    is_in_the_same_words,
    may_contradict,
    serve_the_same,
)
from kb_service.publishing.duplicates import NEAR, near_duplicate, shingles_of
from kb_service.publishing.figure_statement import FigureStatement
from kb_service.publishing.second_opinion import Quoted, SecondOpinion
from kb_service.publishing.statements import Stating

# What one version is compared with at most, so that a large matter costs no more than a small one.
_PASSAGES = 200
# Looked up in the index where the matter does not tell: for so many passages, so many neighbours each.
_SEARCHES, _HITS = 12, 10
_SAME_QUESTION = 20
# Of two texts without a common matter, titles or questions must share this much for their figures to be compared.
_SAME_SUBJECT = 0.5
# A text a third longer than another has too many words of its own to nearly repeat it.
_LONGER = 1 / NEAR
# Opinions of a language model on one version: seconds each.
_OPINIONS = 4
_OPINION_LIKENESS = 0.5
# A first import of a whole knowledge base is not compared with itself; a usual one is.
_LARGEST_IMPORT = 2000
_LAST_IMPORT = timedelta(days=1)
_WAITING = frozenset({VersionState.DRAFT, VersionState.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """Passages of a version of another document, on the same matter or near in the index. Near ones may be of another
    subject; then only what is said word for word is compared.
    """

    passages: tuple[PassageInVersion, ...]
    is_of_its_subject: bool

    @property
    def first(self) -> PassageInVersion:
        return self.passages[0]


class Examining:
    """Compares versions and keeps what is suspected. Idempotent; what somebody decided stays decided."""

    def __init__(
        self,
        *,
        library: SqlLibrary,
        neighbours: SqlNeighbours,
        suspicions: SqlSuspicions,
        index: PassageIndex,
        preparing: Preparing,
        stating: Stating,
        converter: ScriptConverter,
        second_opinion: SecondOpinion | None,
        now: Callable[[], datetime],
        give_way: Callable[[], None],
    ) -> None:
        """``second_opinion``: on drafts, where the rules find no contradiction. ``give_way``: waits while somebody's
        question is being answered; called between small steps.
        """
        self._library = library
        self._neighbours = neighbours
        self._suspicions = suspicions
        self._index = index
        self._preparing = preparing
        self._stating = stating
        self._converter = converter
        self._second_opinion = second_opinion
        self._now = now
        self._give_way = give_way

    def due(self, limit: int) -> Sequence[str]:
        """Versions to examine: drafts and versions in review, then what a bulk import of the last day approved."""
        waiting = list(self._neighbours.unexamined(limit=limit))
        since = self._now() - _LAST_IMPORT
        room = limit - len(waiting)
        if room > 0:
            waiting += self._neighbours.unexamined_imports(since=since, at_most=_LARGEST_IMPORT, limit=room)
        return waiting

    def examine(self, version_id: str) -> int:
        """How many new suspicions there are. Raises VersionNotFound, IndexUnavailable."""
        version = self._library.version(version_id)
        own = self._library.passages_of_version(version_id)
        found: list[Suspected] = []
        if own:
            twins = self._neighbours.with_the_same_question(version_id, limit=_SAME_QUESTION)
            found += [_duplicate(version_id, twin) for twin in twins]
            stated = self._stated(own)
            around = self._in_force_with(version, self._around(version, own, stated))
            found += self._near_duplicates(version, [each for each in around if _version_of(each) not in twins])
            found += self._contradictions(stated, around)
            if version.state in _WAITING:
                found += self._opinions(own, around, {each.theirs.version_id for each in found})
        unique = {each.fingerprint: each for each in found}
        return self._suspicions.keep(version_id, list(unique.values()), revision=version.revision, at=self._now())

    def _stated(self, passages: Sequence[PassageInVersion]) -> list[FigureStatement]:
        stated: list[FigureStatement] = []
        for each in passages:
            self._give_way()
            stated += self._stating.statements(each)
        return stated

    # Neighbours

    def _around(
        self, version: Version, own: Sequence[PassageInVersion], stated: Sequence[FigureStatement]
    ) -> Sequence[_Neighbour]:
        matter_id = version.metadata.matter_id
        ids: list[str] = []
        if matter_id is not None:
            ids += self._neighbours.passages_on(matter_id, other_than=version.document_id, limit=_PASSAGES + 1)
            if len(ids) > _PASSAGES:
                ids = self._nearest(version, _telling(own, stated), matter_id)
        found = list(self._library.passages(ids[:_PASSAGES]).values())
        near: list[PassageInVersion] = []
        if matter_id is None or self._neighbours.is_any_without_matter():
            nearest = self._library.passages(self._nearest(version, _telling(own, stated), None))
            near = [each for each in nearest.values() if matter_id is None or each.metadata.matter_id is None]
        of_its_subject = [*found, *(each for each in near if self._is_of_its_subject(own[0], each))]
        other = [each for each in near if each not in of_its_subject]
        return [*_by_version(of_its_subject, True), *_by_version(other, False)]

    def _nearest(self, version: Version, telling: Sequence[PassageInVersion], matter_id: str | None) -> list[str]:
        surfaces = [self._preparing.own_surface(each) for each in telling]
        vectors = self._preparing.embeddings(surfaces)
        metadata, today = version.metadata, shanghai_day(self._now())
        path = place_of(metadata.region)
        within = InForceFilter(
            day=max(metadata.effective_from or today, today), regions=(path,) if path else (), matter_id=matter_id
        )
        found: dict[str, None] = {}
        for surface in surfaces:
            legs = self._index.search(dense=vectors[surface.dense_key], sparse=None, within=within, limit=_HITS)
            found |= dict.fromkeys(hit.passage_id for hit in legs.dense if hit.document_id != version.document_id)
        return list(found)

    def _is_of_its_subject(self, own: PassageInVersion, other: PassageInVersion) -> bool:
        """Whether a text found by nearness alone is about the same."""
        mine, yours = own.metadata, other.metadata
        ours, theirs = (self._stating.pairs_of(each.question or each.title) for each in (mine, yours))
        is_near = len(ours & theirs) >= _SAME_SUBJECT * max(1, min(len(ours), len(theirs)))
        return is_near and self._stating.is_of_one_subject(own, other)

    def _in_force_with(self, version: Version, around: Sequence[_Neighbour]) -> Sequence[_Neighbour]:
        """Those in force together with the version, if it were approved now, today or on a later day."""
        document_ids = sorted({version.document_id, *(each.first.document_id for each in around)})
        schedules = self._library.schedules(document_ids, as_if_approved=version.id)
        interval_of = {each.version_id: each.interval for found in schedules.values() for each in found}
        own, today = interval_of[version.id], shanghai_day(self._now()).toordinal()
        return [
            each
            for each in around
            if common_from(own, interval_of.get(_version_of(each), _declared(each)), today)
            and not _is_succession(version, each)
        ]

    # Suspicions

    def _near_duplicates(self, version: Version, around: Sequence[_Neighbour]) -> Iterator[Suspected]:
        served = [
            each for each in around if each.is_of_its_subject and serve_the_same(version.metadata, each.first.metadata)
        ]
        length = len(version.text)
        texts = self._neighbours.texts(
            [_version_of(each) for each in served], shortest=int(length / _LONGER), longest=int(length * _LONGER)
        )
        own = shingles_of(_with_question(version.metadata.question, version.text), self._converter)
        for each in served:
            self._give_way()
            if (text := texts.get(_version_of(each))) is None:
                continue
            theirs = shingles_of(_with_question(each.first.metadata.question, text), self._converter)
            if (likeness := near_duplicate(own, theirs)) >= NEAR:
                kind = SuspicionKind.NEAR_DUPLICATE
                yield _of_versions(kind, version.id, _version_of(each), round(likeness, 3))

    def _contradictions(self, stated: Sequence[FigureStatement], around: Sequence[_Neighbour]) -> Iterator[Suspected]:
        nearness = SentenceNearness(self._preparing.question_vectors)
        for each in around:
            if not stated or not may_contradict(stated[0].source.metadata, each.first.metadata):
                continue
            theirs = self._stated(each.passages)
            self._give_way()
            for difference in differences(stated, theirs, self._stating.groups, nearness=nearness):
                if each.is_of_its_subject or is_in_the_same_words(difference):
                    yield _contradiction(difference)

    def _opinions(
        self, own: Sequence[PassageInVersion], around: Sequence[_Neighbour], suspected: Collection[str]
    ) -> Iterator[Suspected]:
        """A language model's, on versions that nothing is suspected with yet."""
        if self._second_opinion is None:
            return
        open_ones = [
            each
            for each in around
            if each.is_of_its_subject
            and _version_of(each) not in suspected
            and may_contradict(own[0].metadata, each.first.metadata)
        ]
        for each in open_ones[:_OPINIONS]:
            self._give_way()
            for ours, theirs in self._second_opinion.contradictions(own, each.passages):
                yield _opinion(ours, theirs)


def _by_version(passages: Iterable[PassageInVersion], is_of_its_subject: bool) -> list[_Neighbour]:
    found: dict[str, dict[str, PassageInVersion]] = defaultdict(dict)
    for each in passages:
        found[each.passage.version_id][each.passage.id] = each
    return [_Neighbour(tuple(each.values()), is_of_its_subject) for each in found.values()]


def _telling(own: Sequence[PassageInVersion], stated: Sequence[FigureStatement]) -> list[PassageInVersion]:
    """The beginning, by which a repeated text is found, and the passages with figures."""
    with_figures = {statement.source.passage.id: statement.source for statement in stated}
    return list({own[0].passage.id: own[0], **with_figures}.values())[:_SEARCHES]


def _is_succession(version: Version, other: _Neighbour) -> bool:
    ended = version.metadata.ended_documents(version.document_id)
    return other.first.document_id in ended or version.document_id in other.first.metadata.ended_documents(
        other.first.document_id
    )


def _version_of(each: _Neighbour) -> str:
    return each.first.passage.version_id


def _declared(each: _Neighbour) -> Interval:
    return Interval(each.first.metadata.effective_from, each.first.metadata.effective_to)


def _with_question(question: str | None, text: str) -> str:
    return f"{question}\n{text}" if question else text


def _duplicate(version_id: str, twin: str) -> Suspected:
    return _of_versions(SuspicionKind.DUPLICATE, version_id, twin, 1.0)


def _of_versions(kind: SuspicionKind, version_id: str, other: str, likeness: float) -> Suspected:
    return Suspected(kind, Place(version_id), Place(other), _fingerprint(kind, [version_id], [other]), likeness)


def _contradiction(found: FigureConflict) -> Suspected:
    kind = SuspicionKind.CONTRADICTION
    ours, theirs = ([each.source.passage.id, *each.written] for each in (found.ours, found.theirs))
    return Suspected(
        kind, _place(found.ours), _place(found.theirs), _fingerprint(kind, ours, theirs), round(found.likeness, 3)
    )


def _opinion(ours: Quoted, theirs: Quoted) -> Suspected:
    kind = SuspicionKind.CONTRADICTION
    sides = [[each.source.passage.id, each.text] for each in (ours, theirs)]
    places = [Place(each.source.passage.version_id, each.source.passage.id, each.span) for each in (ours, theirs)]
    return Suspected(kind, places[0], places[1], _fingerprint(kind, *sides), _OPINION_LIKENESS)


def _place(statement: FigureStatement) -> Place:
    passage = statement.source.passage
    return Place(passage.version_id, passage.id, statement.span, statement.figure_spans)


def _fingerprint(kind: SuspicionKind, one: Iterable[str], other: Iterable[str]) -> str:
    """The same from either side."""
    sides = sorted("\x1f".join(each) for each in (one, other))
    return hashlib.sha256("\x1e".join([kind, *sides]).encode("utf-8", "surrogatepass")).hexdigest()
