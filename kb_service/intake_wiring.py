"""Wiring of intake: files are read with the matters and departments as they are when they are read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ingestion.parsing.limits import LIMITS
from ingestion.reading_child import ReadingChildren
from ingestion.sources import Reading
from ingestion.taking_in import KnownNames, TakingIn
from kb_service.ports import ScriptConverter
from kb_service.records import Records
from kb_service.settings import Settings


def open_taking_in(settings: Settings, records: Records, *, now: Callable[[], datetime]) -> TakingIn:
    """For any process that reads uploads; it needs neither model nor index."""
    return TakingIn(
        uploads=records.uploads,
        intake=records.intake,
        blobs=records.blobs,
        names=lambda: known_names(records),
        children=reading_children(settings),
        now=now,
    )


def reading_children(settings: Settings) -> ReadingChildren:
    return ReadingChildren(
        seconds=settings.reading_seconds,
        memory_mb=settings.reading_memory_mb,
        limits=replace(LIMITS, speaker_notes=settings.speaker_notes, libreoffice=settings.libreoffice),
    )


def open_reading(records: Records, converter: ScriptConverter) -> Reading:
    """With the matters and departments as they are now."""
    names = known_names(records)
    return Reading(
        converter=converter, matter_ids=names.matters, department_ids=names.departments, keep=records.blobs.keep
    )


def known_names(records: Records) -> KnownNames:
    matters, departments = records.catalogue.matters(), records.catalogue.departments()
    return KnownNames(
        matters={name: each.id for each in matters for name in (*each.aliases, each.name, each.id)},
        departments={name: each.id for each in departments for name in (*each.aliases, each.name, each.id)},
    )
