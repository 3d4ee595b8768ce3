"""`/v1/chat/completions` and `/v1/models`: the interface of OpenAI's, for clients that speak nothing else.

The same answers as `/v1/answers`, stored alike; why each field is as it is: docs/decisions/0015-doors-of-a-chat.md.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from kb_service.api.access import Asker, ServiceOf
from kb_service.api.answer_shapes import as_values
from kb_service.api.asked import PicturesOf, asked, events
from kb_service.api.chat_conversations import earlier, placed
from kb_service.api.chat_replies import MODEL, USAGE, Replying
from kb_service.api.chat_shapes import ChatCompletionRequest
from kb_service.api.door_words import door_words
from kb_service.api.messages import message_for
from kb_service.api.refusals import openai_error
from kb_service.api.streaming import EventStream, guarded
from kb_service.asking.events import Answered, Event, TextReady, answer_of
from kb_service.domain.answers import Answer
from kb_service.domain.causes import Cause
from kb_service.domain.errors import ModelNotFound
from kb_service.wiring import new_id

router = APIRouter(prefix="/v1", tags=["chat completions"])

_MODEL = {"id": MODEL, "object": "model", "created": 0, "owned_by": "kb-service"}


@router.get("/models")
def models(_actor: Asker) -> dict[str, object]:
    """The one there is."""
    return {"object": "list", "data": [_MODEL]}


@router.get("/models/{model_id}")
def model(model_id: str, _actor: Asker) -> dict[str, object]:
    """That one, by its name."""
    if model_id != MODEL:
        raise ModelNotFound(f"there is no model {model_id[:200]!r}; the one there is, is named {MODEL}")
    return _MODEL


@router.post("/chat/completions")
def complete(
    body: ChatCompletionRequest,
    request: Request,
    service: ServiceOf,
    pictures: PicturesOf,
    actor: Asker,
) -> Response:
    """Answer the user's last message. `kb` in the reply, or in the last chunk of a stream, is the whole answer."""
    messages, given = body.messages_of_user(), body.metadata
    user = given.user_ref or body.user or body.safety_identifier
    conditions = given.model_copy(update={"user_ref": user})
    sent = asked(service, messages[-1], picture=body.picture(), conditions=conditions, actor=actor)
    if given.conversation_id is None:
        asker = f"{actor.person_id}\n{user or ''}"
        sent = placed(sent, asking=service.asking, transcript=service.transcript, asker=asker, messages=messages)
    sent = replace(sent, question=replace(sent.question, said_before=earlier(messages)))
    replying = Replying(door_words(service.settings.prompts_dir), str(request.base_url))
    asked_at = int(sent.question.asked_at.timestamp())
    completion = _Completion(f"chatcmpl-{new_id()}", asked_at, replying, service.settings.prompts_dir)
    happening = events(service.asking, sent, pictures)
    if not body.stream:
        return _json(completion.whole(answer_of(happening)))
    with_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
    chunks = completion.chunks(happening, with_usage=with_usage)

    def fault(name: str, detail: str, cause: Cause) -> bytes:
        return _framed(openai_error(name, detail, 500, message_for(request.scope, cause, detail, 500)))

    return EventStream(guarded(chunks, _framed, fault))


@dataclass(frozen=True, slots=True)
class _Completion:
    id: str
    created: int
    replying: Replying
    prompts_dir: Path
    model: str = field(default=MODEL)

    def whole(self, answer: Answer) -> dict[str, object]:
        choice = {
            "index": 0,
            "message": self.replying.message(answer) | {"refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
        return self._object("chat.completion", [choice]) | {"usage": USAGE, "kb": as_values(answer, self.prompts_dir)}

    def chunks(self, happening: Generator[Event, None, None], *, with_usage: bool) -> Generator[Any, None, None]:
        """Objects to send; None stands for the end. An empty one keeps the line open while there is nothing to say."""
        not_yet: dict[str, object] = {"usage": None} if with_usage else {}
        yield self._delta({"role": "assistant", "content": ""}) | not_yet
        with closing(happening):
            for event in happening:
                yield from (chunk and chunk | not_yet for chunk in self._chunks_of(event))
        if with_usage:
            yield self._object("chat.completion.chunk", []) | {"usage": USAGE}
        yield None

    def _chunks_of(self, event: Event) -> Iterator[dict[str, object]]:
        match event:
            case TextReady(text):
                yield from (self._delta({"content": piece}) for piece in _pieces(text))
            case Answered(answer):
                yield from self._ending(answer)
            case _:
                yield {}

    def _ending(self, answer: Answer) -> Iterator[dict[str, object]]:
        if rest := self.replying.rest_of(answer):
            yield self._delta({"content": rest})
        annotations = self.replying.message(answer)["annotations"]
        yield self._delta({"annotations": annotations}, finish_reason="stop") | {
            "kb": as_values(answer, self.prompts_dir)
        }

    def _delta(self, delta: dict[str, object], *, finish_reason: str | None = None) -> dict[str, object]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return self._object("chat.completion.chunk", [choice])

    def _object(self, kind: str, choices: list[dict[str, object]]) -> dict[str, object]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices}


def _pieces(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


def _framed(chunk: dict[str, object] | None) -> bytes:
    if chunk is None:
        return b"data: [DONE]\n\n"
    # A comment, which clients pass over.
    return b"data: " + orjson.dumps(chunk) + b"\n\n" if chunk else b": at work\n\n"


def _json(content: dict[str, object]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
