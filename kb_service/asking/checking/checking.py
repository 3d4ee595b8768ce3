"""Whether a draft says what the passages it cites say, and nothing else. Knows no model and believes none."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb_service.asking.checking.clause_rules import clause_faults
from kb_service.asking.checking.draft_rules import draft_faults
from kb_service.asking.checking.faults import Fault, FaultKind
from kb_service.asking.checking.figure_rules import figure_faults
from kb_service.asking.checking.matching import Match, Source, aligned, sources_of
from kb_service.asking.checking.segments import Clause, clauses_of
from kb_service.asking.checking.sentence_rules import sentence_faults
from kb_service.asking.drafting.drafts import Statement
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.text.sentences import Span, sentences

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


def ground(
    statements: Sequence[Statement], passages: Sequence[PassageInVersion], *, converter: ScriptConverter
) -> list[Fault]:
    """Empty when the draft holds. A statement's ``quotes`` are numbers of passages, from 0."""
    return list(check(statements, passages, converter=converter).faults)


def check(
    statements: Sequence[Statement], passages: Sequence[PassageInVersion], *, converter: ScriptConverter
) -> Checked:
    """As `ground`, and what should be quoted."""
    if not any(statement.text.strip() for statement in statements):
        return Checked((Fault(FaultKind.EMPTY),), {})
    faults = [fault for each in statements for fault in _form(each, len(passages))]
    if faults:
        return Checked(tuple(faults), {})
    sources = sources_of(passages, converter)
    found: list[Match] = []
    for statement in statements:
        cited = [sources[number] for number in statement.quotes]
        own = [each for text in _sentences(statement.text) for each in _sentence(text, cited, faults, converter)]
        faults += _unused(statement, own)
        found += own
    faults += [*draft_faults(found), *_repeated(statements)]
    return Checked(tuple(dict.fromkeys(faults)), _spans(found))


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


def _sentence(text: str, cited: Sequence[Source], faults: list[Fault], converter: ScriptConverter) -> list[Match]:
    clauses: list[Clause] = clauses_of(text, converter)
    if not any(clause.content.strip("\x00") or clause.details for clause in clauses):
        if not any(source.begins_with(clauses) for source in cited):
            faults.append(Fault(FaultKind.SAYS_NOTHING, text))
        return []
    found = aligned(clauses, cited)
    if len(found) < len(clauses):
        faults.append(Fault(FaultKind.FOREIGN_WORDS, text))
        return []
    said = frozenset(pair for clause in clauses for pair in clause.pairs)
    for match in found:
        faults += clause_faults(match, cited, said=said)
    faults += figure_faults(clauses, cited)
    faults += sentence_faults(text, found)
    return found


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
