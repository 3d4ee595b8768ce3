"""What is known of a made-up draft before it is given, and what makes it no answer, worked out by hand."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from eval.gate.component_measures import Case
from kb_service.asking.reading.lexicon import QuantityAsked
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.answer_features import DraftedAnswer, answer_features, lacks_what_is_asked
from kb_service.asking.search.retrieving import Candidate, QuestionTerms
from kb_service.domain.answers import Carried, Question
from kb_service.domain.matters import Matter

_QUESTION = Question("夜间风筝收费多少", date(2026, 6, 1), datetime(2026, 6, 1, 4, tzinfo=UTC))
# An amount in 元, at night if that is asked.
_AMOUNT = QuantityAsked(needed=(re.compile(r"\d元"),), disclaimers=("没有载明",), disclaimed=(re.compile("收费"),))
_AT_NIGHT = replace(_AMOUNT, qualified=(re.compile("夜间"),))
_ASKED = Understanding(
    "风筝收费多少",
    _QUESTION,
    matter=Matter("kites", "风筝", "park"),
    matter_name="风筝",
    nearness={"kites": 0.7, "balloons": 0.9, "ships": 0.4},
    quantity_asked=_AMOUNT,
    carried=(Carried.MATTER,),
)
_TERMS = QuestionTerms(
    words={"风筝": 3.0, "收费": 2.0, "夜间": 1.0}, bigrams={"风筝": 3.0, "收费": 2.0, "夜间": 1.0}, text="夜间风筝收费"
)
# Cosines, by the question as it is compared: without the name of its matter, which is carried over, or with it.
_NEAR = {
    ("收费多少", "收费30元"): 0.5,
    ("收费多少", "来源没有载明收费"): 0.9,
    ("风筝收费多少", "收费30元"): 0.6,
    ("风筝收费多少", "风筝儿童免费"): 0.8,
}


def of_answer_evidence(candidates: Sequence[Candidate]) -> Iterator[Case]:
    """``candidates``: of scores 5, 4.5 of the same document, 4 and 1; the third is quoted."""
    answer = DraftedAnswer(("收费30元", "风筝儿童免费"), ("收费30元", "风筝儿童免费"), "balloon-p", is_of_section=True)
    found = answer_features(_ASKED, candidates, _TERMS, answer, _nearness)
    expected = {
        "answer_bigrams": 5 / 6, "answer_words": 5 / 6, "answer_lead": 2 / 6, "answer_length": math.log(13),
        "answer_value_missing": 0.0, "answer_disclaims": 0.0, "answer_of_another": 0.0, "answer_side_missing": 0.0,
        "answer_kind_missing": 0.0, "answer_of_another_thing": 0.0,
        "section_asked": 0.0, "section_quoted": 1.0, "answer_rarest_missing": 1.0, "margin_document": 0.5,
        "answer_beside_title": 2 / 3, "answer_beside_title_missing": 1.0, "quoted_rank": 2.0, "quoted_behind": 1.0,
        "meaning_first": 0.5, "meaning_best": 0.8, "meaning_mean": 0.7,
        "matter_near": 0.7, "matter_nearest": 0.9, "matter_gap": -0.2, "matter_rank": math.log(2),
    }  # fmt: skip
    for name, value in expected.items():
        given = found.get(name)
        is_same = given is not None and abs(given - value) < 1e-6
        yield Case(name, name, float(is_same), note=f"{given}, not {value:.4f}")
    yield from _of_what_is_lacking(candidates)


def _of_what_is_lacking(candidates: Sequence[Candidate]) -> Iterator[Case]:
    sides = (re.compile("成人"), re.compile("儿童"))
    night, both = replace(_ASKED, quantity_asked=_AT_NIGHT), replace(_ASKED, sides=sides)
    asked: dict[str, tuple[Understanding, tuple[str, ...], str, bool]] = {
        "有所问的数": (_ASKED, ("收费30元",), "", False),
        "没有所问的数": (_ASKED, ("收费另行公布",), "", True),
        "没有问数": (replace(_ASKED, quantity_asked=QuantityAsked()), ("收费另行公布",), "", False),
        "先说没有": (_ASKED, ("来源没有载明收费", "收费30元"), "", True),
        "后说没有，更贴近": (_ASKED, ("收费30元", "来源没有载明收费"), "", True),
        "别的数": (night, ("夜间可以放飞。收费30元",), "", True),
        "别的数，标题是它": (night, ("夜间可以放飞。收费30元",), "夜间收费", False),
        "同一句里": (night, ("夜间收费30元",), "", False),
        "少了一边": (both, ("成人收费30元",), "", True),
        "两边都有": (both, ("成人收费30元，儿童免费",), "", False),
        "一边在标题": (both, ("成人收费30元",), "儿童", False),
    }
    for name, (understood, statements, under, lacks) in asked.items():
        answer = DraftedAnswer(statements, (), "balloon-p", under)
        found = lacks_what_is_asked(answer_features(understood, candidates, _TERMS, answer, _nearness))
        yield Case(name, name, float(found is lacks), note=f"lacks it: {found}")


def _nearness(question: str, texts: Sequence[str]) -> Sequence[float]:
    return [_NEAR.get((question, each), 0.3) for each in texts]
