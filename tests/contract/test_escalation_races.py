"""Everybody moves at once, on every database: states move only as the table of moves says, and nothing but the domain's
own refusals comes back. The same seed makes the same wishes; who is quicker differs from run to run."""

import contextlib
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.answers import Conversation
from kb_service.domain.clocks import OrderKind
from kb_service.domain.errors import EscalationNotThere, EscalationStateWrong, HelperFull, HelperNotInCharge, KbError
from kb_service.domain.escalations import HELD, TRANSITIONS, Escalation, EscalationQuery, EscalationState, Move, Verdict
from tests.contract.desk import Desk

EVERYTHING = EscalationQuery()
REFUSALS = EscalationStateWrong | EscalationNotThere | HelperFull | HelperNotInCharge
HELPERS = {"zhang": 2, "li": 2, "zhao": 1, "qian": 1}
THREADS, STEPS, CONVERSATIONS = 12, 20, 4


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    for name, capacity in HELPERS.items():
        made.hire(name, "gongan", "renshe", capacity=capacity, is_lead=name == "li")
    return made


class Crowd:
    """Wishes of residents and helpers over a few conversations."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.seed = seed
        self.sent: dict[str, list[str]] = defaultdict(list)
        self.faults: list[BaseException] = []
        self.made = 0
        self._lock = threading.Lock()

    def person(self, number: int) -> Conversation:
        return Conversation(f"c{number}", "web", "web", "u" * 64)

    def run(self, thread: int) -> None:
        dealer = random.Random(f"{self.seed}-{thread}")
        for step in range(STEPS):
            try:
                self.one(dealer, f"{thread}.{step}")
                with self._lock:
                    self.made += 1
            except KbError as refused:
                if not isinstance(refused, REFUSALS):
                    self.faults.append(refused)
            except Exception as error:
                self.faults.append(error)

    def one(self, dealer: random.Random, text: str) -> None:
        helping = self.desk.helping
        whose = self.person(dealer.randrange(CONVERSATIONS))
        talk = self.talk_of(whose, dealer)
        if talk is None or dealer.random() < 0.1:
            self.desk.opening.open(whose, words="", department_id="gongan", opened_by="person")
            return
        who, id_ = dealer.choice(sorted(HELPERS)), talk.id
        wishes: dict[str, tuple[int, Callable[[], object]]] = {
            "claim": (6, lambda: helping.claim(id_, who)),
            "reply": (4, lambda: self.said(id_, text, helping.reply(id_, talk.helper or who, text))),
            "say": (3, lambda: self.said(*self.say(id_, whose, text))),
            "transfer": (2, lambda: helping.transfer(id_, who, dealer.choice(["gongan", "renshe"]), "请接手")),
            "release": (2, lambda: helping.release(id_, talk.helper or who, "")),
            "resolve": (3, lambda: helping.resolve(id_, talk.helper or who, Verdict.RESOLVED, "")),
            "leave": (2, lambda: helping.leave(id_, whose)),
            "return": (1, lambda: helping.return_(id_, talk.helper or who, "")),
            "reopen": (6, lambda: helping.reopen(id_, whose, "")),
            "order": (1, lambda: helping.order(id_, talk.helper or who, OrderKind.SIMPLE, "要查")),
            "judge": (1, lambda: helping.judge(id_, whose, Verdict.NOT)),
        }
        weights = [weight for weight, _ in wishes.values()]
        (name,) = dealer.choices(list(wishes), weights)
        wishes[name][1]()

    def talk_of(self, whose: Conversation, dealer: random.Random) -> Escalation | None:
        """The one that goes on, else one of those before."""
        going_on = self.desk.helping.talk_in(whose)
        if going_on is not None and dealer.random() < 0.8:
            return going_on
        opened = self.desk.escalations.list(EVERYTHING, limit=200).escalations
        own = [each for each in opened if each.conversation.conversation_id == whose.conversation_id]
        return dealer.choice(own) if own else going_on

    def say(self, talk_id: str, whose: Conversation, text: str) -> tuple[str, str]:
        self.desk.helping.say(talk_id, whose, text)
        return talk_id, text

    def said(self, talk_id: str, text: str, _done: object = None) -> None:
        with self._lock:
            self.sent[talk_id].append(text)


@pytest.mark.parametrize("seed", range(2))
def test_whoever_is_quicker_states_move_only_as_the_table_of_moves_says(desk: Desk, seed: int) -> None:
    crowd = Crowd(desk, seed)
    over: list[str] = []
    done = threading.Event()

    def count() -> None:
        while not done.wait(0.02):
            held = desk.escalations.count_of_held()
            over.extend(f"{who} holds {n}" for who, n in held.items() if n > HELPERS[who])

    watcher = threading.Thread(target=count)
    watcher.start()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(crowd.run, range(THREADS)))
    done.set()
    watcher.join()
    assert crowd.faults == [] and over == []
    assert crowd.made > THREADS * STEPS // 10
    talks = desk.escalations.list(EVERYTHING, limit=200).escalations
    _require_one_talk_each(talks)
    state_of = states_by_the_trail(desk.database)
    assert {each.id: each.state for each in talks} == state_of
    for talk in talks:
        said = desk.escalations.messages(talk.id)
        assert [each.number for each in said] == list(range(1, talk.last_number + 1))
        assert sorted(each.text for each in said if each.text and each.move is None) == sorted(crowd.sent[talk.id])
    assert row_faults(desk.database) == [] and SqlTrail(desk.database).faults() == []


def _require_one_talk_each(talks: Sequence[Escalation]) -> None:
    going_on = [each.conversation.conversation_id for each in talks if each.is_going_on]
    assert len(going_on) == len(set(going_on))


def states_by_the_trail(database: Database) -> dict[str, EscalationState]:
    """Every move of the trail made on paper; nobody is in charge of two things, and nothing is claimed while held."""
    state_of: dict[str, EscalationState] = {}
    moves = {str(each) for each in Move}
    for entry in SqlTrail(database).events(limit=10_000):
        action, id_ = entry.event.action, str(entry.event.detail.get("escalation"))
        if action == "escalate":
            assert id_ not in state_of
            state_of[id_] = EscalationState.OPEN
        elif action in moves:
            before = state_of[id_]
            assert before in TRANSITIONS[Move(action)], (action, before)
            assert action != "claim" or before not in HELD
            state_of[id_] = TRANSITIONS[Move(action)][before]
    return state_of


def test_a_conversation_that_is_reopened_and_opened_at_once_is_in_one_talk(desk: Desk) -> None:
    for number in range(15):
        whose = Conversation(f"r{number}", "web", "web", "u" * 64)
        first = desk.opening.open(whose, words="", department_id="gongan", opened_by="person")
        desk.helping.leave(first.id, whose)
        start = threading.Barrier(2)

        def reopen(talk: Escalation = first, of: Conversation = whose, at: threading.Barrier = start) -> None:
            at.wait()
            with contextlib.suppress(EscalationStateWrong):
                desk.helping.reopen(talk.id, of, "")

        def open_(of: Conversation = whose, at: threading.Barrier = start) -> None:
            at.wait()
            desk.opening.open(of, words="", department_id="gongan", opened_by="person")

        with ThreadPoolExecutor(2) as pool:
            for each in (pool.submit(reopen), pool.submit(open_)):
                each.result()
        assert desk.helping.talk_in(whose) is not None


def test_who_leaves_while_they_open_again_gets_a_talk_or_the_old_one(desk: Desk) -> None:
    whose = Conversation("l1", "web", "web", "u" * 64)

    def open_and_leave(number: int) -> None:
        for _ in range(15):
            talk = desk.opening.open(whose, words="", department_id="gongan", opened_by="person")
            with contextlib.suppress(EscalationStateWrong):
                desk.helping.leave(talk.id, whose)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_and_leave, range(6)))
    assert desk.helping.talk_in(whose) is None


def test_many_claims_at_once_do_not_wait_for_each_others_connections(desk: Desk) -> None:
    """Each once held a connection while it asked for a second: with as many claims as connections nothing went on."""
    for number in range(40):
        desk.hire(f"h{number}", "gongan")
    talks = [desk.open(number) for number in range(40)]
    start = threading.Barrier(40)

    def claim(number: int) -> str:
        start.wait()
        return str(desk.helping.claim(talks[number].id, f"h{number}").helper)

    with ThreadPoolExecutor(40) as pool:
        assert len(set(pool.map(claim, range(40)))) == 40
