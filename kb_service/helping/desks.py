"""Who takes a talk: which department (its own, its district's, a deputy, at last the general desk), and of its helpers
who may, and whose skills it asks for. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb_service.domain.attachments import AttachedFile
from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.causes import Cause
from kb_service.domain.clocks import FIRST_REPLY, Clock, first_reply_clock
from kb_service.domain.errors import AttachmentRefused
from kb_service.domain.escalations import Availability, Escalation, Helper, Subject
from kb_service.domain.matters import Department, department_of_district
from kb_service.domain.routing import STANDING_IN, RoutedBy, RoutingStep


@dataclass(frozen=True, slots=True)
class Desk:
    """``steps``: how it stands in for the department that was wanted, empty where it is that itself."""

    department: Department
    steps: tuple[RoutingStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Staff:
    """The departments and their helpers at a moment."""

    departments: Sequence[Department]
    helpers: Sequence[Helper]
    calendar: WorkingCalendar
    at: datetime

    def is_set_up(self, department: Department) -> bool:
        return department.service_hours is not None and any(each.serves(department.id) for each in self.helpers)

    def is_open(self, department: Department) -> bool:
        return department.service_hours is not None and department.service_hours.is_open(self.at, self.calendar)

    def is_attended(self, department: Department) -> bool:
        """In its service hours, with somebody there."""
        return self.is_open(department) and any(
            each.serves(department.id) and each.is_on_duty(self.at) for each in self.helpers
        )

    def availability(self, desk: Department) -> Availability:
        """As residents are told it."""
        opens = desk.service_hours.opens_at(self.at, self.calendar) if desk.service_hours else None
        if opens is None:
            return Availability(desk.id, False, None, None)
        if opens > self.at:
            return Availability(desk.id, False, opens, opens + FIRST_REPLY)
        is_there = self.is_attended(desk)
        return Availability(desk.id, is_there, None, self.at + FIRST_REPLY if is_there else None)


def desk_for(department_id: str | None, region: str | None, general_desk: str | None, staff: Staff) -> Desk | None:
    """The first of those in line where somebody is there; in the evening, or where nobody is there at all, the first
    that has helpers. None where nobody is set up.

    Outside its service hours a department keeps its talks: its own people answer in the morning.
    """
    by_id = {each.id: each for each in staff.departments}
    line = [each for each in _in_line(department_id, region, general_desk, by_id) if staff.is_set_up(each.department)]
    if not line:
        return None
    first = line[0]
    if not staff.is_open(first.department) and not _is_only_standing_in(first):
        return first
    return next((each for each in line if staff.is_attended(each.department)), first)


def _is_only_standing_in(desk: Desk) -> bool:
    return any(each.by in STANDING_IN for each in desk.steps)


def _in_line(
    department_id: str | None, region: str | None, general_desk: str | None, by_id: Mapping[str, Department]
) -> Iterator[Desk]:
    """Each department once: the district's and its deputies, the city's and its deputies, the general desk."""
    seen: set[str] = set()
    for desk in _with_repetitions(by_id.get(department_id or ""), region, by_id.get(general_desk or ""), by_id):
        if desk.department.id not in seen:
            seen.add(desk.department.id)
            yield desk


def _with_repetitions(
    wanted: Department | None, region: str | None, general: Department | None, by_id: Mapping[str, Department]
) -> Iterator[Desk]:
    if wanted is not None:
        district = department_of_district(wanted, region, by_id.values())
        if district is not None:
            own = (RoutingStep(RoutedBy.DISTRICT, district.id),)
            yield Desk(district, own)
            yield from _deputies(district, own, by_id)
        yield Desk(wanted)
        yield from _deputies(wanted, (), by_id)
        if (city := by_id.get(wanted.stands_for or "")) is not None:  # the last deputy of a district's
            yield Desk(city, (RoutingStep(RoutedBy.DEPUTY, city.id),))
    if general is not None:
        yield Desk(general, (RoutingStep(RoutedBy.GENERAL_DESK, general.id),))


def _deputies(
    department: Department, before: tuple[RoutingStep, ...], by_id: Mapping[str, Department]
) -> Iterator[Desk]:
    for each in department.deputies:
        if each in by_id:
            yield Desk(by_id[each], (*before, RoutingStep(RoutedBy.DEPUTY, each)))


def first_reply(desk: Department, at: datetime, calendar: WorkingCalendar, *, round: int = 1) -> Clock | None:
    return first_reply_clock(at, desk.service_hours, calendar, round=round) if desk.service_hours else None


def skills_asked(subject: Subject, skills: Iterable[str]) -> list[str]:
    """Those of ``skills`` that are its matter, or that stand in its question (会说粤语吗)."""
    question = subject.question.casefold()
    return [each for each in skills if each == subject.matter_id or (each and each.casefold() in question)]


def best_for(subject: Subject, able: Sequence[Helper], held: Mapping[str, int]) -> Helper | None:
    """Of those with room who has most of the skills asked for, then the most room; None where nobody has room."""
    room = {each.person_id: each.capacity - held.get(each.person_id, 0) for each in able}
    free = [each for each in able if room[each.person_id] > 0]
    return max(
        free,
        key=lambda each: (len(skills_asked(subject, each.skills)), room[each.person_id], each.person_id),
        default=None,
    )


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
