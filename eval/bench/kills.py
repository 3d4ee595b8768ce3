"""`python -m eval.bench.kills`: a `kb serve` with talks going on is killed (kill -9) again and again; nothing that was
acknowledged may be missing, nothing may be there twice, and who listens gets every message once."""

import argparse
import http.client
import random
import signal
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from eval.bench.desks import FRONTEND, HELPERS, Caller, hire, set_up_desks
from eval.bench.listening import Listener
from eval.bench.measurement import Measurement, table
from eval.bench.month_rules import end_of_working_day, faults_of_holding
from eval.bench.serving import LOG, free_port, kill, start, wait_until_ready
from kb_service.domain.clocks import Clock, ClockKind
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_service

_SEED = 20260201
_TALKS = 12
_WRITERS = 4
# How often each is wished for.
_WISHES = {"say": 8, "reply": 8, "claim": 4, "order": 1, "resolve": 1, "reopen": 3, "release": 1}
_LOST = (OSError, http.client.HTTPException)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--database", help="address of an empty PostgreSQL database; else SQLite")
    asked = parser.parse_args()
    print(table(killed(kills=asked.kills, seed=asked.seed, database_url=asked.database)))


@dataclass
class Traffic:
    """What clients sent: acknowledged, and where the connection broke off before a reply. By talk id."""

    port: int
    key_of: Mapping[str, str]
    talk_ids: list[str] = field(default_factory=list)
    said: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    perhaps: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    revision_of: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    faults: list[str] = field(default_factory=list)
    is_up: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, number: int, seed: int) -> None:
        """Until it is over, one request after the other; none is repeated."""
        dealer = random.Random(f"{seed}-{number}")
        with Caller(self.port, self.key_of) as caller:
            for step in range(10**9):
                if self.is_over.is_set():
                    return
                if not self.is_up.wait(0.2):
                    continue
                talk_id, text = dealer.choice(self.talk_ids), f"t{number}.{step}"
                try:
                    self._one(caller, dealer, talk_id, text)
                except _LOST:
                    with self.lock:
                        self.broken += 1
                        self.perhaps[talk_id].add(text)
                    time.sleep(0.05)

    def _one(self, caller: Caller, dealer: random.Random, talk_id: str, text: str) -> None:
        path = f"/v1/escalations/{talk_id}"
        who = dealer.choice([name for name, (served, _) in HELPERS.items() if "rexian" in served])
        match dealer.choices(["say", "reply", "claim", "order", "resolve", "reopen", "release"], [8, 8, 4, 1, 1, 3, 1])[
            0
        ]:
            case "say":
                body = {"text": text, "user_ref": "r"}
                status, found = caller.call(FRONTEND, "POST", f"/v1/talks/{talk_id}/messages", body)
                if status == 201:
                    self.said[talk_id][text] = found["number"]
            case "reply":
                status, found = caller.call(who, "POST", f"{path}:reply", {"text": text})
                if status == 200:
                    self.said[talk_id][text] = 0
            case "reopen":
                body = {"words": text, "user_ref": "r"}
                status, found = caller.call(FRONTEND, "POST", f"/v1/talks/{talk_id}:reopen", body)
                if status == 200:
                    self.said[talk_id][text] = 0
            case "order" as move:
                status, found = caller.call(who, "POST", f"{path}:{move}", {"kind": "simple"})
            case "resolve" as move:
                status, found = caller.call(who, "POST", f"{path}:{move}", {"verdict": "resolved"})
            case "claim" as move:
                status, found = caller.call(who, "POST", f"{path}:{move}")
            case move:
                status, found = caller.call(who, "POST", f"{path}:{move}", {"reason": "换人"})
        with self.lock:
            if status == 200:
                self.revision_of[talk_id] = max(self.revision_of[talk_id], found["revision"])
            elif status not in (201, 403, 404, 409):
                self.faults.append(f"{talk_id}: {status} {found}")


def killed(*, kills: int, seed: int = _SEED, database_url: str | None = None) -> list[Measurement]:
    """Each time after a moment dealt from the seed, in the middle of whatever is going on."""
    print(f"seed {seed}: {kills} kills", flush=True)
    dealer = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="kb-kills-") as folder:
        settings = settings_in(Path(folder), database_url)
        more = {"KB_DATABASE_URL": database_url} if database_url else {}
        with open_records(settings) as records:
            key_of = set_up_desks(records, at=now())
        traffic = Traffic(free_port(), key_of)
        listeners: list[Listener] = []
        threads: list[threading.Thread] = []
        for number in range(kills + 1):
            process = start(settings.data_dir, traffic.port, KB_REQUESTS_PER_KEY="0", **more)
            try:
                wait_until_ready(traffic.port, process)
            except (RuntimeError, TimeoutError) as error:
                process.kill()
                traffic.is_over.set()
                said = (settings.data_dir / LOG).read_text(encoding="utf-8").splitlines()
                told = [str(error), *(each for each in said if "requests:" not in each)]
                raise RuntimeError("\n".join(told)) from error
            if number == 0:
                listeners = _begin(traffic)
                threads = [threading.Thread(target=traffic.write, args=(each, seed)) for each in range(_WRITERS)]
                for each in threads:
                    each.start()
            traffic.is_up.set()
            time.sleep(dealer.uniform(0.3, 2.5))
            if number < kills:
                kill(process, signal.SIGKILL)
                traffic.is_up.clear()
        traffic.is_over.set()
        for each in threads:
            each.join()
        for listener in listeners:
            listener.finish(seconds=20)
        kill(process, signal.SIGINT)
        log = (settings.data_dir / LOG).read_text(encoding="utf-8")
        with open_service(settings) as service:
            faults = [*traffic.faults, *_faults(service, traffic, listeners)]
        faults += [f"in the log: {each}" for each in log.splitlines() if each.startswith("Traceback")]
    for fault in faults[:20]:
        print(f"FAULT {fault}")
    messages = sum(map(len, traffic.said.values()))
    value = f"{len(faults)} faults in {messages} messages, {traffic.broken} requests and " + (
        f"{sum(each.breaks for each in listeners)} streams broken off"
    )
    load = f"{_TALKS} talks, {'PostgreSQL' if database_url else 'SQLite'}, seed {seed}"
    return [Measurement("kill -9 in the middle", value, kills, _WRITERS, load, "0 faults")]


def settings_in(folder: Path, database_url: str | None) -> Settings:
    """Without limits of requests."""
    (folder / "models").symlink_to(Settings().models_dir.resolve())
    settings = Settings(data_dir=folder, requests_per_key=0, requests_per_address=0)
    return settings.model_copy(update={"database_url": database_url}) if database_url else settings


def _begin(traffic: Traffic) -> list[Listener]:
    hire(traffic.port, traffic.key_of)
    with Caller(traffic.port, traffic.key_of) as caller:
        for number in range(_TALKS):
            body = {"conversation_id": f"k{number}", "words": "", "department": "rexian", "user_ref": "r"}
            traffic.talk_ids.append(caller.call(FRONTEND, "POST", "/v1/escalations", body)[1]["id"])
    key = traffic.key_of[FRONTEND]
    listeners = [Listener(traffic.port, key, f"/v1/talks/{each}/events?user_ref=r") for each in traffic.talk_ids]
    for number, listener in enumerate(listeners):
        listener.begin(seed=number)
    return listeners


def _faults(service: Service, traffic: Traffic, listeners: list[Listener]) -> Iterator[str]:
    yield from faults_of_holding(service)
    for talk_id, listener in zip(traffic.talk_ids, listeners, strict=True):
        said = service.records.escalations.messages(talk_id, limit=10**6)
        if [each.number for each in said] != list(range(1, len(said) + 1)):
            yield f"{talk_id}: its messages have gaps"
        if listener.numbers != [each.number for each in said]:
            yield f"{talk_id}: of {len(said)} messages the listener got {listener.numbers}"
        times = Counter(each.text for each in said if each.move is None)
        for text, number in traffic.said[talk_id].items():
            if times[text] != 1 or (number and said[number - 1].text != text):
                yield f"{talk_id}: {text} was acknowledged and is there {times[text]} times, or not as {number}"
        known = traffic.said[talk_id].keys() | traffic.perhaps[talk_id]
        if wrong := [text for text, n in times.items() if n > 1 or text not in known]:
            yield f"{talk_id}: nobody sent, or only once, {wrong}"
        kept = service.records.escalations.escalation(talk_id)
        if kept.revision < traffic.revision_of[talk_id]:
            yield f"{talk_id}: revision {traffic.revision_of[talk_id]} was acknowledged; it is at {kept.revision}"
        yield from (f"{talk_id}: {each} is not by the rules" for each in kept.clocks if each.due_at != _due(each))
    yield from (f"kb check: {each}" for each in service.check().findings)


def _due(clock: Clock) -> datetime:
    """The desk never closes; orders are simple ones."""
    if clock.kind is ClockKind.FIRST_REPLY:
        return clock.started_at + timedelta(seconds=60)
    return end_of_working_day(clock.started_at, 5 if clock.kind is ClockKind.ORDER else 1)


if __name__ == "__main__":
    main()
