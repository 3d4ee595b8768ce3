"""The verbs of an emergency: switch off, take back, announce, end. One person suffices; the trail tells who and why."""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from kb_service.domain.announcements import LONGEST_ANNOUNCEMENT, Announcement, Reach
from kb_service.domain.errors import InvalidAnnouncement, ReasonMissing, SubjectUnknown, SwitchNotFound
from kb_service.domain.matters import Department, Matter, comparable
from kb_service.domain.switches import Covers, Standing, Switch, switched_off
from kb_service.ports import Catalogue

# What another process switched off is heeded so soon at the latest.
_LOOKED_SECONDS = 1.0
_MOST_NAMED = 5


class EmergencyStore(Protocol):
    """Switches and announcements, as they are kept."""

    def standing(self, *, at: datetime) -> tuple[Sequence[Switch], Sequence[Announcement]]: ...

    def switch_off(self, switch: Switch) -> Switch: ...

    def switch_on(self, switch_id: str, *, actor: str, at: datetime, reason: str) -> Switch: ...

    def announce(self, announcement: Announcement) -> None: ...

    def end(self, announcement_id: str, *, actor: str, at: datetime) -> Announcement: ...


class Emergencies:
    """Safe among threads. ``actor``: a person id."""

    def __init__(
        self,
        *,
        store: EmergencyStore,
        catalogue: Catalogue,
        documents_among: Callable[[Collection[str]], Collection[str]],
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._documents_among = documents_among
        self._now = now
        self._new_id = new_id
        self._clock = clock
        self._lock = threading.Lock()
        self._standing = Standing()
        self._looked_at = float("-inf")

    def standing(self) -> Standing:
        """At most a second old: each question asks, so the database is not asked for each."""
        with self._lock:
            started = self._clock()
            if started - self._looked_at >= _LOOKED_SECONDS:
                switches, announcements = self._store.standing(at=self._now())
                self._standing = Standing(switched_off(switches), tuple(announcements))
                self._looked_at = started
            return self._standing

    def switch_off(self, covers: Covers | None, named: str, *, actor: str, reason: str) -> Switch:
        """``named``: an id, a name or an alias. Without ``covers``: a matter of this name, else a department, else a
        document. Off already, it stays as it is. Raises ReasonMissing, SubjectUnknown.
        """
        if not reason.strip():
            raise ReasonMissing("a switch says why; give a reason")
        kind, subject_id = self._covered(covers, named)
        switch = Switch(self._new_id(), kind, subject_id, reason.strip(), self._now(), actor)
        kept = self._store.switch_off(switch)
        self._look_again()
        return kept

    def switch_on(self, switch_id: str, *, actor: str, reason: str) -> Switch:
        """Raises ReasonMissing, SwitchNotFound."""
        if not reason.strip():
            raise ReasonMissing("taking a switch back says why; give a reason")
        taken_back = self._store.switch_on(switch_id, actor=actor, at=self._now(), reason=reason.strip())
        self._look_again()
        return taken_back

    def off_by_name(self, covers: Covers | None, named: str) -> Switch:
        """The switch that is off now for what is named so, or has this id. Raises SwitchNotFound, SubjectUnknown."""
        switches, _ = self._store.standing(at=self._now())
        for each in switches:
            if each.id == named:
                return each
        wanted = self._covered(covers, named)
        for each in switches:
            if (each.covers, each.subject_id) == wanted:
                return each
        raise SwitchNotFound(f"{named or 'everything'!r} is not switched off; `kb switch list` shows what is")

    def announce(
        self,
        text: str,
        *,
        reach: Reach,
        named: str,
        actor: str,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> Announcement:
        """From now on, unless ``starts_at`` says otherwise. Raises InvalidAnnouncement, SubjectUnknown."""
        at = self._now()
        starts_at = starts_at or at
        if not text.strip() or len(text.strip()) > LONGEST_ANNOUNCEMENT:
            raise InvalidAnnouncement(f"an announcement has 1 to {LONGEST_ANNOUNCEMENT} characters")
        if ends_at is not None and ends_at <= max(starts_at, at):
            raise InvalidAnnouncement("it would be over before it begins, or is over already; correct ends_at")
        made = Announcement(
            id=self._new_id(),
            text=text.strip(),
            reach=reach,
            subject_id=self._reached(reach, named),
            starts_at=starts_at,
            ends_at=ends_at,
            made_at=at,
            made_by=actor,
        )
        self._store.announce(made)
        self._look_again()
        return made

    def end(self, announcement_id: str, *, actor: str) -> Announcement:
        """Raises AnnouncementNotFound."""
        ended = self._store.end(announcement_id, actor=actor, at=self._now())
        self._look_again()
        return ended

    def _look_again(self) -> None:
        with self._lock:
            self._looked_at = float("-inf")

    def _covered(self, covers: Covers | None, named: str) -> tuple[Covers, str | None]:
        match covers:
            case Covers.EVERYTHING:
                return covers, None
            case Covers.MATTER:
                return covers, _known(self._catalogue.matters(), named, "matter")
            case Covers.DEPARTMENT:
                return covers, _known(self._catalogue.departments(), named, "department")
            case Covers.DOCUMENT:
                return covers, self._document(named)
            case None:
                return self._whatever_is(named)

    def _whatever_is(self, named: str) -> tuple[Covers, str]:
        for covers, things in (
            (Covers.MATTER, self._catalogue.matters()),
            (Covers.DEPARTMENT, self._catalogue.departments()),
        ):
            if _named_so(things, named):
                return covers, _known(things, named, covers)
        if self._documents_among([named]):
            return Covers.DOCUMENT, named
        near = _near([*self._catalogue.matters(), *self._catalogue.departments()], named)
        raise SubjectUnknown(f"no matter, department or document is named {named!r}{near}")

    def _document(self, named: str) -> str:
        if not self._documents_among([named]):
            raise SubjectUnknown(f"there is no document {named!r}; a document goes by its id, see /v1/search")
        return named

    def _reached(self, reach: Reach, named: str) -> str | None:
        match reach:
            case Reach.ALL:
                return None
            case Reach.CHANNEL:
                if not named.strip():
                    raise SubjectUnknown("say for which channel, as the frontend sends it with its questions")
                return named.strip()
            case Reach.DEPARTMENT:
                return _known(self._catalogue.departments(), named, "department")
            case Reach.MATTER:
                return _known(self._catalogue.matters(), named, "matter")


def _known(things: Sequence[Matter] | Sequence[Department], named: str, what: str) -> str:
    found = _named_so(things, named)
    if len(found) == 1:
        return found[0].id
    if found:
        ids = ", ".join(each.id for each in found)
        raise SubjectUnknown(f"several go by the name {named!r}; give one of the ids {ids}")
    raise SubjectUnknown(f"there is no {what} {named!r}{_near(things, named)}")


def _named_so(things: Sequence[Matter] | Sequence[Department], named: str) -> list[Matter | Department]:
    """By id, name or alias; a name counts before an alias."""
    wanted = comparable(named)
    if not wanted:
        return []
    by_name = [each for each in things if wanted in (comparable(each.id), comparable(each.name))]
    return by_name or [each for each in things if wanted in map(comparable, each.aliases)]


def _near(things: Sequence[Matter | Department] | Sequence[Matter] | Sequence[Department], named: str) -> str:
    """What may have been meant."""
    wanted = comparable(named)
    names = [each.name for each in things if wanted and wanted in comparable(each.name)]
    return f"; did you mean {', '.join(names[:_MOST_NAMED])}?" if names else ""
