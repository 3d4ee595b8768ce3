"""Wiring of measuring: resolution, the audited sample, reports. Needs neither model nor index."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from kb_service.adapters.calibration_folder import CalibrationFolder
from kb_service.asking.reading.lexicon import load_districts
from kb_service.measuring.auditing import Auditing
from kb_service.measuring.knowledge_use import MeasuringUse, used_differences
from kb_service.measuring.measuring import Measuring
from kb_service.measuring.recalibrating import Recalibrating
from kb_service.measuring.reporting import Reporting
from kb_service.measuring.telling import Telling
from kb_service.records import Records
from kb_service.settings import Settings


def open_measuring(records: Records, *, now: Callable[[], datetime]) -> Measuring:
    return Measuring(
        outcomes=records.outcomes,
        resolution=records.resolution,
        rows=records.resolution_rows,
        matters=records.catalogue.matters,
        now=now,
        used_differences=partial(used_differences, records.knowledge_use),
    )


def open_reporting(
    settings: Settings, records: Records, measuring: Measuring, *, now: Callable[[], datetime]
) -> Reporting:
    use = open_measuring_use(records, measuring, now=now)
    return Reporting(
        measuring=measuring,
        month_counts=records.month_counts,
        shelf=records.shelf,
        calendar=records.working_days.calendar,
        coverage=use.coverage,
        now=now,
        audited=open_auditing(settings, records, now=now).share,
        used=use.used,
    )


def open_measuring_use(records: Records, measuring: Measuring, *, now: Callable[[], datetime]) -> MeasuringUse:
    return MeasuringUse(
        use=records.knowledge_use,
        asked_ahead=records.days_ahead.kept,
        catch_up=measuring.catch_up,
        matters=records.catalogue.matter_names,
        now=now,
    )


def open_auditing(settings: Settings, records: Records, *, now: Callable[[], datetime]) -> Auditing:
    return Auditing(
        audits=records.audits,
        take_in=open_measuring(records, now=now).take_in,
        wanted=settings.audit_questions,
        seed=settings.audit_seed,
        now=now,
    )


def open_telling(settings: Settings, records: Records, *, now: Callable[[], datetime]) -> Telling:
    districts = load_districts(settings.prompts_dir).districts
    return Telling(records.resolution, records.catalogue.matters, settings.smallest_public_count, now, districts)


def open_recalibrating(settings: Settings, records: Records, *, now: Callable[[], datetime]) -> Recalibrating:
    files = CalibrationFolder(settings.calibration_dir, settings.own_confidence_model)
    return Recalibrating(files, records.consents, now)
