"""The audited sample: drawn of the week before, judged by two people, settled by a third where they differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from kb_service.domain.answers import Answer
from kb_service.domain.audits import (
    AuditedShare,
    JudgingStage,
    Rating,
    Sample,
    SampledQuestion,
    audited_share,
    settled_rating,
)
from kb_service.domain.days import shanghai_day
from kb_service.domain.resolution import Period, week_of
from kb_service.domain.sampling import Draw, DrawableQuestion, draw

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class SampledAnswer:
    """A sampled question with its answer as it was given. ``before``: the question before it, where it follows on."""

    question: SampledQuestion
    answer: Answer
    before: str | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Of the trail: that a week was drawn, or that somebody judged."""

    actor: str
    is_draw: bool
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToJudge:
    """``next``: what this person reads next, None where nothing is left for them. ``done`` of ``all``: what they judged
    of what is theirs in that week."""

    week: date
    next: SampledAnswer | None
    done: int
    all: int


class Audits(Protocol):
    def has(self, week: date) -> bool: ...
    def candidates(self, week: date) -> Sequence[DrawableQuestion]: ...
    def keep(self, drawn: Draw, *, at: datetime) -> bool: ...
    def samples(self, first: date | None = None, last: date | None = None) -> Sequence[Sample]: ...
    def question(self, answer_id: str) -> SampledQuestion: ...
    def reading(self, question: SampledQuestion) -> SampledAnswer: ...
    def judge(
        self, answer_id: str, rating: Rating, *, note: str | None, actor: str, at: datetime
    ) -> SampledQuestion: ...
    def kept(self, answer_id: str, kept_as: str, *, actor: str, at: datetime) -> SampledQuestion: ...
    def entries(self) -> Sequence[AuditEntry]: ...


@dataclass(frozen=True, slots=True)
class Auditing:
    """``wanted``: how many questions a week, 0 for none. ``take_in``: of answers into what is counted."""

    audits: Audits
    take_in: Callable[[], None]
    wanted: int
    seed: str
    now: Callable[[], datetime]

    def draw(self) -> bool:
        """Of the week before this one, once; whether it was drawn now."""
        week = week_of(shanghai_day(self.now())) - _WEEK
        if not self.wanted or self.audits.has(week):
            return False
        self.take_in()
        drawn = draw(week, self.audits.candidates(week), wanted=self.wanted, seed=self.seed)
        return self.audits.keep(drawn, at=self.now())

    def to_judge(self, person_id: str, week: date | None = None) -> ToJudge | None:
        """Of this week, else of the oldest with something for them; None where there is no such week."""
        samples = self.audits.samples(week, week)
        for sample in samples:
            waiting = waiting_for(person_id, sample)
            if waiting or week is not None:
                done = sum(each.was_judged_by(person_id) for each in sample.items)
                reading = self.audits.reading(waiting[0]) if waiting else None
                return ToJudge(sample.week, reading, done, done + len(waiting))
        return None

    def judge(self, answer_id: str, rating: Rating, *, note: str, actor: str) -> SampledQuestion:
        """Raises SampledQuestionNotFound, AlreadyJudged, NothingToJudge, InvalidRecord."""
        return self.audits.judge(answer_id, rating, note=note.strip() or None, actor=actor, at=self.now())

    def share(self, period: Period, wanted: Rating = Rating.RESOLVED) -> AuditedShare:
        """Of the weeks that lie in the period whole."""
        return audited_share(self._within(period), wanted)

    def shares_by_week(self, period: Period) -> Mapping[str, AuditedShare]:
        """By their Mondays; of weeks that are judged completely."""
        return {each.week.isoformat(): audited_share([each]) for each in self._within(period) if each.is_complete}

    def _within(self, period: Period) -> Sequence[Sample]:
        return self.audits.samples(period.first, period.last - timedelta(days=6))

    def differences(self) -> Sequence[str]:
        """What of the samples is not as the trail tells, in sentences. A rating that somebody changed in the database
        is found, and a question that was put into a sample or out of it; what was erased unsettled is gone lawfully."""
        drawn: dict[str, Mapping[str, Any]] = {}
        said: dict[str, list[tuple[str, str]]] = {}
        for entry in self.audits.entries():
            if entry.is_draw:
                drawn[entry.detail["week"]] = entry.detail
            else:
                said.setdefault(entry.detail["answer"], []).append((entry.actor, entry.detail["rating"]))
        samples = self.audits.samples()
        lost = sorted(drawn.keys() - {each.week.isoformat() for each in samples})
        found = [f"week {each}: its sample was drawn and is no longer there" for each in lost]
        for sample in samples:
            told = drawn.get(sample.week.isoformat(), {"sizes": [], "answers": {}})
            if [each.size for each in sample.strata] != told["sizes"]:
                found.append(f"week {sample.week}: the sizes of its strata are not those that were drawn from")
            stratum_of = {each.answer_id: each.stratum for each in sample.items}
            found += _moved(sample, stratum_of, told["answers"])
            found += [_differs(each) for each in sample.items if _ratings(each) != said.get(each.answer_id, [])]
            gone = [each for each in told["answers"] if each not in stratum_of]
            settled = [each for each in gone if settled_rating([Rating(one) for _, one in said.get(each, [])])]
            found += [f"week {sample.week}: {each} was settled and is no longer there" for each in settled]
        return found


def waiting_for(person_id: str, sample: Sample) -> list[SampledQuestion]:
    """What this person may judge of it, first what nobody has settled, what is disputed last."""
    mine = [each for each in sample.items if each.is_for(person_id)]
    return sorted(mine, key=lambda each: (each.stage is JudgingStage.DISPUTED, each.place))


def _ratings(question: SampledQuestion) -> list[tuple[str, str]]:
    return [(each.person_id, str(each.rating)) for each in question.judgements]


def _moved(sample: Sample, stratum_of: Mapping[str, int], told: Mapping[str, int]) -> list[str]:
    return [
        f"week {sample.week}: {answer_id} is not where it was drawn"
        for answer_id, stratum in stratum_of.items()
        if told.get(answer_id) != stratum
    ]


def _differs(question: SampledQuestion) -> str:
    return f"week {question.week}: the judgements of {question.answer_id} are not those that the trail tells"
