"""What a passage says with figures: each with its clause, and with what the passage is about.

The words that this goes by are in `prompts/contrasts.yaml`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache, partial

from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.publishing.alignment import telling_letters
from kb_service.publishing.contrasts import Contrasts
from kb_service.publishing.figure_statement import FigureStatement, Named
from kb_service.publishing.quantities import Quantity, quantity, roughly
from kb_service.publishing.stances import is_denied, stances, topics
from kb_service.publishing.values import frequencies
from kb_service.publishing.wordings import (
    LISTED,
    READ_FREELY,
    SAID,
    SAID_IN_WORDS,
    TOPICS,
    items_needed,
    listed_needs,
    worded,
)
from kb_service.text.bounds import BoundSide, side_of
from kb_service.text.clauses import COMMAS, GAP, Clause, Span, clauses, pairs_in, sentences, without
from kb_service.text.figures import Figure, FigureKind, figures
from kb_service.text.normalising import normalised

Meaning = tuple[FigureKind, str, str]
_LEADS_IN = ("：", ":")
_ENDS = "。；;！？!?"
_NOTHING = "0"
_OF_A_YEAR = "度"
# How far from a figure a word stands that makes it a rough one: 约, 左右.
_NEAR = 3
# The step of a scale: 第二套, 三级.
_ORDINAL = re.compile(
    r"第[\d一二三四五六七八九十]+(?!条|款|项|章)(?:个?[月年季周次档类级套胎批期组孩])?|(?:[一二三四五六七八九十]|\d{1,2})级|[甲乙丙丁]类"
)
# What a time runs from: 出生 of 出生后一个月内.
_STARTING_EVENT = re.compile(r"[自从在于]?([^，,。；;、\x00自从在于]{1,14}?)(?:之日|那天|当日|以后|之后|后|起|之日起)")
# 10月19日、20日: the second is no length.
_DAY_OF_A_LIST = re.compile(r"[日号][、和及至到]\Z")
_REMEMBERED = 1024
_NO_CONDITION = SAID | READ_FREELY
_ON_RECEIPT = frozenset({"receipt"})


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``heading``: what the passage is headed with or asked, and the line that leads in to a list. ``premises``:
    ages that the question itself tells, of whom it is asked.
    """

    source: PassageInVersion
    span: Span
    figures: Sequence[Figure]
    premises: Set[Meaning]
    title: str
    heading: str


@dataclass(frozen=True, slots=True)
class _Among:
    """A clause among the others of its sentence: ``led`` ends with it and begins where what it says begins."""

    before: Sequence[Clause]
    led: Sequence[Clause]
    conditions: Sequence[Figure]
    consequences: Sequence[Figure]
    cases: Sequence[Clause]


class Stating:
    """Reads statements, with the site's script converter and words."""

    def __init__(self, words: Contrasts, converter: ScriptConverter) -> None:
        self.groups = words.groups
        self._words = words
        self._plain = lru_cache(_REMEMBERED)(partial(normalised, converter=converter))
        # A heading, a title and what stands before are the same of many statements.
        self._members = lru_cache(_REMEMBERED)(self._members_in)
        self.pairs_of = lru_cache(_REMEMBERED)(self._pairs_of)

    def statements(self, found: PassageInVersion) -> Iterator[FigureStatement]:
        text, metadata = found.passage.text, found.metadata
        asked = [metadata.question or "", *(each for each in found.passage.heading_path if each != metadata.title)]
        premises = {figure.meaning for each in asked for figure in figures(each) if figure.kind is FigureKind.AGE}
        repeated = list(frequencies(text))
        read = [
            each
            for each in figures(text)
            if not _DAY_OF_A_LIST.search(text, max(0, each.start - _NEAR), each.start)
            and not any(each.start < other.end and other.start < each.end for other in repeated)
        ]
        read += repeated
        heading = self._plain(" ".join(asked))
        found_in_words = worded(text, self._words.wordings, read, heading)
        of_topics = topics(text, self._words.topics)
        stated = sorted([*read, *found_in_words, *stances(text), *of_topics], key=lambda figure: figure.start)
        lists_needs = self._words.lists_what_is_needed.search(heading) is not None
        if not (stated or lists_needs or self._words.lists_what_is_needed.search(text)):
            return
        title = self._plain(metadata.title)
        lead_in = ""
        for sentence in sentences(text):
            written = text[sentence.start : sentence.end].rstrip(_ENDS)
            span = Span(sentence.start, sentence.start + len(written))
            if written.endswith(_LEADS_IN):
                lead_in = self._plain(written)
            within = [figure for figure in stated if span.start <= figure.start < span.end]
            if self._words.about_the_text.match(written):
                continue
            if within:
                yield from self._in_sentence(_Sentence(found, span, within, premises, title, heading + lead_in))
            for item in items_needed(text, span, self._words.lists_what_is_needed):
                needs = listed_needs(text, item, [each for each in within if item.start <= each.start < item.end])
                yield from self._in_sentence(_Sentence(found, item, needs, premises, title, heading))
            if lists_needs or self._words.lists_what_is_needed.search(lead_in):
                needs = listed_needs(text, span, within)
                yield from self._in_sentence(_Sentence(found, span, needs, premises, title, heading + lead_in))

    def _pairs_of(self, text: str) -> frozenset[str]:
        """Neighbouring characters, two at a time, without the words of grammar."""
        return frozenset(pairs_in(self._words.grammar.sub(" ", text)))

    def is_of_one_subject(self, one: PassageInVersion, other: PassageInVersion) -> bool:
        """Whether not both titles or questions have a word that the other text has not: 食品经营许可, 药品经营许可."""
        return not (self._own_words(one, other) and self._own_words(other, one))

    def _own_words(self, one: PassageInVersion, other: PassageInVersion) -> set[str]:
        said, all_said = one.metadata, other.metadata
        name = self._words.any_title.sub(" ", self._plain(said.question or said.title))
        known = self._plain(f"{all_said.title} {all_said.question or ''} {other.passage.text}")
        return {letter for letter in name if letter.isalnum() and letter not in known}

    def _in_sentence(self, sentence: _Sentence) -> Iterator[FigureStatement]:
        text = sentence.source.passage.text
        parts = list(clauses(text, marks=COMMAS, within=sentence.span, figures=sentence.figures))
        own_words = self._plain(_joined(map(_without_figures, parts))) + f",{sentence.heading}"
        near, around = self.pairs_of(own_words), self.pairs_of(own_words + sentence.title)
        for at, clause in enumerate(parts):
            stated = [each for each in clause.figures if quantity(each) and each.meaning not in sentence.premises]
            for kind, topic in dict.fromkeys((each.kind, _topic(each)) for each in stated):
                own = [each for each in stated if each.kind is kind and _topic(each) == topic]
                if own and not (kind in SAID_IN_WORDS and self._is_excepted(sentence, parts[:at])):
                    yield self._statement(sentence, own, self._among(parts, at, kind), near, around)

    def _among(self, parts: Sequence[Clause], at: int, kind: FigureKind) -> _Among:
        """With those before it, back to the last that has a figure of the kind itself and is no case (满1年的，)."""
        first = at
        while first > 0 and (self._is_a_case(parts[first - 1]) or not _has(parts[first - 1], kind)):
            first -= 1
        led = parts[first : at + 1]
        cases = [each for each in parts[first:at] if self._is_a_case(each)]
        conditions = [
            each for part in led for each in part.figures if each.kind is not kind and each.kind not in _NO_CONDITION
        ]
        conditions += [each for part in cases for each in part.figures if each.kind is kind]
        after = parts[at + 1 :] if self._is_a_case(parts[at]) else ()
        consequences = [each for part in after for each in part.figures if each.kind not in _NO_CONDITION]
        return _Among(parts[:at], led, conditions, consequences, cases)

    def _is_a_case(self, clause: Clause) -> bool:
        return self._words.is_a_case.search(clause.text) is not None

    def _is_excepted(self, sentence: _Sentence, before: Sequence[Clause]) -> bool:
        """By words of the sentence, without what it permits or demands in clauses before."""
        said = [each for each in before if any(_has(each, kind) for kind in SAID) and not self._is_a_case(each)]
        start = _end(said[-1]) if said else sentence.span.start
        return self._words.exceptions.search(sentence.source.passage.text, start, sentence.span.end) is not None

    def _statement(
        self,
        sentence: _Sentence,
        own: Sequence[Figure],
        among: _Among,
        near: frozenset[str],
        context: frozenset[str],
    ) -> FigureStatement:
        kind, passage = own[0].kind, sentence.source.passage
        *_, said = plain = [self._plain(_without_figures(each)) for each in among.led]
        text = _joined(plain)
        # Figures name too: 静安区 of 静安区受理中心, 二套 beside 首套.
        names = said if kind in READ_FREELY else self._plain(among.led[-1].text)
        earlier = self._plain(_joined(each.text for each in among.before))
        named = self._named(
            kind, (_STARTING_EVENT.sub("", said), said, names, text, earlier, sentence.heading), sentence.title
        )
        telling = self.pairs_of(self._words.any_step.sub(" ", text))
        is_bare = not telling and bool(sentence.heading)
        if is_bare:
            telling = self._subject_of(sentence.heading)
        clause = telling if kind in SAID else self.pairs_of(text)
        asked = self.pairs_of(self._words.any_step.sub(" ", f"{sentence.heading} {sentence.title}"))
        return FigureStatement(
            source=sentence.source,
            kind=kind,
            quantities=tuple(self._quantities(passage.text, own)),
            figure_spans=tuple((figure.start, figure.end) for figure in own),
            span=(sentence.span.start, sentence.span.end),
            conditions=tuple(
                (found, _side(passage.text, each)) for each in among.conditions if (found := quantity(each))
            ),
            consequences=tuple(found for each in among.consequences if (found := quantity(each))),
            is_of_its_text=kind is FigureKind.DATE and self._words.of_itself.search(f"{earlier},{text}") is not None,
            years=_years(passage.text, sentence.figures),
            ordinals=frozenset(_ORDINAL.findall(self._plain(_joined(each.text for each in among.led)))),
            bounds=frozenset(_bounds(passage.text, own, sentence.span.end)),
            starting_event=self._starting_event(text),
            clause=clause,
            context=context,
            subject=self.pairs_of(said) & clause & asked or self.pairs_of(text) & clause & asked,
            telling=telling,
            own=self.pairs_of(self._words.any_step.sub(" ", said)),
            thing=self.pairs_of(self._plain(_behind(among.led[-1], own[0]))),
            near=near,
            titled=telling_letters(frozenset([self._words.any_title.sub("", sentence.title)])),
            letters=telling_letters(context),
            named=named,
            roles=frozenset(name for name, group in self.groups.items() if group.binds and name in named)
            | {figure.unit for figure in own if figure.unit in TOPICS},
            is_of_an_age=any(_has(each, FigureKind.AGE) for each in among.cases),
            is_bare=is_bare,
        )

    def _quantities(self, text: str, own: Sequence[Figure]) -> Iterator[Quantity]:
        for figure in own:
            if found := quantity(figure):
                start, end = figure.start, figure.end
                around = GAP.join((text[max(0, start - _NEAR) : start], text[start:end], text[end : end + _NEAR]))
                yield roughly(found) if self._words.roughly.search(around) else found

    def _subject_of(self, heading: str) -> frozenset[str]:
        """What a heading or question names, without what is asked of it."""
        return self.pairs_of(self._words.any_title.sub(" ", self._words.any_step.sub(" ", heading)))

    def _starting_event(self, text: str) -> frozenset[str]:
        """The characters of what a time runs from; one value for all that mean the application."""
        match = _STARTING_EVENT.search(text)
        if match is None:
            return frozenset()
        if self._words.receipt.search(match[1]):
            return _ON_RECEIPT
        return frozenset(self._words.grammar.sub("", match[1]))

    def _named(self, kind: FigureKind, telling: Sequence[str], title: str) -> Mapping[str, Named]:
        """From the nearest words that name a member: what tells it comes in that order, the title last."""
        nearest_first = [self._members(text) for text in telling]
        of_title = self._members(title)
        named: dict[str, Named] = {}
        for name in {each for found in (*nearest_first, of_title) for each in found}:
            kinds = self.groups[name].kinds
            if kinds and kind not in kinds:
                continue
            in_text = next((found[name] for found in nearest_first if name in found), None)
            named[name] = Named(in_text or of_title[name], in_text is not None)
        return named

    def _members_in(self, text: str) -> Mapping[str, frozenset[str]]:
        """Of each group that a normalised text names."""
        return {name: members for name, group in self.groups.items() if (members := group.named_in(text))}


def _topic(figure: Figure) -> str:
    """What is stated apart from the rest of its kind: 2寸 and 3张 are two counts."""
    return figure.unit if figure.unit in TOPICS or figure.kind is FigureKind.COUNT else ""


def _years(text: str, stated: Sequence[Figure]) -> frozenset[str]:
    """Of 2024年度汇算自2025年3月1日起 the year it is of, not those of its days."""
    dates = [each for each in stated if each.kind is FigureKind.DATE and each.value[0].isdigit()]
    of_a_year = [each for each in dates if text.startswith(_OF_A_YEAR, each.end)]
    return frozenset(each.value[:4] for each in of_a_year or dates)


def _side(text: str, figure: Figure) -> BoundSide | None:
    return side_of(text, figure.start, figure.end)


def _bounds(text: str, own: Sequence[Figure], end: int) -> Iterator[BoundSide]:
    """超过70周岁的不收 bounds an age from above."""
    for figure in own:
        if side := _side(text, figure):
            is_turned = figure.kind is FigureKind.AGE and is_denied(text[figure.end : end])
            yield (BoundSide.LOWER if side is BoundSide.UPPER else BoundSide.UPPER) if is_turned else side


def _joined(parts: Iterable[str]) -> str:
    return ",".join(parts)


def _without_figures(clause: Clause) -> str:
    """So that two clauses with other figures can be alike. 免费 stays: it also says what it is free of; so does a
    whole clause that states something (劳务协议 among what is needed).
    """
    written = [each for each in clause.figures if not _says_more(each)]
    return without(clause.text, [(each.start - clause.start, each.end - clause.start) for each in written])


def _says_more(figure: Figure) -> bool:
    if figure.kind is FigureKind.NEED:
        return figure.unit == LISTED
    if figure.kind in READ_FREELY:
        return figure.kind not in {FigureKind.FREQUENCY, FigureKind.START}
    return figure.value == _NOTHING and figure.kind is not FigureKind.AGE


def _end(clause: Clause) -> int:
    return clause.start + len(clause.text)


def _has(clause: Clause, kind: FigureKind) -> bool:
    return any(figure.kind is kind for figure in clause.figures)


def _behind(clause: Clause, figure: Figure) -> str:
    """What stands behind a figure in its clause; all of the clause where nothing does, or where it is all a figure."""
    return clause.text[figure.end - clause.start :].strip() or _without_figures(clause)
