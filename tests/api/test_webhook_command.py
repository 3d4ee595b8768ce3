"""What did not reach another system is seen and sent again at the command line."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from kb_service.adapters.outside import Outside
from kb_service.api.app import create_app
from kb_service.cli import app
from kb_service.doctor import diagnoses
from kb_service.domain.webhooks import GIVEN_UP_AFTER, Delivery
from tests.api.conftest import small_knowledge_base
from tests.api.loopback import served
from tests.api.people import People


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("webhooks"), models_dir):
        yield People(http)


def given_up(people: People) -> list[Delivery]:
    """What is due now fails, and a day is over."""
    webhooks = people.http.service.records.webhooks
    later = people.http.service.now() + GIVEN_UP_AFTER + timedelta(minutes=1)
    for delivery, _ in webhooks.due(later, limit=100):
        webhooks.failed(delivery, "it replied with status 500", at=later)
    return list(webhooks.list(is_dead=True))


def test_dead_letters_are_listed_named_by_the_doctor_and_sent_again(people: People) -> None:
    # 203.0.113.0/24 is kept for documentation: nothing is there, and nothing is sent in this test.
    service = replace(people.http.service, outside=Outside(["203.0.113.9"]))
    key = people.key["管理"]["Authorization"].removeprefix("Bearer ")

    def doctor() -> str:
        return next(
            each.problem for each in diagnoses(service.settings, words_of_doors=()) if each.subject == "webhooks"
        )

    with served(create_app(service)) as address:

        def kb(*arguments: str) -> str:
            ended = CliRunner().invoke(app, ["webhooks", *arguments, "--url", address, "--key", key])
            assert ended.exit_code == 0, ended.output
            return ended.output

        wecom = ("--form", "wecom", "--event", "opened", "--department", "气球处")
        made = json.loads(kb("add", "https://203.0.113.9/kb", *wecom, "--json"))
        assert (made["webhook"]["departments"], made["webhook"]["form"]) == (["qiqiu"], "wecom")
        assert "https://203.0.113.9/kb  opened  qiqiu" in kb("list")
        assert (kb("deliveries", "--dead"), doctor()) == ("nothing\n", "")
        people.open("t-dead-1", "热气球停放证转人工")
        people.open("t-dead-2", "热气球停放证转人工")
        letters = given_up(people)
        shown = kb("deliveries", "--dead").splitlines()
        assert sorted(line.split()[0] for line in shown) == sorted(each.id for each in letters)
        assert all("DEAD" in line and "(it replied with status 500)" in line for line in shown)
        assert doctor().startswith("2 events did not reach other systems within a day")
        assert kb("send", letters[0].id) == f"{letters[0].id} is sent again\n"
        assert kb("send", "--all") == f"{letters[1].id} is sent again\n"
        assert (kb("deliveries", "--dead"), doctor()) == ("nothing\n", "")
        waiting = {each.id for each, _ in service.records.webhooks.due(service.now(), limit=100)}
        assert waiting == {each.id for each in letters}
        kb("end", made["webhook"]["id"])
        assert "ENDED" in kb("list")


def test_the_secret_of_a_signed_robot_is_taken_and_told_to_nobody(people: People) -> None:
    service = replace(people.http.service, outside=Outside(["203.0.113.9"]))
    key = people.key["管理"]["Authorization"].removeprefix("Bearer ")
    secret = f"SEC{'0a1b' * 16}"
    with served(create_app(service)) as address:

        def kb(*arguments: str, **environment: str) -> Result:
            asked = ["webhooks", *arguments, "--url", address, "--key", key]
            return CliRunner().invoke(app, asked, env=environment)

        added = kb("add", "https://203.0.113.9/send?access_token=t", "--form", "dingtalk", KB_ROBOT_SECRET=secret)
        assert (added.exit_code, "dingtalk (signed)" in added.output) == (0, True), added.output
        listed = kb("list", "--json")
        assert secret not in added.output + listed.output
        (made,) = [each for each in json.loads(listed.output)["webhooks"] if each["form"] == "dingtalk"]
        assert service.records.webhooks.robot_secret(made["id"]) == secret
        assert "secret" not in added.output  # nothing to check a signature of ours with
        refused = kb("add", "https://203.0.113.9/kb", "--robot-secret", secret)
        assert refused.exit_code == 1 and "robot_secret is for form dingtalk only" in str(refused.exception)
        assert secret not in str(refused.exception)
