"""Days in a question's words: which are named, and of which one the rules are asked for (2024年的社保基数).

Years of birth, of entry, of documents ask for no day.
"""

import re
from datetime import date

from kb_service.asking.reading.times import TIME, day_of, holds, is_vaguely_now, span_of
from kb_service.text.clauses import ITEM_ENDS
from kb_service.text.vocabulary import AnyOf, Words

_PAST_MARK = re.compile(r"^[^,。?!;]{0,12}了(?:[,。;]|$)")
_NUMBERED = re.compile(
    r"[〔\[(【][^〔\[(【〕\])】]{0,6}(?:19|20)\d\d[^〔\[(【〕\])】]{0,4}[〕\])】](?:第?\d+号?)?|(?:19|20)\d\d年?第?\d{1,5}号"
)
# A message of nothing but a year, as a reply gives it; in a sentence 2024 is a number like any other.
_BARE_YEAR = re.compile(r"^(?P<year>(?:19|20)\d\d)(?=的?呢?$)")
# Between two times that are the same one.
_LINK = re.compile(r"^[,，、(（]?(?:也)?(?:就)?(?:是|即)?(?:指|说的是)?")
_SAYS_NO_MORE = re.compile(r"(?:的|那)?(?:会儿?|阵子?|时候?|当时|年|个?月)?(?:里|份|左右)?")
_LONGEST = 300
_LEFT_OVER = re.compile(r"^[的,，、 ]+")


class DayWords(Words):
    """The part `days` of `reading.yaml`."""

    values: AnyOf
    events: AnyOf
    now: AnyOf
    then: re.Pattern[str]
    back_then: AnyOf
    not_on: re.Pattern[str]
    until: AnyOf
    taken_for_today: AnyOf

    def named(self, text: str, today: date) -> str:
        """The first time that a normalised text names: a day, a month, a year, now; empty for none."""
        if bare := _BARE_YEAR.match(text):
            return f"{bare['year']}年"
        found = [each for each in TIME.finditer(text) if span_of(each, today) is not None]
        match = min([*found, *self.now.finditer(text)], key=lambda each: each.start(), default=None)
        return match.group() if match else ""

    def by_itself(self, named: str, today: date, *, now: date) -> date:
        """The day that a time means alone, as `named` gives it; ``now`` for 现在."""
        match = TIME.search(named)
        return (day_of(match, today) if match else None) or now

    def without(self, text: str, today: date, *, gap: str) -> str:
        """The text with ``gap`` in the place of each time that it names."""
        text = _BARE_YEAR.sub(gap, text)
        bare = TIME.sub(lambda each: each.group() if span_of(each, today) is None else gap, text)
        return self.now.sub(gap, bare)

    def asked(self, text: str, today: date, *, chosen: date | None = None) -> date | None:
        """The day, other than today, whose rules a normalised question asks for; None when it names none, or several.

        Only where the time goes with something that has a value then (标准, 基数, 多少 …) in the same clause, lies in a
        year to come, or is taken for today (假设今天是2024年8月1日). ``chosen``: the day that somebody chose besides;
        None when the words agree with it, or only say 今年.
        """
        if len(text) > _LONGEST:
            return None
        numberless = _said_once(_NUMBERED.sub("¦", text), today)
        match = self._only_time(numberless, today)
        if match is None or not self._asks_for_rules(numberless, match, today):
            return None
        return self._unless_it_agrees(match, today, chosen)

    def meant(self, text: str, today: date, *, chosen: date | None = None) -> date | None:
        """The one day that a normalised text names, whatever it says of it; else as `asked`."""
        match = self._only_time(_said_once(_NUMBERED.sub("¦", text), today), today)
        return None if match is None else self._unless_it_agrees(match, today, chosen)

    def _unless_it_agrees(self, match: re.Match[str], today: date, chosen: date | None) -> date | None:
        if chosen is not None and (is_vaguely_now(match) or holds(match, chosen, today)):
            return None
        day = day_of(match, today)
        return None if day == (chosen or today) else day

    def _only_time(self, text: str, today: date) -> re.Match[str] | None:
        matches = [each for each in TIME.finditer(text) if span_of(each, today) is not None]
        if len(matches) != 1:
            return None
        is_beside_now = self.now.search(TIME.sub("", text)) and not self._is_taken_for_today(text, matches[0])
        return None if is_beside_now else matches[0]

    def _is_taken_for_today(self, text: str, match: re.Match[str]) -> bool:
        return self.taken_for_today.fullmatch(_clause_before(text, match)) is not None

    def _asks_for_rules(self, text: str, match: re.Match[str], today: date) -> bool:
        if self._is_taken_for_today(text, match):
            return True
        before = _clause_before(text, match)
        rest = text[match.end() :]
        if back := self.back_then.search(rest):  # whatever happened then
            return self.values.search(rest, back.end()) is not None
        told = self.then.match(rest)
        if told:
            before, rest = "", rest[told.end() :]
        clauses = ITEM_ENDS.split(rest)
        # A time that is a clause of its own (去年10月的时候，…) goes with the one behind it.
        after = "".join(clauses[: 2 if _SAYS_NO_MORE.fullmatch(clauses[0]) and before in ("", "在") else 1])
        span = span_of(match, today)
        is_to_come = span is not None and span.first > today
        is_reached = is_to_come and self.until.fullmatch(before) is not None  # 到明年七月最低工资多少
        if (self.not_on.search(before) and not is_reached) or _PAST_MARK.match(rest):
            return False
        if self.events.search(before) or (not told and self.events.search(after)):
            return False
        if match["bare"] and not (match["bare_day"] or "份" in match.group() or (match["tail"] and is_to_come)):
            return False
        is_of_later_year = span is not None and span.first.year > today.year
        return is_of_later_year or bool(self.values.search(after) or self.values.search(before))


def _said_once(text: str, today: date) -> str:
    """With one time for several of which one lies within all others: 2024年9月 for 前年也就是2024年9月."""
    matches = [each for each in TIME.finditer(text) if span_of(each, today) is not None]
    spans = [span_of(each, today) for each in matches]
    for narrow, span in zip(matches, spans, strict=True):
        if span and all(other and other.first <= span.first and span.last <= other.last for other in spans):
            wider = [each for each in matches if each is not narrow]
            for each in reversed(wider):
                text = text[: each.start()] + _LINK.sub("", text[each.end() :])
            return text
    return text


def _clause_before(text: str, match: re.Match[str]) -> str:
    return ITEM_ENDS.split(text[: match.start()])[-1]


def timeless(text: str) -> str:
    """A question whose day is known, without the words for it: on that day the rules do not speak of it."""
    return _LEFT_OVER.sub("", TIME.sub("", text)).strip() or text
