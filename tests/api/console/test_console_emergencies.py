"""The page of an emergency: switching off and on again, announcing and ending, with what was typed kept."""

import re

from tests.api.conftest import Http
from tests.api.console.conftest import Person, assert_page

FEE = "热气球停放证要多少钱"


def action_in(page: str, what: str) -> str:
    found = re.search(rf'action="/console(/emergencies/{what}/[\w-]+)"', page)
    assert found is not None
    return found[1]


def test_a_reviewer_switches_a_matter_off_and_on_again_alone(http: Http, reviewer: Person) -> None:
    sent = reviewer.send("/emergencies/switches", covers="matter", subject="热气球停放证办理", reason="新规突发")
    assert sent.headers["location"] == "/console/emergencies?done=switched_off"
    page = reviewer.open("/emergencies").text
    assert "事项：热气球停放证办理" in page and "新规突发" in page and "李四 于" in page
    assert http.ask(FEE)["escalation"]["reasons"] == ["switched_off"]
    place = action_in(page, "switches")
    assert_page(reviewer.send(place, reason="  "), 422, "请填写原因")
    assert reviewer.send(place, reason="已更正").headers["location"] == "/console/emergencies?done=switched_on"
    page = reviewer.open("/emergencies").text
    assert "没有停答" in page and "李四 恢复：已更正" in page
    assert http.ask(FEE)["outcome"] == "answered"


def test_what_was_typed_stays_where_nobody_is_called_so(reviewer: Person) -> None:
    refused = reviewer.send("/emergencies/switches", covers="department", subject="飞碟局", reason="“核对”")
    assert_page(refused, 422, "没有叫这个名字")
    assert 'value="飞碟局"' in refused.text and 'value="“核对”"' in refused.text
    assert '<option value="department" selected>' in refused.text
    assert_page(reviewer.send("/emergencies/switches", covers="moon", subject="", reason="x"), 422, "“moon”")


def test_an_announcement_is_shown_as_text_until_it_is_ended(http: Http, reviewer: Person) -> None:
    text = "<b>停电</b>：窗口停办"
    fields = {"reach": "all", "subject": "", "starts_at": "", "ends_at": ""}
    sent = reviewer.send("/emergencies/announcements", text=text, **fields)
    assert sent.headers["location"] == "/console/emergencies?done=announced"
    page = reviewer.open("/emergencies").text
    assert "&lt;b&gt;停电" in page and "<b>停电" not in page and "手动结束" in page
    assert [each["text"] for each in http.get("/v1/announcements").json()["announcements"]] == [text]
    reviewer.send(action_in(page, "announcements"))
    assert http.get("/v1/announcements").json()["announcements"] == []
    assert "李四 结束" in reviewer.open("/emergencies").text


def test_moments_of_the_form_are_shanghais(http: Http, reviewer: Person) -> None:
    fields = {"reach": "matter", "subject": "停热气球", "starts_at": "2036-01-01T08:00", "ends_at": "2036-01-02T08:00"}
    reviewer.send("/emergencies/announcements", text="检修", **fields)
    page = reviewer.open("/emergencies").text
    assert "未开始" in page and "2036-01-01 08:00 起，2036-01-02 08:00 止" in page
    assert "事项：热气球停放证办理" in page
    reviewer.send(action_in(page, "announcements"))
    wrong = reviewer.send("/emergencies/announcements", text="检修", **(fields | {"ends_at": "明天"}))
    assert_page(wrong, 422, "“明天”")
    assert ">检修</textarea>" in wrong.text
    reversed_ = reviewer.send("/emergencies/announcements", text="检修", **(fields | {"ends_at": "2035-01-01T08:00"}))
    assert_page(reversed_, 422, "公告没有内容、太长")
    before_all = reviewer.send(
        "/emergencies/announcements", text="检修", **(fields | {"starts_at": "0001-01-01T00:00"})
    )
    assert_page(before_all, 422, "0001-01-01")
