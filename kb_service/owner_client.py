"""How a `kb` command talks to the process that owns the index, over loopback."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import httpx

from kb_service.adapters.index.ownership import OwnerAddress
from kb_service.domain import errors

# A rebuild of 100,000 passages takes minutes; the answer itself never this long.
_TIMEOUT = httpx.Timeout(10, read=3600)


class OwnerClient:
    """Raises the owner's own errors again, and IndexOwnedElsewhere when it cannot be reached."""

    def __init__(self, address: OwnerAddress) -> None:
        self._http = httpx.Client(
            base_url=f"http://{address.host}:{address.port}",
            headers={"Authorization": f"Bearer {address.token}"},
            timeout=_TIMEOUT,
            trust_env=False,
        )
        self._pid = address.pid

    def ask(self, question: str, *, as_of: date | None, region: str | None) -> dict[str, Any]:
        body = {"question": question, "as_of": as_of.isoformat() if as_of else None, "region": region}
        return dict(self._post("/v1/answers", {name: value for name, value in body.items() if value is not None}))

    def search(self, query: str, *, as_of: date | None, limit: int) -> dict[str, Any]:
        params: dict[str, str | int] = {"question": query, "limit": limit}
        if as_of:
            params["as_of"] = as_of.isoformat()
        return dict(self._checked("GET", "/v1/search", params=params))

    def route(self, question: str) -> dict[str, Any]:
        return dict(self._post("/v1/routes", {"question": question}))

    def sync(self, document_ids: Sequence[str]) -> None:
        self._post("/internal/sync", {"document_ids": list(document_ids)})

    def check(self, kept_head: str | None) -> dict[str, Any]:
        return dict(self._post("/internal/check", {"kept_head": kept_head}))

    def reindex(self) -> int:
        return int(self._post("/internal/reindex", {})["points"])

    def catalogue_changed(self) -> None:
        self._post("/internal/catalogue", {})

    def _post(self, path: str, body: object) -> Any:
        return self._checked("POST", path, json=body)

    def _checked(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise errors.IndexOwnedElsewhere(
                f"process {self._pid} owns the index but does not answer ({error}); wait for it or stop it"
            ) from error
        if response.is_success:
            return response.json()
        said = response.json()
        kind = getattr(errors, said.get("error", ""), errors.KbError)
        raise kind(said.get("detail", response.text))
