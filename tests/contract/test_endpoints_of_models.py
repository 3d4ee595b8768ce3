"""Endpoints of language models as they differ: each is used where it can be, and says why not where it cannot."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kb_service.adapters.language_model.endpoint_model import EndpointLanguageModel
from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.model_faults import ModelFault
from tests.lying_model import LyingModel, Raw, Reads, Reply, Script

SAID = "首次签注免费。[1]"


@pytest.fixture
def server() -> Iterator[LyingModel]:
    with LyingModel() as serving:
        yield serving


def asked(server: LyingModel, *script: Script, key: str = "") -> str:
    server.script = script
    return replied(EndpointLanguageModel(server.url, model="lying", key=key, seconds=3.0, reply_tokens=1024))


def replied(model: EndpointLanguageModel) -> str:
    return "".join(model.write("规则", "问题"))


def chunk(delta: Any, finish: str | None = None) -> bytes:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}, ensure_ascii=False).encode()


PIECES = (chunk({"role": "assistant", "content": SAID[:4]}), chunk({"content": SAID[4:]}), chunk({}, "stop"))
DONE = b"[DONE]"


def stream(*events: bytes, end: bytes = b"\n\n", before: bytes = b"") -> bytes:
    return b"".join(before + b"data: " + event + end for event in events)


def over_lines(event: bytes) -> bytes:
    lines = json.dumps(json.loads(event), indent=1, ensure_ascii=False).encode().splitlines()
    return b"".join(b"data: " + line + b"\n" for line in lines) + b"\n"


def document(content: Any, finish: str | None = "stop") -> Raw:
    message = {"role": "assistant", "content": content}
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    return Raw(json.dumps(body, indent=1).encode(), content_type="application/json")


PARTS = [{"type": "thinking", "thinking": [{"type": "text", "text": "想"}]}, {"type": "text", "text": SAID}]


@pytest.mark.parametrize(
    "reply",
    [
        Raw(stream(*PIECES, DONE, before=b": ping\n\n")),
        Raw(stream(*PIECES, DONE, before=b": ping\n\nid: 7\n")),
        Raw(stream(*PIECES, DONE, before=b"event: message\nid: 7\nretry: 3000\n")),
        Raw(stream(*PIECES, DONE, end=b"\r\n\r\n"), cut_into=5),
        Raw(stream(*PIECES, DONE, end=b"\r\r"), cut_into=3),
        Raw(stream(*PIECES, DONE, end=b"\n")),
        Raw(stream(*PIECES, DONE).replace(b"data: ", b"data:")),
        Raw(b"\xef\xbb\xbf" + stream(*PIECES, DONE)),
        Raw(b"".join(map(over_lines, PIECES)) + stream(DONE)),
        Raw(stream(*PIECES)),
        Raw(stream(*PIECES).rstrip()),
        Raw(stream(*PIECES), holds_open_seconds=30),
        Raw(stream(*PIECES[:2], DONE)),
        Raw(stream(*PIECES[:2], chunk(None, "stop"))),
        Raw(stream(*PIECES[:2], chunk({}, "eos"), DONE)),
        Raw(stream(b'{"choices": [], "usage": null}', *PIECES, b'{"choices": [], "usage": {}}', DONE)),
        Raw(stream(chunk({"content": None, "reasoning_content": "想" * 9000}), *PIECES, DONE)),
        Raw(stream(chunk({"reasoning": "想"}), *PIECES, DONE)),
        Raw(stream(chunk({"content": PARTS}), PIECES[2], DONE)),
        Raw(stream(*PIECES), content_type="text/plain"),
        Raw(stream(b'{"choices": [{"index": 1, "delta": {"content": "?"}}]}', *PIECES)),
        Reply(SAID, finish="tool_calls"),
        document(SAID),
        document(SAID, None),
        document(PARTS),
    ],
    ids=range(25),
)
def test_a_reply_is_read_in_whichever_form_it_comes(server: LyingModel, reply: Raw | Reply) -> None:
    assert asked(server, reply) == SAID


def test_a_line_separator_within_a_reply_ends_no_line(server: LyingModel) -> None:
    assert asked(server, Raw(stream(chunk({"content": f"一\u2028{SAID}"}), PIECES[2]))) == f"一\u2028{SAID}"


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply(SAID, finish="length"), ModelFault.CUT_OFF),
        (Reply(SAID, finish="content_filter"), ModelFault.FILTERED),
        (Raw(stream(chunk({"refusal": "no"}), PIECES[2], DONE)), ModelFault.FILTERED),
        (Raw(stream(chunk({"tool_calls": [{"index": 0}]}), chunk({}, "tool_calls"), DONE)), ModelFault.CALLED_TOOLS),
        (Reply(SAID, finish="insufficient_system_resource"), ModelFault.BROKE_OFF),
        (Raw(stream(*PIECES[:2])), ModelFault.BROKE_OFF),
        (Raw(stream(PIECES[0], b'{"error": {"message": "overloaded"}}')), ModelFault.BROKE_OFF),
        (Raw(stream(PIECES[0]) + b'data: {"choices": [{"de'), ModelFault.UNREADABLE),
        (Raw(b'{"error": {"message": "model is loading"}}'), ModelFault.REFUSED),
        (Raw(b'[{"error": {"code": 503, "message": "overloaded"}}]'), ModelFault.REFUSED),
        (Raw(b'{"error_code": 18, "error_msg": "qps"}'), ModelFault.REFUSED),
        (Raw(b"<!DOCTYPE html><title>Login</title>", content_type="text/html"), ModelFault.UNREADABLE),
        (Raw(b"<html>Bad Gateway</html>", status=502, content_type="text/html"), ModelFault.REFUSED),
        (Raw(b"hello"), ModelFault.UNREADABLE),
        (Raw(b"data: " + b"x" * (5 << 20)), ModelFault.UNREADABLE),
        (Raw(b""), ModelFault.UNREADABLE),
        (Raw(b'{"object": "list", "data": []}'), ModelFault.UNREADABLE),
        (Raw(b'{"error": {"code": "content_filter", "param": "prompt"}}', status=400), ModelFault.FILTERED),
        (Raw('{"error": {"message": "输入可能包含敏感内容"}}'.encode(), status=400), ModelFault.FILTERED),
        (Reply(status=401), ModelFault.REFUSED),
    ],
    ids=range(20),
)
def test_what_cannot_be_used_says_why(server: LyingModel, reply: Raw | Reply, fault: ModelFault) -> None:
    with pytest.raises(ModelUnavailable, match="the language model lying at http") as refused:
        asked(server, reply)
    assert refused.value.fault is fault
    assert "<" not in str(refused.value) and len(server.requests) == 1


def test_the_key_is_told_to_nobody_though_an_error_repeats_it(server: LyingModel) -> None:
    error = Raw(b'{"error": {"message": "Incorrect API key provided: sk-42-secret"}}', status=401)
    with pytest.raises(ModelUnavailable, match=r"Incorrect API key provided: …") as refused:
        asked(server, error, key="sk-42-secret")
    assert "secret" not in str(refused.value)


def test_what_an_endpoint_says_of_its_refusal_stays_in_one_line_of_the_log(server: LyingModel) -> None:
    told = json.dumps({"error": {"message": "no\nWARNING forged \u001b[2J"}}).encode()
    with pytest.raises(ModelUnavailable, match=r"\(404: no WARNING forged \[2J\)") as refused:
        asked(server, Raw(told, status=404))
    assert str(refused.value).isprintable()


# What an endpoint does not take


def refusing(has: Callable[[dict[str, Any]], bool], error: Any, status: int = 400) -> Reads:
    body = error if isinstance(error, dict) else {"error": {"message": error, "param": None}}
    told = Raw(json.dumps(body).encode(), status=status, content_type="application/json")
    return Reads(lambda request: told if has(request) else SAID)


def has_system_role(body: dict[str, Any]) -> bool:
    return any(message["role"] == "system" for message in body["messages"])


def has(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda body: name in body


_NEWER = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
_EXTRA = {"loc": ["body", "max_tokens"], "msg": "Extra inputs are not permitted", "input": {"temperature": 0}}


@pytest.mark.parametrize(
    ("refuses", "left_out", "kept"),
    [
        (refusing(has("max_tokens"), _NEWER), "max_tokens", {"max_completion_tokens", "temperature"}),
        (refusing(has("max_tokens"), {"detail": [_EXTRA]}, 422), "max_tokens", {"temperature"}),
        (
            refusing(has("max_tokens"), {"error_code": 336003, "error_msg": "max_tokens"}, 200),
            "max_tokens",
            set(),
        ),
        (
            refusing(has("temperature"), "'temperature' does not support 0."),
            "temperature",
            {"max_tokens"},
        ),
        (refusing(has("temperature"), {}), "temperature", set()),
        (refusing(has_system_role, "'messages[0].role' does not support 'system'"), "", {"temperature", "max_tokens"}),
        (refusing(has_system_role, "Jinja Exception: System role not supported", 500), "", {"temperature"}),
        (refusing(has_system_role, "当前模型不支持 system 角色"), "", {"temperature"}),
        (refusing(has("stream"), "streaming is not available"), "stream", {"temperature"}),
    ],
    ids=range(9),
)
def test_what_an_endpoint_refuses_is_left_out_from_then_on_and_said_once(
    server: LyingModel, caplog: pytest.LogCaptureFixture, refuses: Reads, left_out: str, kept: set[str]
) -> None:
    server.script = (refuses,)
    model = EndpointLanguageModel(server.url, model="lying", key="", seconds=3.0, reply_tokens=1024)
    with caplog.at_level(logging.WARNING):
        assert [replied(model), replied(model)] == [SAID, SAID]
    assert len(server.requests) == 3
    for body in server.requests[1:]:
        assert left_out not in body and kept <= set(body)
        assert "规则" in body["messages"][0]["content"] and "问题" in body["messages"][-1]["content"]
    assert len(caplog.records) == 1 and "from now on" in caplog.text


def test_one_refusal_after_the_other_is_heeded(server: LyingModel) -> None:
    def reply(body: dict[str, Any]) -> Raw | str:
        for part, has_it in (("max_tokens", has("max_tokens")), ("temperature", has("temperature"))):
            if has_it(body):
                return Raw(f'{{"error": {{"message": "no {part}", "param": "{part}"}}}}'.encode(), status=400)
        return SAID

    assert asked(server, Reads(reply)) == SAID
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "error",
    [
        Raw(b'{"error": {"message": "maximum context length is 4096"}}', status=400),
        Raw(b'{"error": {"message": "no right to this role"}}', status=403),
        Raw(b'{"error": {"message": "stream disconnected"}}', status=500),
        Raw(b'{"error": {"message": "max_tokens per minute used up"}}', status=429),
    ],
)
def test_a_refusal_for_another_reason_is_heeded_as_it_is(server: LyingModel, error: Raw) -> None:
    with pytest.raises(ModelUnavailable):
        asked(server, error)
    assert len(server.requests) == 1


def test_a_bare_request_that_is_refused_as_well_teaches_nothing(server: LyingModel) -> None:
    server.script = (Raw(b"{}", status=400), Raw(b"{}", status=400), SAID)
    model = EndpointLanguageModel(server.url, model="lying", key="", seconds=3.0, reply_tokens=1024)
    with pytest.raises(ModelUnavailable):
        replied(model)
    assert replied(model) == SAID
    assert "temperature" not in server.requests[1] and "temperature" in server.requests[2]


def test_whom_thoughts_cut_off_is_asked_without_a_limit_from_then_on(server: LyingModel) -> None:
    thinking = Raw(stream(chunk({"reasoning_content": "想"}), chunk({}, "length"), DONE))
    server.script = (Reads(lambda body: thinking if "max_tokens" in body else SAID),)
    model = EndpointLanguageModel(server.url, model="lying", key="", seconds=3.0, reply_tokens=1024)
    with pytest.raises(ModelUnavailable) as cut:
        replied(model)
    assert cut.value.fault is ModelFault.CUT_OFF
    assert replied(model) == SAID
