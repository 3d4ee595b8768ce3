"""ragas beside the service: started with its own interpreter, given samples, served what it wants to ask."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from eval.errors import EvaluationStopped
from eval.judge.endpoint import JudgeSilent

_CHILD = Path(__file__).with_name("ragas_child.py")
# The prompt, the vote that it is asked for, and how often that vote asked it before.
Asks = Callable[[str, int, int], str]
Embeds = Callable[[Sequence[str]], list[list[float]]]


@dataclass(frozen=True, slots=True)
class Job:
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


@dataclass(frozen=True, slots=True)
class Scored:
    """``tried``: the addresses that ragas wanted to connect to, and could not."""

    score_of: Mapping[str, Score]
    tried: tuple[str, ...]


def interpreter() -> Path:
    """Where `make judge-tools` puts ragas. Raises EvaluationStopped."""
    python = Path(sys.prefix) / "judge" / "bin" / "python"
    if not python.exists():
        raise EvaluationStopped("ragas is not installed; `make judge-tools` installs it, beside the service")
    return python


def score(jobs: Sequence[Job], *, asks: Asks, embeds: Embeds, workers: int) -> Scored:
    """Names of jobs differ. Raises EvaluationStopped when ragas is not installed or broke off."""
    with TemporaryDirectory(prefix="kb-judge-") as home, TemporaryFile("w+", encoding="utf-8") as complaints:
        # Nothing of the environment reaches it: no key, no proxy, no wish to be traced.
        process = subprocess.Popen(
            [str(interpreter()), "-I", str(_CHILD), str(workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            env={"HOME": home, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"},
        )
        try:
            scored = _Serving(process, jobs, asks, embeds, workers).scored()
        finally:
            process.kill()
            process.wait()
        if scored is None:
            complaints.seek(0)
            told = complaints.read().strip().splitlines()[-1:] or ["nothing"]
            raise EvaluationStopped(f"ragas broke off, it said: {told[0]}")
        return scored


class _Serving:
    def __init__(
        self, process: "subprocess.Popen[str]", jobs: Sequence[Job], asks: Asks, embeds: Embeds, workers: int
    ) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout
        self._writing = threading.Lock()
        self._jobs = {job.name: job for job in jobs}
        self._asks, self._embeds, self._workers = asks, embeds, workers
        self._times: Counter[tuple[str, str]] = Counter()

    def scored(self) -> Scored | None:
        """None when the process ended before all was done."""
        score_of: dict[str, Score] = {}
        with ThreadPoolExecutor(self._workers) as servants:
            try:
                for job in self._jobs.values():
                    self._tell({"job": job.name, "metric": job.metric, "sample": job.sample})
                if not self._jobs:
                    self._tell({"end": True})
            except BrokenPipeError:
                return None
            for line in self._out:
                message = json.loads(line)
                if "ask" in message:
                    # Counted here, where messages come one by one.
                    servants.submit(self._serve, message, self._time(message))
                elif "tried" in message:
                    return Scored(score_of, tuple(message["tried"]))
                else:
                    score_of[message["job"]] = Score(message.get("value"), message.get("fault", ""))
                    if len(score_of) == len(self._jobs):
                        self._tell({"end": True})
        return None

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
