"""What is kept: the stores of the database and the folder of originals, opened together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.sql.affected import SqlAffected
from kb_service.adapters.sql.articles import SqlArticles
from kb_service.adapters.sql.attachments import SqlAttachments
from kb_service.adapters.sql.audits import SqlAudits
from kb_service.adapters.sql.canned_replies import SqlCannedReplies
from kb_service.adapters.sql.cases import SqlCases
from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.consents import SqlConsents
from kb_service.adapters.sql.emergencies import SqlEmergencies
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.exporting import SqlExporting
from kb_service.adapters.sql.feedback import SqlFeedback
from kb_service.adapters.sql.gaps import SqlGaps
from kb_service.adapters.sql.helpers import SqlHelpers
from kb_service.adapters.sql.intake import SqlIntake
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.adapters.sql.kept_reviews import SqlKeptReviews
from kb_service.adapters.sql.knowledge_use import SqlKnowledgeUse
from kb_service.adapters.sql.lessons import SqlLessons
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.meeting_links import SqlMeetingLinks
from kb_service.adapters.sql.month_counts import SqlMonthCounts
from kb_service.adapters.sql.outcomes import SqlOutcomes
from kb_service.adapters.sql.people import SqlPeople
from kb_service.adapters.sql.problems import SqlProblems
from kb_service.adapters.sql.proposals import SqlProposals
from kb_service.adapters.sql.recurring import SqlRecurring
from kb_service.adapters.sql.rehearsals import SqlDaysAhead, SqlRehearsals
from kb_service.adapters.sql.remembered_weeks import RememberedWeeks
from kb_service.adapters.sql.resolution import SqlResolution
from kb_service.adapters.sql.resolution_rows import SqlResolutionRows
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.shelf import SqlShelf
from kb_service.adapters.sql.suspicions import SqlSuspicions
from kb_service.adapters.sql.taking_as_found import accept
from kb_service.adapters.sql.talk_signs import SqlTalkSigns
from kb_service.adapters.sql.told_lines import SqlToldLines
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.adapters.sql.vectors import SqlVectors
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.adapters.sql.working_days import SqlWorkingDays
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.settings import Settings


@dataclass(frozen=True, slots=True)
class Records:
    """What lives in the database and beside it."""

    database: Database
    library: SqlLibrary
    articles: SqlArticles
    catalogue: SqlCatalogue
    transcript: SqlTranscript
    computed: SqlVectors
    blobs: BlobFolder
    people: SqlPeople
    version_states: SqlVersionStates
    shelf: SqlShelf
    trail: SqlTrail
    working_days: SqlWorkingDays
    rehearsals: SqlRehearsals
    suspicions: SqlSuspicions
    uploads: SqlUploads
    intake: SqlIntake
    jobs: SqlJobs
    erasing: SqlErasing
    exporting: SqlExporting
    escalations: SqlEscalations
    helpers: SqlHelpers
    webhooks: SqlWebhooks
    cases: SqlCases
    proposals: SqlProposals
    emergencies: SqlEmergencies
    gaps: SqlGaps
    feedback: SqlFeedback
    affected: SqlAffected
    recurring: SqlRecurring
    lessons: SqlLessons
    talk_signs: SqlTalkSigns
    told_lines: SqlToldLines
    meeting_links: SqlMeetingLinks
    canned_replies: SqlCannedReplies
    attachments: SqlAttachments
    outcomes: SqlOutcomes
    resolution: SqlResolution
    resolution_rows: SqlResolutionRows
    month_counts: SqlMonthCounts
    audits: SqlAudits
    consents: SqlConsents
    knowledge_use: SqlKnowledgeUse
    days_ahead: SqlDaysAhead
    problems: SqlProblems
    kept_reviews: SqlKeptReviews
    weeks: RememberedWeeks

    def accept_rows(self, *, actor: str, at: datetime, reason: str) -> int:
        """Say in the trail that rows which were changed in the database are right as they are; how many."""
        return accept(self.database, row_faults(self.database), actor=actor, at=at, reason=reason)

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()


def records_in(
    database: Database,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
    new_secret: Callable[[], str],
) -> Records:
    """The database has its schema already."""
    library, weeks = SqlLibrary(database, new_id=new_id), RememberedWeeks()
    return Records(
        database=database,
        library=library,
        articles=SqlArticles(database),
        catalogue=SqlCatalogue(database),
        transcript=SqlTranscript(database),
        computed=SqlVectors(database),
        blobs=BlobFolder(settings.blobs_dir),
        people=SqlPeople(database, new_id=new_id, new_secret=new_secret),
        version_states=SqlVersionStates(database, new_id=new_id),
        shelf=SqlShelf(database),
        trail=SqlTrail(database),
        working_days=SqlWorkingDays(database, statutory_calendar()),
        rehearsals=SqlRehearsals(database),
        suspicions=SqlSuspicions(database, new_id=new_id),
        uploads=SqlUploads(database, new_id=new_id),
        intake=SqlIntake(database, library),
        jobs=SqlJobs(database, now=now),
        erasing=SqlErasing(database),
        exporting=SqlExporting(database),
        escalations=SqlEscalations(database, new_id=new_id, most_attachments=settings.attachments_per_talk),
        helpers=SqlHelpers(database),
        webhooks=SqlWebhooks(database, new_id=new_id),
        cases=SqlCases(database),
        proposals=SqlProposals(database),
        emergencies=SqlEmergencies(database),
        gaps=SqlGaps(database, new_id=new_id),
        feedback=SqlFeedback(database, new_id=new_id),
        affected=SqlAffected(database, new_id=new_id),
        recurring=SqlRecurring(database, new_id=new_id),
        lessons=SqlLessons(database),
        talk_signs=SqlTalkSigns(database),
        told_lines=SqlToldLines(database),
        meeting_links=SqlMeetingLinks(database),
        canned_replies=SqlCannedReplies(database),
        attachments=SqlAttachments(database),
        outcomes=SqlOutcomes(database),
        resolution=SqlResolution(database, weeks),
        resolution_rows=SqlResolutionRows(database),
        month_counts=SqlMonthCounts(database),
        audits=SqlAudits(database),
        consents=SqlConsents(database),
        knowledge_use=SqlKnowledgeUse(database, weeks),
        days_ahead=SqlDaysAhead(database),
        problems=SqlProblems(database, new_id=new_id),
        kept_reviews=SqlKeptReviews(database),
        weeks=weeks,
    )
