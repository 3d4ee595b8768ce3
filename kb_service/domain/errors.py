"""What can go wrong, named for the fact. Flat, and ignorant of HTTP: `api/errors.py` maps each to a status."""

from collections.abc import Mapping, Sequence
from typing import Any

from kb_service.domain.causes import Cause
from kb_service.domain.model_faults import ModelFault


class KbError(Exception):
    """A sentence for a person: what is wrong, with which input, what to do; and its cause, apart from any language."""

    def __init__(self, detail: str = "", cause: Cause | None = None) -> None:
        super().__init__(detail)
        self._cause = cause

    @property
    def cause(self) -> Cause:
        """The error itself where nothing closer is known."""
        return self._cause or Cause(type(self).__name__)


class InvalidInterval(KbError):
    """Dates that contradict each other."""


class InvalidRecord(KbError):
    """A record of an import that lacks or misuses a field."""


class FileRefused(KbError):
    """A file that cannot or must not be read: unreadable, empty, encrypted, too large, malicious, unknown format."""


class VersionNotFound(KbError):
    pass


class AnswerNotFound(KbError):
    pass


class QuestionEmpty(KbError):
    pass


class QuestionTooLong(KbError):
    pass


class QuestionNotText(KbError):
    """Characters that no text has: NUL, half of a surrogate pair."""


class UnknownMatter(KbError):
    pass


class IndexOwnedElsewhere(KbError):
    """Another process holds the embedded index."""


class IndexMismatch(KbError):
    """The index on disk was made by another model, segmenter or schema and has to be rebuilt."""


class IndexUnavailable(KbError):
    """The index cannot be opened, read or written."""


class InvalidPoint(KbError):
    """A point with a wrong dimension, a number that is not finite, or an id that is not a UUID."""


class NotEnoughSpace(KbError):
    """Writing would fill the disk, which kills a process that maps the index into memory."""


class RecordsUnavailable(KbError):
    """The database cannot be opened, or what is there is no database of ours."""


class BackupRefused(KbError):
    """A backup that is damaged, cut off or of a newer version, or whose place holds something already."""


class RecordsBusy(KbError):
    """Others held the database for longer than anybody waits."""


class EmbeddingModelUnavailable(KbError):
    """The model folder or endpoint is missing, or fails its check against reference vectors."""


class ModelNotFound(KbError):
    """A name of a model that this service does not offer."""


class ModelUnavailable(KbError):
    """A language model that cannot be reached, or gave nothing that can be used."""

    def __init__(self, detail: str, fault: ModelFault = ModelFault.UNREACHABLE) -> None:
        super().__init__(detail)
        self.fault = fault


class RerankerUnavailable(KbError):
    """A reranker that cannot be loaded, or gave nothing that can be used."""


class PictureRefused(KbError):
    """A picture with a question that is too large, of another kind, or damaged."""


class NotAllowed(KbError):
    """The caller may not do or see this."""


class CalendarYearUnknown(KbError):
    """Nobody has announced which days of this year are worked."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"which days of {year} are worked is not known: an administrator enters the announced days "
            f"with PUT /v1/calendar/{year}",
            Cause("calendar_year_unknown", {"year": year}),
        )
        self.year = year


class InvalidPerson(KbError):
    """A name that cannot tell persons apart: empty, too long, with control characters."""


class InvalidKey(KbError):
    """A key to be made without a role, or one that would have expired already."""


class KeyNotFound(KbError):
    pass


class Unauthenticated(KbError):
    """Nobody is known by what the request shows; the sentence never says why."""


class ConfirmationMissing(KbError):
    """Something is open that has to be confirmed by name, or something is confirmed that is not open.

    ``open_points``: those that are not confirmed yet, else what is open now; as the trail keeps them.
    """

    def __init__(self, detail: str, open_points: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.open_points = tuple(open_points)


class NotTheAuthor(KbError):
    """Only who worked on a version recalls or discards it."""


class VersionNotDraft(KbError):
    """Only a draft can be edited or submitted."""


class VersionNotInReview(KbError):
    """Only a version in review can be approved or rejected."""


class VersionNotApproved(KbError):
    """Only an approved version can be withdrawn."""


class VersionChanged(KbError):
    """Somebody changed the version since the caller last read it."""


class SecondPersonNeeded(KbError):
    """Who uploaded or edited a version cannot approve it."""


class VersionsContradict(KbError):
    """An approval after which an approved version would never be in force, or two would be on one day."""


class LateReasonMissing(KbError):
    """A version whose deadline has passed is approved only with the reason for its lateness."""


class ReasonMissing(KbError):
    """A rejection, a withdrawal, a purge and a switch say why."""


class RehearsalRunning(KbError):
    """This version is being rehearsed at the moment."""


class TooManyRehearsals(KbError):
    """Others are being rehearsed; each keeps the questions of people waiting."""


class DocumentNotFound(KbError):
    pass


class ConversationNotFound(KbError):
    """Nothing is kept of a conversation with this id."""


class ConversationAmbiguous(KbError):
    """Several conversations have this id: of other keys, channels or users."""


class EscalationNotThere(KbError):
    """No such escalation, or none for who asks."""


class EscalationStateWrong(KbError):
    """A move that an escalation cannot make from where it is: claimed by somebody else meanwhile, closed already."""


class TextMissing(KbError):
    """A version whose text nobody has written yet is not reviewed."""


class EscalationChanged(KbError):
    """Somebody changed the escalation since the caller last read it."""


class MessageEmpty(KbError):
    """A message of a talk without words."""


class MessageKeyReused(KbError):
    """A key of a message that came before with another one."""


class AttachmentRefused(KbError):
    """What was sent with a message is neither a picture nor recorded sound, or is damaged."""


class AttachmentTooLarge(KbError):
    """A picture or recording of more bytes than one may have."""


class TooManyAttachments(KbError):
    """A talk that has as many pictures and recordings as one may."""


class AttachmentNotFound(KbError):
    """No picture or recording of this number in this talk, or it was erased."""


class HelperNotInCharge(KbError):
    """Only the helper in charge writes to the person, hands the talk on or closes it."""


class HelperFull(KbError):
    """A helper who holds as many talks as their capacity allows."""


class ProposalNotThere(KbError):
    """No proposed reply of this number in this talk."""


class ProposalSettled(KbError):
    """A proposed reply that was sent, changed, rejected, withdrawn or has lapsed meanwhile."""


class ProposalOutdated(KbError):
    """A proposed reply cites what is not in force today, was withdrawn or is switched off."""


class ApprovalNotYours(KbError):
    """A proposed reply that is not theirs to decide on: their own, or of anybody for a junior; or to take back."""


class NobodyToHelp(KbError):
    """No helpers are set up who could take this."""


class WebhookRefused(KbError):
    """An address that nothing may be sent to: no address, or one inside our own network."""


class WebhookNotFound(KbError):
    pass


class InvalidHelper(KbError):
    """A helper without departments or with a capacity out of bounds."""


class InvalidMeetingLink(KbError):
    """An address that is no https address of a host."""


class MeetingLinkMissing(KbError):
    """The department has no meeting that could be offered."""


class InvalidCannedReply(KbError):
    """A canned reply without words, with an unknown variable, or with a shortcut that another one has."""


class CannedReplyNotFound(KbError):
    """No such canned reply, or none for who asks."""


class SubjectUnknown(KbError):
    """A switch or an announcement for something that nobody knows by this name, or several by the same."""


class SwitchNotFound(KbError):
    """No such switch, or nothing is switched off by this name."""


class InvalidAnnouncement(KbError):
    """An announcement without words, or over before it begins."""


class AnnouncementNotFound(KbError):
    pass


class SuspicionNotFound(KbError):
    pass


class SuspicionDecided(KbError):
    """A suspicion that somebody has decided otherwise meanwhile."""


class UploadNotFound(KbError):
    pass


class BatchNotFound(KbError):
    pass


class UploadNotRetryable(KbError):
    """Only a refused or failed upload can be tried again."""


class UploadTakenOver(KbError):
    """Another process has the upload now: it took this one for dead, or somebody tried it again."""


class UploadTooLarge(KbError):
    """A request of more than all its files may have together."""


class VocabularyFault(KbError):
    """A file of words, wordings or patterns that cannot be used: which one, on which line, and why."""


class ServiceUnreachable(KbError):
    """A service that was asked over HTTP does not answer."""


# What ends by itself when somebody mends what the service stands on: whatever is still to be done waits for it.
OUTAGES = (NotEnoughSpace, RecordsUnavailable, RecordsBusy, IndexUnavailable, EmbeddingModelUnavailable)
