"""Which matter a question is near to, in its own words: names by their vectors, slips of spelling, words of life."""

from pathlib import Path

import numpy as np
import pytest

from kb_service.adapters.pronunciation import syllable
from kb_service.adapters.segmenter import JiebaSegmenter
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.matters import NearestNames, nearest
from kb_service.asking.reading.misspellings import Misspellings
from kb_service.asking.search.retrieving import farness, matter_shown
from kb_service.domain.knobs import Knobs
from kb_service.domain.matters import Matter
from tests.factories import candidate, passage_in_version, understanding

KNOBS = Knobs(farthest=0.3, of_no_matter=0.15)
PERMIT = Matter("permit", "居住证签注", "police")
NAMES = (
    "居住证签注",
    "居住证申领",
    "工伤认定",
    "失业保险金",
    "住房公积金提取",
    "提公积金",
    "狗证",
    "吃低保",
    "营业执照变更",
)
MISSPELLINGS = Misspellings(NAMES, JiebaSegmenter(NAMES), syllable)
PLAIN = load_lexicon(Path(__file__).parents[2] / "prompts").plain


def names_around(*directions: int) -> np.ndarray:
    """Ten names that point the same way but for a little, in 8 dimensions."""
    rows = np.zeros((10, 8), np.float32)
    for at, direction in enumerate(directions):
        rows[at::2, direction] = 1.0
    rows[:, 7] = 2.0  # what all names have in common
    return rows


def test_a_question_is_near_to_the_matter_with_the_nearest_name() -> None:
    names = NearestNames({"dogs": names_around(0, 1), "fund": names_around(2, 3)})
    question = np.zeros(8, np.float32)
    question[[1, 7]] = 1.0, 2.0
    near = names.nearness(question)
    assert [matter for matter, _ in nearest(near)] == ["dogs", "fund"]
    assert near["dogs"] == pytest.approx(1.0, abs=1e-3)  # its second name says just that
    assert near["fund"] < 0.0  # though by what all names have in common it would be .9


def test_of_a_handful_of_names_no_nearness_is_told() -> None:
    assert NearestNames({"dogs": names_around(0, 1)[:4]}).nearness(np.ones(8, np.float32)) == {}


def test_a_passage_loses_by_how_much_nearer_another_matter_is_but_never_without_end() -> None:
    asked = understanding(nearness={"permit": 0.5, "card": 0.4, "dogs": 0.0})
    lost = [farness(asked, matter_id, KNOBS) for matter_id in ("permit", "card", "dogs", None, "unheard")]
    assert lost == pytest.approx([0.0, 0.1, 0.3, 0.15, 0.15])


def test_the_linked_matter_loses_nothing_and_without_nearness_none_does() -> None:
    linked = understanding(matter=PERMIT, nearness={"permit": 0.2, "card": 0.6})
    assert farness(linked, "permit", KNOBS) == 0.0
    assert farness(understanding(), "permit", KNOBS) == 0.0


def found(*matter_ids: str | None):
    return [candidate(passage_in_version(matter_id=each, passage_id=f"p{at}")) for at, each in enumerate(matter_ids)]


def test_the_best_passages_show_the_matter_of_a_question_that_names_none() -> None:
    asked = understanding(nearness={"permit": 0.4, "card": 0.3})
    assert matter_shown(asked, found("permit", "card", "permit")) == "permit"


@pytest.mark.parametrize(
    ("nearness", "of_passages"),
    [
        ({"permit": 0.4}, ("permit", "card", "card")),  # one passage is chance
        ({"permit": 0.3}, ("permit", "permit")),  # the words are not near to it
        ({"permit": 0.4, "card": 0.6, "dogs": 0.5}, ("permit", "permit")),  # nearer to two others
        ({"permit": 0.4}, (None, "permit", "permit")),  # the best passage is of no matter
        ({}, ("permit", "permit")),
    ],
)
def test_passages_alone_show_no_matter(nearness: dict[str, float], of_passages: tuple[str | None, ...]) -> None:
    assert matter_shown(understanding(nearness=nearness), found(*of_passages)) is None


def test_a_matter_that_is_named_stands_above_what_passages_show() -> None:
    asked = understanding(matter=PERMIT, nearness={"card": 0.6})
    assert matter_shown(asked, found("card", "card")) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("居驻证签注怎么办", "居住证签注怎么办"),
        ("居住证迁注要材料吗", "居住证签注要材料吗"),
        ("公商认定要几天", "工伤认定要几天"),
        ("给小狗办狗政", "给小狗办狗证"),
        ("失业保线金怎么领", "失业保险金怎么领"),
        ("营业执造变更", "营业执照变更"),  # zao and zhao are the same to many
    ],
)
def test_a_name_typed_with_another_character_of_its_sound_is_read_as_meant(typed: str, meant: str) -> None:
    assert MISSPELLINGS.mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "居住证签注怎么办",
        "工商登记在哪里",  # a word of its own
        "市公积金中心",  # no 提公积金
        "这个月的公积金",
        "我已经吃的饱了",
        "",
    ],
)
def test_what_is_spelt_rightly_stays(text: str) -> None:
    assert MISSPELLINGS.mended(text) == text


@pytest.mark.parametrize(
    ("said", "plainly"),
    [
        ("补一张要几钿", "补一张要多少钱"),
        ("敬老卡一个月能拿多少", "敬老卡一个月能领多少钱"),
        ("居住证不小心掉了怎么补", "居住证丢了怎么补"),
        ("小囡上学要啥证明伐", "孩子上学要啥证明吗"),
        ("阿拉屋里厢没人", "我们家里没人"),
        ("砍伐树木要许可吗", "砍伐树木要许可吗"),
        ("伊朗签证", "伊朗签证"),
    ],
)
def test_the_speech_of_the_region_is_read_in_common_words(said: str, plainly: str) -> None:
    assert PLAIN.plainly(said) == plainly


def test_words_of_life_bring_the_words_of_guides_along_once() -> None:
    assert PLAIN.beside("爷爷过世了,奶奶去世了") == ("死亡", "继承", "老人")
    assert PLAIN.beside("死亡证明") == ()
