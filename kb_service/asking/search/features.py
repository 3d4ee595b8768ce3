"""What is known of the best passage before anybody answers from it: the numbers that the confidence is made of.

Four groups: how much of the question the passage and its document say, and how closely together; what they lack; how
the document stands out from its rivals; how both legs see it. Scores alone do not know what is missing.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate, QuestionTerms
from kb_service.text.terms import bigrams_of, characters_of, covered, covered_within, shared_runs, trigrams

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# A number and the character behind it, which says what is counted.
_NUMBERED = re.compile(r"\d+(?:\.\d+)?[^\W\d_]")
_QUOTED = re.compile(r"[《“\"「『]([^》”\"」』]{2,})[》”\"」』]")
# How many passages of other documents are compared with the best one.
_RIVALS = 4
_CANDIDATES = 10
_FAR = 3.0
# Weight of a word that says something: rare here, and not common in Chinese at large.
_TELLING = 1.5
# Hits of a leg; stands for the rank of a passage that the leg does not have.
_BEYOND = 100


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The best candidate, the normalised text of its document as far as it was found, and the others."""

    understood: Understanding
    terms: QuestionTerms
    best: Candidate
    document: str
    rivals: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]


def features(
    understood: Understanding,
    candidates: Sequence[Candidate],
    terms: QuestionTerms,
    *,
    facet_agrees: bool,
) -> dict[str, float]:
    """Numbers about the best candidate. Empty without candidates.

    Shares are 0–1, cosine is −1–1, scores and margins are in standard deviations of a leg's top hits, weights are IDFs.
    """
    if not candidates:
        return {}
    seen = tuple(candidates[:_CANDIDATES])
    best = seen[0]
    named = _named_by_number(understood.text, best.text)

    def is_rival(other: Candidate) -> bool:
        return all(each in other.text for each in named)

    evidence = _Evidence(
        understood=understood,
        terms=terms,
        best=best,
        document="\n".join(each.text for each in seen if each.document_id == best.document_id),
        rivals=tuple(each for each in seen[1:] if each.document_id != best.document_id and is_rival(each)),
        candidates=seen,
    )
    return {
        **_said(evidence),
        **_lacking(evidence),
        **_standing_out(evidence),
        **_legs(evidence),
        **_quantity(evidence),
        "matter": _matter_agreement(understood, best),
        "facet": float(facet_agrees),
    }


def _named_by_number(question: str, text: str) -> set[str]:
    """What the question names by a number and the text has (3号线, 2024年): a text that lacks it is of another thing.

    Nothing, where the text itself lacks one of them.
    """
    named = set(_NUMBERED.findall(question))
    return named if all(each in text for each in named) else set()


def _quantity(evidence: _Evidence) -> dict[str, float]:
    """Whether an amount, a time or a number is asked for at all, and whether best passage and document have none."""
    asked = evidence.understood.quantity_asked
    return {
        "value_asked": float(bool(asked)),
        "value_missing": float(asked.is_missing_from(evidence.best.own)),
        "value_missing_document": float(asked.is_missing_from(evidence.document)),
    }


def _said(evidence: _Evidence) -> dict[str, float]:
    best, terms = evidence.best, evidence.terms
    triples = trigrams(terms.text, terms.bigrams)
    beside_title = {pair: weight for pair, weight in terms.bigrams.items() if pair not in best.context}
    all_pairs = sum(terms.bigrams.values())
    return {
        "words": covered(best.text, terms.words),
        "words_document": covered(evidence.document, terms.words),
        "bigrams": covered(best.text, terms.bigrams),
        "bigrams_document": covered(evidence.document, terms.bigrams),
        "bigrams_own": covered(best.own, terms.bigrams),
        "bigrams_title": covered(best.context, terms.bigrams),
        "trigrams_document": covered(evidence.document, triples),
        "window_short": covered_within(best.own, terms.bigrams, 50),
        "window_long": covered_within(best.own, terms.bigrams, 120),
        "beside_title": sum(beside_title.values()) / all_pairs if all_pairs else 0.0,
        "beside_title_said": covered_within(best.own, beside_title, 50) if beside_title else 1.0,
        "clause_least": _least_said_clause(evidence),
        **_title(evidence),
        **_runs(terms.text, best.text),
    }


def _least_said_clause(evidence: _Evidence) -> float:
    """Of what stands between marks and words that only ask, the part that the document says least of."""
    weight_of = evidence.terms.bigrams
    clauses = [{pair: weight_of.get(pair, 0.0) for pair in bigrams_of(part)} for part in evidence.terms.text.split()]
    return min((covered(evidence.document, clause) for clause in clauses if clause), default=0.0)


def _title(evidence: _Evidence) -> dict[str, float]:
    pairs = set(bigrams_of(evidence.best.context))
    return {
        "title_named": sum(pair in evidence.terms.text for pair in pairs) / len(pairs) if pairs else 0.0,
        "title_length": math.log1p(len(pairs)),
    }


def _runs(question: str, text: str) -> dict[str, float]:
    lengths = shared_runs(question, text)
    of_all = max(characters_of(question), 1)
    return {
        "runs": sum(lengths) / of_all,
        "runs_longest": math.log1p(max(lengths, default=0)),
        "runs_of_three": sum(length for length in lengths if length >= 3) / of_all,
        "runs_squared": math.sqrt(sum(length**2 for length in lengths)) / of_all,
    }


def _lacking(evidence: _Evidence) -> dict[str, float]:
    words = evidence.terms.words
    missing = [weight for word, weight in words.items() if word not in evidence.document]
    pool = "\n".join(each.text for each in evidence.candidates)
    bigrams = evidence.terms.bigrams
    in_pool = covered(pool, bigrams)
    return {
        "rarest_missing": max(missing, default=0.0) / max(words.values(), default=1.0),
        "missing_weight": math.log1p(sum(missing)),
        "found_weight": math.log1p(sum(words.values()) - sum(missing)),
        "telling_missing": math.log1p(sum(weight > _TELLING for weight in missing)),
        "numbers_missing": _missing(_NUMBER.findall(evidence.understood.text), _NUMBER.findall(evidence.document)),
        "quoted_missing": _missing(_QUOTED.findall(evidence.understood.text), evidence.document),
        "pool": in_pool,
        "pool_ahead": in_pool - covered(evidence.document, bigrams),
        "length": math.log1p(len(bigrams)),
        "rarity": sum(bigrams.values()) / len(bigrams) if bigrams else 0.0,
    }


def _standing_out(evidence: _Evidence) -> dict[str, float]:
    best, rivals, terms = evidence.best, evidence.rivals, evidence.terms
    next_score = rivals[0].score if rivals else best.score - _FAR
    next_fused = max((each.hit.score for each in rivals), default=best.hit.score - _FAR)
    last = evidence.candidates[min(5, len(evidence.candidates) - 1)]
    near = rivals[:_RIVALS]
    rival_pairs = max((covered(each.text, terms.bigrams) for each in near), default=0.0)
    return {
        "score": best.score,
        "fused": best.hit.score,
        "margin": min(best.score - next_score, _FAR),
        "margin_fused": max(min(best.hit.score - next_fused, _FAR), -_FAR),
        "margin_fifth": best.score - last.score,
        "bigrams_rival": rival_pairs,
        "words_rival": max((covered(each.text, terms.words) for each in near), default=0.0),
        "runs_rival": max((_runs(terms.text, each.text)["runs_of_three"] for each in near), default=0.0),
        "same_document": sum(each.document_id == best.document_id for each in evidence.candidates)
        / len(evidence.candidates),
    }


def _legs(evidence: _Evidence) -> dict[str, float]:
    best, legs = evidence.best, evidence.best.legs
    dense = best.hit.dense if best.hit.dense is not None else legs.dense.least
    sparse = best.hit.sparse if best.hit.sparse is not None else legs.sparse.least
    dense_rival = max((each.hit.dense for each in evidence.rivals if each.hit.dense is not None), default=dense)
    sparse_rival = max((each.hit.sparse for each in evidence.rivals if each.hit.sparse is not None), default=sparse)
    possible = max(legs.sparse_possible, 1e-6)
    return {
        "cosine": dense,
        "cosine_deviation": (dense - legs.dense.mean) / (legs.dense.deviation + 1e-6),
        "cosine_gap": dense - dense_rival,
        "cosine_gap_tenth": dense - legs.dense.tenth,
        "cosine_gap_fiftieth": dense - legs.dense.fiftieth,
        "cosine_spread": legs.dense.deviation,
        "sparse_share": sparse / possible,
        "sparse_gap": (sparse - sparse_rival) / possible,
        "sparse_gap_tenth": (sparse - legs.sparse.tenth) / possible,
        "sparse_ratio": min(sparse / sparse_rival, _FAR) if sparse_rival > 0 else _FAR,
        "sparse_deviation": (sparse - legs.sparse.mean) / (legs.sparse.deviation + 1e-6),
        "dense_rank": math.log1p(_BEYOND if best.hit.dense_rank is None else best.hit.dense_rank),
        "sparse_rank": math.log1p(_BEYOND if best.hit.sparse_rank is None else best.hit.sparse_rank),
    }


def _missing(asked: Sequence[str], found: Sequence[str]) -> float:
    """The share of what the question names that is not found (in a list, or in a text); 0 when it names nothing."""
    named = set(asked)
    return sum(each not in found for each in named) / len(named) if named else 0.0


def _matter_agreement(understood: Understanding, best: Candidate) -> float:
    if understood.matter is None or best.source.metadata.matter_id is None:
        return 0.0
    return 1.0 if understood.matter.id == best.source.metadata.matter_id else -1.0
