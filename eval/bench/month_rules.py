"""What a month of human help must have left behind, worked out from the rules alone, by none of the service's counting.

The rules: docs/decisions/0038-people-take-over.md; which day is worked says the package `chinesecalendar` itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar

from eval.bench.desks import HELPERS, HOURS_OF
from eval.bench.month import Done, Ledger
from kb_service.domain.days import SHANGHAI
from kb_service.domain.escalations import Author
from kb_service.service import Service

_WORKING_DAYS = {"simple": 5, "complex": 15}
_WARNS = {"first_reply": timedelta(seconds=20), "contact": timedelta(hours=4), "order": timedelta(days=1)}
_MOVES = {"claim", "release", "reply", "transfer", "order", "return", "resolve", "reopen"}
_GIVES_UP = {"release", "transfer", "order", "return", "resolve"}


@dataclass
class Expected:
    """A clock as it must be: ``ended_at`` is when it was met or stopped."""

    kind: str
    round: int
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    is_met: bool = False

    def told(self, ticks: Sequence[datetime]) -> tuple[datetime | None, datetime | None]:
        """At which ticks it warned and was over, by the ticks while it ran."""
        warns_at = max(self.started_at, self.due_at - _WARNS[self.kind])
        warned = None
        for tick in ticks:
            if self.ended_at is not None and tick >= self.ended_at:
                break
            if tick >= self.due_at:
                return warned, tick
            if tick >= warns_at and warned is None:
                warned = tick
        return warned, None


def faults_of(service: Service, ledger: Ledger) -> list[str]:
    """Everything that is not as it must be; sentences."""
    found = [*ledger.faults, *faults_of_holding(service)]
    for talk_id, moves in ledger.moves.items():
        found += [f"{talk_id}: {each}" for each in _faults_of_talk(service, ledger, talk_id, moves)]
    return [*found, *(f"kb check: {each}" for each in service.check().findings)]


def _faults_of_talk(service: Service, ledger: Ledger, talk_id: str, moves: list[Done]) -> Iterator[str]:
    ordered = _without_further_replies(moves)
    if [each.revision for each in ordered] != list(range(1, len(ordered) + 1)):
        yield f"revisions {[each.revision for each in ordered]} have gaps, or two moves made the same"
    said = service.records.escalations.messages(talk_id, limit=100_000)
    if [each.number for each in said] != list(range(1, len(said) + 1)):
        yield "its messages have gaps"
    times = Counter(each.text for each in said if each.move is None)
    told = [each for each in said if each.author is not Author.NOTE]
    for heard in ledger.said.get(talk_id, []):
        lines = told if heard.by_person else said
        if times[heard.text] != 1 or (heard.number and lines[heard.number - 1].text != heard.text):
            yield f"{heard.text!r} is there {times[heard.text]} times, or not as number {heard.number}"
    if extra := times.keys() - {heard.text for heard in ledger.said.get(talk_id, [])}:
        yield f"nobody sent {sorted(extra)}"
    kept = service.records.escalations.escalation(talk_id)
    wanted = {
        (each.kind, each.round): (
            each.started_at,
            each.due_at,
            each.ended_at if each.is_met else None,
            None if each.is_met else each.ended_at,
            *each.told(ledger.ticks),
        )
        for each in expected_clocks(ordered)
    }
    have = {
        (str(each.kind), each.round): (
            each.started_at, each.due_at, each.met_at, each.stopped_at, each.warned_at, each.breached_at
        )
        for each in kept.clocks
    }  # fmt: skip
    if wanted != have:
        yield f"clocks are {have}, but {wanted} by the rules; moves {ordered}"


def _without_further_replies(moves: Sequence[Done]) -> list[Done]:
    """By revision. A reply that only says more leaves the revision that a move before it made."""
    ordered: list[Done] = []
    for each in sorted(moves, key=lambda each: (each.revision, each.action == "reply", each.at)):
        if each.action == "reply" and ordered and ordered[-1].revision == each.revision:
            continue
        ordered.append(each)
    return ordered


def expected_clocks(moves: Sequence[Done]) -> list[Expected]:
    clocks: list[Expected] = []
    department, is_order = moves[0].to, False

    def running(kind: str) -> list[Expected]:
        return [each for each in clocks if each.kind == kind and each.ended_at is None]

    def end(kind: str, at: datetime, *, is_met: bool) -> None:
        for each in running(kind):
            each.ended_at, each.is_met = at, is_met

    def start(kind: str, at: datetime, due_at: datetime) -> None:
        clocks.append(Expected(kind, 1 + sum(each.kind == kind for each in clocks), at, due_at))

    for move in moves:
        at = move.at
        department = move.to or department
        waits = move.action in ("open", "release", "transfer", "reopen") and not is_order
        if waits and not running("first_reply"):
            opening = opens(at, department)
            start("first_reply", opening, opening + timedelta(seconds=60))
        match move.action:
            case "reply":
                end("first_reply", at, is_met=True)
                if is_order:
                    end("contact", at, is_met=True)
            case "order":
                is_order = True
                end("first_reply", at, is_met=False)
                start("contact", at, end_of_working_day(at, 1))
                start("order", at, end_of_working_day(at, _WORKING_DAYS[move.kind]))
            case "return" | "resolve":
                for kind in _WARNS:
                    end(kind, at, is_met=is_order and move.action == "resolve" and kind != "first_reply")
                is_order = False
    return clocks


def opens(at: datetime, department: str) -> datetime:
    """``at`` itself in service hours, else when they begin."""
    day = at.astimezone(SHANGHAI).date()
    while True:
        of_working_days, of_others = HOURS_OF[department]
        for span in of_working_days if _is_worked(day) else of_others:
            start, end = (_on(day, each) for each in span.split("-"))
            if at < end:
                return max(at, start)
        day += timedelta(days=1)


def end_of_working_day(at: datetime, count: int) -> datetime:
    """The midnight after the ``count``-th working day after that day."""
    day = at.astimezone(SHANGHAI).date()
    while count:
        day += timedelta(days=1)
        count -= _is_worked(day)
    return _on(day, "24:00")


def _is_worked(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _on(day: date, hour: str) -> datetime:
    hours, minutes = (int(each) for each in hour.split(":"))
    return datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hours, minutes=minutes)


def faults_of_holding(service: Service) -> Iterator[str]:
    """In the order of the trail: nobody claims what is held, and nobody holds more than allowed at any moment."""
    holder_of: dict[str, str] = {}
    holds: Mapping[str, set[str]] = defaultdict(set)
    orders: set[str] = set()
    after = 0
    while entries := service.records.trail.events(after=after, limit=2000):
        after = entries[-1].event.number
        for entry in entries:
            action, talk_id = entry.event.action, str(entry.event.detail.get("escalation"))
            if action not in _MOVES:
                continue
            if action in _GIVES_UP and talk_id in holder_of:
                holds[holder_of.pop(talk_id)].discard(talk_id)
            if action == "order":
                orders.add(talk_id)
            elif action in ("return", "resolve"):
                orders.discard(talk_id)
            if action == "claim" and talk_id not in orders:
                who = str(entry.event.detail["helper"])
                if talk_id in holder_of:
                    yield f"{talk_id} is claimed by {who} while {holder_of[talk_id]} holds it"
                holder_of[talk_id] = who
                holds[who].add(talk_id)
                if len(holds[who]) > HELPERS[who][1]:
                    yield f"{who} holds {len(holds[who])} talks"
