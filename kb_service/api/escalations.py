"""`/v1/escalations`, as helpers have them: the queue of their departments, and every move."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field, TypeAdapter

from kb_service.api.access import HelperActor, ServiceOf, require_still
from kb_service.api.knowledge import known_department
from kb_service.api.live import EVERYTHING, PING, PING_SECONDS, Bells, LiveStream, News, event_block, followed, waited
from kb_service.api.proposal_shapes import EscalationWithProposals, ReplyShown, ShowingProposals
from kb_service.api.request_body import MessageKey, RequestBody, StorableText, require_words
from kb_service.api.sign_shapes import SignsShowing
from kb_service.api.talk_shapes import (
    EscalationList,
    EscalationShown,
    MessageShown,
    Showing,
)
from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.domain.clocks import OrderKind
from kb_service.domain.errors import KbError
from kb_service.domain.escalations import EscalationQuery, EscalationState, Verdict
from kb_service.domain.talk_signs import TalkSide
from kb_service.service import Service

router = APIRouter(prefix="/v1/escalations", tags=["escalations"])

# Each `changed` has the helper's page read the queue anew.
_QUEUE_PACE_SECONDS = 1.0
_MOST_AT_ONCE = 500
_SHOWN, _MESSAGE = TypeAdapter(EscalationWithProposals), TypeAdapter(MessageShown)


class NoteRequest(RequestBody):
    text: StorableText = Field(max_length=LONGEST_QUESTION)


class ReplyRequest(NoteRequest):
    """``suggested``: the suggestion it was made from, as it was given, with the ``versions`` it cited.
    ``suggestions_ignored``: those with these ``versions`` stood beside it, and it was written without them."""

    suggested: StorableText | None = Field(default=None, max_length=4 * LONGEST_QUESTION)
    versions: list[Annotated[StorableText, Field(max_length=36)]] = Field(default=[], max_length=20)
    suggestions_ignored: bool = False


@dataclass(frozen=True, slots=True)
class KeptTalk:
    """``version_id``: of the draft. ``review_due_at``: when a second person is to have reviewed it, ``review_by``: when
    somebody is to look again whether it is still right. ``rests_on``: ids of the versions that the replies cited."""

    version_id: str
    similar_questions: tuple[str, ...]
    effective_from: date | None
    review_by: date | None
    review_due_at: datetime | None
    rests_on: tuple[str, ...]


class ReasonRequest(RequestBody):
    reason: StorableText = Field(default="", max_length=1000)


class TransferRequest(ReasonRequest):
    department: StorableText = Field(max_length=200, description="Id, name or alias.")


class OrderRequest(ReasonRequest):
    kind: OrderKind


class ResolveRequest(ReasonRequest):
    verdict: Verdict


@router.get("")
def escalations(
    service: ServiceOf,
    actor: HelperActor,
    state: Annotated[list[EscalationState] | None, Query()] = None,
    mine: bool = False,
    late: bool = False,
    skilled: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> EscalationList:
    """Those of the helper's departments, the newest first. ``mine``: in whose charge they are; ``late``: a clock of
    theirs is over; ``skilled``: they ask for a skill of the helper's."""
    me = service.records.helpers.helper(actor.person_id) if skilled else None
    wanted = EscalationQuery(
        states=tuple(state or ()),
        departments=service.helping.departments_of(actor.person_id),
        helper=actor.person_id if mine else None,
        late_at=service.now() if late else None,
        skills=(me.skills if me else ()) if skilled else None,
    )
    found = service.records.escalations.list(wanted, limit=limit, cursor=cursor)
    showing, awaits = Showing(service), ShowingProposals(service, actor.person_id).awaits()
    shown = [replace(showing.escalation(each), awaits_you=awaits(each)) for each in found.escalations]
    return EscalationList(shown, found.next_cursor)


@router.get("/events")
async def queue_events(request: Request, service: ServiceOf, actor: HelperActor) -> Response:
    """As server-sent events: `changed` whenever something in the queue may have, at most once a second. Open, it says
    that the helper is there."""
    bells: Bells = request.app.state.bells

    def see() -> float:
        require_still(request, actor)
        service.records.helpers.see(actor.person_id, at=service.now())
        return time.monotonic()

    async def blocks() -> AsyncIterator[bytes]:
        seen = float("-inf")
        with bells.listening(EVERYTHING) as bell, contextlib.suppress(KbError):
            while True:
                if time.monotonic() - seen > PING_SECONDS:
                    seen = await bells.read(see)
                bell.clear()
                yield event_block("changed", orjson.dumps({"at": service.now().isoformat()}))
                await asyncio.sleep(_QUEUE_PACE_SECONDS)
                while not await waited(bell):
                    seen = await bells.read(see)
                    yield PING

    return LiveStream(blocks())


@router.get("/{escalation_id}")
def escalation(escalation_id: str, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """With the summary of the whole conversation. As the talk itself, read by who is not in charge of it it leaves an
    entry in the trail, one in an hour for the same reader."""
    return Showing(service).escalation(service.helping.read(escalation_id, actor.person_id))


@router.get("/{escalation_id}/messages")
def messages(
    escalation_id: str,
    service: ServiceOf,
    actor: HelperActor,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[MessageShown]:
    """The whole talk, helpers' notes too. Who is not in charge of it leaves an entry in the trail, one in an hour."""
    service.helping.read(escalation_id, actor.person_id)
    return _messages(service, escalation_id, after)


@router.get("/{escalation_id}/events")
async def talk_events(
    escalation_id: str,
    request: Request,
    service: ServiceOf,
    actor: HelperActor,
    last_event_id: Annotated[int, Header(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """As the person's `/v1/talks/{id}/events`, with notes; `escalation` for its state, with proposed replies; `signs`
    are the person's."""
    await run_in_threadpool(service.helping.read, escalation_id, actor.person_id)
    signs = SignsShowing(service, escalation_id, of=TalkSide.PERSON)

    def news(after: int, shown: object) -> News:
        require_still(request, actor)
        said = _messages(service, escalation_id, after)
        held = service.records.escalations.standing(escalation_id)
        now_shown, state = (held.revision, held.proposal_changes), None
        if now_shown == shown:
            service.helping.require_serves(actor.person_id, escalation_id, held.department_id)
        else:
            found = service.helping.seen_by(escalation_id, actor.person_id)
            now_shown = (found.revision, found.proposal_changes)
            state = _SHOWN.dump_json(ShowingProposals(service, actor.person_id).escalation(found))
        messages = [(each.number, _MESSAGE.dump_json(each)) for each in said]
        has_more = len(said) == _MOST_AT_ONCE
        return News(messages, now_shown, state, has_more=has_more, signs=signs.news(said))

    return LiveStream(followed(request.app.state.bells, escalation_id, news, after=last_event_id, name="escalation"))


@router.post("/{escalation_id}:claim")
def claim(escalation_id: str, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """Take it from the queue."""
    return Showing(service).escalation(service.helping.claim(escalation_id, actor.person_id))


@router.post("/{escalation_id}:release")
def release(escalation_id: str, body: ReasonRequest, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """Back into the queue."""
    return Showing(service).escalation(service.helping.release(escalation_id, actor.person_id, body.reason))


@router.post("/{escalation_id}:reply", responses={202: {"model": ReplyShown}})
def reply(
    escalation_id: str,
    body: ReplyRequest,
    service: ServiceOf,
    actor: HelperActor,
    response: Response,
    key: MessageKey = None,
) -> ReplyShown:
    """Write to the person. 202 and `is_sent: false` where it waits for another helper's approval first."""
    require_words(body.text)
    changed = service.helping.reply(
        escalation_id,
        actor.person_id,
        body.text,
        suggested=body.suggested,
        versions=body.versions,
        ignored=body.suggestions_ignored,
        key=key,
    )
    shown = ShowingProposals(service, actor.person_id).reply(changed)
    response.status_code = 200 if shown.is_sent else 202
    return shown


@router.post("/{escalation_id}:note", status_code=201)
def note(
    escalation_id: str, body: NoteRequest, service: ServiceOf, actor: HelperActor, key: MessageKey = None
) -> MessageShown:
    """Write what only helpers see."""
    require_words(body.text)
    return Showing(service).message(service.helping.note(escalation_id, actor.person_id, body.text, key=key)[1])


@router.post("/{escalation_id}:transfer")
def transfer(escalation_id: str, body: TransferRequest, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """To another department, with the reason; by the helper in charge or a lead."""
    service.helping.seen_by(escalation_id, actor.person_id)  # another department's helper is told of no talk
    department = known_department(service, body.department)
    return Showing(service).escalation(
        service.helping.transfer(escalation_id, actor.person_id, department, body.reason)
    )


@router.post("/{escalation_id}:order")
def order(escalation_id: str, body: OrderRequest, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """What cannot be answered on the spot becomes a work order: contact in 1, result in 5 or 15 working days."""
    return Showing(service).escalation(service.helping.order(escalation_id, actor.person_id, body.kind, body.reason))


@router.post("/{escalation_id}:return")
def return_to_assistant(
    escalation_id: str, body: ReasonRequest, service: ServiceOf, actor: HelperActor
) -> EscalationShown:
    """Back to the assistant."""
    return Showing(service).escalation(service.helping.return_(escalation_id, actor.person_id, body.reason))


@router.post("/{escalation_id}:resolve")
def resolve(escalation_id: str, body: ResolveRequest, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """Close it, with a verdict; what was not resolved says why."""
    return Showing(service).escalation(
        service.helping.resolve(escalation_id, actor.person_id, body.verdict, body.reason)
    )


@router.post("/{escalation_id}:keep", status_code=201, responses={200: {"description": "It is a draft already."}})
def keep(escalation_id: str, service: ServiceOf, actor: HelperActor, response: Response) -> KeptTalk:
    """Open the draft of a Q&A with the question and the reply of a resolved talk, without personal data; an editor
    checks it, and a second person reviews it within a working day."""
    service.helping.seen_by(escalation_id, actor.person_id)
    version_id, is_new = service.learning.writing.keep(escalation_id, actor=actor.person_id)
    if not is_new:
        response.status_code = 200
    service.jobs.follow()
    fields = service.library.version(version_id).metadata
    kept = service.records.kept_reviews.of_version(version_id)
    return KeptTalk(
        version_id,
        fields.similar_questions,
        fields.effective_from,
        fields.review_by,
        kept.due_at if kept else None,
        kept.rests_on if kept else (),
    )


def _messages(service: Service, escalation_id: str, after: int) -> list[MessageShown]:
    showing = Showing(service)
    found = service.records.escalations.messages(escalation_id, after=after, limit=_MOST_AT_ONCE)
    return [showing.message(each) for each in found]
