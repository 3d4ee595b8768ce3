"""What a version would change: the questions known of it, answered on its first day with it and without it."""

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from kb_service.asking.search.retrieving import EVERYTHING, Narrowing
from kb_service.domain.answers import Answer, Outcome, Question, Reason
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Audience, Version
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.life import IntervalChange
from kb_service.domain.masking import masked
from kb_service.domain.rehearsals import RECENT, Effect, QuestionEffect, Rehearsal, RehearsedReply
from kb_service.publishing.rehearsal_turns import RehearsalTurns

MOST_QUESTIONS = 200
_MOST_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class RehearsalQuestion:
    """``source``: own (the version's), suite, or recent (asked lately, personal data masked). ``matters``: the ids of
    those that it is known to be about, ``documents`` of those that answer it; empty where nobody said."""

    text: str
    source: str
    region: str | None = None
    audience: Audience | None = None
    matters: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


class RehearsalStore(Protocol):
    def add(self, rehearsal: Rehearsal) -> None: ...

    def latest(self, version_id: str) -> Rehearsal | None: ...


class AnswersUnstored(Protocol):
    def question(
        self, text: str, *, as_of: date | None = None, region: str | None = None, audience: Audience | None = None
    ) -> Question: ...

    def rehearse(self, question: Question, *, narrowing: Narrowing) -> Answer: ...


class Rehearsing:
    """Answers with the extractive drafter, at today's knowledge of the version's first day."""

    def __init__(
        self,
        *,
        asking: Callable[[], AnswersUnstored],
        questions: Callable[[Version], Sequence[RehearsalQuestion]],
        version: Callable[[str], Version],
        index_documents: Callable[[Sequence[str]], object],
        store: RehearsalStore,
        interval_changes: Callable[[str], Sequence[IntervalChange]],
        contradicting: Callable[[str], frozenset[str]],
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        """``questions``: near a version's matters, best first. ``version``: by its id, raising VersionNotFound.

        ``index_documents``: makes the index follow them. ``contradicting``: versions that one is suspected or confirmed
        to contradict.
        """
        self._asking = asking
        self._questions = questions
        self._version = version
        self._index_documents = index_documents
        self._store = store
        self._turns = RehearsalTurns()
        self._interval_changes = interval_changes
        self._contradicting = contradicting
        self._now = now
        self._new_id = new_id

    def rehearse(self, version_id: str) -> Rehearsal:
        """What approving the version would change, worked out now and kept. Raises VersionNotFound, and
        RehearsalRunning or TooManyRehearsals while one runs."""
        with self._turns.now(version_id):
            return self._kept(version_id)

    def rehearsed(self, version_id: str) -> Rehearsal:
        """The last rehearsal, if the version is as it was then; else a new one. Raises VersionNotFound, and
        TooManyRehearsals when too many wait for theirs."""
        if latest := self.of_version_as_it_is(self._version(version_id)):
            return latest
        with self._turns.in_turn(version_id):  # a reviewer who is quicker than the job waits for it
            return self.of_version_as_it_is(self._version(version_id)) or self._kept(version_id)

    def of_version_as_it_is(self, version: Version) -> Rehearsal | None:
        """The last one, if the version was not changed since."""
        latest = self._store.latest(version.id)
        return latest if latest and latest.revision == version.revision else None

    def _kept(self, version_id: str) -> Rehearsal:
        """One that is changed meanwhile is rehearsed anew at once: nobody reads what the old one would have changed,
        and whoever submits it waits. Not for ever: others wait for their turn.
        """

        def is_as_it_was(version: Version) -> bool:
            return self._version(version_id).revision == version.revision

        for goes_on in (*(is_as_it_was,) * _MOST_RESTARTS, lambda _: True):
            version = self._version(version_id)
            self._index_documents([version.document_id])
            if rehearsal := self._rehearse(version, goes_on):
                break
        assert rehearsal is not None
        self._store.add(rehearsal)
        return rehearsal

    def _rehearse(self, version: Version, goes_on: Callable[[Version], bool]) -> Rehearsal | None:
        """At most 200 questions; None where it does not go on."""
        started = time.monotonic()
        at = self._now()
        as_of = version.metadata.effective_from or shanghai_day(at)
        view = Narrowing(include_version=version.id, without_versions=self._displaced(version, as_of))
        rivals = self._contradicting(version.id)
        effects: list[QuestionEffect] = []
        for each in self._questions(version)[:MOST_QUESTIONS]:
            if not goes_on(version):
                return None
            effects.append(self._effect(each, as_of, view, rivals))
        counted = Counter(each.effect for each in effects)
        return Rehearsal(
            id=self._new_id(),
            version_id=version.id,
            revision=version.revision,
            rehearsed_at=at,
            as_of=as_of,
            questions=len(effects),
            counts={effect.value: counted[effect] for effect in Effect},
            effects=tuple(each for each in effects if each.effect is not Effect.UNCHANGED),
            seconds=round(time.monotonic() - started, 3),
        )

    def _displaced(self, version: Version, as_of: date) -> tuple[str, ...]:
        """What is in force on that day now and would not be with the version."""
        return tuple(
            change.version_id
            for change in self._interval_changes(version.id)
            if change.before and change.before.contains(as_of) and not (change.after and change.after.contains(as_of))
        )

    def _effect(self, known: RehearsalQuestion, as_of: date, view: Narrowing, rivals: frozenset[str]) -> QuestionEffect:
        asking = self._asking()
        asked = asking.question(known.text, as_of=as_of, region=known.region, audience=known.audience)
        before, after = asking.rehearse(asked, narrowing=EVERYTHING), asking.rehearse(asked, narrowing=view)
        cited = {each.version_id for each in after.citations}
        in_conflict = Reason.CONFLICTING_SOURCES in after.escalation.reasons or (
            bool(rivals) and bool(cited & {*rivals, view.include_version})
        )
        return QuestionEffect(
            known.text, known.source, _compared(before, after, in_conflict), _reply(before), _reply(after)
        )


def _compared(before: Answer, after: Answer, in_conflict: bool) -> Effect:
    was, becomes = before.outcome is Outcome.ANSWERED, after.outcome is Outcome.ANSWERED
    if in_conflict:
        return Effect.IN_CONFLICT
    if was != becomes:
        return Effect.LOST if was else Effect.NEWLY_ANSWERED
    return Effect.CHANGED if was and before.text != after.text else Effect.UNCHANGED


def _reply(answer: Answer) -> RehearsedReply:
    return RehearsedReply(
        answer.outcome, answer.text, tuple(dict.fromkeys(each.version_id for each in answer.citations))
    )


_MOST_RECENT = 60
# What a suite may expect of a reply that a new document can change.
_DEPENDS_ON_DOCUMENTS = {"answer", "rule", "decline"}


class RehearsalQuestions:
    def __init__(
        self,
        *,
        suites: Sequence[Path],
        matter_of: Callable[[str], str | None],
        recent: Callable[[str, int], Sequence[str]],
        matters_by_document: Callable[[], Mapping[str, Collection[str]]],
    ) -> None:
        """``suites``: folders of `.jsonl` files, may be absent. ``recent``: asked of a matter, newest first.

        ``matters_by_document``: ids, of documents that have a matter.
        """
        self._suites = suites
        self._matter_of = matter_of
        self._recent = recent
        self._matters_by_document = matters_by_document

    def near(self, version: Version) -> Sequence[RehearsalQuestion]:
        """At most 200, no text twice; of the suite those of the version's matter first, or of that which its title
        names where it has none yet."""
        metadata = version.metadata
        matter_id = metadata.matter_id or self._matter_of(metadata.question or metadata.title)
        matters_by_document = self._matters_by_document() if matter_id else {}
        own = [metadata.question, *metadata.similar_questions] if metadata.question else []
        found = [RehearsalQuestion(text, "own", metadata.region, metadata.audience) for text in own if text]
        if metadata.matter_id:
            found += [
                RehearsalQuestion(masked(text), RECENT) for text in self._recent(metadata.matter_id, _MOST_RECENT)
            ]
        # Sorting keeps the order of what is alike: first what is near, then the rest.
        found += sorted(self.suite(), key=lambda each: not self._is_about(each, matter_id, matters_by_document))
        once = {each.text: each for each in reversed(found)}
        return list(reversed(list(once.values())))[:MOST_QUESTIONS]

    def _is_about(
        self, known: RehearsalQuestion, matter_id: str | None, matters_by_document: Mapping[str, Collection[str]]
    ) -> bool:
        """Reading a question costs 10 ms; a suite that names its matter or a document spares it."""
        if matter_id is None:
            return True
        matters = known.matters or [each for name in known.documents for each in matters_by_document.get(name, ())]
        return matter_id in (matters or (self._matter_of(known.text),))

    def suite(self) -> list[RehearsalQuestion]:
        """Raises InvalidRecord for a line that is no question."""
        files = [file for each in self._suites if each.is_dir() for file in sorted(each.glob("*.jsonl"))]
        found = []
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                if line.strip() and (question := _question(line, f"{file.name}:{number}")):
                    found.append(question)
        return found


def _question(line: str, where: str) -> RehearsalQuestion | None:
    """Of a conversation the first turn. None for one to which no document changes what is said."""
    try:
        record = json.loads(line)
        asked = record["turns"][0] if record.get("turns") else record
        if not _DEPENDS_ON_DOCUMENTS & set(asked.get("expect", "answer").split("|")):
            return None
        said = record | asked
        return RehearsalQuestion(
            asked["question"],
            "suite",
            said.get("region"),
            Audience(said["audience"]) if said.get("audience") else None,
            tuple(filter(None, (asked.get("matter") or "").split("|"))),
            tuple(filter(None, (asked.get("document") or "").split("|"))),
        )
    except (ValueError, KeyError, AttributeError, IndexError, TypeError) as error:
        raise InvalidRecord(f"{where} is no question of a suite: {error}") from error
