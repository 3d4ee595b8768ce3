"""An operator hands answers to people beside a running service, without a key and without curl."""

import time

import httpx

from tests.journeys.conftest import Kb

QUESTION = {"question": "居住证签注需要什么材料"}


def reasons_soon(address: str, wanted: list[str]) -> list[str]:
    """Those of the next answers, until they are as wanted or two seconds have passed."""
    until = time.monotonic() + 2
    while True:
        answer = httpx.post(f"{address}/v1/answers", json=QUESTION, trust_env=False, timeout=60).json()
        reasons = list(answer["escalation"]["reasons"])
        if reasons == wanted or time.monotonic() > until:
            return reasons


def test_an_operator_switches_off_and_on_beside_a_running_service(kb: Kb) -> None:
    address = kb.serve()
    assert reasons_soon(address, ["no_source"]) == ["no_source"]
    made = kb.json("switch", "off", "--everything", "--reason", "数据被篡改", "--actor", "值班张三")
    assert (made["covers"], made["off_by"], made["on_at"]) == ("everything", "值班张三", None)
    assert reasons_soon(address, ["switched_off"]) == ["switched_off"]
    listed = kb.run("switch", "list")
    assert "everything  OFF since" in listed and "值班张三: 数据被篡改" in listed
    again = kb.json("switch", "off", "--everything", "--reason", "又按了一次")
    assert again["id"] == made["id"]
    kb.run("switch", "on", "--everything", "--reason", "已恢复备份")
    assert reasons_soon(address, ["no_source"]) == ["no_source"]
    assert kb.json("switch", "list")["switches"] == []
    assert "on again" in kb.run("switch", "list", "--past") and "operator: 已恢复备份" in kb.run(
        "switch", "list", "--past"
    )
    assert "clean" in kb.run("check")


def test_what_was_typed_wrong_is_told_in_a_sentence(kb: Kb) -> None:
    assert "no matter, department or document" in kb.run("switch", "off", "飞碟停放", "--reason", "核对", code=1)
    assert "not switched off" in kb.run("switch", "on", "--everything", "--reason", "好了", code=1)
    assert "--everything" in kb.run("switch", "off", "--reason", "核对", code=2)
    assert "--reason" in kb.run("switch", "off", "签注", code=2)
