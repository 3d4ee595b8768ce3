"""A month of human help, played over HTTP: who does what when is dealt from a seed, who is quicker is not."""

import heapq
import itertools
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from eval.bench.desks import FRONTEND, HELPERS, HOURS_OF, Caller
from kb_service.domain.days import SHANGHAI

# Spring Festival 2026: off from the 15th to the 23rd, Saturdays 14 and 28 worked.
START = datetime(2026, 2, 1, tzinfo=SHANGHAI)
DAYS = 28
_AT_ONCE = 12
_TOGETHER = timedelta(seconds=20)
Act = Callable[[random.Random], None]


@dataclass
class MovedClock:
    """What the service under test takes for now."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Done:
    """A move that was acknowledged, with the revision that it made."""

    revision: int
    at: datetime
    action: str
    by: str
    to: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """``number`` 0: it was not told. To the person lines are counted without the notes of helpers."""

    text: str
    number: int
    by_person: bool


@dataclass
class Ledger:
    """What was acknowledged, by talk id; and the ticks of the clocks. ``faults``: replies that nobody should get."""

    moves: dict[str, list[Done]] = field(default_factory=dict)
    said: dict[str, list[Heard]] = field(default_factory=dict)
    ticks: list[datetime] = field(default_factory=list)
    refused: int = 0
    requests: int = 0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, talk_id: str, done: Done) -> None:
        with self.lock:
            self.moves.setdefault(talk_id, []).append(done)

    def heard(self, talk_id: str, text: str, number: int = 0, *, by_person: bool = False) -> None:
        with self.lock:
            self.said.setdefault(talk_id, []).append(Heard(text, number, by_person))


class Month:
    """``tick`` looks at the clocks, as the job does every few seconds."""

    def __init__(self, caller: Caller, clock: MovedClock, tick: Callable[[], object], *, seed: int) -> None:
        self.ledger = Ledger()
        self._caller, self._clock, self._tick, self._seed = caller, clock, tick, seed
        self._due: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count(1)

    def play(self, conversations: int) -> None:
        dealer = random.Random(self._seed)
        for number in range(conversations):
            self._after(timedelta(seconds=dealer.uniform(0, DAYS * 86_400)), self._opening(number))
        end = START + timedelta(days=DAYS)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while self._due and self._due[0][0] < end:
                batch = self._next_together()
                self._clock.at = batch[-1][0]
                acts = [(act, random.Random(f"{self._seed}-{number}")) for _, number, act in batch]
                list(pool.map(lambda each: self._run(*each), acts))
                if dealer.random() < 0.5 or len(batch) > 1:
                    self.ledger.ticks.append(self._clock.at)
                    self._tick()

    def _next_together(self) -> list[tuple[datetime, int, Act]]:
        batch = [heapq.heappop(self._due)]
        while self._due and len(batch) < _AT_ONCE and self._due[0][0] - batch[0][0] < _TOGETHER:
            batch.append(heapq.heappop(self._due))
        return batch

    def _run(self, act: Act, dealer: random.Random) -> None:
        try:
            act(dealer)
        except Exception as error:
            self.ledger.faults.append(f"{type(error).__name__}: {error}")

    def _after(self, passed: timedelta, act: Act) -> None:
        with self.ledger.lock:
            heapq.heappush(self._due, (self._clock.at + passed, next(self._numbers), act))

    def _call(self, who: str, path: str, body: object | None = None) -> Any:
        """The reply to what was done; None where it was refused for the state it is in, or for whose it is."""
        status, found = self._caller.call(who, "POST", path, body)
        self.ledger.requests += 1
        if status < 300:
            return found
        self.ledger.refused += 1
        if status not in (403, 404, 409):
            self.ledger.faults.append(f"{path}: {status} {found}")
        return None

    # Residents

    def _opening(self, number: int) -> Act:
        def open_(dealer: random.Random) -> None:
            department = dealer.choice(list(HOURS_OF))
            body = {"conversation_id": f"c{number}", "words": f"请帮忙{number}", "department": department}
            body["user_ref"] = f"r{number}"
            clicks = 2 if dealer.random() < 0.15 else 1  # a double click
            with ThreadPoolExecutor(clicks) as pool:
                found = list(pool.map(lambda _: self._call(FRONTEND, "/v1/escalations", body), range(clicks)))
            talk = found[0]
            if len({each["id"] for each in found}) != 1:
                self.ledger.faults.append(f"a double click opened two talks of c{number}")
            self.ledger.note(talk["id"], Done(1, self._clock.at, "open", "person", to=department))
            self.ledger.heard(talk["id"], f"请帮忙{number}", 1)
            self._wants_claim(talk["id"], department, dealer)
            self._after(timedelta(seconds=dealer.uniform(5, 3000)), self._speaking(talk["id"], number))

        return open_

    def _speaking(self, talk_id: str, number: int) -> Act:
        def speak(dealer: random.Random) -> None:
            mine = {"user_ref": f"r{number}"}
            chance = dealer.random()
            if chance < 0.07:
                self._move(FRONTEND, f"/v1/talks/{talk_id}:leave", mine, "return")
            elif chance < 0.9:
                self._say(talk_id, number, dealer)
            elif (again := self._move(FRONTEND, f"/v1/talks/{talk_id}:reopen", mine, "reopen")) is not None:
                self._wants_claim(talk_id, again["department"]["id"], dealer)
            else:
                verdict = {"verdict": dealer.choice(["resolved", "not"])}
                self._move(FRONTEND, f"/v1/talks/{talk_id}:judge", mine | verdict, "judge")
            if dealer.random() < 0.75:
                self._after(timedelta(seconds=dealer.choice([40, 900, 90_000]) * dealer.random()), speak)

        return speak

    def _say(self, talk_id: str, number: int, dealer: random.Random) -> None:
        text = f"说{number}-{next(self._numbers)}"
        if dealer.random() < 0.15:  # past the assistant
            asked = {"question": text, "conversation_id": f"c{number}", "user_ref": f"r{number}"}
            found = self._call(FRONTEND, "/v1/answers", asked)
            if found is not None and found["outcome"] == "in_talk":
                self.ledger.heard(found["escalation"]["id"], text)
            return
        path = f"/v1/talks/{talk_id}/messages"
        if (found := self._call(FRONTEND, path, {"text": text, "user_ref": f"r{number}"})) is not None:
            self.ledger.heard(talk_id, text, found["number"], by_person=True)

    # Helpers

    def _wants_claim(self, talk_id: str, department: str, dealer: random.Random) -> None:
        """Several want it at once, mostly soon; at night somebody does in the morning, or nobody until tomorrow."""
        able = [name for name, (departments, _) in HELPERS.items() if department in departments]
        delay = timedelta(seconds=dealer.choice([15, 90, 1200, 40_000]) * (0.1 + dealer.random()))
        for name in dealer.sample(able, dealer.choice([1, 1, 2, 3])):
            self._after(delay + timedelta(seconds=dealer.random()), self._claiming(talk_id, name, 2))

    def _claiming(self, talk_id: str, name: str, tries: int) -> Act:
        def claim(dealer: random.Random) -> None:
            found = self._move(name, f"/v1/escalations/{talk_id}:claim", None, "claim")
            if found is not None:
                self._after(timedelta(seconds=dealer.uniform(2, 90)), self._working(talk_id, name))
                if dealer.random() < 0.1:  # the same click again
                    self._move(name, f"/v1/escalations/{talk_id}:claim", None, "claim")
            elif tries:
                pause = timedelta(minutes=dealer.uniform(3, 600))
                self._after(pause, self._claiming(talk_id, name, tries - 1))

        return claim

    def _working(self, talk_id: str, name: str) -> Act:
        path = f"/v1/escalations/{talk_id}"

        def work(dealer: random.Random) -> None:
            wish = dealer.choices(
                ["reply", "resolve", "transfer", "release", "order", "return", "note"], [9, 4, 2, 1, 2, 1, 1]
            )[0]
            reason = {"reason": "缘由"}
            is_mine, found = False, None
            match wish:
                case "reply" | "note":
                    is_mine = self._write(path, name, wish, f"答{name}-{next(self._numbers)}", talk_id)
                case "resolve":
                    verdict = {"verdict": dealer.choice(["resolved", "resolved", "partly"])}
                    self._move(name, f"{path}:resolve", reason | verdict, "resolve")
                    is_mine = dealer.random() < 0.05  # the same click again
                case "transfer":
                    to = dealer.choice(list(HOURS_OF))
                    found = self._move(name, f"{path}:transfer", reason | {"department": to}, "transfer", to=to)
                case "order":
                    kind = dealer.choice(["simple", "complex"])
                    is_mine = bool(self._move(name, f"{path}:order", reason | {"kind": kind}, "order", kind=kind))
                case _:
                    found = self._move(name, f"{path}:{wish}", reason, wish)
            if found is not None and found["state"] == "open":
                self._wants_claim(talk_id, found["department"]["id"], dealer)
            if is_mine and dealer.random() < 0.93:
                self._after(timedelta(seconds=dealer.choice([30, 300, 200_000]) * dealer.random()), work)
            elif is_mine:  # forgotten, until somebody tidies up: else all helpers were full after a week
                self._after(timedelta(hours=dealer.uniform(1, 40)), self._tidying(path, name))

        return work

    def _tidying(self, path: str, name: str) -> Act:
        def tidy(_dealer: random.Random) -> None:
            self._move(name, f"{path}:resolve", {"reason": "缘由", "verdict": "not"}, "resolve")

        return tidy

    def _write(self, path: str, name: str, wish: str, text: str, talk_id: str) -> bool:
        if wish == "note":
            if (noted := self._call(name, f"{path}:note", {"text": text})) is not None:
                self.ledger.heard(talk_id, text, noted["number"])
            return noted is not None
        replied = self._move(name, f"{path}:reply", {"text": text}, "reply")
        if replied is not None:
            self.ledger.heard(talk_id, text)
        return replied is not None

    def _move(self, who: str, path: str, body: object | None, action: str, *, to: str = "", kind: str = "") -> Any:
        found = self._call(who, path, body)
        if found is not None:
            by = "person" if who == FRONTEND else who
            self.ledger.note(found["id"], Done(found["revision"], self._clock.at, action, by, to, kind))
        return found
