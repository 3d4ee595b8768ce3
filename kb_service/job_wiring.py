"""Jobs for a process: with an index (`kb serve`) and without (`kb worker`)."""

import logging
import socket
from collections.abc import Callable

from ingestion.job_kinds import OwnersWork, Work
from ingestion.job_threads import PromptJobs, new_life
from ingestion.jobs import DurableJobs
from ingestion.preparing import Preparing
from ingestion.reconciling import Reconciling, Rows
from ingestion.taking_in import TakingIn
from kb_service.adapters.sql.executors import Life, SqlExecutors
from kb_service.service import Records, Service
from kb_service.settings import Settings
from kb_service.wiring import now

log = logging.getLogger(__name__)


def owners_jobs(service: Service, *, follow: Callable[[], None]) -> PromptJobs:
    """``follow`` ends when the index is behind on nothing. Without jobs, for want of a name, the others do it all."""
    life = new_life(service.settings.executor or f"{socket.gethostname()}-serve")
    executors = SqlExecutors(service.records.database)

    def take_in(upload_id: str) -> None:
        service.taking_in.take_in(upload_id, executor=str(life))
        if executors.documents_of(upload_id):
            prompt.follow()

    def rehearse(version_id: str) -> None:
        service.rehearsing.rehearsed(version_id)

    prompt = _prompt_jobs(
        service.settings,
        service.records,
        life,
        take_in,
        OwnersWork(follow, rehearse, lambda: _rebuild(service), service.make_due_list),
        superseded=lambda why: log.error("this process takes no jobs: %s", why),
    )
    return prompt


def workers_jobs(
    settings: Settings,
    records: Records,
    taking_in: TakingIn,
    preparing: Preparing,
    *,
    superseded: Callable[[str], None],
) -> PromptJobs:
    """Reads and embeds into the database; the process with the index then has only to index."""
    life = new_life(settings.executor or f"{socket.gethostname()}-worker")
    executors = SqlExecutors(records.database)

    def take_in(upload_id: str) -> None:
        taking_in.take_in(upload_id, executor=str(life))
        if document_ids := executors.documents_of(upload_id):
            preparing.prepare(document_ids)
            prompt.follow()

    prompt = _prompt_jobs(settings, records, life, take_in, None, superseded=superseded)
    return prompt


def _prompt_jobs(
    settings: Settings,
    records: Records,
    life: Life,
    take_in: Callable[[str], None],
    owners_work: OwnersWork | None,
    *,
    superseded: Callable[[str], None],
) -> PromptJobs:
    executors = SqlExecutors(records.database)

    def give_up(upload_id: str, reason: str) -> None:
        executors.give_up(upload_id, reason, held_by=str(life), at=now())

    jobs = DurableJobs(
        executor=life.name,
        database_url=settings.jobs_database,
        work=Work(take_in, give_up),
        owners_work=owners_work,
        at_once=settings.jobs_at_once,
    )
    reconciling = Reconciling(
        life=life,
        rows=Rows(executors, records.uploads, lambda: records.rehearsals.missing(limit=20)),
        jobs=jobs,
        make_due_list=owners_work.make_due_list if owners_work else None,
        now=now,
    )
    return PromptJobs(
        life=life,
        executors=executors,
        jobs=jobs,
        reconciling=reconciling,
        now=now,
        reconcile_seconds=settings.reconcile_seconds,
        superseded=superseded,
    )


def _rebuild(service: Service) -> None:
    service.rebuild()
