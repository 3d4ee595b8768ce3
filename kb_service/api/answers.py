"""`/v1/answers`: ask, read again, say whether it helped."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import ConfigDict, Field

from kb_service.api.access import Asker, ServiceOf, needs
from kb_service.api.answer_shapes import AnswerShown, as_json
from kb_service.api.asked import Conditions, PicturesOf, asked, events
from kb_service.api.messages import message_for
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.api.sizes import LONGEST_COMMENT, LONGEST_PICTURE
from kb_service.api.streaming import EventStream, server_sent
from kb_service.asking.events import answer_of
from kb_service.domain.addresses import web_address
from kb_service.domain.feedback import FeedbackReason
from kb_service.domain.people import Actor, Role

router = APIRouter(prefix="/v1/answers", tags=["answers"])


class AskRequest(Conditions):
    """A question. It may be left out where a picture shows it."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(default="", max_length=4000)
    picture: str | None = Field(
        default=None,
        max_length=2 * LONGEST_PICTURE,
        description="A screenshot (PNG, JPEG, WebP; at most 4 MB and 20 megapixels) in base64 or as a data: URL. "
        "Its words are read, and it is thrown away.",
    )
    stream: bool | None = False


class FeedbackRequest(RequestBody):
    resolved: bool | None = None
    reason: FeedbackReason | None = None
    comment: StorableText | None = Field(default=None, max_length=LONGEST_COMMENT)


# All stand in `prompts/examples_shown.yaml`, whose questions are answered from the demonstration corpus.
EXAMPLES: dict[str, dict[str, Any]] = {
    "plain": {"summary": "今天的规定", "value": {"question": "居住证申领需要什么材料？"}},
    "as_of": {"summary": "某一天的规定", "value": {"question": "失业金一个月多少钱", "as_of": "2025-08-01"}},
    "stream": {"summary": "逐步返回", "value": {"question": "身份证丢了怎么补办？", "stream": True}},
}


@router.post("", response_model=AnswerShown)
def ask(
    body: Annotated[AskRequest, Body(openapi_examples=EXAMPLES)],
    request: Request,
    service: ServiceOf,
    pictures: PicturesOf,
    actor: Asker,
) -> Response:
    """Answer from what is in force on the day asked about, or say that a person should."""
    sent = asked(service, body.question, picture=body.picture, conditions=body, actor=actor)
    happening = events(service.asking, sent, pictures)
    dumped = partial(as_json, folder=service.settings.prompts_dir)
    if body.stream:
        told = partial(message_for, request.scope, status=500)
        return EventStream(server_sent(happening, message=told, dumped=dumped))
    return Response(dumped(answer_of(happening)), media_type="application/json")


@router.get("/{answer_id}", response_model=AnswerShown)
def stored(
    answer_id: str,
    service: ServiceOf,
    actor: Asker,
    channel: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The answer as it was given, to the channel and person that asked; what it cites may be flagged as withdrawn."""
    answer = service.transcript.answer(answer_id, channel=channel, asked_by=actor.person_id)
    withdrawn = service.library.withdrawn_among(
        [each.version_id for shown in (answer.citations, answer.possible) for each in shown]
    )
    flagged = replace(
        answer,
        citations=tuple(
            replace(each, withdrawn=each.version_id in withdrawn, source_url=web_address(each.source_url))
            for each in answer.citations
        ),
        possible=tuple(replace(each, withdrawn=each.version_id in withdrawn) for each in answer.possible),
    )
    return Response(as_json(flagged, service.settings.prompts_dir), media_type="application/json")


@router.post("/{answer_id}/feedback", status_code=204)
def feedback(
    answer_id: str, body: FeedbackRequest, service: ServiceOf, actor: Annotated[Actor, needs(Role.FRONTEND)]
) -> None:
    """Whether the answer resolved the person's problem: said for the one who asked, by whose key asked."""
    service.transcript.add_feedback(
        answer_id,
        asked_by=actor.person_id,
        at=service.now(),
        resolved=body.resolved,
        comment=body.comment,
        reason=body.reason,
    )
