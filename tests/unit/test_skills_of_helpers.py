"""Skills of helpers: which of them a talk asks for, and who is given it."""

from kb_service.domain.escalations import Helper, Subject
from kb_service.helping.desks import best_for, skills_asked

CANTONESE = Subject("请问有没有会说粤语的人", "")
PERMIT = Subject("怎么签注", "", matter_id="residence-permit")


def helper(name: str, *skills: str, capacity: int = 3) -> Helper:
    return Helper(name, name, ("gongan",), capacity, skills=skills)


def test_a_skill_is_asked_for_by_the_matter_or_by_the_words() -> None:
    assert skills_asked(PERMIT, ["residence-permit", "粤语"]) == ["residence-permit"]
    assert skills_asked(CANTONESE, ["residence-permit", "粤语", "手语"]) == ["粤语"]
    assert skills_asked(Subject("Who speaks ENGLISH?", ""), ["English"]) == ["English"]
    assert skills_asked(PERMIT, [""]) == []


def test_who_has_the_skill_comes_before_who_has_more_room() -> None:
    able = [helper("a", capacity=9), helper("b", "粤语"), helper("c", "手语", capacity=5)]
    assert best_for(CANTONESE, able, {}) == able[1]
    assert best_for(PERMIT, able, {}) == able[0]


def test_without_room_the_skill_is_of_no_help() -> None:
    able = [helper("a", capacity=1), helper("b", "粤语", capacity=2)]
    assert best_for(CANTONESE, able, {"b": 2}) == able[0]
    assert best_for(CANTONESE, able, {"a": 1, "b": 2}) is None
    assert best_for(CANTONESE, [], {}) is None
