"""A service that runs elsewhere, asked over HTTP by programs in Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from kb_service.domain import errors

_TIMEOUT = httpx.Timeout(10, read=120)


@dataclass(frozen=True, slots=True)
class Served:
    """Its address (http://host:port), and a key where keys protect it.

    Both calls raise the error that the service names (`kb_service.domain.errors`), and KbError when it does not answer.
    """

    url: str
    key: str | None = None

    def search(self, said: Mapping[str, str | int]) -> list[dict[str, Any]]:
        """The hits of `/v1/search`; ``said``: its parameters."""
        return list(self._requested("GET", "/v1/search", params=said)["hits"])

    def answer(self, said: Mapping[str, str]) -> dict[str, Any]:
        """The answer object of `/v1/answers`; ``said``: its body."""
        return dict(self._requested("POST", "/v1/answers", json=said))

    def _requested(self, method: str, path: str, **said: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            with httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT, trust_env=False) as http:
                response = http.request(method, path, **said)
        except httpx.TransportError as error:
            raise errors.KbError(f"the service at {self.url} does not answer ({error}); is it running?") from error
        if response.is_success:
            return response.json()
        raise _named(response)


def _named(response: httpx.Response) -> errors.KbError:
    try:
        told = response.json()
        kind, detail = getattr(errors, told["error"], errors.KbError), str(told["detail"])
    except (ValueError, KeyError, TypeError):  # somebody in between has answered
        kind, detail = errors.KbError, f"{response.url.host} answers with status {response.status_code}"
    return kind(detail) if isinstance(kind, type) and issubclass(kind, errors.KbError) else errors.KbError(detail)
