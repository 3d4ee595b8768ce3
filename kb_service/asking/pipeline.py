"""From a message to an answer, in the order it happens."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from kb_service.asking.checking.checking import cite, foreign_words
from kb_service.asking.conversation.clarifying import DistrictTexts, is_name_alone
from kb_service.asking.conversation.conversation_reader import Readings
from kb_service.asking.conversation.topics import Topic, topic_of_part
from kb_service.asking.drafting.drafts import Draft, completed
from kb_service.asking.events import Answered, Event, EvidenceFound, Progress, TextReady
from kb_service.asking.follow_ups import FEW_WORDS, Contender, may_have_answer
from kb_service.asking.handing_over import HandingOver
from kb_service.asking.looking_up import CANDIDATES, LookingUp
from kb_service.asking.notices import present_offered
from kb_service.asking.reading.examples import MessageClass
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.ready_texts import is_worth_showing, near
from kb_service.asking.replies import Context, Part, Reply, SearchResult
from kb_service.asking.search.retrieving import (
    EVERYTHING,
    Candidate,
    Narrowing,
)
from kb_service.asking.tools import Tools
from kb_service.domain.answers import (
    EXTRACTIVE,
    Answer,
    Citation,
    Clarification,
    Complaint,
    Outcome,
    Question,
    Reason,
)
from kb_service.domain.documents import PassageInVersion

# Below this confidence nothing that was found has to do with the question.
_FAR_OFF = 0.05
# From here on the general rule is told to who asks about a case of their own. Of 11 known messages that were sure to be
# answered, all 6 above it were right, and 3 of 5 below.
_CLEARLY_SURE = 0.8
_SEVERAL_ASPECTS = 2


class Pipeline:
    """Answers questions; holds no state between them."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._looking_up = LookingUp(tools)
        self._handing_over = HandingOver(tools)

    def watched(self, watch: Callable[[Tools], Tools]) -> "Pipeline":
        """The same, with tools of which some tell what they do."""
        return Pipeline(watch(self._tools))

    def answer(
        self, question: Question, *, turns: Sequence[Answer] = (), narrowing: Narrowing = EVERYTHING
    ) -> Iterator[Event]:
        """Yields progress, the evidence, the checked text, and at last the whole answer.

        ``turns``: the conversation so far, oldest first.
        """
        yield from self.watched(Tools.for_one_answer)._answered(question, turns, narrowing)

    def _answered(
        self, question: Question, turns: Sequence[Answer], narrowing: Narrowing
    ) -> Generator[Event, None, None]:
        article = self._tools.articles.part(question, turns, narrowing)
        if article is not None:
            yield Progress("understood")
            yield EvidenceFound(self._tools.composer.evidence([article.result]))
            parts = [article]
        else:
            parts = yield from self._parts(question, Context(turns, narrowing))
        # As late as can be: a model may have written for half a minute.
        parts = self._tools.switches.hand_over_switched_off(parts)
        announced = self._tools.switches.announced(question, parts)
        answer = self._tools.composer.compose(question, parts, announced=announced)
        yield TextReady(answer.text)
        yield Answered(answer)

    def suggest(
        self, question: Question, *, limit: int, about: str | None = None, by_words: bool = False
    ) -> list[tuple[str, Sequence[Citation]]]:
        """What each of the best documents says to it, without marks, with its citations; whether it answers is open.
        The farther back, the nearer to the best one a document has to be.

        ``about``: its matter where no words name one; ``by_words``: as `ExtractiveDrafter.draft`.
        Nothing of texts with planted orders, that are switched off, or that are confirmed to contradict another.
        """
        looking = self._tools.typed if by_words else self._tools
        understood = looking.messages.read(question, ()).questions[0][0]
        if understood.matter is None:
            understood = looking.messages.reader.with_matter(understood, about)
        terms = looking.retriever.weigh(understood)
        found = looking.retriever.find(understood, narrowing=EVERYTHING, limit=CANDIDATES, terms=terms)
        by_document = near(self._tools.switches.allowed(self._tools.planted_orders.without(found)))
        schedules = self._tools.library.schedules(sorted(by_document))
        # One look for all of them, and another for each only where there is something.
        of_all = [each.source.passage.version_id for _, some in by_document.values() for each in some]
        may_contradict = self._tools.contradicted(of_all, question.as_of)
        suggested: list[tuple[str, Sequence[Citation]]] = []
        for behind, candidates in by_document.values():
            if not is_worth_showing(behind, len(suggested)):
                continue
            draft = completed(self._tools.quoting.draft(understood, candidates, terms.bigrams, by_words=by_words))
            cited = cite(draft.quotes, schedules, as_of=question.as_of, department_name=self._tools.departments.name)
            versions = [each.version_id for each in cited or ()]
            if cited and not (may_contradict and self._tools.contradicted(versions, question.as_of)):
                suggested.append(("\n".join(each.text for each in draft.statements), cited))
            if len(suggested) == limit:
                break
        return suggested

    def contenders(self, question: Question, turns: Sequence[Answer]) -> Sequence[Contender]:
        """The answers to a follow-up to choose from; empty for a message that does not go on with these turns, or that
        no document answers."""
        message = self._tools.messages.read(question, turns)
        readings, topic = message.questions[0], message.topic if turns else None
        if topic is None or len(message.questions) > 1 or readings[0].is_courtesy or not may_have_answer(readings[0]):
            return ()
        return self._looking_up.contenders(readings, EVERYTHING, topic)

    def _parts(self, question: Question, context: Context) -> Generator[Event, None, list[Part]]:
        message = self._tools.messages.read(question, context.turns)
        yield Progress("understood")
        is_alone = len(message.questions) == 1
        # A part of several goes on with the part before it, which it was read after.
        spoken_of = message.topic if is_alone and context.turns else None
        parts: list[Part] = []
        for readings in message.questions:
            part = yield from self._part(readings, replace(context, is_alone=is_alone, spoken_of=spoken_of))
            parts.append(part)
        if is_alone and parts[0].understood.scope is None:
            parts = (yield from self._apart(question, parts[0], context, message.topic)) or parts
        return parts

    def _apart(
        self, question: Question, whole: Part, context: Context, topic: Topic | None
    ) -> Generator[Event, None, list[Part]]:
        """Of a question that asks the same of two things and has no answer as it is, an answer for each; of a sentence
        two clauses of which ask, one for each clause. Empty where one of them has none, or they have the same."""
        messages = self._tools.messages
        asked = {} if whole.reply.draft else messages.read_joined(question, topic)
        named = list(asked.items()) or [("", each) for each in messages.read_clauses(question, topic)]
        parts: list[Part] = []
        context = replace(context, is_alone=False)
        for name, readings in named:
            part = yield from self._part(readings, context)
            if part.reply.draft is None:
                return []
            parts.append(replace(part, name=name))
            # 急用呢 is answered as if it had been asked after the answer to what stands before it.
            context = context if asked else replace(context, spoken_of=_spoken_of(part))
        said = {each.reply.draft.statements[0].text for each in parts if each.reply.draft}
        return parts if len(said) == len(parts) else []

    def _part(self, readings: Readings, context: Context) -> Generator[Event, None, Part]:
        part = yield from self._part_as_read(readings, context)
        is_answered = part.understood.scope is Reason.DISTRESS and part.reply.outcome is Outcome.ANSWERED
        if is_answered or (readings[0].likeness.may_be_distress and Reason.DISTRESS not in part.reply.reasons):
            return self._handing_over.beside_help_lines(part)
        return part

    def _part_as_read(self, readings: Readings, context: Context) -> Generator[Event, None, Part]:
        first = readings[0]
        if first.is_courtesy:
            text = self._tools.lexicon.say("farewell" if first.phrasing.takes_leave else "courtesy")
            return Part(first, SearchResult(), Reply(Outcome.COURTESY, text))
        if first.phrasing.complaint is Complaint.ONLY:
            return Part(first, SearchResult(), self._handing_over.after_complaint(first, context.turns))
        yield Progress("searching")
        found = self._looking_up.look_up(readings, context.narrowing, context.spoken_of)
        yield EvidenceFound(self._tools.composer.evidence([found.result]))
        yield Progress("drafting")
        reply = yield from self._decide(found.understood, found.result, context)
        return self._handing_over.after_repeated_failure(Part(found.understood, found.result, reply), context.turns)

    def _decide(
        self, understood: Understanding, result: SearchResult, context: Context
    ) -> Generator[Progress, None, Reply]:
        scope = understood.scope
        if scope is not None and not self._is_answered_all_the_same(understood, result):
            return self._handing_over.reply(understood, result, scope)
        if not result.candidates or result.terms is None:
            return self._handing_over.without_sure_answer(understood, result, Reason.NO_SOURCE, context)
        if not result.is_sure and not self._may_be_asked_back(understood):
            return self._handing_over.without_sure_answer(understood, result, Reason.LOW_CONFIDENCE, context)
        asked_back = self._asked_back(understood, result, context)
        if asked_back is not None:
            text = self._tools.clarifying.text(asked_back)
            related = () if asked_back.options else self._about(understood, result)
            return Reply(Outcome.CLARIFY, text, clarification=asked_back, related=related)
        if not result.is_sure:
            reason = self._handing_over.reason_for_doubt(understood, result)
            return self._handing_over.without_sure_answer(understood, result, reason, context)
        if result.quoted is None or self._tools.planted_orders.are_in(result.candidates[0].source):
            return self._handing_over.reply(understood, result, Reason.NOT_GROUNDED)
        draft = result.quoted
        if self._tools.drafter is not self._tools.quoting:
            usable = self._tools.planted_orders.without(result.candidates)
            draft = yield from self._tools.drafter.draft(understood, usable, result.terms.bigrams)
        return self._checked(understood, result, draft, context)

    def _may_be_asked_back(self, understood: Understanding) -> bool:
        """Not what sounds like none for documents; but what only sounds like a case of the person's own, and asks for
        nothing of their records (房东让我去登记一下)."""
        likely = understood.likeness.likely
        is_own_case = likely is MessageClass.NEEDS_PERSONAL_DATA
        asks_records = is_own_case and self._tools.lexicon.scope.own_records.search(understood.text)
        return likely is MessageClass.KNOWLEDGE or (is_own_case and not asks_records)

    def _is_answered_all_the_same(self, understood: Understanding, result: SearchResult) -> bool:
        """Whether a message that sounds like none for documents has a sure answer; one about the person's own case
        (我没单位，自己交社保比例多少) a clearly sure one, unless it asks what only their records say."""
        asks_rule = (
            understood.likeness.sure is MessageClass.NEEDS_PERSONAL_DATA
            and result.confidence >= _CLEARLY_SURE
            and not self._tools.lexicon.scope.own_records.search(understood.text)
        )
        return result.is_sure and (understood.likeness.gives_way or asks_rule)

    def _checked(self, understood: Understanding, result: SearchResult, draft: Draft, context: Context) -> Reply:
        """The draft as an answer, if it holds against the database as it is now."""
        document_ids = sorted({quote.source.document_id for quote in draft.quotes})
        schedules = self._tools.library.schedules(document_ids, as_if_approved=context.narrowing.include_version)
        question = understood.question
        citations = cite(draft.quotes, schedules, as_of=question.as_of, department_name=self._tools.departments.name)
        if citations is None or self._has_foreign_words(draft):
            return self._handing_over.reply(understood, result, Reason.NOT_GROUNDED)
        if self._tools.contradicted([citation.version_id for citation in citations], question.as_of):
            return self._handing_over.reply(understood, result, Reason.CONFLICTING_SOURCES)
        notices = self._tools.noticing.notices(understood, citations, schedules)
        return Reply(
            Outcome.ANSWERED,
            draft=draft,
            citations=tuple(citations),
            notices=tuple(notices),
            related=(
                *present_offered(understood, notices, self._tools.lexicon),
                *self._related(understood, result, draft),
            ),
        )

    def _has_foreign_words(self, draft: Draft) -> bool:
        """A model's draft has been checked by meaning; what we compose ourselves says nothing of its own."""
        wording = self._tools.lexicon.answer_openings
        is_ours = draft.drafting.by == EXTRACTIVE
        return is_ours and any(foreign_words(each, draft.quotes, wording=wording) for each in draft.statements)

    def _asked_back(self, understood: Understanding, result: SearchResult, context: Context) -> Clarification | None:
        # What says little is far off from everything: it is asked back what is meant.
        says_much = len(understood.phrasing.content) > FEW_WORDS
        is_clear = says_much and not understood.rivals
        if not context.is_alone or (result.confidence < _FAR_OFF and is_clear):
            return None
        # Of a guide with several sections the name alone asks for none (护照).
        is_bare = is_name_alone(understood) and not understood.phrasing.asks
        is_open = is_bare and len(self._tools.relating.facets(understood, self._guide(result))) >= _SEVERAL_ASPECTS
        is_sure = result.is_sure and not is_open and not understood.names_kind
        is_guess = understood.is_matter_inferred and not is_sure
        asks_something = understood.phrasing.asks or understood.facet is not None
        return self._tools.clarifying.clarification(
            understood,
            self._of_any_matter(understood, result, context) if is_guess or understood.rivals else result.candidates,
            is_sure=is_sure,
            is_told_apart=says_much and asks_something and is_sure and result.confidence >= _CLEARLY_SURE,
            turns=context.turns,
            rivals=understood.rivals,
            districts=DistrictTexts(
                with_own_text=self._tools.districts_with_own_text,
                asked_there=lambda region: self._tools.retriever.find(
                    replace(understood, question=replace(understood.question, region=region)),
                    narrowing=context.narrowing,
                    limit=CANDIDATES,
                ),
            ),
        )

    def _guide(self, result: SearchResult) -> Sequence[PassageInVersion]:
        """The version that the best passage is of."""
        return self._tools.library.passages_of_version(result.candidates[0].source.passage.version_id)

    def _about(self, understood: Understanding, result: SearchResult) -> tuple[str, ...]:
        if self._tools.switches.is_switched_off(result.candidates[0].source):
            return ()
        return self._tools.relating.of_matter(understood, self._guide(result))

    def _of_any_matter(self, understood: Understanding, result: SearchResult, context: Context) -> Sequence[Candidate]:
        """What is found when no passage is preferred for the matter that was inferred, before what was found of it."""
        open_question = replace(understood, matter=None, matter_name="", is_matter_inferred=False)
        found = self._tools.retriever.find(open_question, narrowing=context.narrowing, limit=CANDIDATES)
        known = {each.source.passage.id for each in found}
        return [*found, *(each for each in result.candidates if each.source.passage.id not in known)]

    def _related(self, understood: Understanding, result: SearchResult, draft: Draft) -> tuple[str, ...]:
        quoted = {quote.source.passage.id for quote in draft.quotes}
        return self._tools.relating.after_answer(
            understood,
            self._tools.switches.allowed(result.candidates),
            cited=[each for each in result.candidates if each.source.passage.id in quoted],
            guide=self._tools.library.passages_of_version(draft.quotes[0].source.passage.version_id),
        )


def _spoken_of(part: Part) -> Topic | None:
    """What an answered part of a message was about."""
    documents = (each.document_id for each in part.reply.citations)
    return topic_of_part(part.understood, documents=documents, answer=part.marked_text(1))
