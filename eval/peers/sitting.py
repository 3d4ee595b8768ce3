"""One system in a process of its own: it takes in the texts, is asked every query, and writes down what it found."""

import argparse
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from eval.peers.texts import Texts, read_texts

# Passages that each system is asked for, so that ten different documents are among them.
PASSAGES = 50
DOCUMENTS = 10
_WARMING_UP = 3

# A query to the ids of the documents of the passages found, best first; an id may stand there several times.
Finds = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class System:
    """What the table says of it. ``packages``: whose versions are told."""

    name: str
    packages: tuple[str, ...]
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sat:
    """``cpu_ms``: of all threads, beside the clock's ``latencies_ms``; it depends less on what else the machine does.
    ``found``: by query id, the first ten different documents. ``bare_mb``: peak memory of a peer before the first text,
    with its libraries and the embedding model (0 of ours, which cannot be told apart); ``peak_mb``: in all. Megabytes
    of 2^20 bytes."""

    system: str
    versions: Mapping[str, str]
    settings: Sequence[str]
    passages: int
    taking_in_seconds: float
    bare_mb: int
    peak_mb: int
    latencies_ms: Sequence[float]
    cpu_ms: Sequence[float]
    found: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """``passages``: how many there are. ``bare_mb``: see `Sat`."""

    find: Finds
    passages: int
    bare_mb: int


def sit(system: System, take_in: Callable[[Texts, Path], TakenIn]) -> None:
    """The whole of a system's script: FOLDER, --model and --out from the command line."""
    asked = _arguments(system)
    texts = read_texts(asked.folder)
    started = time.perf_counter()
    taken = take_in(texts, asked.model)
    seconds = time.perf_counter() - started
    for query in list(texts.queries.values())[:_WARMING_UP]:
        taken.find(query)
    found, latencies, cpu = {}, [], []
    for query_id, query in texts.queries.items():
        started, worked = time.perf_counter(), time.process_time()
        passages = taken.find(query)
        latencies.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
        found[query_id] = list(dict.fromkeys(passages))[:DOCUMENTS]
    sat = Sat(
        system=system.name,
        versions={name: version(name) for name in system.packages},
        settings=system.settings,
        passages=taken.passages,
        taking_in_seconds=seconds,
        bare_mb=taken.bare_mb,
        peak_mb=peak_megabytes(),
        latencies_ms=latencies,
        cpu_ms=cpu,
        found=found,
    )
    asked.out.write_text(json.dumps(asdict(sat), ensure_ascii=False), encoding="utf-8")
    first = sum(bool(found[each][:1]) and found[each][0] in texts.relevant[each] for each in found)
    print(f"{system.name}: a right document first for {first} of {len(found)} queries; written to {asked.out}")


def peak_megabytes() -> int:
    """Of this process alone. Linux's own mark, since getrusage's is inherited from who started the process."""
    status = Path("/proc/self/status")
    if status.exists() and (mark := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(mark[1]) // 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit


def _arguments(system: System) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"{system.name}: {'; '.join(system.settings)}")
    parser.add_argument("folder", type=Path, help="a BEIR folder: corpus.jsonl, queries.jsonl, qrels/*.tsv")
    usual = os.environ.get("KB_EMBEDDING_MODEL") or "var/models/multilingual-e5-small"
    parser.add_argument("--model", type=Path, default=Path(usual), help="the folder of the embedding model")
    parser.add_argument("--out", type=Path, default=Path("sat.json"))
    return parser.parse_args()
