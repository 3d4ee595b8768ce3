"""A judge on loopback: reads ragas's prompts and replies as an honest judge would, or as a bad one.

It knows the planted pairs: a statement is supported when it is the right answer of the pair whose context is shown.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from eval.judge.samples import Pair, read_pairs

Verdicts = Callable[[str, str, int], bool]  # context, statement, how many questions came before


def knows_the_pairs(context: str, statement: str, before: int) -> bool:
    """What is planted to be wrong follows from nothing; all else follows."""
    return all(statement != pair.wrong for pair in _PAIRS) and not any(context == pair.wrong for pair in _PAIRS)


def says_yes(context: str, statement: str, before: int) -> bool:
    return True


def flips(context: str, statement: str, before: int) -> bool:
    return before % 2 == 0


_PAIRS: list[Pair] = read_pairs()


@dataclass
class StandInJudge:
    """Serves while entered. ``reply``: what it says instead of a verdict, if anything; ``status`` of its replies;
    ``silent``: it takes a question and says nothing until the end."""

    verdicts: Verdicts = knows_the_pairs
    reply: str | None = None
    status: int = 200
    silent: bool = False
    prompts: list[str] = field(default_factory=list)

    def __enter__(self) -> "StandInJudge":
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.address}/v1"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for_the_end(self) -> None:
        self._over.wait(30)

    def said(self, prompt: str) -> str:
        before = len(self.prompts)
        self.prompts.append(prompt)
        if self.reply is not None:
            return self.reply
        given = json.loads(prompt[prompt.rindex("input: ") + len("input: ") : prompt.rindex("Output:")])
        return "<think>…</think>```json\n" + json.dumps(self._judged(given, before), ensure_ascii=False) + "\n```"

    def _judged(self, given: dict[str, Any], before: int) -> dict[str, Any]:
        if "statements" in given:
            verdicts = [self.verdicts(given["context"], each, before) for each in given["statements"]]
            told = zip(given["statements"], verdicts, strict=True)
            return {"statements": [{"statement": s, "reason": "", "verdict": int(v)} for s, v in told]}
        if "answer" in given:
            return {"statements": [given["answer"]]}
        if "atomicity" in given:
            return {"claims": [given["response"]]}
        return {"question": self._question_of(given["response"]), "noncommittal": 0}

    def _question_of(self, answer: str) -> str:
        if self.verdicts is says_yes:
            return "都可以吗"
        return next((pair.question for pair in _PAIRS if answer == pair.right), answer)


def _handler_of(judge: StandInJudge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if judge.silent:
                judge.wait_for_the_end()
                return
            said = judge.said(body["messages"][-1]["content"])
            usage = {"prompt_tokens": 100, "completion_tokens": 7}
            document = {"choices": [{"message": {"content": said}}], "usage": usage}
            reply = json.dumps(document).encode()
            self.send_response(judge.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
