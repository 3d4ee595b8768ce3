"""A language model behind real HTTP: what it says, how it fails, and that it can be left."""

import gc
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress

import pytest

from kb_service.adapters.language_model.endpoint_model import EndpointLanguageModel
from kb_service.domain.errors import ModelUnavailable
from kb_service.ports import LanguageModel
from tests.lying_model import LyingModel, Reply, Script


@pytest.fixture
def serving() -> Iterator[list[LyingModel]]:
    entered: list[LyingModel] = []
    yield entered
    for each in entered:
        each.__exit__(None, None, None)
    # A reply that is left half read keeps its socket until it is collected: here, and not amid some later test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def served(entered: list[LyingModel], *script: Script) -> LyingModel:
    server = LyingModel(script).__enter__()
    entered.append(server)
    return server


def model_at(url: str, *, key: str = "", seconds: float = 5.0) -> LanguageModel:
    return EndpointLanguageModel(url, model="lying", key=key, seconds=seconds, reply_tokens=1024)


def test_a_reply_comes_in_pieces_that_make_the_whole(serving: list[LyingModel]) -> None:
    server = served(serving, Reply("签注免费，当场办结。[1]", piece=4))
    pieces = list(model_at(server.url).write("规则", "问题"))
    assert len(pieces) == 4 and "".join(pieces) == "签注免费，当场办结。[1]"


def test_it_is_asked_once_for_a_bounded_reply_without_chance(serving: list[LyingModel]) -> None:
    server = served(serving, "好。")
    model = model_at(server.url)
    list(model.write("规则", "问题"))
    (body,) = server.requests
    assert model.name == "lying" and server.paths == ["/v1/chat/completions"]
    assert body["messages"] == [{"role": "system", "content": "规则"}, {"role": "user", "content": "问题"}]
    assert body["temperature"] == 0.0 and 0 < body["max_tokens"] <= 1024 and body["stream"] is True


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=401),
        Reply(status=429),
        Reply(status=500),
        Reply(status=503),
        Reply(status=302),
        Reply("半句话" * 50, breaks_after=2),
        Reply("没有结尾", finish=None),
        Reply("写到一半就满了", finish="length"),
        Reply("拦下了", finish="content_filter"),
    ],
)
def test_a_reply_that_is_not_whole_is_none_and_is_not_asked_for_again(serving: list[LyingModel], reply: Reply) -> None:
    server = served(serving, reply)
    with pytest.raises(ModelUnavailable):
        list(model_at(server.url).write("规则", "问题"))
    assert len(server.requests) == 1


def test_an_address_where_nobody_listens_is_unavailable(serving: list[LyingModel]) -> None:
    server = served(serving, "好。")
    server.__exit__(None, None, None)
    serving.clear()
    with pytest.raises(ModelUnavailable, match="KB_LLM_URL"):
        list(model_at(server.url).write("规则", "问题"))


def test_a_silence_longer_than_allowed_is_unavailable(serving: list[LyingModel]) -> None:
    server = served(serving, Reply("迟到了", pause_seconds=60))
    with pytest.raises(ModelUnavailable):
        list(model_at(server.url, seconds=0.3).write("规则", "问题"))
    assert server.hung_up.wait(10)


@pytest.mark.parametrize("reply", [Reply("迟到了", pause_seconds=60), Reply("断断续续" * 60, piece=4, gap_seconds=20)])
def test_closing_from_another_thread_ends_the_request(serving: list[LyingModel], reply: Reply) -> None:
    server = served(serving, reply)
    pieces = model_at(server.url, seconds=60).write("规则", "问题")
    ended = threading.Event()

    def read() -> None:
        with suppress(ModelUnavailable):
            list(pieces)
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    while not server.requests:
        time.sleep(0.01)
    pieces.close()  # type: ignore[attr-defined]
    assert ended.wait(10) and server.hung_up.wait(10)


def test_proxies_of_the_environment_are_not_asked(serving: list[LyingModel], monkeypatch: pytest.MonkeyPatch) -> None:
    server = served(serving, "好。")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert "".join(model_at(server.url, key="secret").write("规则", "问题")) == "好。"
