"""What is asked, whichever door it comes through: words, a picture, and the conditions beside them."""

import base64
import binascii
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, Field

from ingestion.reading_pictures import PictureReading
from kb_service.api.access import OPERATOR
from kb_service.api.door_words import door_words
from kb_service.api.request_metrics import answered
from kb_service.api.sizes import LARGEST_PICTURE, LONGEST_PICTURE
from kb_service.asking.asking import Asking
from kb_service.asking.events import Answered, Event, Progress
from kb_service.domain.answers import Question
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Audience
from kb_service.domain.errors import NotAllowed, PictureRefused
from kb_service.domain.people import Actor, Role
from kb_service.domain.resolution import EVALUATION
from kb_service.service import Service


def _day(value: object) -> object:
    """A day, or a moment reduced to its day in Shanghai (a moment without a zone is taken as Shanghai's)."""
    if isinstance(value, str) and len(value) > 10:
        moment = datetime.fromisoformat(value)
        return shanghai_day(moment) if moment.tzinfo else moment.date()
    return value


AsOf = Annotated[date | None, BeforeValidator(_day)]


class Conditions(BaseModel):
    """``as_of``: the day whose rules are wanted; today unless given."""

    conversation_id: str | None = Field(default=None, max_length=64)
    user_ref: str | None = Field(default=None, max_length=200, description="Opaque; kept as a keyed hash.")
    as_of: AsOf = None
    region: str | None = Field(default=None, max_length=100, description="浦东新区, or 上海市/浦东新区")
    audience: Audience | None = None
    matter_id: str | None = Field(default=None, max_length=120)
    channel: str | None = Field(default=None, max_length=100)


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked question, and a picture that is yet to be read; ``has_words`` is false where that is all there is."""

    question: Question
    picture: bytes | None
    has_words: bool


def asked(service: Service, words: str, *, picture: str | None, conditions: Conditions, actor: Actor) -> Asked:
    """All that can be checked at once. Raises NotAllowed, PictureRefused, and what `Asking.question` raises."""
    _require_counted(conditions.channel, actor)
    sent = picture_of(picture) if picture else None
    has_words = bool(words.strip())
    are_in = door_words(service.settings.prompts_dir).see_picture
    question = service.asking.question(
        words if has_words or sent is None else are_in,
        as_of=conditions.as_of,
        conversation_id=conditions.conversation_id,
        user_ref=conditions.user_ref,
        region=conditions.region,
        audience=conditions.audience,
        matter_id=conditions.matter_id,
        channel=conditions.channel,
        asked_by=None if actor is OPERATOR else actor.person_id,
    )
    return Asked(question, sent, has_words)


def _require_counted(channel: str | None, actor: Actor) -> None:
    """No figure counts what evaluations ask, so nobody else may ask as one. Raises NotAllowed."""
    if channel == EVALUATION and not actor.has_any_of((Role.EVALUATOR,)):
        raise NotAllowed(
            f"what comes by the channel {EVALUATION} is in no figure and no gap: only a key with the role "
            f"{Role.EVALUATOR} may ask by it; name another channel, or none"
        )


def events(asking: Asking, sent: Asked, pictures: PictureReading) -> Generator[Event, None, None]:
    """Of answering, with the reading of the picture before them. The picture itself is not kept."""
    question = sent.question
    if sent.picture is not None:
        yield Progress("reading")
        question = replace(question, seen=_seen(sent, pictures))
    for event in asking.ask(question):
        if isinstance(event, Answered):
            answered(event.answer)
        yield event


def _seen(sent: Asked, pictures: PictureReading) -> str:
    seen = pictures.read(sent.picture or b"")
    if not seen and not sent.has_words:
        raise PictureRefused(
            "the picture shows no words that can be read; type the question", Cause("picture_without_words")
        )
    return seen


_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def picture_of(sent: str) -> bytes:
    """From base64 or a data URL. Raises PictureRefused."""
    written = sent.strip()
    if written[:5].lower() == "data:":
        head, comma, written = written.partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise PictureRefused(
                "the data: URL of a picture must be data:image/png;base64,… (or jpeg, webp)",
                Cause("picture_not_base64"),
            )
    elif "://" in written[:12]:
        raise PictureRefused(
            "addresses are not opened; send the picture itself, in base64 or as a data: URL", Cause("picture_address")
        )
    if len(written) > LONGEST_PICTURE:
        raise PictureRefused(
            f"a picture may have {LARGEST_PICTURE // 2**20} MB; cut out the part that matters",
            Cause("picture_too_many_bytes"),
        )
    try:
        picture = base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PictureRefused("the picture is not valid base64", Cause("picture_not_base64")) from error
    if len(picture) > LARGEST_PICTURE:
        raise PictureRefused(
            f"a picture may have {LARGEST_PICTURE // 2**20} MB; cut out the part that matters",
            Cause("picture_too_many_bytes"),
        )
    is_webp = picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
    if not (is_webp or picture.startswith(_STARTS)):
        raise PictureRefused(
            "the picture is no PNG, JPEG or WebP; save it as one of these", Cause("picture_of_other_kind")
        )
    return picture


def _reading(request: Request) -> PictureReading:
    return cast(PictureReading, request.app.state.pictures)


PicturesOf = Annotated[PictureReading, Depends(_reading)]
