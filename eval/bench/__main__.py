"""`python -m eval.bench`: the design's table of speed and memory, measured on this machine."""

import argparse
import os
import platform
import sys
from pathlib import Path

from eval.bench.articles import Law, LawTexts, texts
from eval.bench.demonstration import CORPUS, asked_questions, data_dir, ingest_corpus
from eval.bench.filling import fill
from eval.bench.kills import killed
from eval.bench.load import Client, one_at_a_time
from eval.bench.measurement import Measurement, table
from eval.bench.measuring import bench_questions, in_process, ingestion, over_http, sustained
from eval.bench.serving import serving
from eval.bench.streams import live
from eval.bench.talks import month
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_service

# The store of vectors that outlives the runs.
_KEPT_VECTORS = Path("var/bench/vectors")
_QUESTIONS = 200
_ARTICLES_IMPORTED = 150
_KILLS = 20
_SECONDS_OF_TALKS = 20
_MESSAGES_A_SECOND = 20
_IMPORT_TITLE = "测量用导入文件"


def main() -> None:
    asked = _arguments()
    print(f"{_machine()}; every figure is of one run", flush=True)
    rows = _demonstration()
    for size in [int(each) for each in asked.size.split(",")]:
        rows += _at_size(size, texts(CORPUS, most=min(size, asked.embed)))
    rows += month(conversations=asked.conversations) + killed(kills=_KILLS)
    rows += live(talks=asked.talks, seconds=_SECONDS_OF_TALKS, per_second=_MESSAGES_A_SECOND)
    report = table(rows)
    print(report)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(f"{_machine()}\n\n{report}\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("--size", default="10000", help="passages, several with commas: 10000,100000")
    parser.add_argument("--embed", type=int, default=16_189, help="texts to embed at most; the rest are noisy copies")
    parser.add_argument("--conversations", type=int, default=1000, help="with helpers, in a simulated month")
    parser.add_argument("--talks", type=int, default=300, help="at once, each with both sides listening")
    parser.add_argument("--out", type=Path, default=Path("var/bench/table.md"))
    return parser.parse_args()


def _at_size(size: int, laws: LawTexts) -> list[Measurement]:
    questions = bench_questions(asked_questions(), laws.laws, count=_QUESTIONS)
    imported = Law(_IMPORT_TITLE, tuple(a for law in laws.laws for a in law.articles)[:_ARTICLES_IMPORTED])
    with data_dir() as settings:
        ingest_corpus()
        with open_records(Settings(data_dir=_KEPT_VECTORS)) as kept:
            filled = fill(settings, laws, passages=size, kept=kept.computed)
        load = f"{filled.passages} passages"
        print(f"{load}: {laws.origin}; {filled.copies} copies with seeded noise; {filled.embedded} embedded now")
        with open_service(settings) as service:
            rows = [in_process(service, questions, load), *ingestion(service, imported, load)]
        with serving(settings.data_dir) as server:
            rows.append(Measurement("start to ready", f"{server.seconds_to_ready:.1f} s", 1, 0, load, "≤ 5 s"))
            rows += over_http(server, questions, load)
            rows += sustained(server, settings.data_dir, questions, imported, load)
            rows.append(_memory(server.resident_megabytes(), load, ""))
    return rows


def _demonstration() -> list[Measurement]:
    """With nothing but the demonstration corpus."""
    load = "demonstration corpus"
    with data_dir() as settings:
        ingest_corpus()
        with serving(settings.data_dir) as server:
            start = Measurement("start to ready", f"{server.seconds_to_ready:.1f} s", 1, 0, load, "≤ 5 s")
            one_at_a_time(server.port, asked_questions(), Client.ask)
            return [start, _memory(server.resident_megabytes(), load, "≤ 700 MB")]


def _memory(megabytes: float, load: str, target: str) -> Measurement:
    return Measurement("resident memory after the questions", f"{megabytes:.0f} MB", 1, 0, load, target)


def _machine() -> str:
    busy = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {sys.platform},"
        f" load average {busy:.1f} when this was written"
    )


if __name__ == "__main__":
    main()
