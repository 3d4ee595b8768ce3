"""A wrong setting is told in one sentence, without its value."""

import pytest
from pydantic import ValidationError

from kb_service.settings import Settings, settings_fault


@pytest.mark.parametrize(
    ("variable", "value", "beginning"),
    [
        ("KB_MAX_WRONG_RATE", "2", "KB_MAX_WRONG_RATE: Input should be less than 1"),
        ("KB_PORT", "http", "KB_PORT: Input should be a valid integer"),
        ("KB_PROXIES", "10.0.0.0/8, nonsense", "KB_PROXIES: a part of it is no IP address"),
        ("KB_PROXIES", "999.1.1.1", "KB_PROXIES: a part of it is no IP address"),
        ("KB_LLM_URL", "http://127.0.0.1:9/v1", "KB_LLM_URL is set, and KB_LLM_MODEL is not"),
    ],
)
def test_a_wrong_setting_is_named_and_explained(
    variable: str, value: str, beginning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    sentence = settings_fault(caught.value)
    assert sentence.startswith(beginning)
    assert "docs/settings.md" in sentence
    assert "\n" not in sentence


def test_addresses_and_networks_of_proxies_are_taken() -> None:
    for proxies in ("", "*", "127.0.0.1,::1", "10.0.0.0/8, 192.168.1.1"):
        assert Settings(proxies=proxies).proxies == proxies


def test_a_reply_that_would_fill_the_window_is_refused() -> None:
    with pytest.raises(ValidationError, match="KB_LLM_REPLY_TOKENS fills all of KB_LLM_CONTEXT"):
        Settings(llm_url="http://127.0.0.1:9/v1", llm_model="m", llm_context=4096, llm_reply_tokens=4096)
