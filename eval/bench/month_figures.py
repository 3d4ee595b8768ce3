"""What the figures say of a played month: on the page, in the CSV and over HTTP the same, and as the raw rows say."""

import csv
import http.client
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from eval.bench.month import DAYS, START, Ledger
from kb_service.api.resolution import ResolutionReport, csv_response, report_of
from kb_service.domain.clocks import Clock, ClockKind
from kb_service.domain.resolution import By, Period
from kb_service.service import Service

PERIOD = Period(START.date(), START.date() + timedelta(days=DAYS - 1))
# By then seven days are over since every talk was closed.
LOOKED_AT = START + timedelta(days=DAYS + 14)


def figure_faults(service: Service, ledger: Ledger, page: str) -> Iterator[str]:
    """``page``: that of resolution over the month, as a manager reads it."""
    checked = service.measuring.check()
    yield from (
        f"{each.by} {each.value}: {each.figure} {each.kept}, rows {each.counted}" for each in checked.differences
    )
    report = report_of(service, PERIOD, By.DEPARTMENT)
    rows = [*csv.DictReader(io.StringIO(bytes(csv_response(report).body).decode("utf-8-sig")))]
    human = report.total.human
    told = {"talks": human.talks, "talks_implied": human.implied.successes, "talks_implied_n": human.implied.n}
    for name, number in told.items():
        if int(rows[-1][name]) != number:
            yield f"CSV says {rows[-1][name]} {name}, JSON {number}"
        if (added := sum(int(row[name]) for row in rows[:-1])) != number:
            yield f"departments add up to {added} {name}, all are {number}"
    if human.talks != len(ledger.moves):
        yield f"{human.talks} talks are counted, {len(ledger.moves)} were opened"
    if f"{human.implied.successes}/{human.implied.n}" not in tile(page, "人工帮办 · 推定"):
        yield f"the page does not say {human.implied.successes}/{human.implied.n}: {tile(page, '人工帮办 · 推定')}"
    yield from _clock_faults(service, ledger, report)


def _clock_faults(service: Service, ledger: Ledger, report: ResolutionReport) -> Iterator[str]:
    counted: Counter[tuple[ClockKind, str]] = Counter()
    for talk_id in ledger.moves:
        for clock in service.records.escalations.escalation(talk_id).clocks:
            counted[clock.kind, _became(clock, service.now())] += 1
    for kept in report.clocks:
        for name in ("met", "late", "running", "stopped"):
            if getattr(kept, name) != counted[kept.kind, name]:
                yield f"{kept.kind}: {getattr(kept, name)} {name}, the talks say {counted[kept.kind, name]}"


def _became(clock: Clock, now: datetime) -> str:
    ended_at = clock.met_at or clock.stopped_at or now
    if ended_at >= clock.due_at:
        return "late"
    return "met" if clock.met_at else "stopped" if clock.stopped_at else "running"


def tile(page: str, name: str) -> str:
    """What a tile of the page says under this name."""
    found = re.search(rf"<span>{re.escape(name)}</span>(.*?)</li>", page, re.DOTALL)
    return re.sub(r"<[^>]+>", " ", found[1]).strip() if found else ""


def page_over_http(port: int, key_of: Mapping[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        path = f"/console/insight?from={PERIOD.first}&to={PERIOD.last}"
        connection.request("GET", path, headers={"Authorization": f"Bearer {key_of['admin']}"})
        reply = connection.getresponse()
        return reply.read().decode()
    finally:
        connection.close()
