"""Replies of the judge kept on disk, so that a run judged again costs nothing; and what the others cost."""

import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path

from eval.judge.endpoint import Judge, Reply


@dataclass(frozen=True, slots=True)
class Cost:
    """``calls`` that were made, also those of which no reply came; ``kept``: replies that made a call unnecessary.
    Tokens as the endpoint counts them."""

    calls: int
    kept: int
    tokens_in: int
    tokens_out: int


class KeptReplies:
    """A judge that is asked each thing once: a line a reply in ``file``. May be asked by several threads."""

    def __init__(self, judge: Judge, file: Path) -> None:
        self._judge = judge
        self._file = file
        self._writing = threading.Lock()
        self._text_of: dict[str, str] = {}
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                kept = json.loads(line)
                self._text_of[kept["key"]] = kept["text"]
        self._replies: list[Reply] = []
        self._spared = 0

    @property
    def cost(self) -> Cost:
        return Cost(
            calls=self._judge.calls,
            kept=self._spared,
            tokens_in=sum(each.tokens_in for each in self._replies),
            tokens_out=sum(each.tokens_out for each in self._replies),
        )

    def ask(self, prompt: str, *, vote: int, time: int) -> str:
        """``vote``: from 1. ``time``: how often the same has been asked for that vote; each is asked of its own.

        Raises JudgeSilent. A reply that holds no JSON object is of no use to anybody and is not kept.
        """
        key = hashlib.sha256(json.dumps([self._judge.name, vote, time, prompt]).encode()).hexdigest()
        with self._writing:
            if key in self._text_of:
                self._spared += 1
                return self._text_of[key]
        reply = self._judge.ask(prompt)
        with self._writing:
            self._replies.append(reply)
            if not _holds_an_object(reply.text):
                return reply.text
            self._text_of[key] = reply.text
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "text": reply.text}, ensure_ascii=False) + "\n")
        return reply.text


def _holds_an_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text[text.find("{") : text.rfind("}") + 1]), dict)
    except ValueError:
        return False
