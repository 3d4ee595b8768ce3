"""A service that runs, asked over its public API."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import httpx
from pydantic import TypeAdapter

from eval.errors import EvaluationStopped
from eval.questions import SuiteQuestion
from eval.systems import CHANNEL, Place, Source
from kb_service.domain.answers import Answer
from kb_service.domain.days import Interval

_ANSWER = TypeAdapter(Answer)


class OverHttp:
    """Implements `AnswersQuestions` over the public API of a service that runs."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=60, trust_env=False)

    def answer(self, question: SuiteQuestion) -> Answer:
        body = {"question": question.text, "channel": CHANNEL, **_circumstances(question)}
        if question.audience:
            body["audience"] = question.audience.value
        return _ANSWER.validate_json(self._sent("POST", "/v1/answers", json=body).content)

    def search(self, question: SuiteQuestion, *, limit: int) -> Sequence[Place]:
        params = {"question": question.text, "limit": str(limit), **_circumstances(question)}
        if question.audience:
            params["audience"] = question.audience.value
        hits = self._sent("GET", "/v1/search", params=params).json()["hits"]
        return [Place(hit["document_id"], hit["version_id"], hit["passage_id"]) for hit in hits]

    def departments(self, question: SuiteQuestion) -> Sequence[frozenset[str]]:
        routed = self._sent("POST", "/v1/routes", json={"question": question.text}).json()["departments"]
        return [frozenset({each["id"], each["name"]}) for each in routed]

    def source(self, version_id: str) -> Source | None:
        response = self._http.get(f"/v1/versions/{version_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        said = response.raise_for_status().json()
        interval = Interval(_day(said["effective_from"]), _day(said["effective_to"]))
        return Source(said["document_id"], said["text"], None if said["withdrawn"] else interval)

    def described(self) -> Mapping[str, Any]:
        return {"asked": f"over HTTP at {self._http.base_url}", "knowledge": self._sent("GET", "/readyz").json()}

    def _sent(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **request).raise_for_status()
        except httpx.HTTPError as error:
            raise EvaluationStopped(f"{method} {path} failed: {error}; is the service still running?") from error


def _circumstances(question: SuiteQuestion) -> dict[str, str]:
    said = {"as_of": question.as_of.isoformat() if question.as_of else None, "region": question.region}
    return {name: value for name, value in said.items() if value is not None}


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
