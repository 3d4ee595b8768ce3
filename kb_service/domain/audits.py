"""The audited sample: questions of a week that two people judge without knowing of each other, and a third where they
differ; docs/decisions/0045-audited-sample.md."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import sqrt

from kb_service.domain.answers import Outcome
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.learning_errors import AlreadyJudged, NothingToJudge
from kb_service.domain.sampling import Stratum
from kb_service.domain.shares import Z_95, wilson_of_rate

JUDGES = 2


class Rating(StrEnum):
    """What a judge says: of an answer the first four, WRONG where it states something false; of a question that was
    handed over the last two."""

    RESOLVED = "resolved"
    PARTLY = "partly"
    NOT = "not"
    WRONG = "wrong"
    RIGHTLY_HANDED_OVER = "rightly_handed_over"
    SHOULD_HAVE_BEEN_ANSWERED = "should_have_been_answered"


_OF_ANSWERS = (Rating.RESOLVED, Rating.PARTLY, Rating.NOT, Rating.WRONG)
_OF_HAND_OVERS = (Rating.RIGHTLY_HANDED_OVER, Rating.SHOULD_HAVE_BEEN_ANSWERED)


def ratings_of(*, is_answered: bool) -> Sequence[Rating]:
    """Those to choose from, in the order of their keys 1 to 4."""
    return _OF_ANSWERS if is_answered else _OF_HAND_OVERS


def is_answered(outcome: Outcome) -> bool:
    return outcome is Outcome.ANSWERED


@dataclass(frozen=True, slots=True)
class Judgement:
    person_id: str
    rating: Rating
    note: str | None
    at: datetime


class JudgingStage(StrEnum):
    """OPEN: fewer than two have judged. DISPUTED: two differ, and a third is wanted."""

    OPEN = "open"
    DISPUTED = "disputed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class SampledQuestion:
    """``judgements`` in the order they were made. ``kept_as``: its id in the site's suite."""

    answer_id: str
    week: date
    stratum: int
    place: int
    is_answered: bool
    judgements: tuple[Judgement, ...] = ()
    kept_as: str | None = None

    @property
    def rating(self) -> Rating | None:
        """What counts: what the two say if they agree, else what the third says; None before."""
        return settled_rating([each.rating for each in self.judgements])

    @property
    def stage(self) -> JudgingStage:
        if self.rating is not None:
            return JudgingStage.SETTLED
        return JudgingStage.OPEN if len(self.judgements) < JUDGES else JudgingStage.DISPUTED

    def is_for(self, person_id: str) -> bool:
        """Whether this person may still judge it."""
        return self.stage is not JudgingStage.SETTLED and not self.was_judged_by(person_id)

    def was_judged_by(self, person_id: str) -> bool:
        return any(each.person_id == person_id for each in self.judgements)

    def require_judgeable(self, person_id: str, rating: Rating) -> None:
        """Raises AlreadyJudged, NothingToJudge, and InvalidRecord for a rating that is not for such a question."""
        if self.was_judged_by(person_id):
            raise AlreadyJudged("you have judged this question; a person judges once, and others look at it next")
        if self.stage is JudgingStage.SETTLED:
            raise NothingToJudge("this question is judged already; ask for the next one")
        if rating not in (allowed := ratings_of(is_answered=self.is_answered)):
            raise InvalidRecord(
                f"{rating} does not fit this question; one of {', '.join(allowed)} does",
                Cause("rating_unfit", {"value": rating}),
            )


def settled_rating(ratings: Sequence[Rating]) -> Rating | None:
    """Of the ratings in their order."""
    if len(ratings) < JUDGES:
        return None
    if ratings[0] == ratings[1]:
        return ratings[0]
    return ratings[JUDGES] if len(ratings) > JUDGES else None


@dataclass(frozen=True, slots=True)
class Sample:
    """A week's. Of the questions that were drawn those are left whose words were not erased before they were judged."""

    week: date
    drawn_at: datetime
    wanted: int
    strata: tuple[Stratum, ...]
    items: tuple[SampledQuestion, ...]

    @property
    def drawn(self) -> int:
        return sum(each.drawn for each in self.strata)

    @property
    def questions(self) -> int:
        return sum(each.size for each in self.strata)

    def count(self, stage: JudgingStage) -> int:
        return sum(each.stage is stage for each in self.items)

    @property
    def is_complete(self) -> bool:
        """A part of it tells nothing yet: what is disputed is not like the rest."""
        return bool(self.items) and all(each.stage is JudgingStage.SETTLED for each in self.items)


@dataclass(frozen=True, slots=True)
class AuditedShare:
    """``successes`` of ``n`` judged; ``rate`` is weighted by strata and so not their quotient. ``low`` and ``high``:
    the 95 % Wilson interval with ``effective_n``. ``questions``: those they were drawn from, in ``weeks``."""

    successes: int
    n: int
    rate: float | None
    low: float
    high: float
    effective_n: float
    questions: int
    weeks: int


NO_SHARE = AuditedShare(0, 0, None, 0.0, 1.0, 0.0, 0, 0)


def audited_share(samples: Iterable[Sample], wanted: Rating = Rating.RESOLVED) -> AuditedShare:
    """Of all questions of the weeks that are judged completely. A judged question stands for size / judged of its
    stratum; the effective n is (sum of weights)² / sum of their squares (Kish, Survey Sampling, 1965), so the interval
    takes no credit for the strata: rather too wide than too narrow."""
    complete = [each for each in samples if each.is_complete]
    weights: list[tuple[float, bool]] = []
    for sample in complete:
        size_of = {each.number: each.size for each in sample.strata}
        judged = Counter(each.stratum for each in sample.items)
        # Where all that was drawn of a stratum was erased, the others of the week stand for it.
        spread = sample.questions / sum(size_of[each] for each in judged)
        weights += [
            (spread * size_of[each.stratum] / judged[each.stratum], each.rating is wanted) for each in sample.items
        ]
    if not weights:
        return NO_SHARE
    total = sum(weight for weight, _ in weights)
    rate = min(1.0, sum(weight for weight, is_success in weights if is_success) / total)
    effective_n = total**2 / sum(weight**2 for weight, _ in weights)
    low, high = wilson_of_rate(rate, effective_n)
    successes = sum(is_success for _, is_success in weights)
    questions = sum(each.questions for each in complete)
    return AuditedShare(successes, len(weights), rate, low, high, effective_n, questions, len(complete))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the first two judges: ``agreed`` of ``n``; ``kappa`` is None where all ratings are one and the same, ``low``
    and ``high``, its 95 % interval, also where the two agreed on everything: then no formula tells how sure that is."""

    n: int
    agreed: int
    kappa: float | None
    low: float | None = None
    high: float | None = None


def agreement(items: Iterable[SampledQuestion]) -> Agreement:
    """The two are told apart by their names, so with two people all week it is Cohen's κ of these two."""
    pairs = []
    for each in items:
        if len(each.judgements) >= JUDGES:
            one, other = sorted(each.judgements[:JUDGES], key=lambda judged: judged.person_id)
            pairs.append((one.rating, other.rating))
    low, high = kappa_interval(pairs) or (None, None)
    return Agreement(len(pairs), sum(one == other for one, other in pairs), cohens_kappa(pairs), low, high)


def cohens_kappa(pairs: Sequence[tuple[Rating, Rating]]) -> float | None:
    """Agreement beyond chance of two judges, unweighted (Cohen, Educational and Psychological Measurement 20, 1960)."""
    if not pairs:
        return None
    observed, by_chance = _agreed_and_by_chance(pairs)
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def kappa_interval(pairs: Sequence[tuple[Rating, Rating]]) -> tuple[float, float] | None:
    """κ ± 1.96 standard errors, no further than from -1 to 1; None where there is no κ or no disagreement.

    The large-sample standard error of Fleiss, Cohen and Everitt, Psychological Bulletin 72, 1969:
    √(A + B - C) / ((1 - pₑ) √n) with A = Σᵢ pᵢᵢ (1 - (pᵢ. + p.ᵢ)(1 - κ))², B = (1 - κ)² Σᵢ≠ⱼ pᵢⱼ (p.ᵢ + pⱼ.)² and
    C = (κ - pₑ (1 - κ))². It is rough where there are few questions.
    """
    kappa = cohens_kappa(pairs)
    if kappa is None or kappa == 1:
        return None
    n, (_, by_chance) = len(pairs), _agreed_and_by_chance(pairs)
    firsts, seconds = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    same = sum(
        count / n * (1 - (firsts[one] + seconds[one]) / n * (1 - kappa)) ** 2
        for (one, other), count in Counter(pairs).items()
        if one == other
    )
    apart = sum(
        count / n * ((seconds[one] + firsts[other]) / n) ** 2
        for (one, other), count in Counter(pairs).items()
        if one != other
    )
    variance = same + (1 - kappa) ** 2 * apart - (kappa - by_chance * (1 - kappa)) ** 2
    width = Z_95 * sqrt(max(0.0, variance)) / ((1 - by_chance) * sqrt(n))
    return max(-1.0, kappa - width), min(1.0, kappa + width)


def _agreed_and_by_chance(pairs: Sequence[tuple[Rating, Rating]]) -> tuple[float, float]:
    n = len(pairs)
    firsts, seconds = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    return sum(one == other for one, other in pairs) / n, sum(firsts[each] * seconds[each] for each in firsts) / n**2


def counts_of(items: Iterable[SampledQuestion]) -> Mapping[Rating, int]:
    """Of what counts, not weighted."""
    found = Counter(each.rating for each in items if each.rating is not None)
    return {rating: found[rating] for rating in Rating}
