"""`python -m eval.bench.suggesting`: how long a helper waits for ready texts as they type, beside a plain request."""

import argparse
import os
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from eval.bench.articles import texts
from eval.bench.demonstration import CORPUS, asked_questions, data_dir, ingest_corpus
from eval.bench.desks import Caller
from eval.bench.filling import fill
from eval.bench.measurement import Measurement, latencies, table
from eval.bench.serving import serving
from eval.statistics import percentile
from kb_service.domain.people import Role
from kb_service.settings import Settings
from kb_service.wiring import now, open_records

_SEED = 20261129
_WARM_UP = 30
_RUNS = 3
_CASES = 200
_HELPER, _FRONTEND, _ADMIN = "bench-helper", "bench-frontend", "bench-admin"
_DEPARTMENT = "gongan"


def main() -> None:
    asked = _arguments()
    with data_dir() as settings:
        ingest_corpus()
        if asked.size:
            with open_records(Settings(data_dir=Path("var/bench/vectors"))) as kept:
                fill(settings, texts(CORPUS, most=asked.size), passages=asked.size, kept=kept.computed)
        key_of = keys(settings)
        load = f"{asked.size} passages" if asked.size else "demonstration corpus"
        with serving(settings.data_dir, KB_REQUESTS_PER_KEY="0") as server:
            print(table(as_typed(server.port, key_of, load, asked.requests)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.suggesting", description=__doc__)
    parser.add_argument("--size", type=int, default=0, help="passages; 0: those of the demonstration corpus alone")
    parser.add_argument("--requests", type=int, default=300, help="in each of three runs")
    return parser.parse_args()


def keys(settings: Settings) -> dict[str, str]:
    with open_records(settings) as records:
        return {
            name: records.people.create_key(name, roles=[role], created_by="bench", at=now())[1]
            for name, role in ((_HELPER, Role.HELPER), (_FRONTEND, Role.FRONTEND), (_ADMIN, Role.ADMIN))
        }


def as_typed(port: int, key_of: Mapping[str, str], load: str, requests: int) -> list[Measurement]:
    """Words as they grow, one request after the other, each followed by `/healthz`: what this machine takes anyway.

    The helper's department has resolved 200 questions that the words are compared with.
    """
    questions = asked_questions()
    with Caller(port, key_of) as caller:
        _resolve(caller, questions)
        # Each run has words of its own: vectors of words that came lately are remembered.
        _timed(caller, _typed(questions, _WARM_UP, seed=_SEED))
        runs = [_timed(caller, _typed(questions, requests, seed=_SEED + run)) for run in range(1, _RUNS + 1)]
    rows = []
    for what, runs_of, target in (
        ("suggestions as one types, HTTP", [run[0] for run in runs], "p95 ≤ 40 ms"),
        ("`/healthz` between them", [run[1] for run in runs], ""),
    ):
        every = [each for run in runs_of for each in run]
        spread = ", ".join(f"{percentile(run, 0.95):.1f}" for run in runs_of)
        said = f"{load}, p95 of the runs {spread} ms, load average {os.getloadavg()[0]:.1f}"
        rows.append(Measurement(what, latencies(every), len(every), 1, said, target))
    return rows


def _typed(questions: Sequence[str], count: int, *, seed: int) -> list[str]:
    """Prefixes of questions, two letters and more, in no order; the same on every run."""
    dealer = random.Random(seed)
    chosen = [dealer.choice(questions) for _ in range(count)]
    return [each[: dealer.randint(2, max(2, len(each)))] for each in chosen]


def _timed(caller: Caller, words: Sequence[str]) -> tuple[list[float], list[float]]:
    suggested, plain = [], []
    for each in words:
        suggested.append(_milliseconds(caller, _HELPER, "/v1/suggestions?" + urlencode({"q": each})))
        plain.append(_milliseconds(caller, _HELPER, "/healthz"))
    return suggested, plain


def _milliseconds(caller: Caller, who: str, path: str) -> float:
    started = time.perf_counter()
    _call(caller, who, "GET", path)
    return (time.perf_counter() - started) * 1000


def _resolve(caller: Caller, questions: Sequence[str]) -> None:
    """So many questions that a helper answered."""
    dealer = random.Random(_SEED)
    _call(caller, _ADMIN, "PUT", f"/v1/helpers/{_HELPER}", {"departments": [_DEPARTMENT], "capacity": 1000})
    for number in range(_CASES):
        body = {"conversation_id": f"bench-{number}", "words": dealer.choice(questions), "department": _DEPARTMENT}
        its = f"/v1/escalations/{_call(caller, _FRONTEND, 'POST', '/v1/escalations', body)['id']}"
        _call(caller, _HELPER, "POST", f"{its}:claim")
        _call(caller, _HELPER, "POST", f"{its}:reply", {"text": "请带身份证到就近的服务窗口办理。"})
        _call(caller, _HELPER, "POST", f"{its}:resolve", {"verdict": "resolved"})


def _call(caller: Caller, who: str, method: str, path: str, body: object | None = None) -> dict[str, object]:
    status, found = caller.call(who, method, path, body)
    if status >= 300:
        raise RuntimeError(f"{method} {path}: {status} {found}")
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    main()
