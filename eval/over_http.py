"""A service that runs, asked over its public API."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from eval.questions import SuiteQuestion
from eval.systems import CHANNEL, FoundPlace, StoredVersion
from kb_service.client import ServiceClient
from kb_service.domain.answers import Answer
from kb_service.domain.days import Interval
from kb_service.domain.errors import VersionNotFound

_ANSWER = TypeAdapter(Answer)


class OverHttp:
    """Implements `AnswersQuestions` over the public API of a service that runs."""

    def __init__(self, client: ServiceClient, *, described_here: Mapping[str, Any] | None = None) -> None:
        self._client = client
        self._described_here = described_here or {}
        self._knobs: Mapping[str, Any] = {}

    def answer(self, question: SuiteQuestion, *, conversation_id: str | None = None) -> Answer:
        said = {"question": question.text, "channel": CHANNEL, "conversation_id": conversation_id}
        asked = said | _circumstances(question)
        answer = _ANSWER.validate_python(self._client.answer(asked))
        if answer.knobs is not None:
            self._knobs = asdict(answer.knobs)
        return answer

    def search(self, question: SuiteQuestion, *, limit: int) -> Sequence[FoundPlace]:
        asked = {"question": question.text, "limit": limit, **_circumstances(question)}
        hits = self._client.search(asked)["hits"]
        return [FoundPlace(hit["document_id"], hit["version_id"], hit["passage_id"], hit["text"]) for hit in hits]

    def departments(self, question: SuiteQuestion) -> Sequence[frozenset[str]]:
        return [frozenset({each["id"], each["name"]}) for each in self._client.routes(question.text)["departments"]]

    def source(self, version_id: str) -> StoredVersion | None:
        return source_of(self._client, version_id)

    def described(self) -> Mapping[str, Any]:
        """The knobs are those of its answers; a service elsewhere tells neither its corpus nor its prompts."""
        return {
            "asked": f"over HTTP: {self._client.name}",
            "knobs": self._knobs,
            "knowledge": self._client.readiness(),
            **self._described_here,
        }


def source_of(client: ServiceClient, version_id: str) -> StoredVersion | None:
    """What stands in the database under a cited id; None when nothing does."""
    try:
        version = client.version(version_id)
    except VersionNotFound:
        return None
    interval = Interval(_day(version["effective_from"]), _day(version["effective_to"]))
    return StoredVersion(version["document_id"], version["text"], None if version["withdrawn"] else interval)


def _circumstances(question: SuiteQuestion) -> dict[str, str | None]:
    return {
        "as_of": question.as_of.isoformat() if question.as_of else None,
        "region": question.region,
        "audience": question.audience.value if question.audience else None,
    }


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
