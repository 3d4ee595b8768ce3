"""What a passage says with figures: each with its clause, and with what the passage is about.

The words that this goes by are in `prompts/contrasts.yaml`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import model_validator

from kb_service.asking.reading.lexicon import ReadingWords
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.publishing.quantities import Quantity, quantity
from kb_service.publishing.wordings import SAID, Wording, worded
from kb_service.text.bounds import Side, side_of
from kb_service.text.clauses import COMMAS, Clause, Span, clauses, pairs_in, sentences, without
from kb_service.text.figures import Figure, FigureKind, figures
from kb_service.text.normalising import normalised
from kb_service.text.vocabulary import AnyOf, Words, any_of, load

Meaning = tuple[FigureKind, str, str]
_LEADS_IN = ("：", ":")
_ENDS = "。；;！？!?"
_NOTHING = "0"
# The step of a scale: 第二套, 三级.
_ORDINAL = re.compile(
    r"第[\d一二三四五六七八九十]+(?!条|款|项|章)(?:个?[月年季周次档类级套胎批期组孩])?|(?:[一二三四五六七八九十]|\d{1,2})级|[甲乙丙丁]类"
)
# What a time runs from: 出生 of 出生后一个月内.
_STARTING_EVENT = re.compile(r"[自从在于]?([^，,。；;、\x00自从在于]{1,14}?)(?:之日|那天|当日|以后|之后|后|起|之日起)")
_ON_RECEIPT = frozenset({"receipt"})


class Group(Words):
    """Members exclude one another. A ``marked`` one is a special case, told apart from a text that names none. Of a
    group that ``binds``, sharing a member makes it likelier that two figures speak of one thing.
    """

    members: dict[str, AnyOf]
    marked: frozenset[str] = frozenset()
    kinds: frozenset[FigureKind] = frozenset()
    binds: bool = False

    @model_validator(mode="after")
    def _marks_members(self) -> Self:
        if unknown := sorted(self.marked - set(self.members)):
            raise ValueError(f"marked, but no members: {unknown}")
        return self

    def named_in(self, text: str) -> frozenset[str]:
        """Members that a normalised text names."""
        if not self._any_member.search(text):
            return frozenset()
        return frozenset(name for name, pattern in self.members.items() if pattern.search(text))

    @cached_property
    def _any_member(self) -> re.Pattern[str]:
        return any_of(pattern.pattern for pattern in self.members.values())


class Contrasts(Words):
    """As in `prompts/contrasts.yaml`, where each is explained."""

    groups: dict[str, Group]
    wordings: tuple[Wording, ...]
    exceptions: AnyOf
    grammar: AnyOf
    any_step: AnyOf
    any_title: AnyOf
    of_itself: AnyOf
    about_the_text: AnyOf
    receipt: AnyOf


def load_contrasts(folder: Path) -> Contrasts:
    """With the districts that questions are read with. Raises VocabularyFault, with file and line."""
    words = load(folder, "contrasts.yaml", Contrasts)
    places = load(folder, "reading.yaml", ReadingWords).places
    district = Group.model_validate({"members": {name: [each] for name, each in places.pattern_of.items()}})
    return words.model_copy(update={"groups": {"district": district, **words.groups}})


@dataclass(frozen=True, slots=True)
class Named:
    """Members of a group of contrasts. ``in_text``: by the text or its question, not by the title alone."""

    members: frozenset[str]
    in_text: bool


@dataclass(frozen=True, slots=True, eq=False)
class FigureStatement:
    """The figures of one kind in a clause. ``span`` is its sentence, ``figure_spans`` the figures, in the passage.

    ``conditions``: figures of other kinds in the clause, with their bounds. The rest are pairs of characters:
    ``near`` is the context without the title; ``subject`` what of the clause is asked, or stands in heading or title.
    ``telling`` is the clause without what is done at any counter.
    ``is_of_its_text``: a day in the life of the text that says it (本办法自…起施行).
    ``roles``: the groups that bind and of which it names a member.
    """

    source: PassageInVersion
    kind: FigureKind
    quantities: tuple[Quantity, ...]
    figure_spans: tuple[tuple[int, int], ...]
    span: tuple[int, int]
    conditions: tuple[tuple[Quantity, Side | None], ...]
    is_of_its_text: bool
    years: frozenset[str]
    ordinals: frozenset[str]
    bounds: frozenset[Side]
    starting_event: frozenset[str]
    clause: frozenset[str]
    context: frozenset[str]
    subject: frozenset[str]
    telling: frozenset[str]
    near: frozenset[str]
    named: Mapping[str, Named]
    roles: frozenset[str]

    @property
    def written(self) -> tuple[str, ...]:
        """The figures as the text has them."""
        return tuple(self.source.passage.text[start:end] for start, end in self.figure_spans)


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


class Stating:
    """Reads statements, with the site's script converter and words."""

    def __init__(self, words: Contrasts, converter: ScriptConverter) -> None:
        self.groups = words.groups
        self._words = words
        self._converter = converter

    def statements(self, found: PassageInVersion) -> Iterator[FigureStatement]:
        text, metadata = found.passage.text, found.metadata
        asked = [metadata.question or "", *(each for each in found.passage.heading_path if each != metadata.title)]
        premises = {figure.meaning for each in asked for figure in figures(each) if figure.kind is FigureKind.AGE}
        read = figures(text)
        stated = sorted([*read, *worded(text, self._words.wordings, read)], key=lambda figure: figure.start)
        if not stated:
            return
        title = self._plain(metadata.title)
        heading = self._plain(" ".join(asked))
        lead_in = ""
        for sentence in sentences(text):
            written = text[sentence.start : sentence.end].rstrip(_ENDS)
            span = Span(sentence.start, sentence.start + len(written))
            if written.endswith(_LEADS_IN):
                lead_in = self._plain(written)
            within = [figure for figure in stated if span.start <= figure.start < span.end]
            if within and not self._words.about_the_text.match(written):
                yield from self._in_sentence(_Sentence(found, span, within, premises, title, heading + lead_in))

    def pairs_of(self, text: str) -> frozenset[str]:
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
            for kind in dict.fromkeys(figure.kind for figure in clause.figures):
                own = [each for each in clause.figures if each.kind is kind and quantity(each)]
                own = [each for each in own if each.meaning not in sentence.premises]
                if own and not (kind in SAID and self._is_excepted(sentence)):
                    yield self._statement(sentence, own, parts[:at], _with_lead_in(parts, at, kind), near, around)

    def _is_excepted(self, sentence: _Sentence) -> bool:
        span = sentence.span
        return self._words.exceptions.search(sentence.source.passage.text, span.start, span.end) is not None

    def _statement(
        self,
        sentence: _Sentence,
        own: Sequence[Figure],
        before: Sequence[Clause],
        led: Sequence[Clause],
        near: frozenset[str],
        context: frozenset[str],
    ) -> FigureStatement:
        kind, passage = own[0].kind, sentence.source.passage
        text = self._plain(_joined(map(_without_figures, led)))
        earlier = self._plain(_joined(each.text for each in before))
        other = [figure for each in led for figure in each.figures if figure.kind is not kind]
        named = self._named(kind, (_STARTING_EVENT.sub("", text), text, earlier, sentence.heading), sentence.title)
        telling = self.pairs_of(self._words.any_step.sub(" ", text))
        clause = telling if kind in SAID else self.pairs_of(text)
        return FigureStatement(
            source=sentence.source,
            kind=kind,
            quantities=tuple(found for figure in own if (found := quantity(figure))),
            figure_spans=tuple((figure.start, figure.end) for figure in own),
            span=(sentence.span.start, sentence.span.end),
            conditions=tuple((found, _side(passage.text, each)) for each in other if (found := quantity(each))),
            is_of_its_text=kind is FigureKind.DATE and self._words.of_itself.search(f"{earlier},{text}") is not None,
            years=_years(sentence.figures),
            ordinals=frozenset(_ORDINAL.findall(self._plain(_joined(each.text for each in led)))),
            bounds=frozenset(side for figure in own if (side := _side(passage.text, figure))),
            starting_event=self._starting_event(text),
            clause=clause,
            context=context,
            subject=clause & self.pairs_of(self._words.any_step.sub(" ", f"{sentence.heading} {sentence.title}")),
            telling=telling,
            near=near,
            named=named,
            roles=frozenset(name for name, group in self.groups.items() if group.binds and name in named),
        )

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
        named: dict[str, Named] = {}
        for name, group in self.groups.items():
            if group.kinds and kind not in group.kinds:
                continue
            in_text = next((members for text in telling if (members := group.named_in(text))), None)
            if members := in_text or group.named_in(title):
                named[name] = Named(members, in_text is not None)
        return named

    def _plain(self, text: str) -> str:
        return normalised(text, self._converter)


def _years(stated: Sequence[Figure]) -> frozenset[str]:
    dates = (figure.value for figure in stated if figure.kind is FigureKind.DATE)
    return frozenset(value[:4] for value in dates if value[0].isdigit())


def _side(text: str, figure: Figure) -> Side | None:
    return side_of(text, figure.start, figure.end)


def _joined(parts: Iterable[str]) -> str:
    return ",".join(parts)


def _without_figures(clause: Clause) -> str:
    """So that two clauses with other figures can be alike. 免费 stays: it also says what it is free of."""
    written = [each for each in clause.figures if each.value != _NOTHING]
    return without(clause.text, [(each.start - clause.start, each.end - clause.start) for each in written])


def _with_lead_in(parts: Sequence[Clause], at: int, kind: FigureKind) -> Sequence[Clause]:
    """The clause and those before it, back to the last that has a figure of the kind itself."""
    first = at
    while first > 0 and not any(figure.kind is kind for figure in parts[first - 1].figures):
        first -= 1
    return parts[first : at + 1]
