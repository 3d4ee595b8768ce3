"""Delivering what other systems want to know: signed, again until it is taken, for a day."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from kb_service.domain.errors import WebhookRefused
from kb_service.domain.webhooks import (
    Delivery,
    Webhook,
    WebhookForm,
    secret_of,
    signature,
    signed_for_dingtalk,
    written,
)

_AT_ONCE = 100
_THREADS = 4
_LONGEST_SAID = 200

log = logging.getLogger(__name__)


class Deliveries(Protocol):
    """What is still to be sent."""

    def due(self, at: datetime, *, limit: int) -> Sequence[tuple[Delivery, Webhook]]: ...

    def robot_secret(self, webhook_id: str) -> str | None: ...

    def delivered(self, delivery: Delivery, *, at: datetime) -> None: ...

    def failed(self, delivery: Delivery, error: str, *, at: datetime) -> None: ...


class Poster(Protocol):
    """Raises WebhookRefused and OSError."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]: ...


class Delivering:
    """``line_of``: an event as a line of text, for groups of helpers."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        poster: Poster,
        site_key: bytes,
        line_of: Callable[[Delivery], str],
        now: Callable[[], datetime],
    ) -> None:
        self._deliveries = deliveries
        self._poster = poster
        self._site_key = site_key
        self._line_of = line_of
        self._now = now

    def secret(self, webhook: Webhook) -> str | None:
        """What its owner checks signatures with; None for a robot, whose makers have a way of their own."""
        return secret_of(webhook.id, self._site_key) if webhook.form is WebhookForm.JSON else None

    def deliver(self) -> int:
        """Send what is due; how many were taken. A slow receiver holds up its own, and three others at most."""
        due = self._deliveries.due(self._now(), limit=_AT_ONCE)
        if not due:
            return 0
        with ThreadPoolExecutor(_THREADS) as pool:
            return sum(pool.map(lambda pair: self._send(*pair), due))

    def _send(self, delivery: Delivery, webhook: Webhook) -> bool:
        try:
            status, reply = self._poster.post(*self._request(delivery, webhook))
        except (OSError, WebhookRefused) as error:
            self._deliveries.failed(delivery, str(error), at=self._now())
            return False
        fault = _fault(webhook.form, status, reply)
        if fault is not None:
            self._deliveries.failed(delivery, fault, at=self._now())
            return False
        self._deliveries.delivered(delivery, at=self._now())
        return True

    def _request(self, delivery: Delivery, webhook: Webhook) -> tuple[str, bytes, dict[str, str]]:
        seconds = int(self._now().timestamp())
        if (secret := self.secret(webhook)) is not None:
            body = written(delivery.body)
            signed = {
                "X-KB-Timestamp": str(seconds),
                "X-KB-Signature": signature(secret, seconds, body),
                "Idempotency-Key": delivery.id,
            }
            return webhook.url, body, signed
        body = written({"msgtype": "text", "text": {"content": self._line_of(delivery)}})
        given = self._deliveries.robot_secret(webhook.id) if webhook.has_robot_secret else None
        url = webhook.url if given is None else signed_for_dingtalk(webhook.url, given, seconds * 1000)
        return url, body, {}


def _fault(form: WebhookForm, status: int, reply: bytes) -> str | None:
    """Why it was not taken; WeCom and DingTalk say so in a reply with status 200."""
    if not 200 <= status < 300:
        return f"it replied with status {status}"
    if form is WebhookForm.JSON:
        return None
    try:
        said = json.loads(reply)
        code, why = said.get("errcode", 0), str(said.get("errmsg", ""))
    except (ValueError, AttributeError):
        return "its reply is none of a robot's"
    # Shown at a terminal, which would obey what is unprintable.
    told = "".join(filter(str.isprintable, why))[:_LONGEST_SAID]
    return None if code == 0 else f"it replied with errcode {code} {told}".strip()
