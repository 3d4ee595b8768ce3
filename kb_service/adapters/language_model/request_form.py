"""What a request to a chat endpoint says beside its words, and what of it an endpoint's refusal is about."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from kb_service.adapters.endpoint_errors import message_of, told_of

_LIMITS = ("max_tokens", "max_completion_tokens")
_TOO_MUCH = re.compile(r"context.{0,20}(length|window|size)|prompt is too long|上下文.{0,10}(长度|窗口)", re.I | re.S)
_FILTERED = re.compile(r"content.?(filter|polic|moderation|management)|inspection|inappropriate|敏感|不安全|违规", re.I)


class RequestPart(StrEnum):
    """What an endpoint may not take; each with the words by which refusals name it."""

    LIMIT = r"max_(completion_|new_|output_)?tokens"
    TEMPERATURE = r"temperature|温度"
    SYSTEM_ROLE = r"\broles?\b|(system|developer) ?(message|prompt|instruction|role)|角色|系统(消息|提示|指令)"
    STREAM = r"\bstream(ing)?\b|流式"


_TOLD = {
    RequestPart.LIMIT: "a limit of tokens",
    RequestPart.TEMPERATURE: "temperature",
    RequestPart.SYSTEM_ROLE: "a system message",
    RequestPart.STREAM: "stream",
}


@dataclass(frozen=True, slots=True)
class RequestForm:
    """``limit``: the name under which the most tokens of a reply are sent, None for not at all."""

    limit: str | None = "max_tokens"
    with_temperature: bool = True
    with_system_role: bool = True
    with_stream: bool = True

    def body(self, model: str, system: str, user: str, *, reply_tokens: int) -> dict[str, object]:
        told = [("system", system), ("user", user)] if self.with_system_role else [("user", f"{system}\n\n{user}")]
        body: dict[str, object] = {
            "model": model,
            "messages": [{"role": role, "content": content} for role, content in told],
        }
        if self.with_stream:
            body["stream"] = True
        if self.with_temperature:
            body["temperature"] = 0.0
        if self.limit is not None:
            body[self.limit] = reply_tokens
        return body

    def adapted(self, refusal: "EndpointRefusal") -> "RequestForm":
        """Without what the refusal names, or with its newer name; the same where it names nothing.

        A refusal for the form of the request that says nothing more leads to the barest one.
        """
        found = self
        for part in refusal.parts:
            found = found._without(part, newer=_LIMITS[1] in refusal.message)
        if found == self and refusal.is_for_some_form:
            return replace(self, limit=None, with_temperature=False, with_system_role=False)
        return found

    def narrowed_to(self, other: "RequestForm") -> "RequestForm":
        """With what both have: whoever asked at the same time has learnt of other parts."""
        return RequestForm(
            limit=_LIMITS[max(map(_LIMITS.index, limits))] if all(limits := (self.limit, other.limit)) else None,
            with_temperature=self.with_temperature and other.with_temperature,
            with_system_role=self.with_system_role and other.with_system_role,
            with_stream=self.with_stream and other.with_stream,
        )

    def unlimited(self) -> "RequestForm":
        return replace(self, limit=None)

    def lacks(self, other: "RequestForm") -> str:
        """What this form has no more that the other had, for the log."""
        lost = [
            _TOLD[part]
            for part, mine, theirs in (
                (RequestPart.LIMIT, self.limit, other.limit),
                (RequestPart.TEMPERATURE, self.with_temperature, other.with_temperature),
                (RequestPart.SYSTEM_ROLE, self.with_system_role, other.with_system_role),
                (RequestPart.STREAM, self.with_stream, other.with_stream),
            )
            if theirs and not mine
        ]
        return ", ".join([*lost, *([other.limit] if self.limit and other.limit and self.limit != other.limit else [])])

    def _without(self, part: RequestPart, *, newer: bool) -> "RequestForm":
        match part:
            case RequestPart.LIMIT:
                return replace(self, limit=_LIMITS[1] if newer and self.limit == _LIMITS[0] else None)
            case RequestPart.TEMPERATURE:
                return replace(self, with_temperature=False)
            case RequestPart.SYSTEM_ROLE:
                return replace(self, with_system_role=False)
            case RequestPart.STREAM:
                return replace(self, with_stream=False)


class EndpointRefusal(Exception):
    """A status that is an error, or an object that is one. ``message``: what it says, in one line."""

    # Of others, keys and quotas among them, no other form of the request can make anything.
    _FOR_SOME_FORM = frozenset({400, 422})
    _OF_A_FORM = _FOR_SOME_FORM | {200, 500, 501}

    def __init__(self, status: int, body: bytes) -> None:
        told = told_of(body)
        self.status = status
        self.message = message_of(told)
        self._parameter = _parameter(told)
        super().__init__(f"{status}: {self.message[:200]}" if self.message else f"{status}")

    @property
    def is_for_some_form(self) -> bool:
        return self.status in self._FOR_SOME_FORM and not self.is_for_words and not _TOO_MUCH.search(self.message)

    @property
    def is_for_words(self) -> bool:
        """Of what the request says, which another form would say as well."""
        return self.status in self._OF_A_FORM and not self.parts and _FILTERED.search(self.message) is not None

    @property
    def parts(self) -> list[RequestPart]:
        """Those that it names: as its parameter, else in its words."""
        if self.status not in self._OF_A_FORM:
            return []
        named = _named(self._parameter) or _named(self.message)
        # Where something broke, its stream did too.
        return [part for part in named if part is not RequestPart.STREAM or self.status not in {200, 500}]


def _named(text: str) -> list[RequestPart]:
    return [part for part in RequestPart if re.search(part.value, text, re.I)]


def _parameter(told: object) -> str:
    error = told.get("error") if isinstance(told, dict) else None
    found = error.get("param") if isinstance(error, dict) else None
    return found if isinstance(found, str) else ""
