"""Telling other systems of escalations, of what misled people, of problems: events, who is told, the signature."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

# Tried again for a day, then left as a dead letter that somebody may send again.
GIVEN_UP_AFTER = timedelta(days=1)
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=1)


class WebhookEvent(StrEnum):
    OPENED = "opened"
    MESSAGE = "message"
    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    ORDERED = "ordered"
    RESOLVED = "resolved"
    RETURNED = "returned"
    REOPENED = "reopened"
    WARNED = "warned"
    BREACHED = "breached"
    PROPOSED = "proposed"
    FEEDBACK = "feedback"
    FEEDBACK_BREACHED = "feedback_breached"
    ANSWERS_AFFECTED = "answers_affected"
    PROBLEM_OPENED = "problem_opened"
    PROBLEM_DUE = "problem_due"
    PROBLEM_LATE = "problem_late"
    PROBLEM_CLOSED = "problem_closed"


class WebhookForm(StrEnum):
    """JSON: the event, signed. WECOM, DINGTALK: a line of text for a group of helpers, in their message format."""

    JSON = "json"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


@dataclass(frozen=True, slots=True)
class Webhook:
    """``events`` and ``departments`` empty: all of them. The secret of a JSON one is derived, and never stored.

    ``has_robot_secret``: DingTalk gave its robot a secret that messages are signed with; it is told to no door.
    """

    id: str
    url: str
    form: WebhookForm
    events: tuple[WebhookEvent, ...]
    departments: tuple[str, ...]
    created_at: datetime
    created_by: str
    ended_at: datetime | None = None
    has_robot_secret: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """``id`` is the idempotency key: the same however often it is sent. ``escalation_id`` is empty where the event is
    of none."""

    id: str
    webhook_id: str
    escalation_id: str
    event: WebhookEvent
    body: Mapping[str, Any]
    created_at: datetime
    due_at: datetime
    attempts: int
    delivered_at: datetime | None = None
    dead_at: datetime | None = None
    error: str | None = None


def secret_of(webhook_id: str, site_key: bytes) -> str:
    """What its owner is shown once and keeps: nothing of it is stored here."""
    return hmac.new(site_key, f"webhook:{webhook_id}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of timestamp, a point and the body, hexadecimal, as `X-KB-Signature` carries it."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def signed_for_dingtalk(url: str, robot_secret: str, timestamp_ms: int) -> str:
    """The address with `timestamp` and `sign`, as DingTalk's robots want it whose messages are to be signed (加签):
    HMAC-SHA256 under the robot's secret over timestamp, a line break and that secret, in Base64, quoted for an address.
    """
    digest = hmac.new(robot_secret.encode(), f"{timestamp_ms}\n{robot_secret}".encode(), hashlib.sha256).digest()
    sign = urlencode({"timestamp": timestamp_ms, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if '?' in url else '?'}{sign}"


def pause_after(attempts: int) -> timedelta:
    """5, 10, 20 … seconds, an hour at most."""
    return min(_FIRST_PAUSE * float(2 ** min(attempts - 1, 20)), _LONGEST_PAUSE)


def written(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
