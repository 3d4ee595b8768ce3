"""What a citation says beside its quote, against the stored version and passage and against days computed here."""

from collections.abc import Iterator, Mapping, Sequence

from eval.gate.component_measures import Case, Measured
from eval.gate.days import Days, approved_versions, days_of
from eval.gate.seeing import Seen
from kb_service.domain.answers import Answer
from kb_service.service import Service


def of_citations_said(service: Service, seen: Sequence[Seen]) -> Measured:
    days = days_of(approved_versions(service))
    cases = []
    for each in seen:
        if each.answer.citations:
            wrong = sorted(set(_wrong(service, each.answer, days)))
            cases.append(Case(each.question.id, each.question.text, float(not wrong), note="、".join(wrong)))
    return Measured("cited.said", tuple(cases))


def _wrong(service: Service, answer: Answer, days: Mapping[str, Days]) -> Iterator[str]:
    """The names of fields."""
    passages = service.library.passages([each.passage_id for each in answer.citations])
    for each in answer.citations:
        metadata = service.library.version(each.version_id).metadata
        found = passages.get(each.passage_id)
        department = service.departments.name(metadata.department) if metadata.department else None
        expected: dict[str, object] = {
            "title": metadata.title,
            "kind": metadata.kind,
            "matter_id": metadata.matter_id,
            "department": department,
            "source_url": metadata.source_url,
        }
        if found is not None:
            expected |= {
                "heading_path": found.passage.heading_path,
                "page": found.passage.page,
                "second": found.passage.second,
            }
        if each.version_id in days:
            own = days[each.version_id]
            expected |= {"effective_from": own.first, "effective_to": own.end}
        yield from (name for name, value in expected.items() if getattr(each, name) != value)
