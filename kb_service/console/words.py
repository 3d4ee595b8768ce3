"""The Chinese of the screens: closed lists and errors from `prompts/screens.yaml`, days and sizes."""

import functools
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from kb_service.api.upload_shapes import Stage
from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.asking.reading.lexicon import ReadingWords
from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.days import SHANGHAI, Interval
from kb_service.domain.documents import Audience, Kind, VersionState
from kb_service.domain.errors import InvalidRecord, KbError
from kb_service.domain.lead_time import LeadTime, LeadTimeVerdict
from kb_service.domain.life import Phase
from kb_service.domain.people import Role
from kb_service.domain.suspicions import SuspicionKind, SuspicionState
from kb_service.domain.uploads import RecordOutcome
from kb_service.publishing.difference import Change
from kb_service.publishing.rehearsal import Effect
from kb_service.text.vocabulary import Words, load

_FOR_RESIDENTS_AND_HELPERS = {
    "kinds",
    "audiences",
    "standings",
    "outcomes",
    "reasons",
    "carried",
    "progress",
    "route_reasons",
    "faults",
    "statuses",
    "examples",
}


class ScreenWords(Words):
    """`prompts/screens.yaml`; each mapping from a word of the service to what a page shows."""

    kinds: Mapping[Kind, str]
    audiences: Mapping[Audience, str]
    states: Mapping[VersionState, str]
    phases: Mapping[Phase, str]
    standings: Mapping[str, str]
    outcomes: Mapping[Outcome, str]
    reasons: Mapping[Reason, str]
    carried: Mapping[str, str]
    progress: Mapping[str, str]
    route_reasons: Mapping[str, str]
    faults: Mapping[str, str]
    statuses: Mapping[int, str]
    examples: tuple[str, ...]
    lead_times: Mapping[LeadTime, str]
    whys: Mapping[str, str]
    effects: Mapping[Effect, str]
    sources: Mapping[str, str]
    changes: Mapping[Change, str]
    suspicions: Mapping[SuspicionKind, str]
    suspicion_states: Mapping[SuspicionState, str]
    stages: Mapping[Stage, str]
    record_outcomes: Mapping[RecordOutcome, str]
    roles: Mapping[Role, str]
    actions: Mapping[str, str]
    fields: Mapping[str, str]
    done: Mapping[str, str]
    errors: Mapping[str, str]

    def sentence_of(self, error: KbError) -> str:
        """A field that was misused is named by the first word of the error's own text."""
        field = self.fields.get(str(error).partition(":")[0])
        if field and isinstance(error, InvalidRecord):
            return f"“{field}”填写有误，请更正后重试。"
        return self.errors.get(type(error).__name__, "操作没有完成。")

    def lead_time(self, verdict: LeadTimeVerdict, late_reason: str | None) -> str:
        status = self.lead_times[verdict.status]
        if verdict.why:
            return f"{status}（{self._why(verdict.why)}）"
        if verdict.needs_reason:
            return f"{status}（已说明原因）" if late_reason else f"{status}，须说明原因"
        return status

    def _why(self, why: str) -> str:
        if why.startswith("calendar_"):
            return f"{why.split('_')[1]} 年放假安排未公布"
        return self.whys.get(why, why)


@functools.cache
def screen_words(folder: Path) -> ScreenWords:
    """Read once. Raises VocabularyFault."""
    return load(folder, "screens.yaml", ScreenWords)


def words_for_scripts(folder: Path) -> Mapping[str, object]:
    """What the pages of residents and helpers import as `/assets/words.js`; ``LONGEST_QUESTION`` in characters.

    Raises VocabularyFault.
    """
    shown = screen_words(folder).model_dump(mode="json", include=_FOR_RESIDENTS_AND_HELPERS)
    shown["faults"] = {name: sentence.format(longest=LONGEST_QUESTION) for name, sentence in shown["faults"].items()}
    districts = load(folder, "reading.yaml", ReadingWords).places.districts
    return {name.upper(): value for name, value in shown.items()} | {
        "DISTRICTS": districts,
        "LONGEST_QUESTION": LONGEST_QUESTION,
    }


def days_in_words(interval: Interval | None) -> str:
    """With the last valid day, which is the one before the exclusive end."""
    if interval is None:
        return "不生效"
    if interval.is_empty:
        return "永不生效"
    start = f"{interval.start} 起" if interval.start else "一直"
    last = interval.last_valid_day
    return f"{start}，有效至 {last}" if last else ("长期有效" if interval.start is None else f"{start}，长期有效")


def declared_days_in_words(start: date | None, end: date | None) -> str:
    return days_in_words(Interval(start, end))


def moment_in_words(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"


def size_in_words(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} KB"
