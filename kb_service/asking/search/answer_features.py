"""What is known of a drafted answer before it is given: further numbers that the confidence is made of.

The evidence (`features.py`) says how well the best document fits the question; these say whether the words chosen from
it have what is asked, and whether another passage or another matter fits as well.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate, QuestionTerms
from kb_service.text.terms import covered

# Margins in standard deviations of a leg's top hits; more than this says no more.
_FAR = 3.0
# Stands for the rank of a matter that the question is near to in no way.
_NO_RANK = 30
# Stands for the rank of a quoted passage that is none of the candidates.
_NOT_FOUND = 10
# So many sayings are compared with the question: of statutes each is embedded for it, some milliseconds each.
_MOST_COMPARED = 2
# Cosines of sentences and a question lie close together.
_ABOUT_AS_NEAR = 0.025
# Any of these, and it is no answer.
_LACKS = (
    "answer_value_missing",
    "answer_disclaims",
    "answer_of_another",
    "answer_side_missing",
    "answer_kind_missing",
    "answer_of_another_thing",
)

# The cosines of a question and sentences, all normalised.
Nearness = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class DraftedAnswer:
    """A draft, normalised: its ``statements`` in order, and the ``sayings`` that the first is made of, the one that
    answers first. ``passage_id``: where those are from; ``under``: what they stand under there, title and headings.
    ``is_of_section``: whether a heading there names the facet.
    """

    statements: tuple[str, ...]
    sayings: tuple[str, ...]
    passage_id: str
    under: str = ""
    is_of_section: bool = False


def answer_features(
    understood: Understanding,
    candidates: Sequence[Candidate],
    terms: QuestionTerms,
    answer: DraftedAnswer,
    nearness: Nearness,
) -> dict[str, float]:
    """Empty without candidates or statements.

    Shares are 0–1, margins in standard deviations, nearness −1–1.
    """
    if not candidates or not answer.statements:
        return {}
    text = "\n".join(answer.statements)
    quantity = understood.quantity_asked
    return {
        "answer_bigrams": covered(text, terms.bigrams),
        "answer_words": covered(text, terms.words),
        "answer_lead": covered(answer.statements[0], terms.bigrams),
        "answer_length": math.log1p(len(text)),
        "answer_value_missing": float(quantity.is_missing_from(text)),
        "answer_disclaims": float(_disclaims(understood, answer, text, nearness)),
        "answer_of_another": float(quantity.is_of_another(text, answer.under)),
        "answer_side_missing": float(any(not each.search(f"{answer.under}\n{text}") for each in understood.sides)),
        "answer_kind_missing": float(quantity.names_no_such_thing(text)),
        "answer_of_another_thing": float(not understood.may_be_of(_source(understood, candidates, answer))),
        "section_asked": float(understood.asks_for_section),
        "section_quoted": float(answer.is_of_section),
        "answer_rarest_missing": max((weight for word, weight in terms.words.items() if word not in text), default=0.0),
        "margin_document": _margin_document(candidates),
        **_beside_title(understood, candidates[0], terms, text),
        **_quoted(candidates, answer.passage_id),
        **_meaning(understood, answer.sayings or answer.statements, nearness),
        **_matter(understood, candidates[0]),
    }


def lacks_what_is_asked(feature_of: Mapping[str, float]) -> bool:
    """Whether the answer has no amount, time or thing of the kind that is asked for, or only that of something else;
    says that the source has none; leaves out one of the things asked about together; or is of another thing than the
    one named.

    However well it fits otherwise, it is none: of 2,255 known questions 88 were answered without the amount, 11 of them
    rightly.
    """
    return any(feature_of.get(name, 0.0) > 0 for name in _LACKS)


def _disclaims(understood: Understanding, answer: DraftedAnswer, text: str, nearness: Nearness) -> bool:
    """Whether the answer begins by saying that the source has none of it, or what says so later is about as near to the
    question as what is said first (签注几天办好: 受理后多久办好来源没有载明)."""
    said = answer.sayings or answer.statements
    quantity = understood.quantity_asked
    if quantity.begins_with_disclaimer(said[0]):
        return True
    clause = quantity.disclaimed_in(text)
    if not clause:
        return False
    near, *others = nearness(understood.text_compared, [clause, *said[:_MOST_COMPARED]])
    return near > max(others) - _ABOUT_AS_NEAR


def _source(understood: Understanding, candidates: Sequence[Candidate], answer: DraftedAnswer) -> str:
    """What is quoted, the name of its matter where it is the question's, and the rest of its document, as far as it was
    found: a guide to passports for 驾照掉了."""
    quoted = next((each for each in candidates if each.source.passage.id == answer.passage_id), None)
    said = [answer.under, *answer.statements]
    if quoted is None:
        return "\n".join(said)
    if understood.matter is not None and quoted.source.metadata.matter_id == understood.matter.id:
        said.append(understood.matter_name)
    return "\n".join([*said, *(each.text for each in candidates if each.document_id == quoted.document_id)])


def _margin_document(candidates: Sequence[Candidate]) -> float:
    """How far the best passage leads the next one of its document."""
    best, *others = candidates
    second = next((each.score for each in others if each.document_id == best.document_id), best.score - _FAR)
    return min(best.score - second, _FAR)


def _quoted(candidates: Sequence[Candidate], passage_id: str) -> dict[str, float]:
    """How far down the answer was found: the best passage of a document need not have the sentence that answers."""
    found = [(rank, each.score) for rank, each in enumerate(candidates) if each.source.passage.id == passage_id]
    rank, score = found[0] if found else (_NOT_FOUND, candidates[0].score - _FAR)
    return {"quoted_rank": float(rank), "quoted_behind": candidates[0].score - score}


def _beside_title(understood: Understanding, best: Candidate, terms: QuestionTerms, text: str) -> dict[str, float]:
    """How much the answer says of what neither title nor name of the matter says, and the weightiest that it lacks."""
    named = f"{best.context} {understood.matter_name}"
    pairs = {each: weight for each, weight in terms.bigrams.items() if each not in named}
    missing = [weight for word, weight in terms.words.items() if word not in named and word not in text]
    return {
        "answer_beside_title": covered(text, pairs) if pairs else 1.0,
        "answer_beside_title_missing": max(missing, default=0.0),
    }


def _meaning(understood: Understanding, sayings: Sequence[str], nearness: Nearness) -> dict[str, float]:
    """How near the answer is in meaning to the question, and its first saying to what the message itself says."""
    near = nearness(understood.text, sayings[:_MOST_COMPARED])
    return {
        "meaning_first": nearness(understood.text_compared, sayings[:1])[0],
        "meaning_best": max(near),
        "meaning_mean": sum(near) / len(near),
    }


def _matter(understood: Understanding, best: Candidate) -> dict[str, float]:
    """How near the question is to the matter of the best passage, against the others."""
    nearness, own = understood.nearness, best.source.metadata.matter_id
    others = [near for matter_id, near in nearness.items() if matter_id != own]
    nearest = max(others, default=0.0)
    near = nearness.get(own, 0.0) if own is not None else 0.0
    rank = sum(each > near for each in others) if own in nearness else _NO_RANK
    return {
        "matter_near": near,
        "matter_nearest": max(nearest, near),
        "matter_gap": near - nearest if own in nearness else 0.0,
        "matter_rank": math.log1p(min(rank, _NO_RANK)),
    }
