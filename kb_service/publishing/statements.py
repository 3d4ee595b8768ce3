"""What a passage says with figures: each with its clause, and with what the passage is about."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.publishing.clauses import (
    SENTENCE,
    TRIGGER,
    Clause,
    bound,
    clauses,
    gratuities,
    ordinals,
    pairs_of,
    subject_of,
    trigger,
    with_lead_in,
)
from kb_service.publishing.contrasts import Group
from kb_service.text.figures import Figure, FigureKind, figures
from kb_service.text.normalising import normalised
from kb_service.text.quantities import Quantity, quantity

# Where a text comes from says nothing of the matter, nor does what kind of text it is.
_ABOUT_THE_TEXT = re.compile(r"\s*(?:来源|依据|文号|法律依据|本文)")
Meaning = tuple[FigureKind, str, str]
_LEADS_IN = ("：", ":")


@dataclass(frozen=True, slots=True)
class Named:
    """Members of a group of contrasts. ``is_told``: by the text or its question, not by the title alone."""

    members: frozenset[str]
    is_told: bool


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """The figures of one kind in a clause. ``span`` is its sentence, ``figure_spans`` the figures, in the passage.

    ``conditions``: figures of other kinds in the clause, with their bounds. The rest are pairs of characters:
    ``near`` is the context without the title; ``subject`` what of the clause is asked, or stands in heading or title.
    ``roles``: the groups that bind and of which it names a member.
    """

    found: PassageInVersion
    kind: FigureKind
    quantities: tuple[Quantity, ...]
    figure_spans: tuple[tuple[int, int], ...]
    span: tuple[int, int]
    conditions: tuple[tuple[Quantity, str], ...]
    years: frozenset[str]
    ordinals: frozenset[str]
    bounds: frozenset[str]
    trigger: frozenset[str]
    clause: frozenset[str]
    context: frozenset[str]
    subject: frozenset[str]
    near: frozenset[str]
    named: Mapping[str, Named]
    roles: frozenset[str]

    @property
    def written(self) -> tuple[str, ...]:
        """The figures as the text has them."""
        return tuple(self.found.passage.text[start:end] for start, end in self.figure_spans)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``heading``: what the passage is headed with or asked, and the line that leads in to a list. ``premises``:
    ages that the question itself tells, of whom it is asked.
    """

    found: PassageInVersion
    match: re.Match[str]
    figures: Sequence[Figure]
    premises: Set[Meaning]
    title: str
    heading: str


class Stating:
    """Reads statements, with the site's script converter and the groups of contrasts."""

    def __init__(self, groups: Sequence[Group], converter: ScriptConverter) -> None:
        self.groups = groups
        self._converter = converter

    def statements(self, found: PassageInVersion) -> Iterator[Statement]:
        text, said = found.passage.text, found.metadata
        asked = [said.question or "", *(each for each in found.passage.heading_path if each != said.title)]
        premises = {figure.meaning for each in asked for figure in figures(each) if figure.kind is FigureKind.AGE}
        stated = sorted([*figures(text), *gratuities(text)], key=lambda figure: figure.start)
        if not stated:
            return
        title = self._plain(said.title)
        heading = self._plain(" ".join(asked))
        lead_in = ""
        for match in SENTENCE.finditer(text):
            if match[0].rstrip().endswith(_LEADS_IN):
                lead_in = self._plain(match[0])
            within = [figure for figure in stated if match.start() <= figure.start < match.end()]
            if within and not _ABOUT_THE_TEXT.match(match[0]):
                yield from self._in_sentence(_Sentence(found, match, within, premises, title, heading + lead_in))

    def _in_sentence(self, sentence: _Sentence) -> Iterator[Statement]:
        parts = list(clauses(sentence.match, sentence.figures))
        said = self._plain("".join(each.masked for each in parts)) + sentence.heading
        near, around = pairs_of(said), pairs_of(said + sentence.title)
        for at, clause in enumerate(parts):
            for kind in dict.fromkeys(figure.kind for figure in clause.figures):
                own = [each for each in clause.figures if each.kind is kind and quantity(each)]
                own = [each for each in own if each.meaning not in sentence.premises]
                if own:
                    yield self._statement(sentence, own, parts[:at], with_lead_in(parts, at, kind), near, around)

    def _statement(
        self,
        sentence: _Sentence,
        own: Sequence[Figure],
        before: Sequence[Clause],
        led: Sequence[Clause],
        near: frozenset[str],
        context: frozenset[str],
    ) -> Statement:
        kind, passage = own[0].kind, sentence.found.passage
        text = self._plain("".join(each.masked for each in led))
        earlier = self._plain("".join(each.text for each in before))
        other = [figure for each in led for figure in each.figures if figure.kind is not kind]
        named = self._named(kind, (TRIGGER.sub("", text), text, earlier, sentence.heading), sentence.title)
        return Statement(
            found=sentence.found,
            kind=kind,
            quantities=tuple(found for figure in own if (found := quantity(figure))),
            figure_spans=tuple((figure.start, figure.end) for figure in own),
            span=sentence.match.span(),
            conditions=tuple((found, bound(passage.text, each)) for each in other if (found := quantity(each))),
            years=_years(sentence.figures),
            ordinals=ordinals(self._plain("".join(each.text for each in led))),
            bounds=frozenset(bound(passage.text, figure) for figure in own) - {""},
            trigger=trigger(text),
            clause=(clause := pairs_of(text)),
            context=context,
            subject=subject_of(clause, f"{sentence.heading} {sentence.title}"),
            near=near,
            named=named,
            roles=frozenset(group.name for group in self.groups if group.binds and group.name in named),
        )

    def _named(self, kind: FigureKind, telling: Sequence[str], title: str) -> Mapping[str, Named]:
        """From the nearest words that name a member: what tells it comes in that order, the title last."""
        named: dict[str, Named] = {}
        for group in self.groups:
            if group.kinds and kind not in group.kinds:
                continue
            told = next((members for text in telling if (members := group.named_in(text))), None)
            if members := told or group.named_in(title):
                named[group.name] = Named(members, told is not None)
        return named

    def _plain(self, text: str) -> str:
        return normalised(text, self._converter)


def _years(stated: Sequence[Figure]) -> frozenset[str]:
    dates = (figure.value for figure in stated if figure.kind is FigureKind.DATE)
    return frozenset(value[:4] for value in dates if value[0].isdigit())
