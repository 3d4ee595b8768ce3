"""Webhooks and what is still to be delivered: written in the transaction of the event, so that none is lost."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import new, seals
from kb_service.adapters.sql.site_seals import site_seal
from kb_service.adapters.sql.talk_tables import deliveries, webhooks
from kb_service.adapters.sql.trail import record
from kb_service.domain.errors import WebhookNotFound
from kb_service.domain.webhooks import GIVEN_UP_AFTER, Delivery, Webhook, WebhookEvent, WebhookForm, pause_after

_LONGEST_ERROR = 500
_NOT_OURS = "it was not written by this service, or changed in the database: look at it before you send it again"


def tell(
    connection: Connection,
    event: WebhookEvent,
    *,
    department_id: str,
    at: datetime,
    new_id: Callable[[], str],
    body: Callable[[], Mapping[str, Any]],
    escalation_id: str = "",
) -> None:
    """One delivery for each webhook that wants it; ``body`` is made only where one does. ``department_id`` empty: of
    nobody, for those who want all departments."""
    wanting = [each for each in _on(connection) if _wants(each, event, department_id)]
    if not wanting:
        return
    said = body()
    rows = []
    for each in wanting:
        key = new_id()
        told = {"id": key, "event": event, "at": at.isoformat(), **said}
        rows.append(
            {
                "id": key,
                "webhook_id": each.id,
                "escalation_id": escalation_id,
                "event": event,
                "body": told,
                "seal": _seal(connection, key, each.id, event, told),
                "created_at": at,
                "due_at": at,
                "attempts": 0,
            }
        )
    connection.execute(insert(deliveries), rows)


def _seal(connection: Connection, delivery_id: str, webhook_id: str, event: str, body: Mapping[str, Any]) -> str:
    return site_seal(connection, "delivery", delivery_id, webhook_id, event, body)


def _is_sealed(connection: Connection, row: Row[Any]) -> bool:
    return bool(row.seal == _seal(connection, row.id, row.webhook_id, row.event, row.body))


_NOT_ENDED = select(webhooks).where(webhooks.c.ended_at.is_(None))


def _on(connection: Connection) -> list[Webhook]:
    return [_webhook(row) for row in connection.execute(_NOT_ENDED)]


def _wants(webhook: Webhook, event: WebhookEvent, department_id: str) -> bool:
    is_wanted = not webhook.events or event in webhook.events
    return is_wanted and (not webhook.departments or department_id in webhook.departments)


class SqlWebhooks:
    """Implements `delivering.Deliveries`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def create(
        self,
        url: str,
        *,
        form: WebhookForm,
        events: Sequence[WebhookEvent],
        departments: Sequence[str],
        actor: str,
        at: datetime,
        robot_secret: str | None = None,
    ) -> Webhook:
        row = {
            "id": self._new_id(),
            "url": url,
            "form": form,
            "events": list(events),
            "departments": list(departments),
            "created_at": at,
            "created_by": actor,
            "robot_secret": robot_secret,
        }
        with self._database.writing() as connection:
            connection.execute(insert(webhooks).values(row))
            record(
                connection,
                at=at,
                actor=actor,
                action="webhook",
                detail={"webhook": row["id"]},
                was=new(("webhook", str(row["id"]))),
            )
            return _webhook(connection.execute(select(webhooks).where(webhooks.c.id == row["id"])).one())

    def end(self, webhook_id: str, *, actor: str, at: datetime) -> None:
        """It is told nothing more; what was not delivered is given up, and a robot's secret forgotten. Raises
        WebhookNotFound."""
        with self._database.writing() as connection:
            was = seals(connection, [("webhook", webhook_id)])
            ended = update(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.ended_at.is_(None))
            if not connection.execute(ended.values(ended_at=at, robot_secret=None)).rowcount:
                raise WebhookNotFound(f"there is no webhook {webhook_id!r} that is told anything")
            open_ones = update(deliveries).where(
                deliveries.c.webhook_id == webhook_id, deliveries.c.due_at.is_not(None)
            )
            connection.execute(open_ones.values(due_at=None, dead_at=at, error="the webhook was ended"))
            record(connection, at=at, actor=actor, action="webhook_ended", detail={"webhook": webhook_id}, was=was)

    def all(self) -> Sequence[Webhook]:
        with self._database.reading() as connection:
            return [_webhook(row) for row in connection.execute(select(webhooks).order_by(webhooks.c.created_at))]

    def due(self, at: datetime, *, limit: int) -> Sequence[tuple[Delivery, Webhook]]:
        """What is to be sent now, oldest first. What this service has not written, or otherwise, becomes a dead letter:
        it would be signed as this service's word."""
        query = select(deliveries).where(deliveries.c.due_at <= at).order_by(deliveries.c.due_at, deliveries.c.id)
        with self._database.reading() as connection:
            found = connection.execute(query.limit(limit)).all()
            by_id = {each.id: each for each in _on(connection)} if found else {}
            foreign = [row.id for row in found if not _is_sealed(connection, row)]
        for each in foreign:
            self._change(each, {"due_at": None, "dead_at": at, "error": _NOT_OURS})
        own = [row for row in found if row.id not in foreign]
        return [(_delivery(row), by_id[row.webhook_id]) for row in own if row.webhook_id in by_id]

    def robot_secret(self, webhook_id: str) -> str | None:
        """What its maker gave a robot to sign with."""
        with self._database.reading() as connection:
            return connection.scalar(select(webhooks.c.robot_secret).where(webhooks.c.id == webhook_id))

    def delivered(self, delivery: Delivery, *, at: datetime) -> None:
        done = {"due_at": None, "delivered_at": at, "attempts": delivery.attempts + 1, "error": None, "dead_at": None}
        self._change(delivery.id, done)

    def failed(self, delivery: Delivery, error: str, *, at: datetime) -> None:
        """Due again after a pause, or a dead letter after a day."""
        attempts, is_over = delivery.attempts + 1, at - delivery.created_at >= GIVEN_UP_AFTER
        values: dict[str, Any] = {"attempts": attempts, "error": error[:_LONGEST_ERROR]}
        values |= {"due_at": None, "dead_at": at} if is_over else {"due_at": at + pause_after(attempts)}
        self._change(delivery.id, values)

    def list(self, *, is_dead: bool | None = None, limit: int = 100) -> Sequence[Delivery]:
        """The newest first: dead letters only, or all that is not delivered yet too."""
        query = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        if is_dead is not None:
            query = query.where(deliveries.c.dead_at.is_not(None) if is_dead else deliveries.c.dead_at.is_(None))
        with self._database.reading() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def send_again(self, delivery_id: str, *, actor: str, at: datetime) -> Delivery:
        """A dead letter, for another day, as it stands: somebody has looked at it. Raises WebhookNotFound."""
        with self._database.writing() as connection:
            revived = update(deliveries).where(
                deliveries.c.id == delivery_id,
                deliveries.c.dead_at.is_not(None),
                deliveries.c.webhook_id.in_(select(webhooks.c.id).where(webhooks.c.ended_at.is_(None))),
            )
            values = {"due_at": at, "created_at": at, "dead_at": None, "attempts": 0}
            if not connection.execute(revived.values(values)).rowcount:
                raise WebhookNotFound(f"there is no dead letter {delivery_id!r} of a webhook that is still told")
            record(connection, at=at, actor=actor, action="send_again", detail={"delivery": delivery_id})
            its = deliveries.c.id == delivery_id
            row = connection.execute(select(deliveries).where(its)).one()
            sealed = _seal(connection, row.id, row.webhook_id, row.event, row.body)
            connection.execute(update(deliveries).where(its).values(seal=sealed))
            return _delivery(row)

    def forget_before(self, moment: datetime) -> None:
        """What was delivered or given up before then."""
        over = deliveries.c.created_at < moment
        with self._database.writing() as connection:
            connection.execute(
                deliveries.delete().where(
                    over, or_(deliveries.c.delivered_at.is_not(None), deliveries.c.dead_at.is_not(None))
                )
            )

    def _change(self, delivery_id: str, values: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(values))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        form=WebhookForm(row.form),
        events=tuple(WebhookEvent(each) for each in row.events),
        departments=tuple(row.departments),
        created_at=row.created_at,
        created_by=row.created_by,
        ended_at=row.ended_at,
        has_robot_secret=row.robot_secret is not None,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        escalation_id=row.escalation_id,
        event=WebhookEvent(row.event),
        body=row.body,
        created_at=row.created_at,
        due_at=row.due_at or row.created_at,
        attempts=row.attempts,
        delivered_at=row.delivered_at,
        dead_at=row.dead_at,
        error=row.error,
    )
