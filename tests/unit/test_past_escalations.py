"""What past escalations teach about routing, worked by hand: who has a voice, and when a linked matter gives way."""

import numpy as np
import pytest

from kb_service.asking.past_escalations import PastEscalations, PastVotes
from kb_service.domain.lessons import Lesson, contradicted_matters, lesson_of
from kb_service.domain.routing import HandOn, RoutedBy, RoutingStep

BALLOON = "热气球停放在哪里登记"
# Two meanings at right angles, so that likeness is all or nothing: the mean of both is taken off.
UP, DOWN = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def lesson(
    number: int,
    department: str,
    *,
    asker: str | None = None,
    resolved_by: str | None = None,
    handed_on_by: str | None = None,
    gave_away: str | None = None,
    matter: str | None = None,
    text: str = BALLOON,
) -> Lesson:
    return Lesson(
        id=str(number),
        text=text,
        matter_id=matter,
        department_id=department,
        asker=asker or f"asker {number}",
        resolved_by=resolved_by or f"{department} 1",
        handed_on_by=handed_on_by,
        gave_away=frozenset([gave_away] if gave_away else []),
    )


def votes(*lessons: Lesson) -> PastVotes:
    """For the question that all of them ask, beside one that is about something else."""
    other = lesson(0, "dashuju", text="社保卡补办")
    taught = [other, *lessons]
    vectors = np.array([DOWN, *[UP] * len(lessons)])
    return PastEscalations(taught, vectors, contradicted={}).votes(BALLOON, UP)


def test_a_question_that_was_handed_on_and_resolved_there_speaks_for_that_department() -> None:
    found = votes(lesson(1, "qiqiu", handed_on_by="dashuju 1", gave_away="dashuju"))
    # One lesson quite alike weighs 1, beside the 0.3² of nobody.
    assert found.resolved_in == {"qiqiu": pytest.approx(1 / 1.09)}
    assert found.gave_away == {"dashuju": pytest.approx(1 / 1.09)}


def test_one_helper_alone_speaks_for_no_department_however_often() -> None:
    assert votes(*(lesson(number, "qiqiu") for number in range(1, 9))).resolved_in == {}
    two = votes(lesson(1, "qiqiu"), lesson(2, "qiqiu", resolved_by="qiqiu 2"))
    assert two.resolved_in == {"qiqiu": pytest.approx(2 / 2.09)}


def test_who_hands_on_to_themselves_is_one_person() -> None:
    own = [lesson(each, "qiqiu", handed_on_by="qiqiu 1", gave_away="dashuju") for each in range(1, 6)]
    found = votes(*own)
    assert (found.resolved_in, found.gave_away) == ({}, {})


def test_who_asks_again_and_again_has_one_voice() -> None:
    same = [
        lesson(each, "qiqiu", asker="the same", resolved_by=f"qiqiu {each}", handed_on_by="x", gave_away="dashuju")
        for each in range(1, 9)
    ]
    others = [lesson(each, "fangguan", resolved_by=f"fangguan {each}", handed_on_by="y") for each in (11, 12)]
    found = votes(*same, *others)
    # One voice against two: 1 and 2 of 3 + 0.09.
    assert found.resolved_in == {"qiqiu": pytest.approx(1 / 3.09), "fangguan": pytest.approx(2 / 3.09)}


def test_a_helper_has_three_voices_for_a_department_among_the_nearest() -> None:
    zealous = [lesson(each, "qiqiu", handed_on_by="x", resolved_by=f"qiqiu {each}") for each in range(1, 9)]
    others = [lesson(each, "fangguan", handed_on_by=f"y {each}", resolved_by=f"z {each}") for each in range(11, 14)]
    found = votes(*zealous, *others)
    assert found.resolved_in == {"qiqiu": pytest.approx(3 / 6.09), "fangguan": pytest.approx(3 / 6.09)}


def test_who_repeats_themselves_keeps_nobody_else_from_being_heard() -> None:
    same = [lesson(each, "qiqiu", asker="the same", handed_on_by="x") for each in range(1, 41)]
    further = [lesson(each, "fangguan", handed_on_by=f"y {each}", text="露天煎饼") for each in range(51, 53)]
    # One voice of 1 against two of 0.5² each; of 43 lessons and twenty of nobody two are the other's, half alike.
    share, chance = 0.5 / 1.59, 2 / 63 / 2
    found = votes(*same, *further).resolved_in
    assert found == {"qiqiu": pytest.approx(1 / 1.59), "fangguan": pytest.approx((share - chance) / (1 - chance))}


def test_lessons_about_something_else_say_next_to_nothing() -> None:
    past = PastEscalations(
        [lesson(1, "qiqiu", handed_on_by="x"), lesson(2, "yibao", handed_on_by="y", text="社保卡补办")],
        np.array([UP, DOWN]),
        contradicted={},
    )
    found = past.votes("天气如何", np.array([0.5, 0.5], np.float32))  # as far from one as from the other
    assert found == PastVotes()


def test_where_one_department_resolves_nearly_everything_the_nearest_say_less() -> None:
    text = "露天煎饼"  # no bigram of the question: alike by meaning only, which makes 0.5
    usual = [lesson(each, "qiqiu", resolved_by=f"q {each}", text=text) for each in range(1, 21)]
    # Twenty of 0.5² = 5, and of 41 (one other, twenty of nobody) half of 20 come by chance.
    share, chance = 5 / 5.09, 20 / 41 / 2
    assert votes(*usual).resolved_in == {"qiqiu": pytest.approx((share - chance) / (1 - chance))}
    few = votes(*usual[:2]).resolved_in["qiqiu"]
    share, chance = 0.5 / 0.59, 2 / 23 / 2
    assert few == pytest.approx((share - chance) / (1 - chance))


def test_nothing_learned_yet_votes_for_nothing() -> None:
    empty = PastEscalations([], np.zeros((0,), np.float32), contradicted={})
    assert empty.votes(BALLOON, UP) == PastVotes()


# What an escalation teaches


def taught(**fields: object) -> Lesson | None:
    usual: dict[str, object] = {
        "id": "e1",
        "text": BALLOON,
        "matter_id": None,
        "department_id": "qiqiu",
        "asker": "u",
        "resolved_by": "zhang",
        "routed_by": [RoutingStep(RoutedBy.PASSAGES, "qiqiu")],
        "handed_on": [],
        "stands_for": {"qiqiu-pudong": "qiqiu"},
    }
    return lesson_of(**usual | fields)  # type: ignore[arg-type]


def test_what_was_handed_on_belongs_where_it_was_resolved_and_not_where_it_came_from() -> None:
    on = [HandOn("dashuju", "fangguan", "li"), HandOn("fangguan", "qiqiu", "wang")]
    found = taught(handed_on=on)
    assert found is not None
    assert (found.department_id, found.gave_away) == ("qiqiu", {"dashuju", "fangguan"})
    assert (found.handed_on_by, found.people) == ("wang", {"wang", "zhang"})


def test_what_came_back_teaches_that_it_was_given_away_wrongly() -> None:
    found = taught(handed_on=[HandOn("qiqiu", "fangguan", "zhang"), HandOn("fangguan", "qiqiu", "wang")])
    assert found is not None and (found.department_id, found.gave_away) == ("qiqiu", {"fangguan"})


@pytest.mark.parametrize("by", [RoutedBy.DEPUTY, RoutedBy.GENERAL_DESK])
def test_what_was_taken_for_another_teaches_nothing_unless_it_was_handed_on(by: RoutedBy) -> None:
    steps = [RoutingStep(RoutedBy.MATTER, "yibao"), RoutingStep(by, "qiqiu")]
    assert taught(routed_by=steps) is None
    on = taught(routed_by=[*steps[:1], RoutingStep(by, "zonghe")], handed_on=[HandOn("zonghe", "qiqiu", "li")])
    assert on is not None and on.department_id == "qiqiu"


def test_a_handover_between_helpers_of_one_department_is_no_hand_on() -> None:
    found = taught(handed_on=[HandOn("qiqiu", "qiqiu", "li")])
    assert found is not None and (found.gave_away, found.handed_on_by) == (frozenset(), None)


def test_a_district_teaches_for_the_department_it_stands_for() -> None:
    found = taught(department_id="qiqiu-pudong", handed_on=[HandOn("qiqiu", "qiqiu-pudong", "li")])
    assert found is not None and (found.department_id, found.gave_away) == ("qiqiu", frozenset())


# When a linked matter gives way


def away(number: int, **fields: str) -> Lesson:
    helper = f"qiqiu {number % 2}"
    return lesson(number, "dashuju", matter="m", gave_away="qiqiu", **{"handed_on_by": helper} | fields)


def test_a_matter_gives_way_to_four_hand_ons_of_four_by_two_helpers() -> None:
    owner = {"m": "qiqiu"}
    assert contradicted_matters([away(each) for each in range(3)], owner) == {}
    assert contradicted_matters([away(each) for each in range(4)], owner) == {"m": ("dashuju", 1.0)}
    # Six of seven are not enough (.487), seven of eight are (.529).
    kept = lesson(50, "qiqiu", matter="m")
    assert contradicted_matters([kept, *(away(each) for each in range(6))], owner) == {}
    assert contradicted_matters([kept, *(away(each) for each in range(7))], owner) == {"m": ("dashuju", 7 / 8)}


def test_what_one_person_does_turns_no_matter() -> None:
    owner = {"m": "qiqiu"}
    assert contradicted_matters([away(each, handed_on_by="qiqiu 1") for each in range(20)], owner) == {}
    assert contradicted_matters([away(each, asker="the same") for each in range(20)], owner) == {}


def test_a_matter_that_gave_way_stays_so_while_its_questions_are_resolved_there() -> None:
    learned = [away(each) for each in range(4)]
    since = [lesson(each, "dashuju", matter="m") for each in range(10, 20)]
    assert contradicted_matters([*learned, *since], {"m": "qiqiu"}) == {"m": ("dashuju", 1.0)}
    assert contradicted_matters(since, {"m": "qiqiu"}) == {}  # nobody of its department ever gave it away
    # An editor moves the matter there: nothing is contradicted any more.
    assert contradicted_matters([*learned, *since], {"m": "dashuju"}) == {}
