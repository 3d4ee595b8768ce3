"""Who types in a talk, and how far each side has read, on every database: a mark never goes back, no more moves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.talk_signs import SqlTalkSigns
from kb_service.adapters.sql.told_lines import SqlToldLines
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.domain.errors import EscalationNotThere, EscalationStateWrong, HelperNotInCharge
from kb_service.domain.escalations import Escalation
from kb_service.domain.talk_signs import Signs, TalkSide
from kb_service.helping.signs import Signing
from tests.contract.desk import MORNING, RESIDENT, SOMEBODY_ELSE, Desk


class Talking:
    """A talk of a resident with zhang; li helps for the same department, wang for another."""

    def __init__(self, database: Database) -> None:
        self.desk = Desk(database)
        for name, department in (("zhang", "gongan"), ("li", "gongan"), ("wang", "renshe")):
            self.desk.hire(name, department)
        self.signs = SqlTalkSigns(database)
        self.signing = Signing(
            signs=self.signs,
            escalation=self.desk.escalations.escalation,
            seen_by=self.desk.helping.seen_by,
            number_of=SqlToldLines(database).number,
            now=lambda: self.desk.at,
        )
        talk = self.desk.open()
        self.desk.helping.claim(talk.id, "zhang")
        self.id = talk.id
        for text in ("签注", "多少钱"):
            self.desk.helping.say(talk.id, RESIDENT, text)  # messages 3 and 4, after 转人工 and the claim

    def now(self) -> Escalation:
        return self.desk.escalations.escalation(self.id)


@pytest.fixture
def talking(database: Database) -> Talking:
    return Talking(database)


def test_signs_change_neither_the_talk_nor_the_trail(talking: Talking) -> None:
    trail = SqlTrail(talking.desk.database)
    before, entries = talking.now(), trail.head().events
    talking.desk.later(seconds=1)
    talking.signing.person_types(talking.id, RESIDENT)
    talking.signing.helper_types(talking.id, "zhang")
    talking.signing.person_has_read(talking.id, RESIDENT, 2)
    talking.signing.helper_has_read(talking.id, "zhang", 4)
    assert talking.now() == before
    assert talking.desk.escalations.changed_since(talking.desk.at) == {}
    assert (trail.head().events, trail.faults(), row_faults(talking.desk.database)) == (entries, [], [])


def test_each_side_sees_the_other_type_for_six_seconds(talking: Talking) -> None:
    talking.signing.person_types(talking.id, RESIDENT)
    shown = talking.signs.of(talking.id, TalkSide.PERSON)
    assert shown.types_for(MORNING) == timedelta(seconds=6)
    assert shown.types_for(MORNING + timedelta(seconds=4)) == timedelta(seconds=2)
    assert shown.types_for(MORNING + timedelta(seconds=6)) == timedelta()
    assert shown.types_for(MORNING - timedelta(seconds=1)) == timedelta()  # the clock was set back
    assert talking.signs.of(talking.id, TalkSide.HELPER) == Signs()
    # Who types on is written every two seconds at most.
    written = set()
    for _ in range(9):  # a key each half second, from 0 to 4 seconds
        talking.signing.helper_types(talking.id, "zhang")
        written.add(talking.signs.of(talking.id, TalkSide.HELPER).typed_at)
        talking.desk.later(seconds=0.5)
    assert written == {MORNING + timedelta(seconds=each) for each in (0, 2, 4)}


def test_a_read_mark_never_goes_back_and_reaches_no_further_than_the_talk(talking: Talking) -> None:
    def mark() -> int:
        return talking.signs.of(talking.id, TalkSide.PERSON).read_up_to

    for number, reached in ((3, 3), (2, 3), (4, 4), (99, 4), (1, 4)):
        talking.signing.person_has_read(talking.id, RESIDENT, number)
        assert mark() == reached
    talking.signs.note_reading(talking.id, TalkSide.PERSON, 2, at=talking.desk.at)  # came late, past the verb
    assert mark() == 4
    talking.signing.person_types(talking.id, RESIDENT)
    assert mark() == 4
    # Written at once, the greatest stays.
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda n: talking.signs.note_reading(talking.id, TalkSide.HELPER, n, at=MORNING), (1, 4, 2, 3) * 3)
        )
    assert talking.signs.of(talking.id, TalkSide.HELPER).read_up_to == 4


def test_only_the_two_sides_of_a_talk_sign_while_it_goes_on(talking: Talking) -> None:
    refused: list[tuple[type[Exception], Callable[[], None]]] = [
        (EscalationNotThere, lambda: talking.signing.person_types(talking.id, SOMEBODY_ELSE)),
        (EscalationNotThere, lambda: talking.signing.person_has_read(talking.id, SOMEBODY_ELSE, 1)),
        (EscalationNotThere, lambda: talking.signing.helper_types(talking.id, "wang")),
        (EscalationNotThere, lambda: talking.signing.helper_has_read(talking.id, "wang", 1)),
        (HelperNotInCharge, lambda: talking.signing.helper_types(talking.id, "li")),
        (HelperNotInCharge, lambda: talking.signing.helper_has_read(talking.id, "li", 4)),
    ]
    for fault, step in refused:
        with pytest.raises(fault):
            step()
    assert talking.signs.changed_since(MORNING) == {}
    # In a closed talk nobody types, but its end is still read.
    talking.desk.helping.return_(talking.id, "zhang", "")
    with pytest.raises(EscalationStateWrong):
        talking.signing.person_types(talking.id, RESIDENT)
    talking.signing.person_has_read(talking.id, RESIDENT, 5)
    assert talking.signs.of(talking.id, TalkSide.PERSON).read_up_to == 5


def test_a_helper_is_told_how_much_of_their_own_talks_is_unread(talking: Talking) -> None:
    # 转人工 is message 1, the claim 2; 3 and 4 are the person's, 5 the helper's own.
    talking.desk.helping.reply(talking.id, "zhang", "免费")
    assert talking.signs.unread_of("zhang") == {talking.id: 3}
    talking.signing.helper_has_read(talking.id, "zhang", 3)
    assert talking.signs.unread_of("zhang") == {talking.id: 1}
    assert talking.signs.unread_of("li") == {}
    talking.signing.helper_has_read(talking.id, "zhang", 5)
    assert talking.signs.unread_of("zhang") == {}


def test_signs_are_found_by_when_they_were_written_and_erased_with_the_talk(talking: Talking) -> None:
    talking.signing.person_has_read(talking.id, RESIDENT, 3)
    talking.desk.later(minutes=1)
    talking.signing.helper_types(talking.id, "zhang")
    assert set(talking.signs.changed_since(MORNING)) == {(talking.id, "person"), (talking.id, "helper")}
    assert set(talking.signs.changed_since(talking.desk.at)) == {(talking.id, "helper")}
    SqlErasing(talking.desk.database).conversation("c1", actor="admin", at=talking.desk.at)
    assert talking.signs.changed_since(MORNING) == {}
