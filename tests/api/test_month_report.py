"""The report of a month: the numbers of the figures, their CSV and the raw rows, in a file that needs no other."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kb_service.domain.days import SHANGHAI
from kb_service.domain.matters import Department, Matter
from kb_service.domain.people import Role
from tests.api.conftest import Http, key_of, small_knowledge_base
from tests.factories import NOON

BEGIN = datetime(2026, 10, 28, 10, 0, tzinfo=SHANGHAI)
QUESTION = "热气球停放证要多少钱"


class Clock:
    at = BEGIN

    def now(self) -> datetime:
        return self.at


def ask(http: Http, user: str, question: str = QUESTION) -> str:
    body = {"question": question, "conversation_id": f"c-{user}", "user_ref": user, "channel": "web"}
    answered = http.post("/v1/answers", body, headers={"X-KB-Actor": "web"})
    assert answered.status_code == 200, answered.text
    return str(answered.json()["answer_id"])


def say(http: Http, answer_id: str, resolved: bool) -> None:
    said = http.post(f"/v1/answers/{answer_id}/feedback", {"resolved": resolved}, headers={"X-KB-Actor": "web"})
    assert said.status_code < 300, said.text


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Http]:
    """In October two ask, of whom one says that it helped; in November five, two of whom speak and one is handed over.
    It is the 20th of November."""
    clock = Clock()
    for http in small_knowledge_base(tmp_path_factory.mktemp("month"), models_dir, clock=clock.now):
        http.service.catalogue.replace(
            departments_=[Department("qiqiu", "市气球管理处", ("气球处",), "12345", None, ("热气球",))],
            matters_=[Matter("qiqiu-tingfang", "热气球停放证办理", "qiqiu", ("气球停放证", "停热气球"))],
            actor="operator",
            at=NOON,
        )
        http.service.reread_catalogue()
        say(http, ask(http, "u1"), True)
        ask(http, "u2")
        clock.at = BEGIN + timedelta(days=6)
        say(http, ask(http, "u3"), True)
        say(http, ask(http, "u4"), False)
        ask(http, "u5")
        ask(http, "u6", "热气球停放证转人工")
        clock.at = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
        ask(http, "u7")
        yield http


def report(http: Http, month: str = "2026-11") -> str:
    got = http.get(f"/v1/reports/{month}")
    assert got.status_code == 200 and got.headers["content-type"].startswith("text/html"), got.text
    return got.text


def section(html: str, name: str) -> list[list[str]]:
    """The cells of each row in the section's tables, without tags."""
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found, name
    rows = re.findall(r"<tr>(.*?)</tr>", found[0], re.DOTALL)
    cells = [re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_the_report_the_figures_their_csv_and_the_raw_rows_say_the_same(told: Http) -> None:
    html = report(told)
    _, confirmed, implied, *_ = section(html, "figures")
    # Two of November said something, one of them that it helped; of the four that are seven days old u4 said that it
    # did not and u6 went to people. In October both were left alone.
    assert confirmed[:3] == ["小申 · 本人确认", "50.0% 9.5–90.5%，1/2", "100.0% 20.7–100.0%，1/1"]
    assert implied[:3] == ["小申 · 推定", "50.0% 15.0–85.0%，2/4", "100.0% 34.2–100.0%，2/2"]

    asked = {"from": "2026-11-01", "to": "2026-11-30", "by": "matter"}
    figures = told.get("/v1/resolution", **asked).json()
    (group,) = figures["groups"]
    written = told.get("/v1/resolution", **asked, format="csv").text.removeprefix("\ufeff")
    row, _ = csv.DictReader(io.StringIO(written))
    (shown,) = section(html, "matters")[1:]
    counts = {name: group["assistant"][name] for name in ("questions", "handed_over")}
    assert counts == {"questions": 5, "handed_over": 1}
    assert shown[1:4] == [group["name"], "5", "1"] and (row["questions"], row["handed_over"]) == ("5", "1")
    for cell, name in ((shown[4], "confirmed"), (shown[5], "implied")):
        one = group["assistant"][name]
        assert cell.endswith(f"{one['successes']}/{one['n']}")
        assert (row[name], row[f"{name}_n"]) == (str(one["successes"]), str(one["n"]))
    assert told.service.measuring.check().differences == []


def test_weeks_of_the_report_are_those_of_the_figures(told: Http) -> None:
    shown = {row[0]: row[1] for row in section(report(told), "weeks")[1:]}
    figures = told.get("/v1/resolution", **{"from": "2026-09-14", "to": "2026-11-30"}).json()
    counted = {each["value"]: str(each["assistant"]["questions"]) for each in figures["groups"]}
    assert (len(shown), counted) == (12, {"2026-10-26": "2", "2026-11-02": "4", "2026-11-16": "1"})
    assert {week: count for week, count in shown.items() if count != "0"} == counted


def test_a_report_needs_no_network_and_no_script(told: Http) -> None:
    got = told.get("/v1/reports/2026-11")
    assert not re.search(r"<script|<link|\bsrc=|@import|url\(|https?://", got.text)
    assert "default-src 'none'" in got.headers["content-security-policy"]
    assert "这个月还没有结束" in got.text and "这个月还没有结束" not in report(told, "2026-10")


@pytest.mark.parametrize("month", ["2026-12", "2026-13", "2026-1", "november", "２０２６-11"])
def test_a_month_that_is_none_or_has_not_begun_is_refused(told: Http, month: str) -> None:
    refused = told.get(f"/v1/reports/{month}")
    assert refused.status_code == 422, refused.text


def test_only_who_sees_the_figures_sees_the_report(keyed: Http) -> None:
    def status(role: Role) -> int:
        key = key_of(keyed, f"月报 {role}", role)
        return keyed.request("GET", "/v1/reports/2026-11", headers={"Authorization": f"Bearer {key}"}).status_code

    assert [status(each) for each in (Role.EVALUATOR, Role.HELPER, Role.FRONTEND)] == [200, 403, 403]
