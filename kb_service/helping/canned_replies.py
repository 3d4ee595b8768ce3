"""Canned replies: who may set them up, which a helper is offered, and what stands for their variables in a talk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import Field

from kb_service.domain.canned_replies import CannedReply, filled, unknown_variables
from kb_service.domain.causes import Cause
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import CannedReplyNotFound, InvalidCannedReply, NotAllowed, VocabularyFault
from kb_service.domain.escalations import Escalation, Helper
from kb_service.domain.matters import Department, Matter
from kb_service.domain.people import Actor, Role
from kb_service.text.vocabulary import Words, load


class Variable(StrEnum):
    """What a canned reply may have filled in from the talk."""

    DEPARTMENT = "department"
    MATTER = "matter"
    HELPER = "helper"
    PHONE = "phone"
    HOURS = "hours"
    TODAY = "today"


class _Written(Words):
    title: str = Field(min_length=1)
    text: str = Field(min_length=1)
    shortcut: str | None = None


class CannedReplyWords(Words):
    """`prompts/canned_replies.yaml`."""

    variables: Mapping[Variable, str]
    otherwise: Mapping[Variable, str]
    day: str
    replies: Sequence[_Written]


def load_canned_reply_words(prompts_dir: Path) -> CannedReplyWords:
    """Raises VocabularyFault, also where a text names a variable that there is not."""
    words = load(prompts_dir, "canned_replies.yaml", CannedReplyWords)
    unknown = [name for each in words.replies for name in unknown_variables(each.text, words.variables.values())]
    if unknown or set(words.variables) != set(Variable):
        faults = ", ".join(unknown) or "variables: all of them need a name"
        raise VocabularyFault(f"{prompts_dir / 'canned_replies.yaml'} names unknown variables or lacks one: {faults}")
    return words


class CannedReplyStore(Protocol):
    """Where they are kept, each change with its entry in the trail."""

    def all(self) -> Sequence[CannedReply]: ...

    def save(self, reply: CannedReply, *, actor: str, at: datetime) -> None: ...

    def remove(self, reply: CannedReply, *, actor: str, at: datetime) -> None: ...


class CannedReplies:
    """An administrator sets up all, a lead those of their own departments; helpers see theirs and those for all."""

    def __init__(
        self,
        *,
        store: CannedReplyStore,
        words: CannedReplyWords,
        helper: Callable[[str], Helper | None],
        departments: Callable[[], Sequence[Department]],
        matters: Callable[[], Sequence[Matter]],
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._words = words
        self._of_site = [CannedReply(None, None, each.title, each.text, each.shortcut) for each in words.replies]
        self._helper = helper
        self._departments = departments
        self._matters = matters
        self._now = now
        self._new_id = new_id

    def seen_by(self, actor: Actor) -> Sequence[CannedReply]:
        """The site's own, those for all, and those of the actor's departments."""
        kept = self._store.all()
        return [*self._of_site, *(each for each in kept if self._is_seen(each.department_id, actor))]

    def for_talk(self, talk: Escalation, helper: str) -> Sequence[CannedReply]:
        """Of the talk's department and those for all, filled in as this helper would say them."""
        kept = [each for each in self._store.all() if each.department_id in (None, talk.department_id)]
        value_of = self._values(talk, helper)
        own_first = sorted(kept, key=lambda each: each.department_id is None)
        return [replace(each, text=filled(each.text, value_of)) for each in [*own_first, *self._of_site]]

    def add(self, reply: CannedReply, actor: Actor) -> CannedReply:
        """Raises InvalidCannedReply, NotAllowed."""
        self._require_may_write(reply.department_id, actor)
        return self._save(replace(reply, id=self._new_id()), actor)

    def change(self, reply: CannedReply, actor: Actor) -> CannedReply:
        """Raises CannedReplyNotFound, InvalidCannedReply, NotAllowed."""
        self._require_may_write(self._known(reply.id, actor).department_id, actor)
        self._require_may_write(reply.department_id, actor)
        return self._save(reply, actor)

    def remove(self, reply_id: str, actor: Actor) -> None:
        """Raises CannedReplyNotFound, NotAllowed."""
        known = self._known(reply_id, actor)
        self._require_may_write(known.department_id, actor)
        self._store.remove(known, actor=actor.person_id, at=self._now())

    def _save(self, reply: CannedReply, actor: Actor) -> CannedReply:
        clean = replace(reply, title=reply.title.strip(), text=reply.text.strip(), shortcut=_shortcut(reply.shortcut))
        if not clean.title or not clean.text:
            raise InvalidCannedReply("a canned reply has a title and a text")
        names = list(self._words.variables.values())
        for unknown in unknown_variables(clean.text, names):
            known = "、".join(f"{{{each}}}" for each in names)
            raise InvalidCannedReply(
                f"there is no variable {{{unknown}}}; use one of {known}",
                Cause("unknown_variable", {"name": unknown, "known": known}),
            )
        same = [each for each in self._store.all() if each.department_id == clean.department_id]
        if clean.shortcut and any(each.shortcut == clean.shortcut and each.id != clean.id for each in same):
            raise InvalidCannedReply(f"another one has the shortcut {clean.shortcut!r} already; choose another")
        self._store.save(clean, actor=actor.person_id, at=self._now())
        return clean

    def _known(self, reply_id: str | None, actor: Actor) -> CannedReply:
        for each in self._store.all():
            if each.id == reply_id and self._is_seen(each.department_id, actor):
                return each
        raise CannedReplyNotFound(f"there is no canned reply {reply_id!r} for you; GET /v1/canned-replies lists them")

    def _is_seen(self, department_id: str | None, actor: Actor) -> bool:
        if department_id is None or Role.ADMIN in actor.roles:
            return True
        helper = self._helper(actor.person_id)
        return helper is not None and helper.serves(department_id)

    def _require_may_write(self, department_id: str | None, actor: Actor) -> None:
        if Role.ADMIN in actor.roles:
            return
        helper = self._helper(actor.person_id)
        if helper is None or not helper.is_lead or department_id is None or not helper.serves(department_id):
            raise NotAllowed("a lead sets up canned replies of their own departments, an administrator all others")

    def _values(self, talk: Escalation, helper: str) -> Mapping[str, str]:
        department = next((each for each in self._departments() if each.id == talk.department_id), None)
        matter = next((each for each in self._matters() if each.id == talk.subject.matter_id), None)
        who = self._helper(helper)
        today = self._now().astimezone(SHANGHAI)
        known = {
            Variable.DEPARTMENT: department.name if department else talk.department_id,
            Variable.MATTER: matter.name if matter else None,
            Variable.HELPER: who.name if who else helper,
            Variable.PHONE: department.phone if department else None,
            Variable.HOURS: department.hours if department else None,
            Variable.TODAY: self._words.day.format(month=today.month, day=today.day),
        }
        return {
            self._words.variables[each]: value or self._words.otherwise.get(each, "") for each, value in known.items()
        }


def _shortcut(written: str | None) -> str | None:
    """Raises InvalidCannedReply for one with blanks, which ends where it is typed."""
    shortcut = (written or "").strip()
    if any(map(str.isspace, shortcut)):
        raise InvalidCannedReply("a shortcut is one word, without blanks")
    return shortcut or None
