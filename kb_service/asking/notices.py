"""What a reader should know beside the quotes: of which day the answer is, and what has changed since or will."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kb_service.asking.checking.checking import interval_of
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import Carried, Citation, Notice, NoticeKind
from kb_service.domain.days import shanghai_day
from kb_service.ports import LibraryReader, Scheduled


@dataclass(frozen=True, slots=True)
class Noticing:
    """``end_within_days``: an end without a known successor is told when it comes within so many days."""

    library: LibraryReader
    lexicon: Lexicon
    end_within_days: int

    def notices(
        self, understood: Understanding, citations: Sequence[Citation], schedules: Mapping[str, Sequence[Scheduled]]
    ) -> list[Notice]:
        """The day first, where the words named it or it was carried over; then a notice for each document cited whose
        rule ended after the day asked about, or will.
        """
        as_of, today = understood.question.as_of, shanghai_day(understood.question.asked_at)
        cited_of: dict[str, Citation] = {}
        for each in citations:
            cited_of.setdefault(each.document_id, each)
        end_of = {
            each.document_id: interval.end
            for each in cited_of.values()
            if (interval := interval_of(each.version_id, schedules.get(each.document_id, ()))) and interval.end
        }
        replacements = self.library.replacements(list(end_of)) if end_of else {}
        found = [self._day_read(understood, citations[0])] if _names_a_day(understood) else []
        for document_id, end in end_of.items():
            if end > as_of:
                after = [*schedules[document_id], *replacements.get(document_id, ())]
                found += self._change(cited_of[document_id], end, _successor(end, after), as_of=as_of, today=today)
        return found

    def _day_read(self, understood: Understanding, citation: Citation) -> Notice:
        is_against_choice = understood.question.is_day_chosen and understood.as_of_named is not None
        name = "notice_day_read_not_chosen" if is_against_choice else "notice_day_read"
        as_of = understood.question.as_of
        return Notice(NoticeKind.DAY_READ, self.lexicon.say(name, day=day_in_words(as_of)), citation.document_id, as_of)

    def _change(
        self, citation: Citation, end: date, successor: Scheduled | None, *, as_of: date, today: date
    ) -> list[Notice]:
        is_past = end <= today
        if successor is not None:
            kind = NoticeKind.SUCCEEDED if is_past else NoticeKind.SCHEDULED_SUCCESSOR
            shown = end
        elif is_past or (end - max(as_of, today)).days <= self.end_within_days:
            kind = NoticeKind.ENDED if is_past else NoticeKind.SCHEDULED_END
            shown = end - timedelta(days=1)
        else:
            return []
        is_named = successor is not None and successor.title != citation.title
        text = self.lexicon.say(
            f"notice_{kind}_by" if is_named else f"notice_{kind}",
            title=citation.title,
            day=day_in_words(shown),
            successor=successor.title if successor else "",
        )
        return [Notice(kind, text, citation.document_id, end)]


def present_offered(understood: Understanding, notices: Sequence[Notice], lexicon: Lexicon) -> tuple[str, ...]:
    """The same question of today, where the day was in its words and other rules have come since."""
    has_changed = any(each.kind is NoticeKind.SUCCEEDED for each in notices)
    if understood.as_of_named is None or not has_changed:
        return ()
    return (lexicon.say("ask_of_today", question=understood.text.rstrip("?？。!！~ ")),)


def day_in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _names_a_day(understood: Understanding) -> bool:
    return understood.as_of_named is not None or Carried.AS_OF in understood.carried


def _successor(end: date, after: Sequence[Scheduled]) -> Scheduled | None:
    """What comes into force on the day that the rule ends."""
    in_turn = (each for each in after if each.interval.start_day == end.toordinal() and not each.interval.is_empty)
    return next(in_turn, None)
