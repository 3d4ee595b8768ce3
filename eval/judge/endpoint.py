"""The judge: a language model behind an OpenAI-compatible endpoint, asked for one reply at a time; what it cost."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

_MOST_FAULTS_IN_A_ROW = 6
_THOUGHTS = re.compile(r".*</think(?:ing)?>", re.DOTALL)


class JudgeSilent(Exception):
    """No reply came of it; the words say why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``tokens_in`` and ``tokens_out`` as the endpoint counts them, 0 where it does not."""

    text: str
    tokens_in: int
    tokens_out: int


class Judge:
    """Speaks to that address only: no proxy from the environment, no redirect. May be asked by several threads.

    Votes need to be able to differ, so the temperature is above 0; an endpoint that refuses it is asked without.
    After six faults in a row nothing is asked any more: a judge that hangs would hold up thousands of questions.
    """

    def __init__(self, url: str, *, model: str, key: str, seconds: float, temperature: float) -> None:
        """``url`` ends before /chat/completions; ``seconds``: the longest silence."""
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._model = model
        self._key = key
        self._temperature: float | None = temperature
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(timeout=seconds, trust_env=False, headers=headers)
        self._faults = 0
        self.calls = 0
        self._counting = threading.Lock()

    @property
    def name(self) -> str:
        """What a kept reply depends on besides the prompt."""
        return f"{self._model} at {self._url}"

    def close(self) -> None:
        self._client.close()

    def ask(self, prompt: str) -> Reply:
        """Raises JudgeSilent."""
        if self._faults >= _MOST_FAULTS_IN_A_ROW:
            raise JudgeSilent(f"not asked: {_MOST_FAULTS_IN_A_ROW} times in a row no reply came of it")
        try:
            reply = self._asked(prompt)
        except JudgeSilent:
            with self._counting:
                self._faults += 1
            raise
        with self._counting:
            self._faults = 0
        return reply

    def _asked(self, prompt: str) -> Reply:
        body: dict[str, Any] = {"model": self._model, "messages": [{"role": "user", "content": prompt}]}
        if self._temperature is not None:
            body["temperature"] = self._temperature
        response = self._posted(body)
        if response.status_code in (400, 422) and "temperature" in response.text and "temperature" in body:
            self._temperature = None
            del body["temperature"]
            response = self._posted(body)
        if not response.is_success:
            told = response.text[:200].replace(self._key, "…") if self._key else response.text[:200]
            raise JudgeSilent(f"status {response.status_code}: {told}")
        return _read(response)

    def _posted(self, body: dict[str, Any]) -> httpx.Response:
        with self._counting:
            self.calls += 1
        try:
            return self._client.post(self._url, json=body)
        except httpx.TimeoutException as error:
            raise JudgeSilent("silent for too long") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise JudgeSilent(f"cannot be reached ({type(error).__name__})") from error


def _read(response: httpx.Response) -> Reply:
    text = ""
    counted: dict[str, Any] = {}
    try:
        for document in _documents(response.text):
            choice = (document.get("choices") or [{}])[0]
            text += str((choice.get("message") or choice.get("delta") or {}).get("content") or "")
            counted = document.get("usage") or counted
    except (ValueError, AttributeError, TypeError) as error:
        raise JudgeSilent("its reply is no chat completion") from error
    if not (said := _THOUGHTS.sub("", text).strip()):
        raise JudgeSilent("its reply has no words")
    return Reply(said, int(counted.get("prompt_tokens") or 0), int(counted.get("completion_tokens") or 0))


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """One JSON document, or the events of a stream that was not asked for."""
    if not text.lstrip().startswith("data:"):
        yield json.loads(text)
        return
    for line in text.splitlines():
        payload = line.removeprefix("data:").strip()
        if line.startswith("data:") and payload != "[DONE]":
            yield json.loads(payload)
