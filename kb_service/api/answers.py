"""`/v1/answers`: ask, read again, say whether it helped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from kb_service.answering.events import Answered, Event, EvidenceFound, Progress, TextReady
from kb_service.api.access import ASKING, needs
from kb_service.api.state import ServiceOf
from kb_service.asking import Asking
from kb_service.domain.answers import Answer, Question
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Audience
from kb_service.domain.errors import KbError
from kb_service.domain.people import Actor, Role
from kb_service.domain.texts import is_storable

router = APIRouter(prefix="/v1/answers", tags=["answers"])

_ANSWER = TypeAdapter(Answer)


def _day(value: object) -> object:
    """A day, or a moment reduced to its day in Shanghai (a moment without a zone is taken as Shanghai's)."""
    if isinstance(value, str) and len(value) > 10:
        moment = datetime.fromisoformat(value)
        return shanghai_day(moment) if moment.tzinfo else moment.date()
    return value


AsOf = Annotated[date | None, BeforeValidator(_day)]


def _storable(text: str | None) -> str | None:
    if text is not None and not is_storable(text):
        raise ValueError("holds characters that no text has")
    return text


class Ask(BaseModel):
    """A question. ``as_of``: the day whose rules are wanted; today unless given."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=4000)
    conversation_id: str | None = Field(default=None, max_length=64)
    user_ref: str | None = Field(default=None, max_length=200, description="Opaque; kept as a keyed hash.")
    as_of: AsOf = None
    region: str | None = Field(default=None, max_length=100, description="浦东新区, or 上海市/浦东新区")
    audience: Audience | None = None
    matter_id: str | None = Field(default=None, max_length=120)
    channel: str | None = Field(default=None, max_length=100)
    stream: bool = False


class Feedback(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolved: bool | None = None
    comment: Annotated[str | None, AfterValidator(_storable)] = Field(default=None, max_length=2000)


_EXAMPLES = {
    "plain": {"summary": "今天的规定", "value": {"question": "居住证签注需要什么材料？"}},
    "as_of": {"summary": "某一天的规定", "value": {"question": "失业金一个月多少钱", "as_of": "2025-08-01"}},
    "stream": {"summary": "逐步返回", "value": {"question": "公积金怎么提取", "stream": True}},
}


@router.post("", response_model=Answer)
def ask(
    body: Annotated[Ask, Body(openapi_examples=_EXAMPLES)], service: ServiceOf, _actor: Annotated[Actor, needs(*ASKING)]
) -> Response:
    """Answer from what is in force on the day asked about, or say that a person should."""
    question = service.asking.question(
        body.question,
        as_of=body.as_of,
        conversation_id=body.conversation_id,
        user_ref=body.user_ref,
        region=body.region,
        audience=body.audience,
        matter_id=body.matter_id,
        channel=body.channel,
    )
    if body.stream:
        events = _server_sent(service.asking, question)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
    return Response(_ANSWER.dump_json(service.asking.answer(question)), media_type="application/json")


@router.get("/{answer_id}", response_model=Answer)
def stored(
    answer_id: str,
    service: ServiceOf,
    _actor: Annotated[Actor, needs(*ASKING)],
    channel: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The answer as it was given, to the channel that asked; what it cites may be flagged as withdrawn since."""
    answer = service.transcript.answer(answer_id, channel=channel)
    withdrawn = service.library.withdrawn_among([each.version_id for each in answer.citations])
    flagged = tuple(replace(each, withdrawn=each.version_id in withdrawn) for each in answer.citations)
    return Response(_ANSWER.dump_json(replace(answer, citations=flagged)), media_type="application/json")


@router.post("/{answer_id}/feedback", status_code=204)
def feedback(
    answer_id: str, body: Feedback, service: ServiceOf, _actor: Annotated[Actor, needs(Role.FRONTEND)]
) -> None:
    """Whether the answer resolved the person's problem: said for the one who asked, not by staff."""
    service.transcript.add_feedback(answer_id, at=service.now(), resolved=body.resolved, comment=body.comment)


def _server_sent(asking: Asking, question: Question) -> Iterator[bytes]:
    try:
        for event in asking.ask(question):
            yield _framed(*_named(event))
    except KbError as error:  # the status is sent already: the stream itself says what went wrong
        yield _framed("error", orjson.dumps({"error": type(error).__name__, "detail": str(error)}))


def _framed(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


def _named(event: Event) -> tuple[str, bytes]:
    match event:
        case Progress(stage):
            return "progress", orjson.dumps({"stage": stage})
        case EvidenceFound(evidence):
            return "evidence", orjson.dumps({"evidence": evidence})
        case TextReady(text):
            return "text", orjson.dumps({"text": text})
        case Answered(answer):
            return "answer", _ANSWER.dump_json(answer)
