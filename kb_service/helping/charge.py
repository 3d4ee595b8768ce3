"""Who may: a helper serves the department of a talk, or leads it; and what a junior may send."""

from collections.abc import Sequence

from kb_service.domain.attachments import AttachedFile
from kb_service.domain.causes import Cause
from kb_service.domain.errors import AttachmentRefused
from kb_service.domain.escalations import Escalation, Helper


def require_words_alone(files: Sequence[AttachedFile]) -> None:
    """A proposed reply is text: a picture would be lost without a word."""
    if files:
        raise AttachmentRefused(
            "pictures and sound of a junior cannot be approved; another helper sends them",
            Cause("attachment_of_junior"),
        )


def require_serves(helper: Helper | None, held: Escalation) -> None:
    if helper is None or not helper.serves(held.department_id):
        raise held.not_for_you()


def is_lead_of(helper: Helper | None, held: Escalation) -> bool:
    return helper is not None and helper.is_lead and helper.serves(held.department_id)
