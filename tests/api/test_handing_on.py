"""A talk goes to departments that there are, and a slip in a name changes nothing but says what was near."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.conftest import small_knowledge_base
from tests.api.people import People


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("handing_on"), models_dir):
        made = People(http)
        made.set_up("张帮办", "气球处", capacity=9)
        yield made


def test_a_transfer_to_a_department_that_nobody_knows_names_the_nearest_and_changes_nothing(people: People) -> None:
    people.come("张帮办")
    talk = people.open("h1", "第一句")["id"]
    at = f"/v1/escalations/{talk}"
    people.post("张帮办", f"{at}:claim")
    before = people.get("张帮办", at).json(), people.get("张帮办", f"{at}/messages").json()
    entries = people.http.service.records.trail.head().events
    for named, near in (("市大数剧中心", "市大数据中心"), ("气球管理处", "市气球管理处"), ("dashuj", "市大数据中心")):
        refused = people.post("张帮办", f"{at}:transfer", {"department": named, "reason": "归他们管"})
        assert (refused.status_code, refused.json()["error"]) == (422, "SubjectUnknown"), named
        assert f"没有叫“{named}”的单位" in refused.json()["message"] and near in refused.json()["message"], named
    far = people.post("张帮办", f"{at}:transfer", {"department": "火星", "reason": "归他们管"})
    assert (
        far.status_code == 422 and "没有叫“火星”的单位" in far.json()["message"] and "处" not in far.json()["message"]
    )
    assert (people.get("张帮办", at).json(), people.get("张帮办", f"{at}/messages").json()) == before
    assert people.http.service.records.trail.head().events == entries
    # Of another department's talk not even that is told.
    assert people.post("王帮办", f"{at}:transfer", {"department": "火星", "reason": "x"}).status_code == 404
