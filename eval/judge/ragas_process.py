"""ragas beside the service: started with its own interpreter, given samples, served what it wants to ask."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from eval.errors import EvaluationStopped
from eval.judge.endpoint import JudgeSilent

_CHILD = Path(__file__).with_name("ragas_child.py")
# The prompt, the vote that it is asked for, and how often that vote asked it before.
Asks = Callable[[str, int, int], str]
Embeds = Callable[[Sequence[str]], list[list[float]]]


@dataclass(frozen=True, slots=True)
class RagasJob:
    """``sample``: the arguments of ragas's metric. ``vote``: from 1; plain metrics have one."""

    name: str
    metric: str
    sample: Mapping[str, Any]
    vote: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` is None where there is none, and ``fault`` says why."""

    value: float | None
    fault: str = ""


def interpreter() -> Path:
    """Where `make judge-tools` puts ragas. Raises EvaluationStopped."""
    python = Path(sys.prefix) / "judge" / "bin" / "python"
    if not python.exists():
        raise EvaluationStopped("ragas is not installed; `make judge-tools` installs it, beside the service")
    return python


class RagasProcess:
    """Runs while entered; starting takes seconds. Scores one batch after the other."""

    def __init__(self, *, workers: int) -> None:
        self._workers = workers
        self.tried: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """Raises EvaluationStopped when ragas is not installed."""
        python = interpreter()
        with ExitStack() as stack:
            home = stack.enter_context(TemporaryDirectory(prefix="kb-judge-"))
            self._complaints = stack.enter_context(TemporaryFile("w+", encoding="utf-8"))
            # Nothing of the environment reaches it: no key, no proxy, no wish to be traced.
            self._process = subprocess.Popen(
                [str(python), "-I", str(_CHILD), str(self._workers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                text=True,
                encoding="utf-8",
                env={"HOME": home, "LC_ALL": "C.UTF-8"},
            )
            stack.callback(self._ended)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def score(self, jobs: Sequence[RagasJob], *, asks: Asks, embeds: Embeds) -> dict[str, Score]:
        """By the names of the jobs, which differ. Raises EvaluationStopped when ragas broke off."""
        scored = _Serving(self._process, jobs, asks, embeds, self._workers).scored()
        if scored is None:
            self._process.wait(timeout=10)
            self._complaints.seek(0)
            told = self._complaints.read().strip().splitlines()[-1:] or ["nothing"]
            raise EvaluationStopped(f"ragas broke off, it said: {told[0]}")
        return scored

    def finish(self) -> None:
        """Ask which connections it tried: `tried`."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write('{"end": true}\n')
        self._process.stdin.flush()
        self.tried = tuple(
            json.loads(self._process.stdout.readline() or '{"tried": ["unknown: ragas broke off"]}')["tried"]
        )

    def _ended(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()
        self._process.kill()
        self._process.wait()


class _Serving:
    def __init__(
        self, process: "subprocess.Popen[str]", jobs: Sequence[RagasJob], asks: Asks, embeds: Embeds, workers: int
    ) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout
        self._writing = threading.Lock()
        self._jobs = {job.name: job for job in jobs}
        self._asks, self._embeds, self._workers = asks, embeds, workers
        self._times: Counter[tuple[str, str]] = Counter()

    def scored(self) -> dict[str, Score] | None:
        """None when the process ended before all was done."""
        score_of: dict[str, Score] = {}
        with ThreadPoolExecutor(self._workers) as servants:
            try:
                for job in self._jobs.values():
                    self._tell({"job": job.name, "metric": job.metric, "sample": job.sample})
            except BrokenPipeError:
                return None
            while len(score_of) < len(self._jobs) and (line := self._out.readline()):
                message = json.loads(line)
                if "ask" in message:
                    # Counted here, where messages come one by one.
                    servants.submit(self._serve, message, self._time(message))
                else:
                    score_of[message["job"]] = Score(message.get("value"), message.get("fault", ""))
        return score_of if len(score_of) == len(self._jobs) else None

    def _time(self, message: Mapping[str, Any]) -> int:
        asked = (message["job"], str(message.get("prompt")))
        self._times[asked] += 1
        return self._times[asked]

    def _serve(self, message: Mapping[str, Any], time: int) -> None:
        try:
            if "embed" in message:
                self._tell({"to": message["ask"], "vectors": self._embeds(message["embed"])})
                return
            text = self._asks(message["prompt"], self._jobs[message["job"]].vote, time)
            self._tell({"to": message["ask"], "text": text})
        except JudgeSilent as error:
            self._tell({"to": message["ask"], "fault": str(error)})

    def _tell(self, message: Mapping[str, Any]) -> None:
        with self._writing:
            self._in.write(json.dumps(message, ensure_ascii=False) + "\n")
            self._in.flush()
