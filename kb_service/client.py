"""The one client of the service's HTTP API, for programs in Python: command line, evaluation, llama-index."""

import weakref
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from kb_service.domain import errors, learning_errors

_CONNECT_SECONDS = 10
# The errors of the domain by their names.
_ERRORS = {
    name: each
    for module in (errors, learning_errors)
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, errors.KbError)
}


class ServiceClient:
    """Every call gives the parsed JSON of the reply.

    Raises the error that the service names (`kb_service.domain.errors`), ServiceUnreachable when it does not answer,
    and KbError when something else answers in its place. Values of None are left out of what is sent.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        actor: str | None = None,
        read_seconds: float = 120,
        name: str | None = None,
    ) -> None:
        """``url``: http://host:port; ``key``: where keys protect it, else ``actor``: who acts; ``name``: what an error
        calls the service."""
        self.name = name or f"the service at {url}"
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"} if key else {"X-KB-Actor": quote(actor)} if actor else {},
            timeout=httpx.Timeout(_CONNECT_SECONDS, read=read_seconds),
            trust_env=False,
        )
        weakref.finalize(self, self._http.close)  # whoever holds a client need not know that it keeps a connection

    def answer(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`POST /v1/answers`: ``question`` and what else its body may have."""
        return dict(self._post("/v1/answers", _given(body)))

    def search(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """`GET /v1/search`: ``question``, ``limit`` …; the passages are under ``hits``."""
        return dict(self._request("GET", "/v1/search", params=_given(parameters)))

    def routes(self, question: str) -> dict[str, Any]:
        """`POST /v1/routes`: the departments, most likely first, are under ``departments``."""
        return dict(self._post("/v1/routes", {"question": question}))

    def version(self, version_id: str) -> dict[str, Any]:
        """`GET /v1/versions/{id}`, with its whole text. Raises VersionNotFound."""
        return dict(self._request("GET", f"/v1/versions/{version_id}"))

    def readiness(self) -> dict[str, Any]:
        """`GET /readyz`."""
        return dict(self._request("GET", "/readyz"))

    def call(self, method: str, path: str, body: object = None, *, parameters: Mapping[str, Any] | None = None) -> Any:
        """Any other route of the API; None where it replies with nothing."""
        return self._request(method, path, json=body, params=_given(parameters or {}))

    # What only the process that owns the embedded index does, for other commands on its machine.

    def sync(self, document_ids: Sequence[str]) -> None:
        self._post("/internal/sync", {"document_ids": list(document_ids)})

    def check(self, kept_head: str | None) -> dict[str, Any]:
        return dict(self._post("/internal/check", {"kept_head": kept_head}))

    def compute_anew(self) -> None:
        self._post("/internal/compute-anew", {})

    def reindex(self) -> int:
        """The number of points in the new index."""
        return int(self._post("/internal/reindex", {})["points"])

    def catalogue_changed(self) -> None:
        self._post("/internal/catalogue", {})

    def _post(self, path: str, body: object) -> Any:
        return self._request("POST", path, json=body)

    def _request(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise errors.ServiceUnreachable(f"{self.name} does not answer ({error}); is it running?") from error
        if response.is_success:
            return response.json() if response.content else None
        raise _named(response)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _named(response: httpx.Response) -> errors.KbError:
    """The error that a reply names."""
    try:
        body = response.json()
        kind, detail = _ERRORS.get(body["error"], errors.KbError), str(body["detail"])
    except (ValueError, KeyError, TypeError):  # somebody in between has answered
        kind, detail = errors.KbError, f"{response.url.host} answers with status {response.status_code}"
    return kind(detail)
