"""Routing over HTTP: districts and deputies with their hours, learning from hand-ons with its switch, skills."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb_service.domain.matters import Department
from kb_service.domain.service_hours import service_hours
from tests.api.conftest import small_knowledge_base
from tests.api.people import ALWAYS, People
from tests.factories import NOON

NEVER = service_hours([], [])
PUDONG = "上海市/浦东新区"
DEPARTMENTS = [
    Department("qiqiu", "市气球管理处", ("气球处",), "12345", "全天", (), ALWAYS, deputies=("dashuju",)),
    Department(
        "qiqiu-pudong", "浦东气球所", (), "12345", None, (), NEVER, region=PUDONG, stands_for="qiqiu", deputies=()
    ),
    Department("dashuju", "市大数据中心", (), "12345", None, (), ALWAYS),
]
# Told by nothing in the knowledge base: only people know where it belongs.
UNHEARD = ["孔明灯升空前要报备吗", "孔明灯升空要不要报备", "升空孔明灯怎么报备", "孔明灯升空报备找谁"]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("routing"), models_dir):
        made = People(http)
        http.service.catalogue.replace(departments_=DEPARTMENTS, matters_=[], actor="operator", at=NOON)
        http.service.reread_catalogue()
        yield made


@pytest.fixture(autouse=True)
def everybody_away(people: People) -> None:
    for name in ("张帮办", "李帮办", "王帮办"):
        people.post(name, "/v1/helpers/me:presence", {"is_present": False})


def opened(people: People, conversation: str, words: str, **fields: Any) -> dict[str, Any]:
    body = {"conversation_id": conversation, "words": words, "user_ref": conversation} | fields
    made = people.post("前端", "/v1/escalations", body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def way_of(people: People, who: str, talk: dict[str, Any]) -> list[str]:
    shown = people.get(who, f"/v1/escalations/{talk['id']}").json()
    return [f"{each['by']} {each['department_id']}" for each in shown["routed_by"]]


def asked(people: People, question: str, conversation: str) -> dict[str, Any]:
    body = {"question": question, "conversation_id": conversation, "user_ref": conversation}
    return dict(people.post("前端", "/v1/answers", body).json()["escalation"])


def first_route(people: People, question: str) -> tuple[str, str] | None:
    routes = people.post("前端", "/v1/routes", {"question": question}).json()["departments"]
    return (routes[0]["id"], routes[0]["reason"]) if routes else None


def test_what_nobody_is_there_for_goes_to_the_deputy_with_the_deputys_times(people: People) -> None:
    question = "热气球转人工"
    assert asked(people, question, "d1")["available_now"] is False
    people.come("王帮办")
    told = asked(people, question, "d2")
    assert (told["department"]["id"], told["available_now"]) == ("qiqiu", True)
    talk = opened(people, "d2", "转人工", department="qiqiu")
    assert talk["department"]["id"] == "dashuju" and talk["availability"]["available_now"] is True
    assert way_of(people, "王帮办", talk)[-1] == "deputy dashuju"
    people.come("张帮办")
    own = opened(people, "d3", "转人工", department="气球处")
    assert own["department"]["id"] == "qiqiu"
    assert way_of(people, "张帮办", own) == ["chosen qiqiu"]


def test_a_question_that_names_a_district_goes_to_the_districts_own_with_its_hours(people: People) -> None:
    people.come("张帮办")
    words = "浦东新区的热气球停放证转人工"
    assert asked(people, words, "p1")["department"]["id"] == "qiqiu-pudong"
    assert first_route(people, words) == ("qiqiu-pudong", "district")
    assert first_route(people, "闵行区的热气球停放证怎么办") == ("qiqiu", "matter")
    # It has no helpers yet: the city's people take it, and their times are told.
    talk = opened(people, "p1", "转人工", department="qiqiu-pudong")
    assert talk["department"]["id"] == "qiqiu"
    assert way_of(people, "张帮办", talk) == ["matter qiqiu", "district qiqiu-pudong", "deputy qiqiu"]
    evening = replace(DEPARTMENTS[1], service_hours=service_hours(["00:00-00:01"], []))
    service = people.http.service
    service.catalogue.replace(departments_=[evening], matters_=[], actor="operator", at=NOON)
    service.reread_catalogue()
    people.set_up("李帮办", "qiqiu-pudong")
    told = asked(people, words, "p2")
    assert told["available_now"] is False and told["opens_at"] is not None
    theirs = opened(people, "p2", "转人工")
    assert theirs["department"]["id"] == "qiqiu-pudong"
    assert theirs["availability"]["opens_at"] == told["opens_at"]
    by_words = opened(people, "p3", "浦东新区气球的事", department="气球处")
    assert by_words["department"]["id"] == "qiqiu-pudong"
    assert way_of(people, "李帮办", by_words) == ["chosen qiqiu", "district qiqiu-pudong"]
    people.set_up("李帮办", "qiqiu", is_lead=True)


def hand_on(people: People, conversation: str, words: str, giver: str, taker: str, **fields: Any) -> None:
    """Opened at the balloons, handed on by one helper to the data centre, resolved there by another."""
    people.come(giver)
    talk = opened(people, conversation, words, department="qiqiu", **fields)
    path = f"/v1/escalations/{talk['id']}"
    assert people.post(giver, f"{path}:claim").status_code == 200
    moved = people.post(giver, f"{path}:transfer", {"department": "dashuju", "reason": "归大数据中心"})
    assert moved.status_code == 200, moved.text
    assert people.post(taker, f"{path}:claim").status_code == 200
    assert people.post(taker, f"{path}:resolve", {"verdict": "resolved"}).status_code == 200


def test_routing_learns_from_hand_ons_and_never_from_one_person_alone(people: People) -> None:
    service = people.http.service
    before = first_route(people, UNHEARD[3])
    assert before is None or before[1] != "past"
    # One helper of both departments gives the same away to themselves, again and again.
    people.set_up("张帮办", "qiqiu", "dashuju", capacity=9)
    for number, words in enumerate(UNHEARD[:3] * 2):
        hand_on(people, f"alone {number}", words, "张帮办", "张帮办")
    service.learning_routes.learn()
    assert first_route(people, UNHEARD[3]) == before
    people.set_up("张帮办", "qiqiu")
    hand_on(people, "two people", UNHEARD[0], "张帮办", "王帮办")
    service.learning_routes.learn()
    assert first_route(people, UNHEARD[3]) == ("dashuju", "past")
    # What the words of a matter name stays its department's.
    assert first_route(people, "热气球停放证怎么办") == ("qiqiu", "matter")


def test_a_linked_matter_gives_way_to_what_two_helpers_hand_on_four_times(people: People) -> None:
    service, question = people.http.service, "热气球停放证办理"
    people.set_up("张帮办", "qiqiu", capacity=9)
    people.set_up("李帮办", "qiqiu", capacity=9)
    for number in range(4):
        giver = "张帮办" if number < 3 else "李帮办"
        body = {
            "question": "热气球停放证丢在外地能不能寄过去",
            "conversation_id": f"m{number}",
            "user_ref": f"m{number}",
        }
        assert people.post("前端", "/v1/answers", body).json()["matter"]["id"] == "qiqiu-tingfang"
        hand_on(people, f"m{number}", "转人工", giver, "王帮办")
        service.learning_routes.learn()
        is_last = number == 3
        assert first_route(people, question) == (("dashuju", "past") if is_last else ("qiqiu", "matter"))
    service.learning_routes.teach(None)  # as with KB_LEARNED_ROUTING=false
    assert first_route(people, question) == ("qiqiu", "matter")


def test_skills_are_set_listed_and_asked_for(people: People) -> None:
    people.set_up("王帮办", "dashuju", skills=[" 粤语 ", "qiqiu-tingfang", "粤语"])
    listed = {each["name"]: each for each in people.get("王帮办", "/v1/helpers").json()}
    assert listed["王帮办"]["skills"] == ["粤语", "qiqiu-tingfang"]
    assert listed["王帮办"]["skill_names"] == ["粤语", "热气球停放证办理"]
    assert listed["张帮办"]["skills"] == []
    wanted = opened(people, "s1", "有会粤语的人吗", department="dashuju")
    plain = opened(people, "s2", "系统怎么用", department="dashuju")
    narrowed = people.get("王帮办", "/v1/escalations", state="open", skilled=True).json()["escalations"]
    # Those of earlier tests that are of its matter are among them.
    asks = {each["id"]: each["skills_asked"] for each in narrowed}
    assert asks.pop(wanted["id"]) == ["粤语"] and plain["id"] not in asks
    assert all(each == ["热气球停放证办理"] for each in asks.values())
    everything = people.get("王帮办", "/v1/escalations", state="open").json()["escalations"]
    assert {each["id"]: each["skills_asked"] for each in everything}[plain["id"]] == []
