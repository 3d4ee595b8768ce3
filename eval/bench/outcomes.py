"""`python -m eval.bench.outcomes`: how long the figures of resolution take over many outcomes, dealt from a seed."""

import argparse
import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kb_service.adapters.sql.tables import metadata
from kb_service.domain.clocks import FIRST_REPLY
from kb_service.domain.days import SHANGHAI, shanghai_day
from kb_service.domain.matters import Department, Matter
from kb_service.domain.resolution import By, Period
from kb_service.measuring.knowledge_use import MeasuringUse
from kb_service.measuring.measuring import Measuring
from kb_service.measuring_wiring import open_auditing, open_measuring, open_measuring_use, open_reporting
from kb_service.records import Records
from kb_service.settings import Settings
from kb_service.wiring import open_records

_SEED = 20261129
_END = datetime(2026, 11, 29, 12, tzinfo=SHANGHAI)
_DAYS = 84
_MATTERS, _DEPARTMENTS = 120, 20
_DOCUMENTS = 3000
_DISTRICTS = ("浦东新区", "徐汇区", "静安区", "黄浦区", "闵行区", "嘉定区")
_OUTCOMES = ("answered",) * 12 + ("handed_over",) * 3 + ("no_source", "not_grounded", "clarify", "courtesy")
# Of a stored answer most is its words and evidence; rows as long as real ones, so that reading them costs as much.
_WORDS = "示" * 2000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.outcomes", description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a data folder to fill and keep, for looking at the page")
    parser.add_argument("--database", help="address of an empty PostgreSQL database; else SQLite")
    parser.add_argument("--check", action="store_true", help="count again from the raw rows too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=asked.keep or Path(folder), start_new=True, database_url=asked.database)
        with open_records(settings) as records:
            _measure(records, asked.answers, is_checked=asked.check)


def _measure(records: Records, answers: int, *, is_checked: bool) -> None:
    measuring = open_measuring(records, now=lambda: _END)
    _fill(records, answers)
    _timed(f"taking in {answers} answers", measuring.take_in)
    period = Period(shanghai_day(_END - timedelta(days=_DAYS)), shanghai_day(_END))
    use = open_measuring_use(records, measuring, now=lambda: _END)
    for when in ("cold", "warm"):
        _timed(f"everything that the page 解决率 shows, {when}", lambda: _page(measuring, use, period))
        _timed(f"knowledge in use, {when}", lambda: _use(use, period))
    for by in By:
        _timed(f"figures by {by}", lambda by=by: measuring.figures(period, by))  # type: ignore[misc]
    reporting = open_reporting(Settings(), records, measuring, now=lambda: _END)
    _timed("the report of a month", lambda: reporting.month(f"{_END:%Y-%m}"))
    auditing = open_auditing(Settings(), records, now=lambda: _END)
    _timed("drawing the audited sample of a week", auditing.draw)
    (sample,) = records.audits.samples()
    print(f"  {sample.drawn} of {sample.questions} questions, {len(sample.strata)} strata")
    if is_checked:
        found = measuring.check()
        print(f"{found.figures} figures counted again: {len(found.differences)} differ")


def _page(measuring: Measuring, use: MeasuringUse, period: Period) -> None:
    measuring.insight(period, By.MATTER)
    use.coverage()
    use.used(period)


def _use(use: MeasuringUse, period: Period) -> None:
    found = use.knowledge_use(period)
    print(f"{found.cited} documents cited, {len(found.never_cited)} never, {len(found.ahead)} switch days: ", end="")


def _timed(what: str, act: Callable[[], object]) -> None:
    """On a busy machine the processor's seconds say more."""
    start, used = time.perf_counter(), time.process_time()
    act()
    print(f"{what}: {time.perf_counter() - start:.3f} s, of processor {time.process_time() - used:.3f} s", flush=True)


def _fill(records: Records, answers: int) -> None:
    """Straight into the tables: through the chain of answers it would take half an hour."""
    dealt = random.Random(_SEED)
    records.catalogue.replace(
        departments_=[Department(f"d{n}", f"示例局{n}", (), "12345", None, ()) for n in range(_DEPARTMENTS)],
        matters_=[Matter(f"m{n}", f"示例事项{n}", f"d{n % _DEPARTMENTS}", ()) for n in range(_MATTERS)],
        actor="bench",
        at=_END,
    )
    rows = list(_answers(dealt, answers))
    talks = [_talk(dealt, row) for row in rows if row["outcome"] == "handed_over" and dealt.random() < 0.6]
    said = [
        {"answer_id": row["id"], "given_at": row["asked_at"], "resolved": dealt.random() < 0.7}
        for row in rows
        if dealt.random() < 0.2
    ]
    rows_of = {
        "answers": rows,
        "documents": list(_documents()),
        "versions": list(_versions(dealt)),
        "cited_versions": list(_cited(rows)),
        "escalations": talks,
        "clocks": [_clock(dealt, talk) for talk in talks],
        "feedback": said,
    }
    with records.database.writing() as connection:
        for table, its in rows_of.items():
            connection.execute(metadata.tables[table].insert(), its)


def _answers(dealt: random.Random, count: int) -> Iterator[dict[str, Any]]:
    moments = sorted(_END - timedelta(seconds=dealt.uniform(0, _DAYS * 86_400)) for _ in range(count))
    for number, at in enumerate(moments, start=1):
        outcome = dealt.choice(_OUTCOMES)
        reasons = [dealt.choice(("low_confidence", "user_request"))] if outcome == "handed_over" else []
        region = f"上海市/{dealt.choice(_DISTRICTS)}" if dealt.random() < 0.4 else None
        # One or two texts, some of them much more often than others.
        times = dealt.choice((1, 2)) if outcome == "answered" else 0
        cited = {min(int(dealt.expovariate(0.002)), _DOCUMENTS - 1) for _ in range(times)}
        body = {
            "text": _WORDS,
            "confidence": round(dealt.betavariate(5, 2) if outcome == "answered" else dealt.betavariate(2, 4), 3),
            "citations": [{"version_id": f"v{each}-1"} for each in cited],
            "understood_as": {"region": region},
            "escalation": {"reasons": reasons, "department": None},
        }
        yield {
            "id": f"a{number}",
            "conversation_id": f"c{number}",
            "channel": dealt.choice(("web", "app", "hotline")),
            "user_hash": hashlib.sha256(f"user {dealt.randrange(count // 3 + 1)}".encode()).hexdigest(),
            "asked_at": at,
            "outcome": outcome,
            "matter_id": f"m{min(int(dealt.expovariate(0.04)), _MATTERS - 1)}" if dealt.random() < 0.9 else None,
            "body": body,
            "number": number,
        }


def _documents() -> Iterator[dict[str, Any]]:
    for number in range(_DOCUMENTS):
        yield {
            "id": f"doc{number}",
            "kind": "procedure",
            "created_at": _END - timedelta(days=400),
            "revision": 1,
            "synced_revision": 1,
        }


def _versions(dealt: random.Random) -> Iterator[dict[str, Any]]:
    """One of each document; one of ten ends within half a year, and half of those have a next version."""
    for number in range(_DOCUMENTS):
        begins = shanghai_day(_END - timedelta(days=dealt.randrange(30, 2000)))
        ends = shanghai_day(_END + timedelta(days=dealt.randrange(1, 180))) if number % 10 == 0 else None
        for version, start, end in (("1", begins, ends), ("2", ends, None)):
            if version == "1" or number % 20 == 0:
                yield {
                    "id": f"v{number}-{version}",
                    "document_id": f"doc{number}",
                    "state": "approved",
                    "text": _WORDS,
                    "content_sha256": f"{number}-{version}",
                    "title": f"示例文件{number}",
                    "kind": "procedure",
                    "similar_questions": [],
                    "negative_questions": [],
                    "matter_id": f"m{number % _MATTERS}",
                    "effective_from": start,
                    "effective_to": end,
                    "created_at": _END - timedelta(days=400),
                    "created_by": "bench",
                    "approved_at": _END - timedelta(days=400),
                    "published_at": _END - timedelta(days=400),
                    "revision": 1,
                }


def _cited(answers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for answer in answers:
        cited = answer["body"]["citations"]
        yield from ({"answer_id": answer["id"], "version_id": each["version_id"]} for each in cited)


def _talk(dealt: random.Random, answer: dict[str, Any]) -> dict[str, Any]:
    opened = answer["asked_at"]
    closed = opened + timedelta(minutes=dealt.uniform(3, 40))
    return {
        "id": f"t{answer['number']}",
        "conversation_id": answer["conversation_id"],
        "channel": answer["channel"],
        "user_hash": answer["user_hash"],
        "state": "resolved",
        "department_id": f"d{dealt.randrange(_DEPARTMENTS)}",
        "question": "",
        "summary": "",
        "reasons": [],
        "evidence": [],
        "matter_id": answer["matter_id"],
        "answer_id": answer["id"],
        "opened_at": answer["asked_at"],
        "opened_by": "person",
        "first_reply_at": opened + timedelta(seconds=dealt.expovariate(1 / 30)),
        "closed_at": closed,
        "changed_at": closed,
        "verdict": dealt.choice(("resolved",) * 9 + ("not",)),
        "verdict_of_person": dealt.choice(("resolved", "resolved", "partly", "not", None, None)),
        "revision": 4,
        "last_number": 4,
    }


def _clock(dealt: random.Random, talk: dict[str, Any]) -> dict[str, Any]:
    due = talk["opened_at"] + FIRST_REPLY
    return {
        "escalation_id": talk["id"],
        "kind": "first_reply",
        "round": 1,
        "started_at": talk["opened_at"],
        "warns_at": due - timedelta(seconds=20),
        "due_at": due,
        "met_at": talk["first_reply_at"],
    }


if __name__ == "__main__":
    main()
