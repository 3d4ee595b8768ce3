"""`/v1/escalations` (opening one) and `/v1/talks/{id}`: the person's side of a talk with helpers."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field, TypeAdapter

from kb_service.api.access import OPERATOR, Asker, ServiceOf, require_still
from kb_service.api.live import LiveStream, News, followed
from kb_service.api.request_body import MessageKey, RequestBody, StorableText, require_words
from kb_service.api.sign_shapes import SignsShowing
from kb_service.api.talk_shapes import MessageShown, Showing, TalkShown
from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.domain.answers import Conversation
from kb_service.domain.escalations import Escalation, EscalationState, Message, Verdict
from kb_service.domain.meetings import as_told_to_person
from kb_service.domain.people import Actor
from kb_service.domain.talk_signs import TalkSide
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["talks"])

_TALK, _MESSAGE = TypeAdapter(TalkShown), TypeAdapter(MessageShown)
_MOST_AT_ONCE = 500


class ConversationRequest(RequestBody):
    """Whose conversation it is."""

    channel: StorableText | None = Field(default=None, max_length=100)
    user_ref: StorableText | None = Field(default=None, max_length=200, description="As it was sent with the question.")


class OpenTalkRequest(ConversationRequest):
    """``words``: what the person says when asking for somebody; may be empty after a question."""

    conversation_id: StorableText = Field(min_length=1, max_length=64)
    words: StorableText = Field(default="", max_length=LONGEST_QUESTION)
    department: StorableText | None = Field(default=None, max_length=200, description="Id, name or alias; else routed.")


class SayRequest(ConversationRequest):
    text: StorableText = Field(max_length=LONGEST_QUESTION)


class ReopenRequest(ConversationRequest):
    words: StorableText = Field(default="", max_length=LONGEST_QUESTION)


class JudgeTalkRequest(ConversationRequest):
    verdict: Verdict


def conversation_of(
    service: Service, actor: Actor, *, channel: str | None, user_ref: str | None, conversation_id: str = ""
) -> Conversation:
    """Whose it is, as `/v1/answers` keeps it."""
    asked_by = None if actor is OPERATOR else actor.person_id
    return Conversation(conversation_id, asked_by, channel, service.asking.user_hash(user_ref))


@router.post("/escalations", status_code=201)
def open_talk(body: OpenTalkRequest, service: ServiceOf, actor: Asker) -> TalkShown:
    """Hand the conversation to people; the talk that is going on, where there is one already."""
    conversation = conversation_of(
        service, actor, channel=body.channel, user_ref=body.user_ref, conversation_id=body.conversation_id
    )
    department = service.departments.id(body.department) if body.department else None
    talk = service.desk.opening.open(conversation, words=body.words, department_id=department, opened_by="person")
    return Showing(service).talk(talk)


@router.get("/talks/{talk_id}")
def talk(
    talk_id: str,
    service: ServiceOf,
    actor: Asker,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    user_ref: Annotated[str | None, Query(max_length=200)] = None,
) -> TalkShown:
    """To the key, channel and user that asked."""
    return Showing(service).talk(_own(service, actor, talk_id, channel=channel, user_ref=user_ref))


@router.get("/talks/{talk_id}/messages")
def messages(
    talk_id: str,
    service: ServiceOf,
    actor: Asker,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    user_ref: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[MessageShown]:
    """In order, those with a greater number than ``after``; helpers' notes are not among them, and not counted."""
    _own(service, actor, talk_id, channel=channel, user_ref=user_ref)
    return _shown(service, talk_id, after)


@router.post("/talks/{talk_id}/messages", status_code=201)
def say(talk_id: str, body: SayRequest, service: ServiceOf, actor: Asker, key: MessageKey = None) -> MessageShown:
    """The person writes."""
    require_words(body.text)
    conversation = conversation_of(service, actor, channel=body.channel, user_ref=body.user_ref)
    return as_written(service, talk_id, service.helping.say(talk_id, conversation, body.text, key=key)[1])


@router.post("/talks/{talk_id}:leave")
def leave(talk_id: str, body: ConversationRequest, service: ServiceOf, actor: Asker) -> TalkShown:
    """Back to the assistant."""
    conversation = conversation_of(service, actor, channel=body.channel, user_ref=body.user_ref)
    return Showing(service).talk(service.helping.leave(talk_id, conversation))


@router.post("/talks/{talk_id}:reopen")
def reopen(talk_id: str, body: ReopenRequest, service: ServiceOf, actor: Asker) -> TalkShown:
    """Within seven days of its close; it goes to a person."""
    conversation = conversation_of(service, actor, channel=body.channel, user_ref=body.user_ref)
    return Showing(service).talk(service.helping.reopen(talk_id, conversation, body.words))


@router.post("/talks/{talk_id}:judge")
def judge(talk_id: str, body: JudgeTalkRequest, service: ServiceOf, actor: Asker) -> TalkShown:
    """Whether it helped, once it is closed."""
    conversation = conversation_of(service, actor, channel=body.channel, user_ref=body.user_ref)
    return Showing(service).talk(service.helping.judge(talk_id, conversation, body.verdict))


@router.get("/talks/{talk_id}/events")
async def talk_events(
    talk_id: str,
    request: Request,
    service: ServiceOf,
    actor: Asker,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    user_ref: Annotated[str | None, Query(max_length=200)] = None,
    last_event_id: Annotated[int, Header(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """As server-sent events: `message` with its number as id, `talk` whenever its state changes, or while it waits how
    many are ahead and who is there; `signs` when the helper types or has read further. A client that comes again with
    `Last-Event-ID` gets what it has not had, once."""
    await run_in_threadpool(_own, service, actor, talk_id, channel=channel, user_ref=user_ref)
    told = service.records.told_lines
    signs = SignsShowing(service, talk_id, of=TalkSide.HELPER, counted=lambda number: told.count(talk_id, up_to=number))

    def news(after: int, shown: object) -> News:
        require_still(request, actor)
        said = _shown(service, talk_id, after)
        messages = [(each.number, _MESSAGE.dump_json(each)) for each in said]
        held = service.records.escalations.standing(talk_id)
        now_shown, changed = shown, None
        is_waiting = held.state is EscalationState.OPEN
        if is_waiting or not (isinstance(shown, tuple) and shown[0] == held.revision):
            state = Showing(service).talk(service.records.escalations.escalation(talk_id))
            now_shown = _what_changes(state)
            changed = None if now_shown == shown else _TALK.dump_json(state)
        has_more = len(said) == _MOST_AT_ONCE
        return News(messages, now_shown, changed, has_more, signs.news(said), is_waiting)

    return LiveStream(followed(request.app.state.bells, talk_id, news, after=last_event_id, name="talk"))


def _own(service: Service, actor: Actor, talk_id: str, *, channel: str | None, user_ref: str | None) -> Escalation:
    """Raises EscalationNotThere."""
    found = service.records.escalations.escalation(talk_id)
    found.require_of(conversation_of(service, actor, channel=channel, user_ref=user_ref))
    return found


def _what_changes(state: TalkShown) -> tuple[object, ...]:
    """Others in the queue, and the hour, change what a person who waits is told without changing their talk."""
    there = state.availability
    return state.revision, state.ahead, there and (there.available_now, there.opens_at)


def as_written(service: Service, talk_id: str, message: Message) -> MessageShown:
    """What the person has just written, by their number."""
    number = service.records.told_lines.count(talk_id, up_to=message.number)
    return Showing(service).message(replace(message, number=number))


def _shown(service: Service, talk_id: str, after: int) -> list[MessageShown]:
    """Who approved a line is known to helpers."""
    found = service.records.told_lines.lines(talk_id, after=after, limit=_MOST_AT_ONCE)
    showing = Showing(service)
    return [replace(showing.message(as_told_to_person(each)), confirmed_by=None) for each in found]
