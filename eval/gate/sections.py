"""Who asks for one part of a matter finds the section of its guide that is headed by it."""

from collections.abc import Iterator, Mapping
from datetime import date

from eval.gate.component_measures import Case, Measured
from eval.gate.days import approved_versions, days_of
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.domain.documents import Kind, Version
from kb_service.service import Service

# How a part is asked for, by the words that only its heading has.
_ASKED: Mapping[str, tuple[str, ...]] = {
    "要带什么材料": ("材料",),
    "多少钱": ("收费", "费用"),
    "几天能办好": ("时限",),
    "在哪里办": ("地点",),
    "要符合什么条件": ("条件",),
    "怎么办理": ("流程",),
}
_MOST = 36


def of_sections(service: Service, today: date) -> Measured:
    """Of guides in force whose headings name the part once, and whose matter has no other text that does."""
    return Measured("search.sections", tuple(_cases(service, today)))


def _cases(service: Service, today: date) -> Iterator[Case]:
    asked = [each for version in _guides(service, today) for each in _asked_of(service, version)]
    name_of = {each.id: each.name for each in service.catalogue.matters()}
    for version, words, heading in asked[:: max(1, len(asked) // _MOST)][:_MOST]:
        said = f"{name_of[version.metadata.matter_id or '']}{words}"
        question = service.asking.question(said, region=version.metadata.region)
        found = service.asking.search(question, narrowing=EVERYTHING, limit=1)
        path = found[0].source.passage.heading_path if found else ()
        note = "" if heading in path else f"found {'›'.join(path)}"
        yield Case(f"{version.document_id}:{words}", said, float(heading in path), note=note)


def _guides(service: Service, today: date) -> Iterator[Version]:
    versions = approved_versions(service)
    days = days_of(versions)
    in_force = [each for each in versions if each.id in days and days[each.id].has(today)]
    guides = [each for each in in_force if each.metadata.kind is Kind.PROCEDURE and each.metadata.matter_id]
    for each in guides:
        if [one.metadata.matter_id for one in guides].count(each.metadata.matter_id) == 1:
            yield each


def _asked_of(service: Service, version: Version) -> Iterator[tuple[Version, str, str]]:
    passages = service.library.passages_of_version(version.id)
    headings = {each.passage.heading_path[-1] for each in passages if each.passage.heading_path}
    for said, words in _ASKED.items():
        own = [each for each in headings if any(word in each for word in words)]
        if len(own) == 1:
            yield version, said, own[0]
