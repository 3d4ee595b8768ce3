"""A wrong setting is told in one sentence, without its value."""

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from kb_service.cli import app
from kb_service.settings import Settings, settings_fault


@pytest.mark.parametrize(
    ("variable", "value", "beginning"),
    [
        ("KB_MAX_WRONG_RATE", "2", "KB_MAX_WRONG_RATE: Input should be less than 1"),
        ("KB_PORT", "http", "KB_PORT: Input should be a valid integer"),
        (
            "KB_DATABASE_PATIENCE_SECONDS",
            "inf",
            "KB_DATABASE_PATIENCE_SECONDS: Input should be less than or equal to 600",
        ),
        ("KB_READING_SECONDS", "inf", "KB_READING_SECONDS: Input should be less than or equal to 86400"),
        ("KB_LLM_SECONDS", "inf", "KB_LLM_SECONDS: Input should be a finite number"),
        ("KB_INDEX_WAIT_SECONDS", "inf", "KB_INDEX_WAIT_SECONDS: Input should be a finite number"),
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


def test_a_port_that_no_machine_has_is_told_before_anything_is_opened() -> None:
    said = CliRunner().invoke(app, ["serve", "--port", "99999"])
    assert said.exit_code == 2
    assert "65535" in said.output


def test_addresses_and_networks_of_proxies_are_taken() -> None:
    for proxies in ("", "*", "127.0.0.1,::1", "10.0.0.0/8, 192.168.1.1"):
        assert Settings(proxies=proxies).proxies == proxies


def test_a_reply_that_would_fill_the_window_is_refused() -> None:
    with pytest.raises(ValidationError, match="KB_LLM_REPLY_TOKENS fills all of KB_LLM_CONTEXT"):
        Settings(llm_url="http://127.0.0.1:9/v1", llm_model="m", llm_context=4096, llm_reply_tokens=4096)
