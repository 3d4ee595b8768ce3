"""Which matter a question is about: by name, by alias, by what is asked of it, and when nobody can tell."""

from pathlib import Path

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.matters import Linked, Linker
from kb_service.domain.matters import Matter

PERMIT = Matter("permit", "居住证申领", "police", aliases=("居住证", "办证"))
IDENTITY = Matter("identity", "居民身份证办理", "police", aliases=("身份证", "办证"))
FUND = Matter("fund", "住房公积金提取", "fund-centre", aliases=("取公积金",))
DOGS = Matter("dogs", "养犬登记", "police")
ASKED = {
    "fund": ("怎么把公积金账户里的钱拿出来", "公积金账户里的钱什么时候可以拿"),
    "dogs": ("给小狗上户口", "宠物狗户口本"),
}
WORDS = load_lexicon(Path(__file__).parents[2] / "prompts").reading.naming
LINKER = Linker(
    (PERMIT, IDENTITY, FUND, DOGS), OpenCCConverter(), WORDS, ASKED, asking_words=("什么时候", "怎么", "怎么办")
)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("居住证要多少钱", PERMIT),
        ("身份证和取公积金的事", FUND),  # the longest name
        ("不是居住证,是身份证", IDENTITY),
        ("除了居住证,身份证也要带吗", IDENTITY),
        ("是不是居住证也可以", PERMIT),  # a question, not a denial
    ],
)
def test_the_longest_name_that_is_not_denied_is_linked(text: str, matter: Matter) -> None:
    found = LINKER.link(text)
    assert (found.matter, found.is_named) == (matter, True)


def test_a_matter_that_is_only_denied_is_not_linked() -> None:
    assert LINKER.link("我问的不是居住证") == Linked()


def test_an_alias_of_two_matters_links_neither_and_makes_them_rivals() -> None:
    assert LINKER.link("办证要多久") == Linked(None, (IDENTITY, PERMIT), is_named=True)


def test_an_alias_of_two_matters_is_settled_by_another_name_in_the_question() -> None:
    assert LINKER.link("身份证在哪办证") == Linked(IDENTITY, is_named=True)


def test_two_matters_side_by_side_are_rivals() -> None:
    found = LINKER.link("居住证和身份证去哪办")
    assert set(found.rivals) == {PERMIT, IDENTITY}


def test_a_name_inside_a_longer_one_does_not_stand_between_two_matters() -> None:
    inner = Matter("inner", "提取", "fund-centre")
    linker = Linker((inner, FUND, PERMIT), OpenCCConverter(), WORDS)
    assert set(linker.link("住房公积金提取和居住证去哪办").rivals) == {FUND, PERMIT}


def test_two_matters_apart_are_not() -> None:
    assert LINKER.link("没有居住证可以取公积金吗").rivals == ()


def test_a_matter_is_recognised_by_what_is_asked_of_it() -> None:
    assert LINKER.link("账户里的钱拿出来") == Linked(FUND)
    assert LINKER.link("小狗上户口") == Linked(DOGS)


@pytest.mark.parametrize("text", ["今天几点下班", "户口怎么办", "怎么办", "车辆年检要带什么", ""])
def test_in_doubt_nothing_is_linked(text: str) -> None:
    assert LINKER.link(text) == Linked()


def test_without_matters_nothing_is_linked() -> None:
    assert Linker((), OpenCCConverter(), WORDS).link("居住证") == Linked()


def linker_near(**nearness: float) -> Linker:
    """Knows how near every question is to each matter."""
    matters = (PERMIT, IDENTITY, FUND, DOGS)
    return Linker(matters, OpenCCConverter(), WORDS, names_near=lambda _text: nearness)


def test_a_question_without_a_name_is_linked_to_the_matter_it_is_clearly_nearest_to() -> None:
    found = linker_near(permit=0.2, dogs=0.5).link("毛毛出门要带什么牌")
    assert (found.matter, found.is_named) == (DOGS, False)


@pytest.mark.parametrize("nearness", [{"permit": 0.44, "dogs": 0.1}, {"permit": 0.55, "dogs": 0.5}])
def test_a_question_that_is_far_from_all_or_near_to_two_is_linked_to_none(nearness: dict[str, float]) -> None:
    found = linker_near(**nearness).link("明天会下雨吗")
    assert (found.matter, found.nearness) == (None, nearness)


def test_of_two_names_the_one_counts_that_the_question_is_nearer_to() -> None:
    assert linker_near(permit=0.3, fund=0.6).link("居住证办好以后才能取公积金吗").matter == FUND
    assert linker_near(permit=0.6, fund=0.3).link("居住证办好以后才能取公积金吗").matter == PERMIT


def test_a_matter_that_is_not_named_counts_where_the_question_is_clearly_nearer_to_it() -> None:
    text = "养狗的人没有居住证行吗"
    assert linker_near(permit=0.4, dogs=0.45).link(text).matter == PERMIT
    assert linker_near(permit=0.3, dogs=0.8).link(text).matter == DOGS


def test_what_is_denied_is_not_linked_by_nearness_either() -> None:
    assert linker_near(permit=0.8).link("我问的不是居住证").matter is None


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("居住证的条件", "居住证条件"),
        ("养犬的登记要多久", "养犬登记要多久"),
        ("居住证的条件和身份证的材料", "居住证条件和身份证材料"),
        ("居住证的照片", "居住证的照片"),  # none of the aspects
        ("我的材料", "我的材料"),
        ("的条件", "的条件"),
    ],
)
def test_a_particle_in_or_behind_a_name_is_left_out_as_guides_do(text: str, closed: str) -> None:
    assert LINKER.without_particles(text, ("条件", "材料")) == closed


@pytest.mark.parametrize("text", ["证丢了怎么补", "我的证件丢了", "证快到期了怎么办"])
def test_a_kind_of_thing_alone_may_be_any_of_those_named_after_it(text: str) -> None:
    found = linker_near(permit=0.3, identity=0.6, dogs=0.7).link(text)
    assert (found.matter, found.rivals, found.names_kind) == (None, (IDENTITY, PERMIT), True)


@pytest.mark.parametrize("text", ["毕业证丢了怎么补", "证明怎么开", "补贴怎么申请"])
def test_a_thing_of_its_own_and_one_that_no_matters_are_named_after_are_no_kind(text: str) -> None:
    assert not linker_near(permit=0.3).link(text).names_kind
