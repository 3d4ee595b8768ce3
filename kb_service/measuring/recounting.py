"""Resolution counted a second time, row by row in plain Python, to prove what SQL counted."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kb_service.domain.answers import Conversation
from kb_service.domain.days import SHANGHAI
from kb_service.domain.masking import masked
from kb_service.domain.resolution import AssistantCounts, By, Counts, Grouped, HumanCounts, district_of

_SEVEN_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """``body``: the stored answer, empty once its words were erased."""

    id: str
    at: datetime
    conversation_id: str
    asked_by: str | None
    channel: str | None
    user_hash: str | None
    outcome: str
    matter_id: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawTalk:
    id: str
    at: datetime
    conversation_id: str
    asked_by: str | None
    channel: str | None
    user_hash: str | None
    state: str
    matter_id: str | None
    department_id: str
    region: str | None
    answer_id: str | None
    closed_at: datetime | None
    verdict: str | None
    verdict_of_person: str | None


@dataclass(frozen=True, slots=True)
class RawWord:
    id: int
    answer_id: str
    resolved: int | None


@dataclass(frozen=True, slots=True)
class KeptRow:
    """What is left to go by where words were erased."""

    matter_id: str | None
    department_id: str | None
    district: str | None
    is_followed: int
    came_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class RawRows:
    answers: Sequence[RawAnswer]
    talks: Sequence[RawTalk]
    words: Sequence[RawWord]
    kept: Mapping[str, KeptRow]

    @property
    def rows(self) -> "list[RawAnswer | RawTalk]":
        return [*self.answers, *self.talks]

    @property
    def erased(self) -> int:
        """Rows whose words are gone: their district, and whether somebody came back, can only be taken as kept."""
        return sum(not each.conversation_id for each in self.rows)


class Recounting:
    """``owner_of``: the department of each matter, as the catalogue has it."""

    def __init__(self, rows: RawRows, owner_of: Mapping[str, str], now: datetime) -> None:
        self._rows = rows
        self._owner_of = owner_of
        self._now = now
        self._visits: dict[tuple[str, str | None], list[tuple[datetime, str]]] = defaultdict(list)
        for answer in rows.answers:
            if answer.outcome != "courtesy":
                self._visits[_who(answer), self._matter(answer)].append((answer.at, answer.id))
        for talk in rows.talks:
            self._visits[_who(talk), talk.matter_id].append((talk.at, talk.id))
        self._erased_at = {each.at for each in rows.rows if not each.conversation_id}
        self._said = {each.answer_id: each.resolved for each in sorted(rows.words, key=_number) if _is_said(each)}
        self._taken_over = {each.answer_id for each in rows.talks}

    def counts(self, by: By) -> Grouped:
        assistant: dict[str | None, AssistantCounts] = {}
        human: dict[str | None, HumanCounts] = {}
        for answer in self._rows.answers:
            key = self._key(answer, by, self._department(answer), self._district(answer))
            assistant[key] = assistant.get(key, AssistantCounts()) + self._of_answer(answer)
        for talk in self._rows.talks:
            key = self._key(talk, by, talk.department_id, district_of(talk.region))
            human[key] = human.get(key, HumanCounts()) + self._of_talk(talk)
        keys = {*assistant, *human}
        return {each: Counts(assistant.get(each, AssistantCounts()), human.get(each, HumanCounts())) for each in keys}

    def _of_answer(self, answer: RawAnswer) -> AssistantCounts:
        if answer.outcome in ("clarify", "out_of_scope"):
            return AssistantCounts(asked_back=answer.outcome == "clarify", out_of_scope=answer.outcome != "clarify")
        if answer.outcome not in ("answered", "no_source", "not_grounded", "handed_over"):
            return AssistantCounts()
        said = self._said.get(answer.id)
        is_handed_over = answer.outcome == "handed_over" or answer.id in self._taken_over
        is_settled = self._is_settled(answer, answer.at)
        is_left_alone = answer.outcome == "answered" and not is_handed_over and said != 0
        return AssistantCounts(
            questions=1,
            answered=answer.outcome == "answered",
            handed_over=is_handed_over,
            said=said is not None,
            said_resolved=said == 1,
            settled=is_settled,
            implied=is_settled and is_left_alone and not self._came_back(answer, answer.at),
        )

    def _of_talk(self, talk: RawTalk) -> HumanCounts:
        is_over = talk.state in ("resolved", "returned")
        is_settled = is_over and talk.closed_at is not None and self._is_settled(talk, talk.closed_at)
        is_resolved = talk.state == "resolved" and talk.verdict == "resolved"
        is_left_alone = is_resolved and talk.verdict_of_person in (None, "resolved")
        return HumanCounts(
            talks=1,
            going_on=not is_over,
            said=talk.verdict_of_person is not None,
            said_resolved=talk.verdict_of_person == "resolved",
            settled=is_settled,
            implied=is_settled and is_left_alone and not self._came_back(talk, talk.closed_at),
        )

    def _is_settled(self, row: RawAnswer | RawTalk, ended_at: datetime) -> bool:
        kept = self._rows.kept.get(row.id)
        is_followed = bool(row.conversation_id) or (kept is not None and kept.is_followed == 1)
        return is_followed and ended_at + _SEVEN_DAYS <= self._now

    def _came_back(self, row: RawAnswer | RawTalk, ended_at: datetime | None) -> bool:
        kept = self._rows.kept.get(row.id)
        noted = kept.came_back_at if kept else None
        if ended_at is None:
            return False
        if not row.conversation_id:
            return noted is not None and noted > ended_at
        if noted is not None and noted > ended_at and noted in self._erased_at:
            return True  # the later question is there, but nobody can see any more whose it was
        visits = self._visits[_who(row), self._matter(row) if isinstance(row, RawAnswer) else row.matter_id]
        return any(ended_at < at <= ended_at + _SEVEN_DAYS for at, other in visits if other != row.id)

    def _key(self, row: RawAnswer | RawTalk, by: By, department: str | None, district: str | None) -> str | None:
        there = row.at.astimezone(SHANGHAI).date()
        read: Mapping[By, Callable[[], str | None]] = {
            By.MATTER: lambda: self._matter(row) if isinstance(row, RawAnswer) else row.matter_id,
            By.DEPARTMENT: lambda: department,
            By.DISTRICT: lambda: district,
            By.CHANNEL: lambda: masked(row.channel) if row.channel else None,
            By.WEEK: lambda: (there - timedelta(days=there.isoweekday() - 1)).isoformat(),
        }
        return read[by]()

    def _matter(self, answer: RawAnswer) -> str | None:
        if not answer.body:
            kept = self._rows.kept.get(answer.id)
            return answer.matter_id or (kept.matter_id if kept else None)
        cited = answer.body["citations"]
        return answer.matter_id or (cited[0].get("matter_id") if cited else None)

    def _department(self, answer: RawAnswer) -> str | None:
        if owner := self._owner_of.get(self._matter(answer) or ""):
            return owner
        if not answer.body:
            kept = self._rows.kept.get(answer.id)
            return kept.department_id if kept else None
        return (answer.body["escalation"]["department"] or {}).get("id")

    def _district(self, answer: RawAnswer) -> str | None:
        if not answer.body:
            kept = self._rows.kept.get(answer.id)
            return kept.district if kept else None
        return district_of(answer.body["understood_as"]["region"])


def _who(row: RawAnswer | RawTalk) -> str:
    """Of erased rows nobody, each for itself."""
    if not row.conversation_id:
        return row.id
    return row.user_hash or Conversation(row.conversation_id, row.asked_by, row.channel, None).key


def _number(word: RawWord) -> int:
    return word.id


def _is_said(word: RawWord) -> bool:
    return word.resolved is not None
