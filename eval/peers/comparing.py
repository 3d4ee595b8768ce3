"""All systems on one folder of texts, each in its own child process, one after the other."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from eval.errors import EvaluationStopped
from eval.peers.differences import MEASURES, PeerDifference, difference, mean_with_interval, measured
from eval.peers.sitting import Sat
from eval.peers.texts import Texts, read_texts
from eval.statistics import percentile

_SAT = TypeAdapter(Sat)
# Nobody is told that a peer ran.
_SILENT = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
}


class Peer(StrEnum):
    """Whom the service's search is measured against; the values are the modules."""

    LLAMA_INDEX = "llama_index"
    HAYSTACK = "haystack"
    LANGCHAIN = "langchain"


@dataclass(frozen=True, slots=True)
class Line:
    """A system on one folder. ``measures``: by name, mean and 95 % interval; ``below``: by the name of one
    of ours and the measure, that one minus this one."""

    sat: Sat
    measures: Mapping[str, tuple[float, float, float]]
    below: Mapping[str, Mapping[str, PeerDifference]]
    p50_ms: float
    p95_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Compared:
    """``lines``: ours first."""

    name: str
    documents: int
    queries: int
    lines: tuple[Line, ...]


def compare(
    folder: Path, peers: Sequence[Peer], *, model: str, corpus: Path | None, advance: Callable[[str], None]
) -> Compared:
    """``corpus``: ours is asked with this corpus folder, and once more with the plain texts that the peers are given.

    Raises SuiteInvalid, and EvaluationStopped when a system did not come through.
    """
    texts = read_texts(folder)
    sats = []
    for module, whole in (
        *((("ours", corpus),) if corpus else ()),
        ("ours", None),
        *((f"{p}_peer", None) for p in peers),
    ):
        advance(f"{texts.name}: {module.removesuffix('_peer')}{' with its corpus folder' if whole else ''}")
        sats.append(_sat(module, folder, model=model, corpus=whole))
    return Compared(texts.name, len(texts.documents), len(texts.queries), lines_of(texts, sats))


def lines_of(texts: Texts, sats: Sequence[Sat]) -> tuple[Line, ...]:
    """Those of ours come first, and are what all that follow them are compared with."""
    rows = [[measured(sat.found[query], texts.relevant[query]) for query in texts.queries] for sat in sats]
    columns = [[list(column) for column in zip(*of_system, strict=True)] for of_system in rows]
    return tuple(
        Line(
            sat=sat,
            measures={name: mean_with_interval(column) for name, column in zip(MEASURES, own, strict=True)},
            below={
                sats[place].system: _differences(columns[place], own)
                for place in range(number)
                if _is_ours(sats[place])
            },
            p50_ms=percentile(sat.latencies_ms, 0.5),
            p95_ms=percentile(sat.latencies_ms, 0.95),
            cpu_ms=percentile(sat.cpu_ms, 0.5),
        )
        for number, (sat, own) in enumerate(zip(sats, columns, strict=True))
    )


def complaint(module: str, said: str) -> str:
    """Of a system that did not come through: the last line of what it said."""
    last = said.strip().splitlines()[-1] if said.strip() else "nothing"
    hint = "; `make peers-tools` installs the peers" if "ModuleNotFoundError" in last else ""
    return f"{module} did not come through, it said: {last}{hint}"


def _differences(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> dict[str, PeerDifference]:
    return {name: difference(one, other) for name, one, other in zip(MEASURES, ours, theirs, strict=True)}


def _is_ours(sat: Sat) -> bool:
    return sat.system.startswith("ours")


def _sat(module: str, folder: Path, *, model: str, corpus: Path | None) -> Sat:
    with TemporaryDirectory(prefix="kb-peers-") as scratch:
        out = Path(scratch) / "sat.json"
        command = [sys.executable, "-m", f"eval.peers.{module}", str(folder), "--model", model, "--out", str(out)]
        environment = {**os.environ, **_SILENT}
        if corpus is not None:
            environment["KB_PEERS_CORPUS"] = str(corpus)
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode != 0 or not out.exists():
            raise EvaluationStopped(complaint(module, ran.stderr))
        return _SAT.validate_python(json.loads(out.read_text(encoding="utf-8")))
