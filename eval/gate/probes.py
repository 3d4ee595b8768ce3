"""The measures of each component, from questions that were asked once."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import SuiteInvalid
from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Seen, Watching
from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.domain.answers import Answer, Outcome
from kb_service.ports import Hit, ScriptConverter
from kb_service.service import Service
from kb_service.text.facts import first_sentence, missing_facts, stated_facts
from kb_service.text.normalising import normalised
from kb_service.text.terms import terms_of

_NEAR_ENOUGH = 3
_SAME_AS_FIRST = 40
_ALIASES_ASKED = 1
_MARK = re.compile(r"\[\d+\]")
_NUMBERING = re.compile(r"(?m)^\s*\d{1,2}\. ")
_RUN = re.compile(r"[^\W_]+")
_OPENING = re.compile(r"^(?:不?可以|不?需要|不?能)[，,。]")
_ENDS = re.compile(r"[。；;！!？?：:|\n]\s*$")
_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


class TermsLine(BaseModel):
    """A text, and the words and pairs of characters that it is cut into, with repetitions."""

    model_config = ConfigDict(extra="forbid")

    id: str
    text: str
    terms: list[str]


def read_terms(path: Path) -> list[TermsLine]:
    """Raises SuiteInvalid for a bad line, or a missing file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [TermsLine.model_validate_json(line) for line in lines if line.strip()]
    except (OSError, ValidationError) as error:
        raise SuiteInvalid(f"{path}: {error}") from error


def of_words(service: Service, expected: Sequence[TermsLine]) -> Measured:
    """How far the terms of known texts are those expected: the share that both have, of all that one has."""
    cases = []
    for line in expected:
        found = Counter(terms_of(normalised(line.text, service.texts.converter), service.texts.segmenter))
        wanted = Counter(line.terms)
        share = (found & wanted).total() / max((found | wanted).total(), 1)
        note = f"lacks {'、'.join((wanted - found).keys())}; has {'、'.join((found - wanted).keys())}"
        cases.append(Case(line.id, line.text, share, note="" if share == 1 else note))
    return Measured("words.terms", tuple(cases))


def of_writing(watching: Watching, seen: Sequence[Seen]) -> Measured:
    """Asked in traditional script and full width, a question finds the same passage first."""
    service, converter = watching.service, watching.converter
    found_first = [each for each in seen if each.row.label and each.looked_up is not None][:_SAME_AS_FIRST]
    cases = []
    for each in found_first:
        first = each.looked_up.candidates[0].source.passage.id if each.looked_up else ""
        other = converter.to_traditional(each.question.text).translate(_WIDE)
        asked = service.asking.question(other, as_of=each.answer.as_of, region=each.question.region)
        hits = service.asking.search(asked, narrowing=EVERYTHING, limit=1)
        is_same = bool(hits) and hits[0].source.passage.id == first
        cases.append(Case(each.question.id, other, float(is_same)))
    return Measured("words.same", tuple(cases))


def of_finding(seen: Sequence[Seen]) -> list[Measured]:
    sourced = [each for each in seen if each.question.expected_documents and each.legs is not None]
    return [
        Measured("words.leg", tuple(_leg_case(each, each.legs.sparse) for each in sourced if each.legs)),
        Measured("vectors.leg", tuple(_leg_case(each, each.legs.dense) for each in sourced if each.legs)),
        Measured(
            "search.first",
            tuple(_case(each, (each.row.document_rank or _NEAR_ENOUGH + 1) <= _NEAR_ENOUGH) for each in sourced),
        ),
    ]


def of_reading(seen: Sequence[Seen]) -> list[Measured]:
    of_matter = [each for each in seen if each.row.is_matter_right is not None and each.looked_up is not None]
    # A follow-up is carried, and what nothing answers need not be linked.
    of_matter = [each for each in of_matter if each.question.is_answerable]
    elsewhere = [each for each in seen if each.question.expected_outcome in {Outcome.OUT_OF_SCOPE, Outcome.COURTESY}]
    return [
        Measured("reading.matter", tuple(_case(each, bool(each.row.is_matter_right)) for each in of_matter)),
        Measured("reading.scope", tuple(_case(each, each.row.is_right) for each in elsewhere)),
    ]


def of_drafting(
    seen: Sequence[Seen], converter: ScriptConverter, own_words: str, *, made_up: Mapping[str, Draft]
) -> list[Measured]:
    """Of what is drafted from the right document alone, whatever was found first and however sure it is.

    ``own_words``: what a draft may say of its own accord. ``made_up``: drafts of texts that no corpus has, by id."""
    drafted = [(each, each.draft) for each in seen if each.draft is not None and each.question.required_facts]
    any_draft = [(each, each.draft) for each in seen if each.draft is not None]
    facts, first = [], []
    for each, draft in drafted:
        missing = missing_facts(draft.text, each.question.required_facts, converter)
        forbidden = stated_facts(draft.text, each.question.forbidden_facts, converter)
        note = "; ".join([*(f"lacks {one}" for one in missing), *(f"says {one}" for one in forbidden)])
        facts.append(_case(each, not missing and not forbidden, note))
        first.append(
            _case(each, bool(stated_facts(first_sentence(draft.text), each.question.required_facts, converter)))
        )
    return [
        Measured("drafting.facts", tuple(facts)),
        Measured("drafting.first", tuple(first)),
        Measured("drafting.faithful", tuple(_case(each, *_is_faithful(draft, own_words)) for each, draft in any_draft)),
        Measured("drafting.whole", tuple(_case(each, *_is_whole(draft)) for each, draft in any_draft)),
        Measured("citations.cover", tuple(_case(each, *_is_covered(draft, own_words)) for each, draft in any_draft)),
        Measured("citations.drafted", tuple(_made_up_covered(made_up, own_words))),
    ]


def _made_up_covered(drafts: Mapping[str, Draft], own_words: str) -> Iterator[Case]:
    for name, draft in drafts.items():
        is_covered, note = _is_covered(draft, own_words)
        yield Case(name, draft.text, float(is_covered), note=note)


def of_citations(service: Service, seen: Sequence[Seen], converter: ScriptConverter, own_words: str) -> list[Measured]:
    answered = [each for each in seen if each.answer.citations]
    drafted = [each for each in seen if each.answer.outcome in {Outcome.ANSWERED, Outcome.NOT_GROUNDED}]
    stand, back, violations = [], [], []
    for each in answered:
        faults = list(citation_faults(service, each.answer))
        stand.append(_case(each, not faults, "; ".join(faults)))
        violations += [f"{each.question.id}: {fault}" for fault in faults]
        foreign = _foreign(each.answer, converter, own_words)
        back.append(_case(each, not foreign, f"no quote has {'、'.join(foreign)}" if foreign else ""))
    checked = tuple(_case(each, each.answer.outcome is Outcome.ANSWERED) for each in drafted)
    return [
        Measured("citations.stand", tuple(stand), tuple(violations)),
        Measured("citations.back", tuple(back)),
        Measured("citations.checked", checked),
    ]


def citation_faults(service: Service, answer: Answer) -> Iterator[str]:
    """What the stored text denies of each citation: that its quote stands in that version, within that passage."""
    passages = service.library.passages([each.passage_id for each in answer.citations])
    for each in answer.citations:
        version = service.library.version(each.version_id)
        at = f"[{each.mark}] {each.document_id} {each.start}:{each.end}"
        if version.document_id != each.document_id:
            yield f"{at} is of another document, {version.document_id}"
        if not each.quote or version.text[each.start : each.end] != each.quote:
            yield f"{at}: the version has {version.text[each.start : each.end][:20]!r} there, not {each.quote[:20]!r}"
        passage = passages[each.passage_id].passage if each.passage_id in passages else None
        if passage is None or passage.version_id != each.version_id:
            yield f"{at}: its passage is of another version"
        elif not passage.start <= each.start < each.end <= passage.end:
            yield f"{at} lies outside of its passage, {passage.start}:{passage.end}"


def of_confidence(seen: Sequence[Seen], converter: ScriptConverter) -> list[Measured]:
    """``gives`` and ``holds`` judge the decision where what came before it was right."""
    known = [each for each in seen if each.row.is_source_known and each.looked_up is not None]
    cases = tuple(
        Case(each.question.id, each.question.text, each.answer.confidence, truth=each.row.label) for each in known
    )
    ready = [each for each in seen if _would_be_right(each, converter)]
    unanswerable = [
        each for each in seen if each.question.expected_outcome is Outcome.HANDED_OVER and not each.question.also_right
    ]
    return [
        Measured("confidence.honest", cases),
        Measured("confidence.order", cases),
        Measured("confidence.gives", tuple(_case(each, each.answer.outcome is Outcome.ANSWERED) for each in ready)),
        Measured(
            "confidence.holds", tuple(_case(each, each.answer.outcome is not Outcome.ANSWERED) for each in unanswerable)
        ),
    ]


def of_routing(service: Service, seen: Sequence[Seen]) -> list[Measured]:
    """Districts may have departments of their own; what names none is judged by the matter's department."""
    matters = service.catalogue.matters()
    department_of = {each.id: each.department_id for each in matters}
    named: list[Case] = []
    for matter in matters:
        for name in (matter.name, *matter.aliases[:_ALIASES_ASKED]):
            routed = service.asking.route(service.asking.question(f"{name}归哪个部门管"))
            best = routed[0].department.id if routed else ""
            named.append(Case(f"{matter.id}:{name}", name, float(best == matter.department_id), note=f"to {best}"))
    first, handed, voted = [], [], []
    for each in seen:
        wanted = _departments(each, department_of)
        if not wanted or each.question.region:
            continue
        if each.routed:
            first.append(_case(each, each.routed[0] in wanted, f"to {each.routed[0]}"))
        if each.voted and each.row.label:
            voted.append(_case(each, each.voted[0] in wanted, f"for {each.voted[0]}"))
        given = each.answer.escalation.department
        if given is not None and each.answer.outcome is Outcome.HANDED_OVER:
            handed.append(_case(each, given.id in wanted, f"to {given.id}"))
    return [
        Measured("routing.names", tuple(named)),
        Measured("routing.first", tuple(first)),
        Measured("routing.voted", tuple(voted)),
        Measured("routing.handed", tuple(handed)),
    ]


def of_answers(seen: Sequence[Seen]) -> list[Measured]:
    """What people get in the end, of questions asked alone."""
    asked = [each for each in seen if each.question.expected_outcome is not Outcome.COURTESY]
    in_scope = [each for each in asked if each.question.is_in_scope and each.question.is_answerable]
    answered = [each for each in asked if each.answer.outcome is Outcome.ANSWERED]
    as_of = [each for each in in_scope if each.question.as_of is not None and each.question.expected_version_from]
    return [
        Measured("days.asked", tuple(_case(each, *_is_of_its_day(each)) for each in as_of if each.answer.citations)),
        Measured("answers.right", tuple(_case(each, each.row.is_right, _why(each)) for each in asked)),
        Measured("answers.resolved", tuple(_case(each, each.row.is_resolved, _why(each)) for each in in_scope)),
        Measured("answers.not_wrong", tuple(_case(each, not each.row.is_wrong, _why(each)) for each in answered)),
    ]


def _case(seen: Seen, is_right: bool, note: str = "") -> Case:
    return Case(seen.question.id, seen.question.text, float(is_right), note=note)


def _leg_case(seen: Seen, hits: Iterable[Hit]) -> Case:
    documents = list(dict.fromkeys(each.document_id for each in hits))[:_NEAR_ENOUGH]
    return _case(seen, not set(documents).isdisjoint(seen.question.expected_documents))


def _departments(seen: Seen, department_of: Mapping[str, str]) -> frozenset[str]:
    by_matter = {department_of[each] for each in seen.question.expected_matters if each in department_of}
    return frozenset(seen.question.expected_departments or by_matter)


def _would_be_right(seen: Seen, converter: ScriptConverter) -> bool:
    """An expected document leads, and the draft made of it has the facts."""
    if not seen.question.is_answerable or not seen.row.label or seen.draft is None:
        return False
    return not missing_facts(seen.draft.text, seen.question.required_facts, converter)


def _is_of_its_day(seen: Seen) -> tuple[bool, str]:
    right = [each for each in seen.answer.citations if each.document_id in seen.question.expected_documents]
    found = sorted({str(each.effective_from) for each in right})
    return str(seen.question.expected_version_from) in found, f"cites {'、'.join(found) or 'another document'}"


def _why(seen: Seen) -> str:
    parts = [f"{seen.row.outcome}", *(f"lacks {each}" for each in seen.row.missing_facts)]
    return "; ".join([*parts, *(f"says {each}" for each in seen.row.forbidden_facts)])


def _runs(text: str) -> list[str]:
    return _RUN.findall(_NUMBERING.sub("", _OPENING.sub("", _MARK.sub("", text))))


def _lacking(text: str, sources: Iterable[str]) -> list[str]:
    """The runs of letters and figures that stand in none of the sources."""
    known = {run for each in sources for run in _RUN.findall(each.replace("**", ""))}
    return [run for run in _runs(text) if run not in known]


def _foreign(answer: Answer, converter: ScriptConverter, own_words: str) -> list[str]:
    """In simplified script, which an answer in the traditional one was converted from and may come back otherwise."""
    if answer.understood_as.parts:  # each part has its question above it
        return []
    quoted = [each.quote for each in answer.citations]
    headings = [heading for each in answer.citations for heading in (*each.heading_path, each.title)]
    known = [own_words, *quoted, *headings]
    said = converter.to_traditional(converter.to_simplified(answer.text))
    return _lacking(said, [converter.to_traditional(each) for each in known]) and _lacking(answer.text, known)


def _is_faithful(draft: Draft, own_words: str) -> tuple[bool, str]:
    lacking = [run for each in draft.statements for run in _lacking(each.text, [own_words, *_of_passages(each, draft)])]
    return not lacking, f"no passage has {'、'.join(lacking)}" if lacking else ""


def _is_covered(draft: Draft, own_words: str) -> tuple[bool, str]:
    """Of words that the passage has at all: those are to stand in the quote."""
    left_out: list[str] = []
    for each in draft.statements:
        quotes = [draft.quotes[at] for at in each.quotes]
        in_quotes = [own_words, *(one.text for one in quotes), *_headings(quotes)]
        of_passage = set(_lacking(each.text, _of_passages(each, draft)))
        left_out += [run for run in _lacking(each.text, in_quotes) if run not in of_passage]
    return not left_out, f"not quoted: {'、'.join(left_out)}" if left_out else ""


def _is_whole(draft: Draft) -> tuple[bool, str]:
    """Each line ends where a sentence, an item or a cell of the passage ends."""
    for each in draft.statements:
        passages = [draft.quotes[at].source.passage.text for at in each.quotes]
        for line in each.text.split("\n"):
            runs = _runs(line)
            if runs and not any(_ends_a_sentence(runs[-1], text) for text in passages):
                return False, f"ends with {runs[-1]}"
    return True, ""


def _ends_a_sentence(run: str, text: str) -> bool:
    return any(
        not text[found.end() :].strip(" \t）)”」』*") or _ENDS.match(text[found.end() :].lstrip(" \t）)”」』*")[:1])
        for found in re.finditer(re.escape(run), text)
    )


def _of_passages(statement: Statement, draft: Draft) -> list[str]:
    quotes = [draft.quotes[at] for at in statement.quotes]
    return [*(each.source.passage.text for each in quotes), *_headings(quotes)]


def _headings(quotes: Sequence[Quote]) -> list[str]:
    return [heading for each in quotes for heading in (*each.source.passage.heading_path, each.source.metadata.title)]
