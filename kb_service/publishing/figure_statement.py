"""One statement: figures of one kind, with all that tells what they are said of. `statements.py` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb_service.domain.documents import PassageInVersion
from kb_service.publishing.quantities import Quantity
from kb_service.text.bounds import BoundSide
from kb_service.text.figures import FigureKind


@dataclass(frozen=True, slots=True)
class Named:
    """Members of a group of contrasts. ``in_text``: by the text or its question, not by the title alone."""

    members: frozenset[str]
    in_text: bool


@dataclass(frozen=True, slots=True, eq=False)
class FigureStatement:
    """The figures of one kind in a clause. ``span`` is its sentence, ``figure_spans`` the figures, in the passage.

    ``conditions``: figures of other kinds in the clause, and all of a case before it (满60周岁的，), with their bounds;
    ``consequences``: what follows from such a case. The rest are pairs of characters: ``near`` is the context without
    the title; ``subject`` what of the clause is asked, or stands in heading or title; ``telling`` is the clause without
    what is done at any counter, ``own`` that of the last clause alone; ``thing`` what stands behind the first figure.
    ``titled``: the letters of the title, without what any title says; ``letters``: of the context.
    ``is_of_its_text``: a day in the life of the text that says it (本办法自…起施行).
    ``is_bare``: the clause says nothing besides (十五元。); ``telling`` is then what its heading or question names.
    ``is_of_an_age``: after a case that is an age (未满16周岁的，).
    ``roles``: the groups that bind and of which it names a member.
    """

    source: PassageInVersion
    kind: FigureKind
    quantities: tuple[Quantity, ...]
    figure_spans: tuple[tuple[int, int], ...]
    span: tuple[int, int]
    conditions: tuple[tuple[Quantity, BoundSide | None], ...]
    consequences: tuple[Quantity, ...]
    is_of_its_text: bool
    years: frozenset[str]
    ordinals: frozenset[str]
    bounds: frozenset[BoundSide]
    starting_event: frozenset[str]
    clause: frozenset[str]
    context: frozenset[str]
    subject: frozenset[str]
    telling: frozenset[str]
    own: frozenset[str]
    thing: frozenset[str]
    near: frozenset[str]
    titled: frozenset[str]
    letters: frozenset[str]
    named: Mapping[str, Named]
    roles: frozenset[str]
    is_of_an_age: bool
    is_bare: bool

    @property
    def written(self) -> tuple[str, ...]:
        """The figures as the text has them."""
        return tuple(self.source.passage.text[start:end] for start, end in self.figure_spans)

    @property
    def sentence(self) -> str:
        """Behind the title or question that it stands under."""
        metadata, (start, end) = self.source.metadata, self.span
        return f"{metadata.question or metadata.title}。{self.source.passage.text[start:end]}"
