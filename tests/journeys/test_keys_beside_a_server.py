"""An operator closes a running service with a key, and takes the key away again."""

import time

import httpx

from tests.journeys.conftest import Kb


def test_keys_are_made_listed_and_revoked_beside_a_running_server(kb: Kb) -> None:
    address = kb.serve()

    def status(key: str | None = None) -> int:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.get(f"{address}/v1/me", headers=headers, trust_env=False, timeout=60).status_code

    assert status() == 200
    made = kb.json("keys", "create", "--person", "张三", "--role", "editor", "--role", "reviewer", "--label", "桌面")
    assert (made["person_id"], made["roles"]) == ("张三", ["editor", "reviewer"])
    until = time.monotonic() + 30
    while status() == 200 and time.monotonic() < until:  # a server without keys looks for the first one each second
        time.sleep(0.1)
    assert status() == 401
    assert status(made["key"]) == 200

    assert "answer_id" in kb.json("ask", "居住证签注需要什么材料")
    assert "hits" in kb.json("search", "居住证签注")
    assert "departments" in kb.json("route", "居住证签注")

    (listed,) = kb.json("keys", "list")["keys"]
    assert listed["id"] == made["id"]
    assert listed["last_used_at"] is not None
    assert made["key"][12:] not in kb.run("keys", "list")
    kb.run("keys", "revoke", made["id"])
    assert status(made["key"]) == 401
    assert status() == 401
    assert "REVOKED" in kb.run("keys", "list")


def test_a_service_without_keys_listens_on_this_machine_only(kb: Kb) -> None:
    assert "kb keys create" in kb.run("serve", "--host", "0.0.0.0", "--port", "0", code=1)


def test_a_key_is_shown_once_and_wrong_usage_is_told(kb: Kb) -> None:
    written = kb.run("keys", "create", "--person", "张三", "--role", "editor").strip()
    assert written.startswith("kb_")
    assert len(written) == 55
    assert "no key 'zz'" in kb.run("keys", "revoke", "zz", code=1)
    assert "boss" in kb.run("keys", "create", "--person", "张三", "--role", "boss", code=2)
    assert "expired" in kb.run(
        "keys", "create", "--person", "张三", "--role", "editor", "--expires", "2020-01-01", code=1
    )
