"""What a passage's score is made of beside the two legs: how much of the question it says, matter, facet, district."""

import re
from collections.abc import Iterable, Mapping

from kb_service.asking.knobs import Knobs
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.documents import Metadata
from kb_service.domain.matters import region_path
from kb_service.text.covering import covered
from kb_service.text.terms import bigrams_of

# A passage as short as a disclaimer or a source line.
_NOTICE = 40
# Two questions are one when their pairs of characters agree to this share (Dice): one wrong character in ten may be.
_ALMOST = 0.8
_NOT_A_WORD = re.compile(r"[\W_]+")


def known_of(understood: Understanding, said: Metadata, *, names_facet: bool, knobs: Knobs) -> float:
    """For matter, facet and district, as far as question and passage speak of them."""
    score = 0.0
    if understood.matter is not None and said.matter_id is not None:
        score += knobs.matter_bonus if said.matter_id == understood.matter.id else -knobs.matter_bonus
    if names_facet:
        score += knobs.facet_bonus
    if understood.question.region and "/" in (region_path(said.region) or ""):
        score += knobs.district_bonus
    return score


def said_of(question: str, *, own: str, text: str, bigrams: Mapping[str, float], knobs: Knobs) -> float:
    """For what the normalised text, title and headings included, says of the question; less when only they say it."""
    score = knobs.coverage_bonus * covered(text, bigrams)
    if not any(pair in own for pair in bigrams_of(question)):
        score -= knobs.title_only_penalty if len(own) > _NOTICE else knobs.notice_penalty
    return score


def is_excluded(question: str, excluded: Iterable[str]) -> bool:
    """Whether the question is, but for marks and a character or so, one that a text is marked as not answering.

    All are normalised.
    """
    return any(_is_almost(question, each) for each in excluded)


def _is_almost(one: str, other: str) -> bool:
    first, second = _NOT_A_WORD.sub("", one), _NOT_A_WORD.sub("", other)
    if first == second:
        return bool(first)
    pairs, others = set(bigrams_of(first)), set(bigrams_of(second))
    return bool(pairs and others) and 2 * len(pairs & others) / (len(pairs) + len(others)) >= _ALMOST
