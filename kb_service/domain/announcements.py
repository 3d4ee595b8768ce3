"""Announcements (公告): what people should know now, shown above a conversation and carried by answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_ANNOUNCEMENT = 500


class Reach(StrEnum):
    """Whom an announcement concerns."""

    ALL = "all"
    CHANNEL = "channel"
    DEPARTMENT = "department"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Announcement:
    """On from ``starts_at`` until ``ends_at`` (exclusive; None: until somebody ends it).

    ``subject_id``: the channel, or the id of the department or matter; None for all.
    """

    id: str
    text: str
    reach: Reach
    subject_id: str | None
    starts_at: datetime
    ends_at: datetime | None
    made_at: datetime
    made_by: str
    ended_at: datetime | None = None
    ended_by: str | None = None

    def is_on(self, at: datetime) -> bool:
        is_over = self.ended_at is not None or (self.ends_at is not None and self.ends_at <= at)
        return self.starts_at <= at and not is_over

    def concerns(self, *, channel: str | None, matters: Collection[str], departments: Collection[str]) -> bool:
        match self.reach:
            case Reach.ALL:
                return True
            case Reach.CHANNEL:
                return self.subject_id == channel
            case Reach.DEPARTMENT:
                return self.subject_id in departments
            case Reach.MATTER:
                return self.subject_id in matters
