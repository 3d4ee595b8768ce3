"""How a message is put, beside what it asks: what ties it to the talk before, and what it names in passing.

Read once, from normalised text; a conversation is followed with these slots and never with the text again. What a short
message puts in the place of a part of the question before it (下限 of 上限, 82岁 of 75岁) is found here too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.matters import MatterNames
from kb_service.domain.answers import Complaint
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet, Matter, region_path
from kb_service.text.clauses import PAUSES_AND_ENDS
from kb_service.text.figures import Figure, FigureKind, figures
from kb_service.text.numerals import number
from kb_service.text.terms import bigrams_of
from kb_service.text.vocabulary import any_of

_MARKS = re.compile(r"[\W_]+")
_AROUND_REPLY = " ,，。.!！?？~、"
# Characters beside a value: 证 in 我的证才拿了8个月.
_LITTLE = 2
LAST = -1


@dataclass(frozen=True, slots=True)
class Changes:
    """Place, audience and time (as written) that a message names; false when it names none."""

    region: str | None = None
    audience: Audience | None = None
    day: str = ""

    def __bool__(self) -> bool:
        return bool(self.region or self.audience or self.day)


@dataclass(frozen=True, slots=True)
class OptionReply:
    """What of a message may pick an option: its ``place`` from 1, `LAST`, or its ``name``, bare of words around it.

    ``is_none``: it says that none of them is meant (都不是).
    """

    place: int | None = None
    name: str = ""
    is_none: bool = False


@dataclass(frozen=True, slots=True)
class Phrasing:
    """The slots that a talk is followed with; texts are pieces of the normalised message, "" where it has none.

    ``rest``: the text without what only ties it to the talk before; ``content``: what it says of its own, letters and
    digits alone, without places, audiences, times and common words.
    ``is_tied``: it has words that only go on with something; ``points_back``: words that stand for something said
    before (这个); ``adds``: 还要…, 也能…. ``corrects``: 不是,我问的是…, and then ``rest`` is what was meant.
    ``only_changes``: it says nothing but the place, audience or time in ``changes``; ``begins_with_change``: its first
    clause does not, and the rest goes on with it (换个区呢,我在徐汇).
    ``facet``: as few words ask for one; ``asks``: it has words that ask.
    ``names_matter``: its matter stands there by name and is not only something brought along (要带身份证吗);
    ``has_matter_name``: in whatever role. ``things``: words for something that is handled, as written.
    ``telling``, ``pairs``: sets of two neighbouring Han characters: those that may tell one matter from another, and
    all outside common words.
    ``beside_matter``: as ``content``, without the names of its matter; ``asks_beside_matter``: that asks for a facet.
    ``complaint``: what it says of the answer before. ``takes_leave``: thanks, goodbyes and 算了, which call for no
    introduction. ``reply``: the option of the question back that it may pick.
    """

    rest: str = ""
    content: str = ""
    is_tied: bool = False
    points_back: bool = False
    adds: bool = False
    corrects: bool = False
    only_changes: bool = False
    begins_with_change: bool = False
    changes: Changes = field(default_factory=Changes)
    facet: Facet | None = None
    asks: bool = False
    names_matter: bool = False
    has_matter_name: bool = False
    things: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    beside_matter: str = ""
    asks_beside_matter: bool = False
    complaint: Complaint = Complaint.NONE
    takes_leave: bool = False
    reply: OptionReply = field(default_factory=OptionReply)


NOTHING_SAID = Phrasing()


class PhrasingReader:
    """Built once, with the words of a site and the names of its matters."""

    def __init__(self, lexicon: Lexicon, names: MatterNames) -> None:
        talk, reading = lexicon.talk, lexicon.reading
        self._talk = talk
        self.alternatives = Alternatives(talk.alternatives)
        self._names = names
        self._days = reading.days
        self._audiences = reading.audiences
        self._asks = reading.asks
        self._takes_leave = lexicon.questions.courtesy.leave
        self._facet_words = any_of(re.escape(word) for word in lexicon.all_facet_words)
        common = {*talk.fillers, *map(re.escape, (*lexicon.all_facet_words, *lexicon.questions.asking_words))}
        self._filler = any_of(sorted(common, key=lambda word: (-len(word), word)))
        self._beside_topic = any_of(sorted(talk.beside_topics, key=len, reverse=True))
        self._opener = re.compile(rf"^(?:(?:{'|'.join(talk.openers)})[,，。 ]*)+")
        self._districts = reading.places
        self._telling_of = {
            matter_id: frozenset(pair for name in own for pair in self.telling(name))
            for matter_id, own in names.names_of.items()
        }

    def read(
        self, text: str, matter: Matter | None, facet: Facet | None, *, today: date, is_dissatisfied: bool = False
    ) -> Phrasing:
        """Of a normalised text, without courtesies, that was read as of ``matter`` and ``facet``.

        ``is_dissatisfied``: it says that the last answer did not help.
        """
        talk = self._talk
        corrected = talk.corrections.sub("", text)
        untied = self._opener.sub("", corrected)
        rest = self._rest(untied)
        bare = self._without_changes(rest, today)
        said = talk.held.sub(" ", rest)
        beside = talk.choices.around.sub("", self._names.without(corrected, matter)) if matter else text
        short_facet = next((each for each, pattern in talk.facets.items() if pattern.search(text)), None) or facet
        changes = self._changes(rest, today)
        return Phrasing(
            rest=rest,
            content=self.content(bare),
            is_tied=untied != text or any(each.search(text) for each in (talk.ties, talk.adds, talk.objectless)),
            corrects=corrected != text,
            points_back=talk.anaphors.search(untied) is not None,
            adds=talk.adds.search(rest) is not None,
            only_changes=bool(changes) and short_facet is None and self._says_no_more(bare),
            begins_with_change=bool(changes) and self._begins_with_change(rest, today),
            changes=changes,
            facet=short_facet,
            asks=short_facet is not None or self.asks(rest),
            names_matter=matter is not None and self._is_named(matter, rest),
            has_matter_name=matter is not None and bool(self._names.found_in(text, matter)),
            things=frozenset(each.group() for each in talk.topics.finditer(said)),
            telling=self.telling(said),
            pairs=frozenset(bigrams_of(self._filler.sub(" ", text))),
            beside_matter=self._beside(beside, matter),
            asks_beside_matter=self._facet_words.search(beside) is not None,
            complaint=self._complaint(text, corrected, matter, short_facet, is_dissatisfied=is_dissatisfied),
            takes_leave=self._takes_leave.search(text) is not None,
            reply=self._reply(text, corrected),
        )

    def says_only_values(self, text: str, *, today: date) -> bool:
        """Whether a normalised text says nothing but place, audience, time, age or amount (我自己40岁的呢)."""
        rest = self._rest(self._opener.sub("", text))
        without = without_measures(rest)
        is_value = without != rest or bool(self._changes(rest, today))
        return is_value and self._says_no_more(self._without_changes(without, today))

    def tells_values(self, text: str) -> bool:
        """Whether a normalised text tells an age, an amount or a time and little else (我已经交了14年了)."""
        without = without_measures(text)
        return without != text and len(self.content(without)) <= _LITTLE

    def says_something(self, text: str) -> bool:
        """Whether a normalised text has a word that is more than common: 小申 only speaks to us."""
        return bool(self.content(text))

    def asks(self, text: str) -> bool:
        return self._asks.search(text) is not None

    def region(self, text: str) -> str | None:
        """The path of the one district that a normalised text names, in full or short (浦东); None for several."""
        found = self._districts.named_in(text)
        return region_path(next(iter(found))) if len(found) == 1 else None

    def audience(self, text: str) -> Audience | None:
        """For whom a normalised text is asked, where its words say so; None where they say both."""
        found = [audience for audience, pattern in self._audiences.items() if pattern.search(text)]
        return found[0] if len(found) == 1 else None

    def without(self, text: str, changes: Changes, *, today: date) -> str:
        """An earlier question without the words that ``changes`` takes the place of."""
        if changes.day:
            text = self._days.without(text, today, gap="")
        if changes.region:
            text = self._districts.any.sub("", text)
        for audience, pattern in self._audiences.items():
            text = pattern.sub("", text) if changes.audience not in (None, audience) else text
        return text.strip()

    def tells_another(self, pairs: frozenset[str], than: Matter | None) -> bool:
        """Whether there are words from the names of other matters than this one and none from its own."""
        own = self._telling_of.get(than.id, frozenset()) if than else frozenset()
        return not pairs & own and any(pairs & others for others in self._telling_of.values())

    def are_related(self, one: str, other: str | None) -> bool:
        """Whether the names of two matters share a word that tells them from others (公积金缴存, 公积金提取)."""
        of_other = self._telling_of.get(other, frozenset()) if other else frozenset[str]()
        return not self._telling_of.get(one, frozenset()).isdisjoint(of_other)

    def _changes(self, text: str, today: date) -> Changes:
        return Changes(self.region(text), self.audience(text), self._days.named(text, today))

    def _without_changes(self, text: str, today: date) -> str:
        text = self._days.without(self._districts.any.sub(" ", text), today, gap=" ")
        for pattern in self._audiences.values():
            text = pattern.sub(" ", text)
        return text

    def _rest(self, untied: str) -> str:
        return self._talk.endings.sub("", self._talk.anaphors.sub("", untied)).strip(" ,。")

    def _says_no_more(self, bare: str) -> bool:
        more = self._talk.same_asked.sub("", bare)
        return not self.content(more) and not self.asks(more)

    def _begins_with_change(self, rest: str, today: date) -> bool:
        first, *more = PAUSES_AND_ENDS.split(rest, maxsplit=1)
        is_change = first.endswith("呢") and self._says_no_more(self._without_changes(first, today))
        return is_change and bool(more) and not self.asks(more[0])

    def _beside(self, text: str, matter: Matter | None) -> str:
        """Its content without names of the matter; a part of another one (备案 of 异地就医备案) says no more."""
        content = self.content(text)
        is_of_name = matter is not None and any(content in name for name in self._names.of(matter))
        return "" if is_of_name else content

    def content(self, text: str) -> str:
        """A normalised text without the words that tell of nothing."""
        return _MARKS.sub("", self._filler.sub("", text))

    def telling(self, text: str) -> frozenset[str]:
        """The pairs of characters of a normalised text that may tell one matter from another."""
        return frozenset(bigrams_of(self._filler.sub(" ", self._beside_topic.sub(" ", text))))

    def _is_named(self, matter: Matter, text: str) -> bool:
        held = [each.span() for each in self._talk.held.finditer(text)]
        names = map(re.escape, self._names.found_in(text, matter))
        spans = [each.span() for name in names for each in re.finditer(name, text)]
        return any(not any(start <= first and last <= end for start, end in held) for first, last in spans)

    def _complaint(
        self, text: str, corrected: str, matter: Matter | None, facet: Facet | None, *, is_dissatisfied: bool
    ) -> Complaint:
        """Of a message that is dissatisfied: whether it asks something as well. What says what was meant (不是,我问的是
        上限) asks that.
        """
        if self._talk.choices.none.match(text.strip(_AROUND_REPLY)):
            return Complaint.ONLY
        if not is_dissatisfied:
            return Complaint.NONE
        says_what_was_meant = corrected != text and bool(self.content(corrected))
        asks = (
            says_what_was_meant or matter is not None or facet is not None or self._facet_words.search(text) is not None
        )
        return Complaint.WITH_QUESTION if asks else Complaint.ONLY

    def _reply(self, text: str, corrected: str) -> OptionReply:
        choices = self._talk.choices
        if choices.none.match(text.strip(_AROUND_REPLY)):
            return OptionReply(is_none=True)
        reply = corrected.strip(_AROUND_REPLY)
        if choices.last.match(reply):
            return OptionReply(LAST)
        if choices.first.match(reply):
            return OptionReply(1)
        ordinal = choices.ordinal.match(reply)
        place = number(ordinal["number"]) if ordinal else None
        if place is not None:
            return OptionReply(int(place))
        return OptionReply(name=choices.around.sub("", choices.around.sub("", reply)).strip(" ,。"))


_MEASURED = frozenset({FigureKind.AGE, FigureKind.DURATION, FigureKind.AMOUNT, FigureKind.PERCENTAGE})
# 我妈82呢 after 75岁老人津贴多少: a number alone is an age where an age was asked about.
_BARE_AGE = re.compile(
    r"(?<![\d.第几])(?:\d{1,2}|1[0-2]\d|(?<![一二三四五六七八九百])[二三四五六七八九]?十[一二三四五六七八九]?)(?![\d.几万千百])"
)


class Alternatives:
    """``groups``: words of which one takes the place of another."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._groups = groups

    def put_into(self, earlier: str, said: str) -> str:
        """An earlier question with what is said now in the place of its alternative."""
        for _, old, new in self._found(said, earlier):
            earlier = earlier.replace(old, new)
        return earlier

    def without(self, said: str, earlier: str) -> str:
        """What is said now without the words that `put_into` puts into the earlier question."""
        for written, _, _ in self._found(said, earlier):
            said = said.replace(written, "")
        return said.strip(" ,。的")

    def are_in(self, earlier: str, said: str) -> bool:
        """Whether what is said now takes the place of something in the earlier question."""
        return any(True for _ in self._found(said, earlier))

    def _found(self, said: str, earlier: str) -> Iterator[tuple[str, str, str]]:
        """What is written now, what stood earlier, and what stands there instead."""
        for group in self._groups:
            one = next((each for each in group if each in said), None)
            if one is not None:
                yield from ((one, each, one) for each in group if each in earlier and each != one)
        yield from _measures(said, earlier)


def _measures(said: str, earlier: str) -> Iterator[tuple[str, str, str]]:
    """The one measure of a unit in each."""
    now, before = _by_unit(said), _by_unit(earlier)
    for unit, (kind, old) in before.items():
        if unit in now and now[unit][1] != old:
            yield now[unit][1], old, now[unit][1]
        elif kind is FigureKind.AGE and not now and len(bare := _BARE_AGE.findall(said)) == 1:
            yield bare[0], old, f"{bare[0]}岁"


def _by_unit(text: str) -> dict[str, tuple[FigureKind, str]]:
    """The measures of a text by unit, of units that stand there once: as written."""
    found = [each for each in figures(text) if each.kind in _MEASURED]
    units = [each.unit for each in found]
    return {each.unit: (each.kind, _written(text, each)) for each in found if units.count(each.unit) == 1}


def without_measures(text: str) -> str:
    for each in reversed(figures(text)):
        if each.kind in _MEASURED:
            text = f"{text[: each.start]} {text[each.end :]}"
    return text


def _written(text: str, figure: Figure) -> str:
    return text[figure.start : figure.end]
