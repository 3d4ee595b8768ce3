"""The verb of residents: ask a question, get an answer that is stored before it is shown."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from kb_service.asking.conversation.topics import TURNS
from kb_service.asking.events import Answered, Event, TextReady, answer_of
from kb_service.asking.follow_ups import Contender
from kb_service.asking.pipeline import Pipeline
from kb_service.asking.reading.reader import Reader
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.routing import Routed, Router
from kb_service.asking.search.retrieving import EVERYTHING, Candidate, Narrowing, Retriever
from kb_service.asking.tools import Tools, Typed
from kb_service.domain.answers import Answer, Citation, Question, Reason
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Audience, PassageInVersion
from kb_service.domain.errors import QuestionEmpty, QuestionNotText, QuestionTooLong, UnknownMatter
from kb_service.domain.matters import region_path
from kb_service.domain.privacy import hash_of_user, is_storable
from kb_service.domain.routing import Destination
from kb_service.ports import Catalogue, Transcript, Vector
from kb_service.text.departments import DepartmentDirectory

LONGEST_QUESTION = 2000

# A wish for a person and an insult are of any department, and a fault of the platform has one.
_OF_NO_DEPARTMENT = frozenset({Reason.USER_REQUEST, Reason.ABUSE, Reason.PLATFORM_FAULT})


class QuestionsInFlight:
    """How many questions are being answered: background work waits for them, since Python runs one thread at a time.

    Safe among threads. A step waits until no question has been in flight for ``quiet_seconds``, since the next one
    often follows at once; for ``longest_wait_seconds`` at most, so that a busy day does not stop the work.
    """

    def __init__(self, *, quiet_seconds: float = 0.05, longest_wait_seconds: float = 0.5) -> None:
        self._quiet_seconds = quiet_seconds
        self._longest_wait_seconds = longest_wait_seconds
        self._ended = threading.Condition()
        self._count = 0
        self._quiet_from = 0.0

    def __enter__(self) -> None:
        with self._ended:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._ended:
            self._count -= 1
            self._quiet_from = time.monotonic() + self._quiet_seconds
            self._ended.notify_all()

    def give_way(self) -> None:
        """Called between small steps of background work."""
        until = time.monotonic() + self._longest_wait_seconds
        with self._ended:
            while (now := time.monotonic()) < until:
                if not self._count and self._quiet_from <= now:
                    return
                self._ended.wait((until if self._count else min(until, self._quiet_from)) - now)


class Asking:
    """Asks, searches and routes against the knowledge of the day asked about."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        rehearsal: Pipeline,
        reader: Reader,
        retriever: Retriever,
        typed: Typed,
        router: Router,
        departments: DepartmentDirectory,
        transcript: Transcript,
        catalogue: Catalogue,
        now: Callable[[], datetime],
        user_key: bytes,
        in_flight: QuestionsInFlight,
        in_talk: Callable[[Question], Answer | None] = lambda _question: None,
        is_switched_off: Callable[[PassageInVersion], bool] = lambda _found: False,
    ) -> None:
        """``rehearsal`` answers without storing and always in the same words. ``typed``: for who is still typing.
        ``in_talk``: passes the message on to the person who is in charge of the conversation, if one is, and says so.
        ``is_switched_off``: of what a search finds all the same."""
        self._pipeline = pipeline
        self._rehearsal = rehearsal
        self.reader = reader
        self._retriever = retriever
        self._typed = typed
        self._router = router
        self.departments = departments
        self._transcript = transcript
        self._matter_ids = {matter.id for matter in catalogue.matters()}
        self._now = now
        self._user_key = user_key
        self._in_flight = in_flight
        self._in_talk = in_talk
        self.is_switched_off = is_switched_off

    def question(
        self,
        text: str,
        *,
        as_of: date | None = None,
        conversation_id: str | None = None,
        user_ref: str | None = None,
        region: str | None = None,
        audience: Audience | None = None,
        matter_id: str | None = None,
        channel: str | None = None,
        asked_by: str | None = None,
        seen: str = "",
    ) -> Question:
        """A checked question, asked now; ``as_of`` is today, unless given.

        ``seen``: what was read from a picture that came with it; the words may then be empty.

        Raises QuestionEmpty, QuestionNotText, QuestionTooLong, UnknownMatter.
        """
        if not text.strip() and not seen.strip():
            raise QuestionEmpty("the question is empty; send the words the person typed")
        given = (text, conversation_id, user_ref, region, matter_id, channel, seen)
        if not is_storable("\n".join(filter(None, given))):
            raise QuestionNotText("the question holds characters that no text has (NUL or half a surrogate pair)")
        if len(text) > LONGEST_QUESTION:
            raise QuestionTooLong(f"the question has {len(text)} characters; at most {LONGEST_QUESTION} are read")
        if matter_id is not None and matter_id not in self._matter_ids:
            raise UnknownMatter(f"there is no matter {matter_id!r}; /v1/matters lists them")
        now = self._now()
        return Question(
            text=text,
            as_of=as_of or shanghai_day(now),
            asked_at=now,
            conversation_id=conversation_id,
            user_hash=self.user_hash(user_ref),
            region=region_path(region),
            audience=audience,
            matter_id=matter_id,
            channel=channel,
            asked_by=asked_by,
            is_day_chosen=as_of is not None,
            seen=seen,
        )

    def ask(self, question: Question) -> Iterator[Event]:
        """The events of answering; the answer is stored before it is yielded. Closing the iterator stops the work."""
        passed_on = self._in_talk(question)
        if passed_on is not None:
            yield TextReady(passed_on.text)
            yield Answered(passed_on)
            return
        with self._in_flight:
            for event in self._pipeline.answer(question, turns=self._turns(question)):
                if isinstance(event, Answered):
                    self._transcript.add(event.answer, question)
                yield event

    def answer(self, question: Question) -> Answer:
        """The same, drained."""
        return answer_of(self.ask(question))

    def rehearse(self, question: Question, *, narrowing: Narrowing) -> Answer:
        """The answer that would be given with one version more and others less; nothing is stored."""
        return answer_of(self._rehearsal.answer(question, narrowing=narrowing))

    def retraced(self, question: Question, *, turns: Sequence[Answer], watch: Callable[[Tools], Tools]) -> Answer:
        """The answer that would be given now after these turns, by tools that ``watch`` gives; nothing is stored."""
        return answer_of(self._pipeline.watched(watch).answer(question, turns=turns))

    def contenders(
        self, question: Question, *, turns: Sequence[Answer], watch: Callable[[Tools], Tools]
    ) -> Sequence[Contender]:
        """The answers to a follow-up that one is chosen from, by tools that ``watch`` gives; empty for what does not go
        on with these turns."""
        return self._pipeline.watched(watch).contenders(question, turns)

    def matter_of(self, text: str) -> str | None:
        """The id of the matter that a question names."""
        matter = self.reader.understand(self.question(text)).matter
        return matter.id if matter else None

    def search(self, question: Question, *, narrowing: Narrowing, limit: int) -> list[Candidate]:
        """Passages in force on the day asked about, best first."""
        if narrowing.department is not None:
            narrowing = replace(narrowing, department=self.departments.id(narrowing.department))
        with self._in_flight:
            return self._retriever.find(self.reader.understand(question), narrowing=narrowing, limit=limit)

    def suggest(
        self, question: Question, *, limit: int, about: str | None = None, by_words: bool = False
    ) -> list[tuple[str, Sequence[Citation]]]:
        """What each of the best documents in force says to it, with citations; nothing is stored.

        ``about``: the matter to take where neither its words nor those before it name one. ``by_words``: faster, as
        for who is still typing; sentences are not compared in meaning.
        """
        with self._in_flight:
            return self._pipeline.suggest(question, limit=limit, about=about, by_words=by_words)

    def asked_in(self, said: Sequence[str], *, about: str | None) -> Sequence[int]:
        """The places of the messages of a talk that documents could answer, oldest first; the others add to them.

        Greetings, thanks and wishes for a person ask nothing. A statement (这是我的证) asks nothing either, unless it
        brings up another matter than ``about``; where nothing else was said the newest one counts.
        """
        statement: int | None = None
        asking: list[int] = []
        for place, text in enumerate(said):
            understood = self.reader.understand(self.question(text[:LONGEST_QUESTION]))
            if understood.is_courtesy or understood.scope is not None:
                continue
            statement, phrasing = place, understood.phrasing
            is_of_another = phrasing.names_matter and understood.matter is not None and understood.matter.id != about
            if phrasing.asks or phrasing.is_tied or is_of_another:
                asking.append(place)
        return asking or ([] if statement is None else [statement])

    def share_of(self, text: str) -> Callable[[str], float]:
        """How much of what this text asks another one says, by weight, 0–1; told by words alone."""
        return self._typed.retriever.share_of(self._typed.messages.reader.understand(self.question(text)))

    def route(self, question: Question, *, narrowing: Narrowing = EVERYTHING) -> list[Routed]:
        """Responsible departments, most likely first."""
        return self._routed(self.reader.understand(question), narrowing)

    def _routed(self, understood: Understanding, narrowing: Narrowing) -> list[Routed]:
        return self._router.route(understood, self._retriever.find(understood, narrowing=narrowing, limit=10))

    def words_for_routing(self, text: str) -> tuple[str, Vector] | None:
        """The words of a message as routing compares them, and their vector; None where they tell of no department."""
        understood = self.reader.understand(self.question(text[:LONGEST_QUESTION]))
        if understood.is_courtesy or understood.scope in _OF_NO_DEPARTMENT or not understood.text:
            return None
        return understood.text, self._router.vector(understood.text)

    def destination(self, text: str) -> Destination | None:
        """Where it most likely belongs; None where nothing points to a department."""
        understood = self.reader.understand(self.question(text))
        best = next(iter(self._routed(understood, EVERYTHING)), None)
        if best is None:
            return None
        matter_id = understood.matter.id if understood.matter and not understood.is_matter_of_wish else None
        return Destination(best.department.id, best.steps, self.reader.region_in(text), matter_id, understood.facet)

    def _turns(self, question: Question) -> Sequence[Answer]:
        """The conversation so far, as far as this conversation had it."""
        return self._transcript.last_turns(question.conversation, TURNS) if question.conversation else ()

    def user_hash(self, user_ref: str | None) -> str | None:
        """What is kept of a reference to a person."""
        return None if user_ref is None else hash_of_user(user_ref, self._user_key)
