"""Other systems are told of escalations: signed, once by their id, again until they take it, on every database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from kb_service.adapters.outside import Outside
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.talk_tables import deliveries
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.domain.errors import WebhookNotFound, WebhookRefused
from kb_service.domain.escalations import Verdict
from kb_service.domain.webhooks import Webhook, WebhookEvent, WebhookForm, pause_after, signed_for_dingtalk
from kb_service.helping.delivering import Delivering
from kb_service.helping.summaries import line_of, load_summary_words
from kb_service.settings import Settings
from kb_service.wiring import new_id, now
from tests.contract.desk import DEPARTMENTS, Desk
from tests.webhook_receiver import Receiver, receiving

KEY = b"the key of a site"


class Telling:
    """A desk whose events are told to a receiver; the clock of deliveries is the test's."""

    def __init__(self, database: Database, receiver: Receiver) -> None:
        self.desk = Desk(database)
        self.desk.at = now()
        self.desk.hire("zhang", "gongan", "renshe")
        self.webhooks = SqlWebhooks(database, new_id=new_id)
        self.receiver = receiver
        words = load_summary_words(Settings().prompts_dir)
        self.delivering = Delivering(
            deliveries=self.webhooks,
            poster=Outside(["127.0.0.1"]),
            site_key=KEY,
            line_of=lambda delivery: line_of(delivery, words, {each.id: each.name for each in DEPARTMENTS}),
            now=lambda: self.desk.at,
        )

    def tell(
        self,
        *events: WebhookEvent,
        form: WebhookForm = WebhookForm.JSON,
        departments: tuple[str, ...] = (),
        robot_secret: str | None = None,
    ) -> Webhook:
        made = self.webhooks.create(
            self.receiver.url,
            form=form,
            events=events,
            departments=departments,
            actor="admin",
            at=self.desk.at,
            robot_secret=robot_secret,
        )
        self.receiver.secret = self.delivering.secret(made) or ""
        return made

    def told(self) -> list[str]:
        return [each["event"] for each in self.receiver.events.values()]


@pytest.fixture
def telling(database: Database) -> Iterator[Telling]:
    with receiving() as receiver:
        yield Telling(database, receiver)


def test_every_event_of_a_talk_is_told_once_signed_and_without_personal_data(telling: Telling) -> None:
    telling.tell()
    desk = telling.desk
    talk = desk.open(words="我叫王小明，手机13800138000，签注怎么办")
    desk.helping.claim(talk.id, "zhang")
    desk.helping.reply(talk.id, "zhang", "请到窗口")
    desk.helping.note(talk.id, "zhang", "不外传")
    desk.helping.resolve(talk.id, "zhang", Verdict.RESOLVED, "")
    assert telling.delivering.deliver() == 4
    assert telling.delivering.deliver() == 0
    assert sorted(telling.told()) == ["claimed", "message", "opened", "resolved"]
    assert telling.receiver.refused == []
    opened = next(each for each in telling.receiver.events.values() if each["event"] == "opened")
    assert opened["escalation"]["id"] == talk.id
    assert "13800138000" not in str(telling.receiver.events) and "不外传" not in str(telling.receiver.events)
    assert row_faults(desk.database) == []


def test_clocks_that_warn_and_are_over_are_told(telling: Telling) -> None:
    telling.tell(WebhookEvent.WARNED, WebhookEvent.BREACHED)
    desk = telling.desk
    desk.at = datetime(2026, 7, 1, 2, 0, tzinfo=now().tzinfo)  # a Wednesday
    desk.at = desk.at.replace(hour=10)
    desk.open()
    for _ in range(2):
        desk.later(seconds=45)
        desk.helping.tell_clocks()
    desk.at = now()
    telling.delivering.deliver()
    assert sorted(telling.told()) == ["breached", "warned"]


def test_only_what_is_wanted_is_told(telling: Telling) -> None:
    telling.tell(WebhookEvent.OPENED, departments=("renshe",))
    telling.desk.open(1, "gongan")
    wanted = telling.desk.open(2, "renshe")
    telling.desk.helping.claim(wanted.id, "zhang")
    telling.delivering.deliver()
    assert [each["escalation"]["id"] for each in telling.receiver.events.values()] == [wanted.id]


def test_what_is_not_taken_is_sent_again_with_the_same_id_until_it_is(telling: Telling) -> None:
    telling.tell()
    telling.receiver.fails = [500, 302]
    telling.desk.open()
    for seconds in (0, 5, 10):
        telling.desk.later(seconds=seconds)
        telling.delivering.deliver()
    assert (telling.receiver.requests, telling.told()) == (3, ["opened"])
    (delivery,) = telling.webhooks.list()
    assert (delivery.attempts, delivery.error) == (3, None)
    assert delivery.id in telling.receiver.events


def test_after_a_day_it_is_a_dead_letter_that_can_be_sent_again(telling: Telling) -> None:
    telling.tell()
    telling.receiver.fails = [503] * 1000
    telling.desk.open()
    for _ in range(40):
        telling.delivering.deliver()
        telling.desk.later(hours=1)
    (dead,) = telling.webhooks.list(is_dead=True)
    assert dead.error == "it replied with status 503"
    attempts = telling.receiver.requests
    telling.delivering.deliver()
    assert telling.receiver.requests == attempts
    telling.receiver.fails = []
    telling.desk.at = now()
    telling.webhooks.send_again(dead.id, actor="admin", at=telling.desk.at)
    assert telling.delivering.deliver() == 1
    assert list(telling.receiver.events) == [dead.id]
    with pytest.raises(WebhookNotFound):
        telling.webhooks.send_again(dead.id, actor="admin", at=telling.desk.at)


def test_an_ended_webhook_is_told_nothing_more(telling: Telling) -> None:
    made = telling.tell()
    telling.desk.open()
    telling.webhooks.end(made.id, actor="admin", at=telling.desk.at)
    telling.desk.open(2)
    assert (telling.delivering.deliver(), telling.receiver.requests) == (0, 0)
    with pytest.raises(WebhookNotFound):
        telling.webhooks.end(made.id, actor="admin", at=telling.desk.at)


def test_a_receiver_that_is_gone_keeps_nothing_from_the_others(telling: Telling) -> None:
    gone = telling.webhooks.create(
        "http://127.0.0.1:9/", form=WebhookForm.JSON, events=(), departments=(), actor="admin", at=telling.desk.at
    )
    telling.tell()
    telling.desk.open()
    assert telling.delivering.deliver() == 1
    waiting = [each for each in telling.webhooks.list() if each.webhook_id == gone.id]
    assert [(each.attempts, "did not take it" in (each.error or "")) for each in waiting] == [(1, True)]


@pytest.mark.parametrize("form", [WebhookForm.WECOM, WebhookForm.DINGTALK])
def test_a_group_of_helpers_is_told_in_a_line(telling: Telling, form: WebhookForm) -> None:
    telling.tell(WebhookEvent.OPENED, form=form)
    telling.receiver.replies_with = b'{"errcode": 310000, "errmsg": "keywords \\u001bnot in content"}'
    telling.desk.open(words="签注怎么办，手机13800138000")
    assert telling.delivering.deliver() == 0  # the robot says that it did not take it
    assert telling.webhooks.list()[0].error == "it replied with errcode 310000 keywords not in content"
    telling.receiver.replies_with = b'{"errcode": 0}'
    telling.desk.later(seconds=5)
    assert telling.delivering.deliver() == 1
    assert telling.receiver.lines[-1].startswith("新的转人工（市公安局）：签注怎么办")
    assert "13800138000" not in telling.receiver.lines[-1]
    assert telling.receiver.paths == ["/kb", "/kb"]


def test_a_robot_of_dingtalk_takes_a_message_that_is_signed_with_its_own_secret_only(telling: Telling) -> None:
    telling.receiver.robot_secret = f"SEC{'0a1b' * 16}"
    telling.receiver.url += "?access_token=t"
    unsigned = telling.tell(WebhookEvent.OPENED, form=WebhookForm.DINGTALK)
    telling.desk.open()
    assert telling.delivering.deliver() == 0
    assert telling.webhooks.list()[0].error == "it replied with errcode 310000 sign not match"
    telling.webhooks.end(unsigned.id, actor="admin", at=telling.desk.at)
    signed = telling.tell(WebhookEvent.OPENED, form=WebhookForm.DINGTALK, robot_secret=telling.receiver.robot_secret)
    telling.receiver.replies_with = b'{"errcode": 0, "errmsg": "ok"}'
    telling.desk.open(2, words="签注怎么办")
    assert telling.delivering.deliver() == 1
    assert telling.receiver.lines == ["新的转人工（市公安局）：签注怎么办"]
    assert (signed.has_robot_secret, unsigned.has_robot_secret) == (True, False)
    telling.webhooks.end(signed.id, actor="admin", at=telling.desk.at)
    assert telling.webhooks.robot_secret(signed.id) is None
    assert row_faults(telling.desk.database) == []


def test_the_address_of_a_signed_robot_is_what_openssl_makes_of_it() -> None:
    # printf '1700000000000\nthis is secret' | openssl dgst -sha256 -hmac 'this is secret' -binary | base64
    quoted = "sSFWELbV2YwjdDQhWZwTcWlX5BWUx5J6TPpsZmuPii0%3D"
    wanted = f"timestamp=1700000000000&sign={quoted}"
    for url, joined in (("https://r.example.org/send?access_token=t", "&"), ("https://r.example.org/send", "?")):
        assert signed_for_dingtalk(url, "this is secret", 1700000000000) == f"{url}{joined}{wanted}"
    # With a + and a / in it: both have to be quoted.
    # printf '1700000000001\nSECtest' | openssl dgst -sha256 -hmac 'SECtest' -binary | base64
    made = signed_for_dingtalk("https://r.example.org/send", "SECtest", 1700000000001)
    assert made.endswith("&sign=r4CWp%2FDz%2BNg0sbTjH1vB0Fr%2BuQ2fn831mssaN6%2FC05I%3D")


# Where nothing is sent to


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1/keys",
        "http://localhost/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::7f00:1]/",  # 127.0.0.1 as RFC 4291, 2.5.5.1 once wrote it
        "http://[fec0::1]/",
        "http://239.255.255.250:1900/",  # whatever listens to SSDP
        "http://2130706433/",  # 127.0.0.1 as a number
        "http://user:pw@example.org/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "javascript:alert(1)",
        "http://",
        "nonsense",
    ],
)
def test_nothing_is_sent_into_our_own_network(url: str) -> None:
    outside = Outside([])
    with pytest.raises(WebhookRefused):
        outside.require_allowed(url)
    with pytest.raises(WebhookRefused):
        outside.post(url, b"{}", {})


def test_a_host_of_our_own_is_reached_when_it_is_named() -> None:
    with receiving() as receiver:
        receiver.replies_with = b"{}"
        status, _ = Outside(["127.0.0.1"]).post(receiver.url, b'{"text": {"content": "x"}}', {})
    assert status == 200


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause_after(n).total_seconds() for n in (1, 2, 3, 10, 50)] == [5, 10, 20, 2560, 3600]
    assert sum((pause_after(n) for n in range(1, 35)), timedelta()) > timedelta(days=1)


def test_a_delivery_that_other_hands_wrote_or_changed_is_not_signed_but_left_to_an_administrator(
    telling: Telling,
) -> None:
    hook = telling.tell()
    desk = telling.desk
    desk.open(words="签注怎么办")
    with desk.database.writing() as connection:
        (row,) = connection.execute(select(deliveries)).mappings().all()
        body = {**row["body"], "id": "forged"}
        connection.execute(insert(deliveries).values({**row, "id": "forged", "body": body}))
        connection.execute(insert(deliveries).values({**row, "id": "unsealed", "seal": None}))
    assert telling.delivering.deliver() == 1
    assert telling.told() == ["opened"]
    assert {each.id for each in telling.webhooks.list(is_dead=True)} == {"forged", "unsealed"}
    telling.webhooks.send_again("forged", actor="admin", at=desk.at)
    assert telling.delivering.deliver() == 1
    assert set(telling.receiver.events) == {row["id"], "forged"}
    assert hook.ended_at is None


def test_a_delivery_is_not_sent_to_another_receiver_than_it_was_written_for(telling: Telling) -> None:
    telling.tell(WebhookEvent.OPENED)
    desk = telling.desk
    desk.open(words="签注怎么办")
    other = telling.webhooks.create(
        telling.receiver.url, form=WebhookForm.JSON, events=(), departments=(), actor="admin", at=desk.at
    )
    with desk.database.writing() as connection:
        connection.execute(update(deliveries).values(webhook_id=other.id))
    assert telling.delivering.deliver() == 0
    assert telling.told() == []
