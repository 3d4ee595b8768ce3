"""Which jobs a process does, and how: with an index (`kb serve`), and without (`kb worker`)."""

import math
import socket
from collections.abc import Callable
from datetime import timedelta

from ingestion.preparing import Preparing
from ingestion.reading_child import QUICK_SECONDS, UNHURRIED_SECONDS
from ingestion.taking_in import TakingIn
from ingestion.worker import Work, Worker
from kb_service.domain.days import shanghai_day
from kb_service.domain.jobs import ClaimedJob, Job, JobKind, every, every_morning
from kb_service.domain.resolution import By
from kb_service.records import Records
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now

# A first reply is due after a minute, and warns twenty seconds before.
_CLOCKS_LOOKED_AT = timedelta(seconds=5)
_DELIVERED_EVERY = timedelta(seconds=2)
_GAPS_LOOKED_AT = timedelta(minutes=1)
# Of days that are known already nothing is asked again within a week.
_AHEAD_LOOKED_AT = timedelta(hours=1)
_TALKS_TOLD_EVERY = timedelta(minutes=10)


def owners_worker(service: Service) -> Worker:
    """Of the one process that has the index."""
    jobs = service.records.jobs
    often = every(timedelta(seconds=service.settings.reconcile_seconds))

    def follow(_job: ClaimedJob) -> None:
        if service.synchroniser.reconcile():
            jobs.enqueue(Job(JobKind.EXAMINE), at=now())

    def examine(_job: ClaimedJob) -> None:
        while not worker.stopping.is_set() and service.examine_due():
            pass

    def rebuild(_job: ClaimedJob) -> None:
        if service.rebuild_reasons or service.has_long_tail or service.has_lost_index:
            service.rebuild()

    def tell_clocks(_job: ClaimedJob) -> None:
        service.helping.tell_clocks()
        service.helping.reassign()

    def learn(_job: ClaimedJob) -> None:
        service.measuring.take_in()
        if service.records.weeks.is_cold:  # so that nobody waits for it at the pages; what follows may take minutes
            period = service.measuring.usual_period()
            for by in By:  # the page's own first
                service.measuring.insight(period, by)
            service.measuring_use.knowledge_use(period)
            service.measuring_use.used(period)
            service.records.weeks.filled()
        service.learning.run_once()

    def ask_ahead(_job: ClaimedJob) -> None:
        while not worker.stopping.is_set() and service.asking_ahead.run_once():
            pass

    worker = Worker(
        name=service.settings.executor or f"{socket.gethostname()}-serve",
        jobs=jobs,
        works=reading_works(service.settings, service.records, service.taking_in, None)
        | {
            JobKind.FOLLOW: Work(follow, schedule=often),
            JobKind.EXAMINE: Work(examine, schedule=often),
            JobKind.REHEARSE: Work(lambda job: service.rehearsing.rehearsed(job.subject), attempts=3),
            JobKind.DUE_LIST: Work(lambda _: service.make_due_list(shanghai_day(now())), schedule=every_morning),
            # Of a week once: each morning, so that a Monday without a service is made up for.
            JobKind.AUDIT: Work(lambda _: service.auditing.draw(), schedule=every_morning),
            JobKind.ERASE: Work(lambda _: service.erase_old_transcripts(), schedule=every_morning),
            JobKind.REBUILD: Work(rebuild, schedule=often),
            JobKind.DELIVER: Work(lambda _: service.desk.delivering.deliver(), schedule=every(_DELIVERED_EVERY)),
            JobKind.LEARN: Work(learn, schedule=every(_GAPS_LOOKED_AT)),
            JobKind.ASK_AGAIN: Work(lambda job: service.learning.asking_again.ask_again(job.subject), attempts=3),
            JobKind.ASK_AHEAD: Work(ask_ahead, schedule=every(_AHEAD_LOOKED_AT)),
            JobKind.TELL_TALKS: Work(
                lambda _: service.records.escalations.tell_lines(at=now()), schedule=every(_TALKS_TOLD_EVERY)
            ),
            JobKind.CLOCKS: Work(tell_clocks, schedule=every(_CLOCKS_LOOKED_AT)),
        },
        now=now,
    )
    service.learning_routes.current()  # so that the first question goes by it already
    # What a killed process left undone does not wait for its next time.
    for kind in (JobKind.FOLLOW, JobKind.REBUILD):
        jobs.enqueue(Job(kind), at=now())
    return worker


def readers_worker(settings: Settings, records: Records, taking_in: TakingIn, preparing: Preparing) -> Worker:
    """Reads and embeds into the database; the process with the index then has only to index."""
    works = reading_works(settings, records, taking_in, preparing)
    return Worker(name=settings.executor or f"{socket.gethostname()}-worker", jobs=records.jobs, works=works, now=now)


def reading_works(
    settings: Settings, records: Records, taking_in: TakingIn, preparing: Preparing | None
) -> dict[JobKind, Work]:
    """Reading uploads: what is short, what takes its time, and what may take a file's whole time, each in its own turn.
    ``preparing``: embeds what was read, where the process with the index is another one.
    """

    def read(seconds: float, later: JobKind = JobKind.READ_LARGE) -> Callable[[ClaimedJob], None]:
        """For so long; what takes longer is a job of the kind ``later``."""

        def do(job: ClaimedJob) -> None:
            if taking_in.take_in(job.subject, lease=job.lease, put_off_after=seconds):
                follow(job)
            else:
                records.jobs.enqueue(Job(later, job.subject), at=now())

        return do

    def follow(job: ClaimedJob) -> None:
        if document_ids := records.uploads.documents_of(job.subject):
            if preparing is not None:
                preparing.prepare(document_ids)
            records.jobs.follow()

    def give_up(job: ClaimedJob, reason: str) -> None:
        records.uploads.give_up(job.subject, f"{reason}; look at the file and the log", at=now())

    return {
        JobKind.READ: Work(read(QUICK_SECONDS, JobKind.READ_AGAIN), at_once=settings.jobs_at_once, give_up=give_up),
        JobKind.READ_AGAIN: Work(read(UNHURRIED_SECONDS), give_up=give_up),
        JobKind.READ_LARGE: Work(read(math.inf), give_up=give_up),
    }
