"""The days that a text itself states: from when it holds, until when, and what it repeals. Proposed, never taken over.

The words that this goes by are in `prompts/stated_days.yaml`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from kb_service.domain.days import days_later, months_later
from kb_service.domain.documents import Metadata
from kb_service.text.clauses import sentences
from kb_service.text.figures import Figure, FigureKind, figures
from kb_service.text.numerals import ONE_WIDTH
from kb_service.text.vocabulary import AnyOf, Words, any_of, load

_MOST = 8
_LONGEST_SENTENCE = 300
_WHOLE_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Between a name and its day: 施行日期：, | of a table, 】.
_LINK = r"[\s|:为是于在\])】》」]*"
_TITLE = re.compile(r"《([^《》]{2,80})》")
_BEGINS_A_RANGE = re.compile(r"起?\s*[至到—~-]+")
_ONLY_A_DAY = re.compile(r"[\s()]*(?:印发|发布|公布)?[\s()]*")
_REPEALED = r"[^。;]*?(?:废止|失效|停止执行|停止施行)"


class StatedField(StrEnum):
    """Named as in the bulk format."""

    FIRST_DAY = "effective_from"
    LAST_DAY = "valid_through"
    REPEALS = "repeals"


@dataclass(frozen=True, slots=True)
class StatedDay:
    """``text[start:end]`` is the sentence. ``day`` is None where it depends on a day of issue that nobody stated.

    ``titles``: of the documents that it repeals, on its own first day.
    """

    field: StatedField
    day: date | None
    sentence: str
    start: int
    end: int
    titles: tuple[str, ...] = ()


class StatedDayWords(Words):
    """`prompts/stated_days.yaml`, where each is explained."""

    takes_effect: AnyOf
    ends: AnyOf
    first_day_named: AnyOf
    last_day_named: AnyOf
    end_named: AnyOf
    lasts: AnyOf
    on_issue: AnyOf
    the_text_itself: AnyOf
    other_times: AnyOf

    @cached_property
    def any_word(self) -> re.Pattern[str]:
        """A sentence without any says nothing of the kind; to find the figures of all would take long."""
        named = (self.first_day_named, self.last_day_named, self.end_named, self.lasts)
        return any_of(each.pattern for each in (self.takes_effect, self.ends, *named))

    @cached_property
    def starts_after(self) -> re.Pattern[str]:
        """What follows a first day: 起，在全市范围内施行, but not 起施行的《…》."""
        return re.compile(
            rf"(?:零时|0时|零点|0点)?(?:之日)?(?:起|开始|正式)[^。;《]{{0,16}}?(?<!停止|不再)(?:{self.takes_effect.pattern})(?!的|前|后)"
        )

    @cached_property
    def ends_after(self) -> re.Pattern[str]:
        return re.compile(rf"(?:零时|0时)?(?:起|开始)?[,\s]*(?:即行|自动|同时|予以|相应)?(?:{self.ends.pattern})")

    @cached_property
    def names_first(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{self.first_day_named.pattern}){_LINK}[自从]?\s*$")

    @cached_property
    def names_last(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{self.last_day_named.pattern}){_LINK}[至到]?\s*$")

    @cached_property
    def names_end(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{self.end_named.pattern}){_LINK}$")

    @cached_property
    def names_length(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{self.lasts.pattern}){_LINK}[自从]?\s*$")

    @cached_property
    def from_issue(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?:自|从|于)?(?:{self.on_issue.pattern})(?:之日|当日|日)(?:起|后)?[^。;《]{{0,16}}?(?:{self.takes_effect.pattern})(?!的)"
        )


def load_stated_day_words(folder: Path) -> StatedDayWords:
    """Raises VocabularyFault, with file and line."""
    return load(folder, "stated_days.yaml", StatedDayWords)


def stated_days(text: str, metadata: Metadata, words: StatedDayWords) -> list[StatedDay]:
    """At most a few, each value once; of several those first that speak of the text itself, then the later ones."""
    found = list(_Reading(text, metadata, words).found())
    once: dict[tuple[StatedField, date | None, tuple[str, ...]], StatedDay] = {}
    for each in sorted(found, key=lambda each: (not words.the_text_itself.search(each.sentence), -each.start)):
        once.setdefault((each.field, each.day, each.titles), each)
    order = list(StatedField)
    return sorted(list(once.values())[:_MOST], key=lambda each: order.index(each.field))


@dataclass(frozen=True, slots=True)
class _DatedSentence:
    """``narrow`` has the same offsets as the text it was cut from."""

    narrow: str
    start: int
    figures: tuple[Figure, ...]

    def before(self, figure: Figure) -> str:
        return self.narrow[: figure.start]

    def after(self, figure: Figure) -> str:
        return self.narrow[figure.end :]


class _Reading:
    def __init__(self, text: str, metadata: Metadata, words: StatedDayWords) -> None:
        self._text = text
        self._metadata = metadata
        self._words = words

    def found(self) -> Iterator[StatedDay]:
        all_sentences = list(self._sentences())
        firsts = [each for sentence in all_sentences for each in self._first_days(sentence)]
        yield from firsts
        best = next((each.day for each in reversed(firsts) if each.day), None)
        first = self._metadata.effective_from or best
        for sentence in all_sentences:
            yield from self._last_days(sentence, first)
            yield from self._repeals(sentence)

    def _sentences(self) -> Iterator[_DatedSentence]:
        for span in sentences(self._text):
            written = self._text[span.start : span.end]
            narrow = written.translate(ONE_WIDTH)
            if self._words.any_word.search(narrow):
                yield _DatedSentence(narrow, span.start, tuple(figures(written)))

    def _first_days(self, sentence: _DatedSentence) -> Iterator[StatedDay]:
        for figure, day in _days(sentence):
            before, after = sentence.before(figure), sentence.after(figure)
            if self._is_of_another(sentence, before):
                continue
            is_first = self._words.names_first.search(before) or self._words.starts_after.match(after)
            if is_first or (self._is_validity(sentence) and _BEGINS_A_RANGE.match(after)):
                yield self._stated(sentence, StatedField.FIRST_DAY, day)
        if match := self._words.from_issue.search(sentence.narrow):
            yield self._stated(sentence, StatedField.FIRST_DAY, self._after_issue(match[0]))

    def _last_days(self, sentence: _DatedSentence, first: date | None) -> Iterator[StatedDay]:
        for figure, day in _days(sentence):
            before, after = sentence.before(figure), sentence.after(figure)
            if self._is_of_another(sentence, before) or _BEGINS_A_RANGE.match(after):
                continue
            if self._words.names_end.search(before) or self._ends_itself(before, after):
                yield self._stated(sentence, StatedField.LAST_DAY, day - timedelta(days=1))
            elif self._is_validity(sentence) and (
                self._words.names_last.search(before) or re.search(r"[至到—~-]\s*$", before) or after.startswith("止")
            ):
                yield self._stated(sentence, StatedField.LAST_DAY, day)
        for figure in sentence.figures:
            if (
                figure.kind is FigureKind.DURATION
                and figure.unit in ("年", "个月")
                and self._words.names_length.search(_without_days(sentence, figure))
                and not self._words.other_times.search(sentence.before(figure))
            ):
                months = Decimal(figure.value) * (12 if figure.unit == "年" else 1)
                end = months_later(first, int(months)) if first else None
                yield self._stated(sentence, StatedField.LAST_DAY, end - timedelta(days=1) if end else None)

    def _repeals(self, sentence: _DatedSentence) -> Iterator[StatedDay]:
        """《…》同时废止, 废止《…》; a notice that only names its own title repeals nothing else."""
        own = self._metadata.title.strip("《》")
        titles = [match[1] for match in _TITLE.finditer(sentence.narrow) if match[1] not in (own, "")]
        last = max((match.end() for match in _TITLE.finditer(sentence.narrow)), default=0)
        is_repeal = re.match(_REPEALED, sentence.narrow[last:]) or re.search(r"废止\s*《", sentence.narrow)
        if titles and is_repeal and not re.search(r"(?:不|未|尚未)(?:予|得)?废止", sentence.narrow):
            yield self._stated(sentence, StatedField.REPEALS, None, tuple(dict.fromkeys(titles)))

    def _is_of_another(self, sentence: _DatedSentence, before: str) -> bool:
        """《…办法》自…起施行 in a text that explains it; a notice names in its own title what it brings into force."""
        named = _TITLE.findall(before)
        own = self._metadata.title
        return bool(named) and not (
            any(each in own or own in each for each in named) or self._words.the_text_itself.search(sentence.narrow)
        )

    def _ends_itself(self, before: str, after: str) -> bool:
        if not (match := self._words.ends_after.match(after)):
            return False
        named = _TITLE.findall(before) or [each[1] for each in [_TITLE.match(after, match.end())] if each]
        return not named or self._metadata.title.strip("《》") in named

    def _is_validity(self, sentence: _DatedSentence) -> bool:
        is_about_validity = self._words.last_day_named.search(sentence.narrow) or (
            self._words.takes_effect.search(sentence.narrow) and self._words.the_text_itself.search(sentence.narrow)
        )
        return bool(is_about_validity) and not self._words.other_times.search(sentence.narrow)

    def _after_issue(self, written: str) -> date | None:
        """自印发之日起30日后施行."""
        issued = self._metadata.issued_on or self._day_of_issue()
        waits = next((each for each in figures(written) if each.unit == "日"), None)
        return issued and days_later(issued, int(Decimal(waits.value)) if waits else 0)

    def _day_of_issue(self) -> date | None:
        """A line that says nothing else, as under a signature."""
        for line in reversed(self._text.splitlines()):
            for figure in figures(line):
                day = _whole_day(figure)
                if day and _ONLY_A_DAY.fullmatch(line[: figure.start] + line[figure.end :]):
                    return day
        return None

    def _stated(
        self, sentence: _DatedSentence, field: StatedField, day: date | None, titles: tuple[str, ...] = ()
    ) -> StatedDay:
        end = sentence.start + len(sentence.narrow)
        written = self._text[sentence.start : end]
        shown = written if len(written) <= _LONGEST_SENTENCE else f"…{written[-_LONGEST_SENTENCE:]}"
        return StatedDay(field, day, shown, sentence.start, end, titles)


def _days(sentence: _DatedSentence) -> list[tuple[Figure, date]]:
    return [(each, day) for each in sentence.figures if (day := _whole_day(each))]


def _whole_day(figure: Figure) -> date | None:
    """None for a month, a year, and for a day that no calendar has."""
    if figure.kind is not FigureKind.DATE or not _WHOLE_DAY.fullmatch(figure.value):
        return None
    try:
        return date.fromisoformat(figure.value)
    except ValueError:
        return None


def _without_days(sentence: _DatedSentence, figure: Figure) -> str:
    """有效期自2021年5月1日起5年: the words before the length, without the day between."""
    before = sentence.before(figure)
    for each in reversed(sentence.figures):
        if each.kind is FigureKind.DATE and each.end <= figure.start:
            before = before[: each.start] + re.sub(r"^[起,\s共计]+", "", before[each.end :])
    return before
