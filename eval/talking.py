"""A conversation with the service, turn by turn: in this process, or over the public API."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pydantic import TypeAdapter

from eval.errors import EvaluationStopped
from eval.in_process import InProcess
from eval.over_http import source_of
from eval.systems import CHANNEL, StoredVersion
from kb_service.client import ServiceClient
from kb_service.domain.answers import Answer
from kb_service.domain.documents import Audience
from kb_service.domain.errors import KbError, ServiceUnreachable
from kb_service.service import Service

_ANSWER = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class TalkMessage:
    """What a person sends. ``seen``: what was read from a screenshot that came with it."""

    text: str
    seen: str = ""
    as_of: date | None = None
    region: str | None = None
    audience: Audience | None = None
    matter_id: str | None = None


class Talks(Protocol):
    """Anything that keeps up a conversation and shows the versions that it cites."""

    def reply(self, message: TalkMessage, conversation_id: str | None) -> Answer:
        """Raises KbError where the service refuses the message."""

    def source(self, version_id: str) -> StoredVersion | None:
        """What stands in the database under a cited id; None when nothing does."""


class TalksInProcess:
    """Implements `Talks` over a service opened in this process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen = InProcess(service)

    def reply(self, message: TalkMessage, conversation_id: str | None) -> Answer:
        asking = self._service.asking
        return asking.answer(
            asking.question(
                message.text,
                as_of=message.as_of,
                conversation_id=conversation_id,
                region=message.region,
                audience=message.audience,
                matter_id=message.matter_id,
                channel=CHANNEL,
                seen=message.seen,
            )
        )

    def source(self, version_id: str) -> StoredVersion | None:
        return self._seen.source(version_id)


class TalksOverHttp:
    """Implements `Talks` over the public API of a service that runs; it is sent no screenshots."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def reply(self, message: TalkMessage, conversation_id: str | None) -> Answer:
        if message.seen:
            raise EvaluationStopped("screenshots are only tried in process; stop the service and try again")
        asked = {
            "question": message.text,
            "channel": CHANNEL,
            "conversation_id": conversation_id,
            "as_of": message.as_of.isoformat() if message.as_of else None,
            "region": message.region,
            "audience": message.audience,
            "matter_id": message.matter_id,
        }
        try:
            return _ANSWER.validate_python(self._client.answer(asked))
        except KbError as error:
            if type(error) not in (KbError, ServiceUnreachable):  # the service's own refusal
                raise
            # Counted as a refusal, a service that is down would withstand every attack.
            raise EvaluationStopped(f"POST /v1/answers failed: {error}") from error

    def source(self, version_id: str) -> StoredVersion | None:
        return source_of(self._client, version_id)
