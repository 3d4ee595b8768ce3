"""The checks before an answer leaves.

A draft says what the passages it cites say, and nothing else; every quote stands in its version, which is in force; and
of an answer without a language model every word stands in one of its quotes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kb_service.asking.checking.clause_rules import clause_faults, figure_faults
from kb_service.asking.checking.draft_rules import draft_faults, sentence_faults
from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.matching import Match, Source, aligned
from kb_service.asking.checking.segments import clauses_of
from kb_service.asking.checking.words import CheckingWords
from kb_service.asking.drafting.drafts import Quote, Statement
from kb_service.asking.drafting.sayings import without_markup
from kb_service.domain.addresses import web_address
from kb_service.domain.answers import Citation
from kb_service.domain.days import Interval
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import Scheduled, ScriptConverter
from kb_service.text.clauses import Span, sentences

# Marks that were not understood, links and tags of any markup.
_MARKUP = re.compile(
    r"[\[\]【】［］〖〗⟦⟧{}<>＜＞`|^$\\]|\*\*|__|~~|^\s*#|[\u2460-\u24ff\u2070-\u209f\u00b2\u00b3\u00b9]|&\w+;|\(\s*\d{1,2}\s*\)\s*$"
)
_SCRIPTS = re.compile(
    r"[^\u0020-\u007e\u00b7\u00d7\u00f7\u2010-\u2027\u2030\u2103\u3000-\u3017\u3400-\u9fff\uf900-\ufaff\uff01-\uffe5\n○〇①-⑳]"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """``span_of``: where in the passages, by number, that stands which a draft restates."""

    faults: tuple[Fault, ...]
    span_of: Mapping[int, Span]


class Checker:
    """Holds drafts against passages. Knows no model and believes none."""

    def __init__(self, words: CheckingWords, converter: ScriptConverter) -> None:
        self._words = words
        self._converter = converter

    def check(self, statements: Sequence[Statement], passages: Sequence[PassageInVersion]) -> Checked:
        """A statement's ``quotes`` are numbers of passages, from 0. Without faults the draft holds."""
        if not any(statement.text.strip() for statement in statements):
            return Checked((Fault(FaultKind.EMPTY),), {})
        faults = [fault for each in statements for fault in _form(each, len(passages))]
        if faults:
            return Checked(tuple(faults), {})
        sources = [Source(found, number, self._words, self._converter) for number, found in enumerate(passages)]
        found: list[Match] = []
        for statement in statements:
            cited = [sources[number] for number in statement.quotes]
            own = [each for text in _sentences(statement.text) for each in self._sentence(text, cited, faults)]
            faults += _unused(statement, own)
            found += own
        faults += [*draft_faults(found), *_repeated(statements)]
        return Checked(tuple(dict.fromkeys(faults)), _spans(found))

    def _sentence(self, text: str, cited: Sequence[Source], faults: list[Fault]) -> list[Match]:
        """What the sentence restates; adds to ``faults`` what is wrong with it."""
        clauses = clauses_of(text, self._words, self._converter)
        if not any(clause.characters or clause.details for clause in clauses):
            if not any(source.begins_with(clauses) for source in cited):
                faults.append(Fault(FaultKind.SAYS_NOTHING, text))
            return []
        found = aligned(clauses, cited)
        if len(found) < len(clauses):
            faults.append(Fault(FaultKind.FOREIGN_WORDS, text))
            return []
        restated = frozenset(pair for clause in clauses for pair in clause.pairs)
        for match in found:
            faults += clause_faults(match, cited, restated=restated)
        faults += figure_faults(clauses, cited)
        faults += sentence_faults(text, found)
        return found


def _spans(found: Sequence[Match]) -> dict[int, Span]:
    """Of each passage from the first to the last segment restated, with the line that a list hangs from."""
    span_of: dict[int, Span] = {}
    for match in found:
        lead_in = match.segment.lead_in
        start = min(match.segment.start, lead_in.start) if lead_in else match.segment.start
        known = span_of.get(match.source.number, Span(start, match.segment.end))
        span_of[match.source.number] = Span(min(known.start, start), max(known.end, match.segment.end))
    return span_of


def _form(statement: Statement, passages: int) -> Iterator[Fault]:
    text = statement.text
    if not statement.quotes:
        yield Fault(FaultKind.NO_MARK, text)
    for number in statement.quotes:
        if not 0 <= number < passages:
            yield Fault(FaultKind.UNKNOWN_MARK, text, f"[{number + 1}]")
    for pattern in (_MARKUP, _SCRIPTS):
        if found := pattern.search(text):
            yield Fault(FaultKind.MARKUP, text, found[0].strip())


def _sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


def _unused(statement: Statement, found: Sequence[Match]) -> Iterator[Fault]:
    used = {match.source.number for match in found}
    for number in statement.quotes:
        if number not in used:
            yield Fault(FaultKind.UNUSED_CITATION, statement.text, f"[{number + 1}]")


def _repeated(statements: Sequence[Statement]) -> Iterator[Fault]:
    seen: set[str] = set()
    for text in (sentence for statement in statements for sentence in _sentences(statement.text)):
        if text in seen:
            yield Fault(FaultKind.REPEATED, text)
        seen.add(text)


def cite(
    quotes: Sequence[Quote],
    schedules: Mapping[str, Sequence[Scheduled]],
    *,
    as_of: date,
    department_name: Callable[[str], str],
) -> list[Citation] | None:
    """A citation a quote, marked from 1; None when one of them does not hold (the index was behind the database)."""
    citations = []
    for mark, quote in enumerate(quotes, start=1):
        interval = interval_of(quote.source.passage.version_id, schedules.get(quote.source.document_id, ()))
        if interval is None or not interval.contains(as_of) or not quote.text.strip():
            return None
        citations.append(_citation(mark, quote, interval, department_name))
    return citations


def interval_of(version_id: str, schedule: Sequence[Scheduled]) -> Interval | None:
    """When a version is in force, from its document's schedule; None when it is not approved."""
    return next((each.interval for each in schedule if each.version_id == version_id), None)


def _citation(mark: int, quote: Quote, interval: Interval, department_name: Callable[[str], str]) -> Citation:
    metadata, passage = quote.source.metadata, quote.source.passage
    return Citation(
        mark=mark,
        document_id=quote.source.document_id,
        version_id=passage.version_id,
        passage_id=passage.id,
        title=metadata.title,
        kind=metadata.kind,
        department=department_name(metadata.department) if metadata.department else None,
        heading_path=passage.heading_path,
        page=passage.page,
        second=passage.second,
        quote=quote.text,
        start=passage.start + quote.span.start,
        end=passage.start + quote.span.end,
        effective_from=interval.start,
        effective_to=interval.end,
        source_url=web_address(metadata.source_url),
        matter_id=metadata.matter_id,
    )


_RUN = re.compile(r"[^\W_①-⑳]+")
# Lines of a list are numbered anew.
_NUMBERING = re.compile(r"^\d{1,2}\. ", re.MULTILINE)


def foreign_words(statement: Statement, quotes: Sequence[Quote], *, wording: Sequence[str]) -> list[str]:
    """The runs of letters and figures of a statement that stand neither in a quote it names nor in the headings above
    it, but for the fixed ``wording`` it begins with; empty where it holds.

    A run reaches from mark to mark: 40元 does not stand in 240元, and no part of a sentence may be left out.
    """
    text = next((statement.text.removeprefix(each) for each in wording if statement.text.startswith(each)), None)
    said = _NUMBERING.sub("", statement.text if text is None else text)
    cited = [quotes[at] for at in statement.quotes]
    known = {run for each in cited for run in _RUN.findall(without_markup(each.text))}
    known |= {run for each in cited for heading in each.source.passage.heading_path for run in _RUN.findall(heading)}
    return [run for run in _RUN.findall(said) if run not in known]
