"""Which jobs a process does, and how: with an index (`kb serve`), and without (`kb worker`)."""

import socket
from datetime import timedelta

from ingestion.jobs import Work, Worker
from ingestion.preparing import Preparing
from ingestion.reading_child import QUICK_SECONDS, UNHURRIED_SECONDS
from ingestion.taking_in import TakingIn
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

    def rehearse(job: ClaimedJob) -> None:
        service.rehearsing.rehearsed(job.subject)

    def make_due_list(_job: ClaimedJob) -> None:
        service.make_due_list(shanghai_day(now()))

    def rebuild(_job: ClaimedJob) -> None:
        if service.rebuild_reasons or service.has_long_tail or service.has_lost_index:
            service.rebuild()

    def erase(_job: ClaimedJob) -> None:
        service.erase_old_transcripts()

    def tell_clocks(_job: ClaimedJob) -> None:
        service.helping.tell_clocks()
        service.helping.assign()

    def deliver(_job: ClaimedJob) -> None:
        service.delivering.deliver()

    def learn(_job: ClaimedJob) -> None:
        service.heeding_feedback.look()
        service.measuring.take_in()
        if service.records.weeks.is_cold:  # so that nobody waits for it at the pages; what follows may take minutes
            period = service.measuring.usual_period()
            for by in By:  # the page's own first
                service.measuring.insight(period, by)
            service.measuring_use.knowledge_use(period)
            service.measuring_use.used(period)
            service.records.weeks.filled()
        service.collecting.collect()
        service.closing.look()
        service.ledger.look()
        service.finding_recurring.look()

    def audit(_job: ClaimedJob) -> None:
        service.auditing.draw()  # of a week once: each morning, so that a Monday without a service is made up for

    def ask_again(job: ClaimedJob) -> None:
        service.asking_again.ask_again(job.subject)

    def ask_ahead(_job: ClaimedJob) -> None:
        while not worker.stopping.is_set() and service.asking_ahead.look():
            pass

    def tell_talks(_job: ClaimedJob) -> None:
        service.records.escalations.tell_lines(at=now())

    worker = Worker(
        name=service.settings.executor or f"{socket.gethostname()}-serve",
        jobs=jobs,
        works=reading_works(service.settings, service.records, service.taking_in, None)
        | {
            JobKind.FOLLOW: Work(follow, attempts=None, schedule=often),
            JobKind.EXAMINE: Work(examine, attempts=None, schedule=often),
            JobKind.REHEARSE: Work(rehearse, attempts=3),
            JobKind.DUE_LIST: Work(make_due_list, attempts=None, schedule=every_morning),
            JobKind.AUDIT: Work(audit, attempts=None, schedule=every_morning),
            JobKind.ERASE: Work(erase, attempts=None, schedule=every_morning),
            JobKind.REBUILD: Work(rebuild, attempts=None, schedule=often),
            JobKind.DELIVER: Work(deliver, attempts=None, schedule=every(_DELIVERED_EVERY)),
            JobKind.LEARN: Work(learn, attempts=None, schedule=every(_GAPS_LOOKED_AT)),
            JobKind.ASK_AGAIN: Work(ask_again, attempts=3),
            JobKind.ASK_AHEAD: Work(ask_ahead, attempts=None, schedule=every(_AHEAD_LOOKED_AT)),
            JobKind.TELL_TALKS: Work(tell_talks, attempts=None, schedule=every(_TALKS_TOLD_EVERY)),
            JobKind.CLOCKS: Work(tell_clocks, attempts=None, schedule=every(_CLOCKS_LOOKED_AT)),
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

    def read_quickly(job: ClaimedJob) -> None:
        read_within(QUICK_SECONDS, job, later=JobKind.READ_AGAIN)

    def read_unhurried(job: ClaimedJob) -> None:
        read_within(UNHURRIED_SECONDS, job, later=JobKind.READ_LARGE)

    def read_within(seconds: float, job: ClaimedJob, *, later: JobKind) -> None:
        if taking_in.take_in(job.subject, lease=job.lease, put_off_after=seconds):
            follow(job)
        else:
            records.jobs.enqueue(Job(later, job.subject), at=now())

    def read(job: ClaimedJob) -> None:
        taking_in.take_in(job.subject, lease=job.lease)
        follow(job)

    def follow(job: ClaimedJob) -> None:
        if document_ids := records.uploads.documents_of(job.subject):
            if preparing is not None:
                preparing.prepare(document_ids)
            records.jobs.follow()

    def give_up(job: ClaimedJob, reason: str) -> None:
        records.uploads.give_up(job.subject, f"{reason}; look at the file and the log", at=now())

    return {
        JobKind.READ: Work(read_quickly, at_once=settings.jobs_at_once, give_up=give_up),
        JobKind.READ_AGAIN: Work(read_unhurried, give_up=give_up),
        JobKind.READ_LARGE: Work(read, give_up=give_up),
    }
