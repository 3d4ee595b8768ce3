"""What was resolved, over HTTP: a fortnight of four people, whose figures are worked out by hand."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.domain.days import SHANGHAI
from kb_service.domain.matters import Department, Matter
from kb_service.domain.people import Role
from kb_service.domain.service_hours import service_hours
from tests.api.conftest import FEE_2026, Http, key_of, publish, small_knowledge_base
from tests.factories import NOON

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=SHANGHAI)
QUESTION = "热气球停放证要多少钱"
ALWAYS = service_hours(["00:00-24:00"], ["00:00-24:00"])


class Fortnight:
    def __init__(self) -> None:
        self.at = MONDAY
        self.http: Http

    def now(self) -> datetime:
        return self.at

    def act(self, who: str, path: str, body: object) -> dict[str, Any]:
        done = self.http.post(path, body, headers={"X-KB-Actor": who})
        assert done.status_code < 300, done.text
        return dict(done.json()) if done.content else {}

    def ask(self, user: str, question: str = QUESTION, **more: Any) -> dict[str, Any]:
        body = {"question": question, "conversation_id": f"c-{user}", "user_ref": user, "channel": "web", **more}
        return self.act("web", "/v1/answers", body)

    def figures(self, **asked: Any) -> dict[str, Any]:
        got = self.http.get("/v1/resolution", **{"from": "2026-11-01", "to": "2026-11-30"}, **asked)
        assert got.status_code == 200, got.text
        return dict(got.json())


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Fortnight]:
    story = Fortnight()
    for http in small_knowledge_base(tmp_path_factory.mktemp("resolution"), models_dir, clock=story.now):
        http.service.catalogue.replace(
            departments_=[
                Department("qiqiu", "市气球管理处", ("气球处",), "12345", "全天", ("热气球",), ALWAYS),
                Department("dashuju", "市大数据中心", (), "12345", None, ()),
            ],
            matters_=[Matter("qiqiu-tingfang", "热气球停放证办理", "qiqiu", ("气球停放证", "停热气球"))],
            actor="operator",
            at=NOON,
        )
        http.service.reread_catalogue()
        story.http = http
        yield story


def parts(share: dict[str, Any]) -> tuple[int, int]:
    return share["successes"], share["n"]


def test_figures_move_as_people_are_answered_speak_are_handed_over_and_come_back(fortnight: Fortnight) -> None:
    helped, not_helped = fortnight.ask("u1"), fortnight.ask("u2", region="浦东新区")
    assert helped["outcome"] == not_helped["outcome"] == "answered"
    fortnight.act("web", f"/v1/answers/{helped['answer_id']}/feedback", {"resolved": True})
    fortnight.act("web", f"/v1/answers/{not_helped['answer_id']}/feedback", {"resolved": False})
    fortnight.ask("u4")
    assert fortnight.ask("u3", "热气球停放证转人工")["outcome"] == "handed_over"

    made = fortnight.http.request("PUT", "/v1/helpers/zhang", json={"departments": ["qiqiu"]})
    assert made.status_code == 200, made.text
    fortnight.act("zhang", "/v1/helpers/me:presence", {"is_present": True})
    asker = {"conversation_id": "c-u3", "user_ref": "u3", "channel": "web", "department": "气球处"}
    talk = fortnight.act("web", "/v1/escalations", asker)
    fortnight.act("zhang", f"/v1/escalations/{talk['id']}:claim", {})
    fortnight.at += timedelta(seconds=45)
    fortnight.act("zhang", f"/v1/escalations/{talk['id']}:reply", {"text": "150元。"})
    fortnight.act("zhang", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"})
    whose = {"channel": "web", "user_ref": "u3"}
    judged = fortnight.http.request(
        "POST",
        f"/v1/talks/{talk['id']}:judge",
        json={"verdict": "resolved", **whose},
        headers={"X-KB-Actor": "web"},
    )
    assert judged.status_code == 200, judged.text

    shown = fortnight.figures()
    assistant, human = shown["total"]["assistant"], shown["total"]["human"]
    assert (assistant["questions"], assistant["answered"], assistant["handed_over"]) == (4, 3, 1)
    assert parts(assistant["confirmed"]) == (1, 2)
    assert [round(assistant["confirmed"][each], 4) for each in ("low", "high")] == [0.0945, 0.9055]
    assert (parts(assistant["implied"]), assistant["implied"]["rate"], assistant["pending"]) == ((0, 0), None, 4)
    assert (human["talks"], parts(human["confirmed"]), human["pending"]) == (1, (1, 1), 1)
    assert shown["first_replies"] == {"n": 1, "median_seconds": 45.0, "p90_seconds": 45.0}
    first_reply = next(each for each in shown["clocks"] if each["kind"] == "first_reply")
    assert (first_reply["met"], first_reply["late"], first_reply["running"]) == (1, 0, 0)
    assert shown["reasons"] == {"user_request": 1}
    assert shown["coverage"] == {"covered": 1, "matters": 1}

    fortnight.at = MONDAY + timedelta(days=3)
    fortnight.ask("u4")  # back on the matter
    fortnight.at = MONDAY + timedelta(days=7, hours=1)
    shown = fortnight.figures()
    # Of the four of Monday only u1 was answered, did not say otherwise, and was left alone.
    assert parts(shown["total"]["assistant"]["implied"]) == (1, 4)
    assert shown["total"]["assistant"]["pending"] == 1
    assert parts(shown["total"]["human"]["implied"]) == (1, 1)

    fortnight.at = MONDAY + timedelta(days=11)
    assert parts(fortnight.figures()["total"]["assistant"]["implied"]) == (2, 5)


def test_figures_are_grouped_by_whom_and_where(fortnight: Fortnight) -> None:
    def questions(by: str) -> dict[str | None, int]:
        return {each["value"]: each["assistant"]["questions"] for each in fortnight.figures(by=by)["groups"]}

    assert questions("week") == {"2026-11-02": 5}
    assert questions("district") == {None: 4, "浦东新区": 1}
    assert questions("channel") == {"web": 5}
    assert questions("matter") == {"qiqiu-tingfang": 5}
    assert questions("department") == {"qiqiu": 5}
    (matter,) = fortnight.figures(by="matter")["groups"]
    assert (matter["name"], matter["human"]["talks"]) == ("热气球停放证办理", 1)


def test_the_same_figures_come_as_csv_for_a_spreadsheet(fortnight: Fortnight) -> None:
    got = fortnight.http.get("/v1/resolution", by="matter", format="csv", **{"from": "2026-11-01"})
    accepted = fortnight.http.request("GET", "/v1/resolution?by=matter&from=2026-11-01", headers={"Accept": "text/csv"})
    assert got.text == accepted.text and got.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(got.text.removeprefix("\ufeff"))))
    assert [(each["value"], each["questions"], each["confirmed"], each["confirmed_n"]) for each in rows] == [
        ("qiqiu-tingfang", "5", "1", "2"),
        ("total", "5", "1", "2"),
    ]


def test_knowledge_in_use_says_which_text_did_not_help_what_nobody_cites_and_what_ends(fortnight: Fortnight) -> None:
    ending = publish(
        fortnight.http.service,
        "lantern",
        "第一条 孔明灯不得在市区燃放。",
        title="孔明灯管理办法",
        effective_from="2020-01-01",
        effective_to="2026-12-31",
    )
    november = {"from": "2026-11-01", "to": "2026-11-30"}
    used = fortnight.http.get("/v1/knowledge-use", **november).json()
    # Four answers cite the guide: u2 said it did not help, u4 was back after three days; u1 and u4 again were helped.
    (damage,) = used["damages"]
    assert (damage["document_id"], damage["matter"]["name"]) == ("balloon", "热气球停放证办理")
    assert (damage["cited"], damage["unresolved"], damage["returned"], parts(damage["failure"])) == (4, 1, 1, (2, 4))
    assert damage["expected_damage"] == 0.6  # 4 × 0.15, the lower end of 2 of 4
    (handed,) = used["handed_over"]
    assert (handed["questions"], handed["handed_over"], handed["reasons"]) == (5, 1, {"user_request": 1})
    assert [each["version_id"] for each in used["never_cited"]] == [ending]
    assert [each["version_id"] for each in used["ending_soon"]] == [ending]
    assert [(each["day"], [one["version_id"] for one in each["end"]]) for each in used["ahead"]] == [
        ("2026-12-31", [ending])
    ]
    assert (used["in_force"], used["without"]) == (2, [])

    got = fortnight.http.get("/v1/knowledge-use", format="csv", part="damages", **november)
    (row,) = csv.DictReader(io.StringIO(got.text.removeprefix("\ufeff")))
    assert (row["document_id"], row["failed"], row["n"], row["expected_damage"]) == ("balloon", "2", "4", "0.60")
    ahead = fortnight.http.get("/v1/knowledge-use", format="csv", part="ahead", **november).text
    assert "2026-12-31,end,lantern" in ahead
    shown = fortnight.http.request("GET", "/console/knowledge?from=2026-11-01", headers={"Cookie": "kb_actor=zhang"})
    assert shown.status_code == 200 and "孔明灯管理办法" in shown.text and "50.0%" in shown.text


def test_known_questions_are_asked_ahead_of_each_switch_day_and_those_answered_otherwise_are_shown(
    fortnight: Fortnight,
) -> None:
    in_force = fortnight.http.service.library.schedules(["balloon"])["balloon"][-1].version_id
    dearer = publish(
        fortnight.http.service,
        "balloon",
        FEE_2026.replace("150元", "180元"),
        title="热气球停放证办事指南",
        effective_from="2027-01-01",
        matter_id="qiqiu-tingfang",
    )
    ahead = fortnight.http.service.asking_ahead
    # The lantern's end, and the new fee.
    assert [ahead.run_once() for _ in range(3)] == [True, True, False]
    shown = {each["day"]: each["asked"] for each in fortnight.http.get("/v1/knowledge-use").json()["ahead"]}
    assert (shown["2026-12-31"]["questions"], shown["2026-12-31"]["effects"]) == (1, [])
    changed = {"effect": "changed", "outcome": "answered", "before": [in_force], "after": [dearer]}
    assert shown["2027-01-01"]["effects"] == [{"question": QUESTION, **changed}]
    page = fortnight.http.request("GET", "/console/knowledge", headers={"Cookie": "kb_actor=zhang"}).text
    assert QUESTION in page and "答复改变" in page


def test_a_period_that_ends_before_it_begins_is_refused(fortnight: Fortnight) -> None:
    refused = fortnight.http.get("/v1/resolution", **{"from": "2026-11-02", "to": "2026-11-01"})
    assert refused.status_code == 422 and "2026-11-02" in refused.json()["message"]


def test_a_count_that_is_not_what_its_rows_say_is_named(fortnight: Fortnight) -> None:
    assert fortnight.http.service.measuring.check().differences == []
    with fortnight.http.service.records.database.writing() as connection:
        changed = update(outcomes).where(outcomes.c.district == "浦东新区").values(matter_id="another")
        connection.execute(changed)
    found = fortnight.http.service.measuring.check().differences
    assert ("matter", "another", "assistant.questions", 1, 0) in [
        (each.by, each.value, each.figure, each.kept, each.counted) for each in found
    ]
    with fortnight.http.service.records.database.writing() as connection:
        connection.execute(update(outcomes).where(outcomes.c.district == "浦东新区").values(matter_id="qiqiu-tingfang"))


def test_figures_hold_nothing_personal_and_stay_when_words_are_erased(fortnight: Fortnight) -> None:
    fortnight.ask("u5", channel="13800138000")
    before = fortnight.figures(by="channel")
    assert "13800138000" not in str(before) and QUESTION not in str(before)
    fortnight.http.service.records.erasing.before(fortnight.at + timedelta(days=1), actor="admin", at=fortnight.at)
    after = fortnight.figures(by="channel")
    assert after["total"]["assistant"]["implied"] == before["total"]["assistant"]["implied"]
    assert after["groups"] == before["groups"]
    checked = fortnight.http.service.measuring.check()
    assert (checked.differences, checked.erased) == ([], 7)  # six answers and the talk
    fortnight.at += timedelta(days=10)
    # Nobody can see any more whether u5 came back: that question is in no rate.
    assert parts(fortnight.figures()["total"]["assistant"]["implied"]) == (2, 5)


def test_helpers_and_residents_do_not_see_the_figures(keyed: Http) -> None:
    def statuses(*roles: Role) -> set[int]:
        key = {"Authorization": "Bearer " + key_of(keyed, f"看数 {' '.join(roles)}", *roles)}
        paths = ("/v1/resolution", "/v1/knowledge-use")
        return {keyed.request("GET", each, headers=key).status_code for each in paths}

    assert [statuses(each) for each in (Role.EVALUATOR, Role.EDITOR, Role.REVIEWER, Role.ADMIN)] == [{200}] * 4
    assert [statuses(each) for each in (Role.HELPER, Role.FRONTEND)] == [{403}] * 2


def test_evaluators_judge_and_others_of_the_staff_see_results_only(keyed: Http) -> None:
    def status(method: str, path: str, *roles: Role) -> int:
        key = key_of(keyed, f"核对 {' '.join(roles)}", *roles)
        return keyed.request(
            method, path, headers={"Authorization": f"Bearer {key}"}, json={"rating": "not"}
        ).status_code

    assert [status("GET", "/v1/audits/next", each) for each in (Role.EVALUATOR, Role.ADMIN)] == [200, 200]
    assert [status("GET", "/v1/audits/next", each) for each in (Role.EDITOR, Role.REVIEWER, Role.HELPER)] == [403] * 3
    assert status("POST", "/v1/audits/questions/a:judge", Role.EDITOR) == 403
    assert status("POST", "/v1/audits/questions/a:judge", Role.EVALUATOR) == 404
    assert [status("GET", "/v1/audits/weeks", each) for each in (Role.EDITOR, Role.REVIEWER)] == [200] * 2
    assert [status("GET", "/v1/audits/weeks", each) for each in (Role.HELPER, Role.FRONTEND)] == [403] * 2


def test_only_evaluators_ask_by_the_channel_that_no_figure_counts(keyed: Http) -> None:
    def asked_by(role: Role, channel: str) -> list[int]:
        key = {"Authorization": "Bearer " + key_of(keyed, f"提问 {role}", role)}
        beside = {"channel": channel}
        message = {"messages": [{"role": "user", "content": QUESTION}], "metadata": beside}
        bodies = {"/v1/answers": {"question": QUESTION} | beside, "/v1/chat/completions": message}
        return [keyed.request("POST", path, json=body, headers=key).status_code for path, body in bodies.items()]

    assert [asked_by(each, "evaluation") for each in (Role.EVALUATOR, Role.ADMIN)] == [[200, 200]] * 2
    assert [asked_by(each, "evaluation") for each in (Role.FRONTEND, Role.HELPER, Role.EDITOR)] == [[403, 403]] * 3
    assert asked_by(Role.FRONTEND, "web") == [200, 200]
