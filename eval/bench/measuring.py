"""The measurements, each over a data folder that is already filled."""

import os
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from eval.bench.articles import Law, revised
from eval.bench.filling import write_records
from eval.bench.load import Client, many_at_once, one_at_a_time
from eval.bench.measurement import Measurement, latencies
from eval.bench.serving import Server, kb_command
from eval.statistics import percentile
from ingestion.preparing import batches
from kb_service.service import Service
from kb_service.wiring import importing

_SEED = 20260701
CLIENTS = 8
_SECONDS_OF_LOAD = 15
_LONGEST_IMPORT_SECONDS = 120
_WARM_UP = 20


def bench_questions(asked: Sequence[str], laws: Sequence[Law], *, count: int) -> list[str]:
    """Half as residents ask, half after the beginning of an article; the same on every run."""
    dealer = random.Random(_SEED)
    articles = [article for law in laws for article in law.articles]
    about = [f"{dealer.choice(articles).split(' ', 1)[-1][:18]}是怎么规定的" for _ in range(count // 2)]
    mixed = [dealer.choice(asked) for _ in range(count - len(about))] + about
    dealer.shuffle(mixed)
    return mixed


def in_process(service: Service, questions: Sequence[str], load: str) -> Measurement:
    milliseconds: list[float] = []
    for question in [*questions[:_WARM_UP], *questions]:
        started = time.perf_counter()
        service.asking.answer(service.asking.question(question, channel="bench"))
        milliseconds.append((time.perf_counter() - started) * 1000)
    measured = milliseconds[_WARM_UP:]
    return Measurement(
        "question → answer, in process", latencies(measured), len(measured), 1, load, "p50 ≤ 25, p95 ≤ 60 ms (10k)"
    )


def over_http(server: Server, questions: Sequence[str], load: str) -> list[Measurement]:
    """One at a time, as one types, eight at once."""
    one_at_a_time(server.port, questions[:_WARM_UP], Client.ask)
    asked = one_at_a_time(server.port, questions, Client.ask)
    prefixes = [question[:end] for question in questions[:60] for end in range(2, min(len(question), 14), 2)]
    typed = one_at_a_time(server.port, prefixes, Client.search)
    return [
        Measurement("question → answer, HTTP", latencies(asked), len(asked), 1, load, "p95 ≤ 60 ms (10k), 120 (100k)"),
        Measurement("search as one types, HTTP", latencies(typed), len(typed), 1, load, "p95 ≤ 40 ms"),
    ]


def sustained(server: Server, data_dir: Path, questions: Sequence[str], law: Law, load: str) -> list[Measurement]:
    """Eight clients for a while, then again while an import runs beside them."""
    alone = many_at_once(server.port, questions, clients=CLIENTS, until=lambda s: s > _SECONDS_OF_LOAD)
    file = data_dir / "beside.jsonl"
    write_records(file, {"beside": revised(law, edition=2031)})
    importer = subprocess.Popen(
        [kb_command(), "ingest", str(file), "--publish", "--actor", "bench"],
        env=os.environ | {"KB_DATA_DIR": str(data_dir)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    beside = many_at_once(
        server.port,
        questions,
        clients=CLIENTS,
        until=lambda s: s > _LONGEST_IMPORT_SECONDS or importer.poll() is not None,
    )
    importer.wait(timeout=600)
    slower = percentile(beside.milliseconds, 0.95) / percentile(alone.milliseconds, 0.95)
    found = []
    for name, got, target, note in (
        ("answers/s", alone, "≥ 40/s, no faults", ""),
        (f"answers/s while {len(law.articles)} articles are imported", beside, "p95 ≤ 3×", f", p95 {slower:.1f}×"),
    ):
        value = f"{got.per_second:.1f}/s, {latencies(got.milliseconds)}, {len(got.faults)} faults{note}"
        found.append(Measurement(name, value, len(got.milliseconds), CLIENTS, load, target))
    return found


def ingestion(service: Service, law: Law, load: str) -> list[Measurement]:
    """New texts against bare embedding of as many, as long; then a new version with one changed article."""
    bare = _bare_rate(service, revised(law, edition=2033))
    first = revised(law, edition=2032)
    started = time.perf_counter()
    passages, embedded = _take_in(service, first, since="2020-01-01")
    rate = embedded / (time.perf_counter() - started)
    changed = Law(first.title, (first.articles[0] + "另行公布。", *first.articles[1:]))
    again, embedded_again = _take_in(service, changed, since="2021-01-01")
    compared = f"{rate:.1f}/s against {bare:.1f}/s bare embedding: {rate / bare:.0%}"
    reused = f"{embedded_again} of {again} passages embedded"
    return [
        Measurement("ingestion of new passages", compared, passages, 1, load, "≥ 80 %"),
        Measurement("new version, one article changed", reused, again, 1, load, "only what changed"),
    ]


def _bare_rate(service: Service, law: Law) -> float:
    """Texts a second through the model alone, in the batches that ingestion uses."""
    texts = [f"{law.title}\n{article}" for article in law.articles]
    started = time.perf_counter()
    for some in batches(texts, 256):
        service.texts.model.embed_passages(some)
    return len(texts) / (time.perf_counter() - started)


def _take_in(service: Service, law: Law, *, since: str) -> tuple[int, int]:
    """Import and follow one version of a document; its passages, and how many of them had to be embedded."""
    before = service.library.counts()["passages"]
    file = service.settings.data_dir / "fresh.jsonl"
    write_records(file, {"fresh": law}, since=since)
    for _ in importing(service.settings, service.records).run([file], actor="bench", publish=True):
        pass
    preparing = service.texts.preparing
    surfaces = preparing.surfaces(service.library.passages_of_documents(["fresh"])["fresh"])
    keys = {each.dense_key for each in surfaces}
    known = service.records.computed.embeddings(service.texts.model.fingerprint, sorted(keys))
    service.synchroniser.sync(["fresh"])
    return service.library.counts()["passages"] - before, len(keys - known.keys())
