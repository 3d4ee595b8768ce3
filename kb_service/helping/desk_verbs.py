"""What a talk has at a desk besides its moves (`helping.py`), as doors and jobs hold it."""

from dataclasses import dataclass

from kb_service.helping.canned_replies import CannedReplies
from kb_service.helping.delivering import Delivering
from kb_service.helping.meetings import Meetings
from kb_service.helping.opening import Opening
from kb_service.helping.proposing import Proposing
from kb_service.helping.signs import Signing
from kb_service.helping.suggesting import Suggesting


@dataclass(frozen=True, slots=True)
class DeskVerbs:
    opening: Opening
    suggesting: Suggesting
    proposing: Proposing
    signing: Signing
    meetings: Meetings
    canned_replies: CannedReplies
    delivering: Delivering
