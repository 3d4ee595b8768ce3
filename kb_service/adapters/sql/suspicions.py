"""Suspicions in SQL: kept by examinations, listed, decided with an entry in the trail."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.rows import page_of
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.tables import examinations, passages, suspicions, versions
from kb_service.adapters.sql.trail import record
from kb_service.domain.documents import GIVEN_UP, VersionState
from kb_service.domain.errors import ReasonMissing, SuspicionNotFound
from kb_service.domain.queries import SuspicionQuery
from kb_service.domain.suspicions import (
    Place,
    Suspected,
    Suspicion,
    SuspicionKind,
    SuspicionPage,
    SuspicionSide,
    SuspicionState,
    state_after,
)

_EXAMINED_ALIKE = (VersionState.IN_REVIEW, VersionState.APPROVED)


class SqlSuspicions:
    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def keep(self, version_id: str, found: Sequence[Suspected], *, revision: int, at: datetime) -> int:
        """What an examination found, and that it was made; how many are new.

        What is known keeps its state. What is open and was not found again is no longer suspected.
        """
        fingerprints = {each.fingerprint for each in found}
        new = 0
        with self._database.writing() as connection:
            _forget_others(connection, version_id, fingerprints)
            for each in found:
                statement = self._database.insert(suspicions).values(suspicion_row(each, self._new_id(), at))
                added = statement.on_conflict_do_nothing().returning(suspicions.c.id)
                new += connection.execute(added).first() is not None
            examined = {"revision": revision, "examined_at": at}
            statement = self._database.insert(examinations).values(version_id=version_id, **examined)
            connection.execute(statement.on_conflict_do_update(index_elements=["version_id"], set_=examined))
        return new

    def list(self, wanted: SuspicionQuery, *, limit: int, cursor: str | None = None) -> SuspicionPage:
        """The newest first. Open ones about a version that was rejected or withdrawn have nothing left to decide.

        Raises InvalidRecord for a cursor that is none of ours.
        """
        query = SHOWN.where(*_conditions(wanted))
        with self._database.reading() as connection:
            found, following = page_of(connection, query, suspicions.c.found_at, suspicions.c.id, limit, cursor)
        return SuspicionPage([suspicion(row) for row in found], following)

    def is_examined(self, version_id: str, *, revision: int) -> bool:
        """Whether the version was compared with its neighbours as it is."""
        query = select(examinations.c.revision).where(examinations.c.version_id == version_id)
        with self._database.reading() as connection:
            return (connection.execute(query).scalar() or -1) >= revision

    def suspicion(self, suspicion_id: str) -> Suspicion:
        """Raises SuspicionNotFound."""
        with self._database.reading() as connection:
            return _one(connection, suspicion_id)

    def decide(
        self, suspicion_id: str, state: SuspicionState, *, actor: str, at: datetime, reason: str | None
    ) -> Suspicion:
        """Raises SuspicionNotFound, SuspicionDecided, and ReasonMissing for a decision that does not say why."""
        if not (given := (reason or "").strip()):
            raise ReasonMissing("say why: whoever reads the list later has only this")
        with self._database.writing() as connection:
            held = select(suspicions).where(suspicions.c.id == suspicion_id).with_for_update()
            row = connection.execute(held).first()
            if row is None:
                raise _missing(suspicion_id)
            was = seals(connection, [("suspicion", suspicion_id)])
            values = {
                "state": state_after(SuspicionState(row.state), state),
                "decided_at": at,
                "decided_by": actor,
                "decision_reason": given,
            }
            connection.execute(update(suspicions).where(suspicions.c.id == suspicion_id).values(values))
            decided = _one(connection, suspicion_id)
            detail = {
                "suspicion": suspicion_id,
                "kind": row.kind,
                "other_version": row.other_version_id,
                "before": row.state,
                "reason": given,
            }
            record(
                connection,
                at=at,
                actor=actor,
                action=f"suspicion_{state}",
                document_id=decided.ours.document_id,
                version_id=row.version_id,
                detail=detail,
                was=was,
            )
            return decided

    def rivals_of(self, version_id: str) -> frozenset[str]:
        """The versions that this one is suspected, or confirmed, to contradict."""
        mine, theirs = suspicions.c.version_id, suspicions.c.other_version_id
        query = (
            select(mine, theirs)
            .where(suspicions.c.kind == SuspicionKind.CONTRADICTION, or_(mine == version_id, theirs == version_id))
            .where(suspicions.c.state.in_([SuspicionState.OPEN, SuspicionState.CONFIRMED]))
        )
        with self._database.reading() as connection:
            return frozenset(each for row in connection.execute(query) for each in row) - {version_id}

    def confirmed_among(self, version_ids: Sequence[str], *, as_of: date) -> Sequence[tuple[str, str]]:
        """Pairs of versions with a confirmed contradiction, one of them among the given; one indexed read.

        Both are approved and their own dates cover the day; whether another version has ended them by then is not
        asked here.
        """
        if not version_ids:
            return []
        with self._database.reading() as connection:
            found = connection.execute(_CONFIRMED, {"version_ids": list(version_ids), "as_of": as_of})
            return [(row.version_id, row.other_version_id) for row in found]


def _conditions(wanted: SuspicionQuery) -> list[ColumnElement[bool]]:
    moot = or_(OURS.c.state.in_(GIVEN_UP), THEIRS.c.state.in_(GIVEN_UP))
    conditions: list[ColumnElement[bool]] = [or_(suspicions.c.state != SuspicionState.OPEN, ~moot)]
    if wanted.states:
        conditions.append(suspicions.c.state.in_(wanted.states))
    if wanted.kinds:
        conditions.append(suspicions.c.kind.in_(wanted.kinds))
    if (version_id := wanted.version_id) is not None:
        conditions.append(or_(suspicions.c.version_id == version_id, suspicions.c.other_version_id == version_id))
    if (matter_id := wanted.matter_id) is not None:
        conditions.append(or_(OURS.c.matter_id == matter_id, THEIRS.c.matter_id == matter_id))
    return conditions


def _forget_others(connection: Connection, version_id: str, fingerprints: set[str]) -> None:
    """Open suspicions of the version that its newest examination did not find; of others' only what it would have."""
    of_others = select(versions.c.id).where(versions.c.state.in_(_EXAMINED_ALIKE))
    touching = or_(
        suspicions.c.version_id == version_id,
        and_(suspicions.c.other_version_id == version_id, suspicions.c.version_id.in_(of_others)),
    )
    connection.execute(
        delete(suspicions)
        .where(suspicions.c.state == SuspicionState.OPEN, touching)
        .where(suspicions.c.fingerprint.not_in(fingerprints))
    )


def _one(connection: Connection, suspicion_id: str) -> Suspicion:
    row = connection.execute(SHOWN.where(suspicions.c.id == suspicion_id)).first()
    if row is None:
        raise _missing(suspicion_id)
    return suspicion(row)


def _missing(suspicion_id: str) -> SuspicionNotFound:
    return SuspicionNotFound(f"there is no suspicion {suspicion_id!r}; the id comes from the list of suspicions")


def _covers(version: FromClause, day: ColumnElement[date]) -> list[ColumnElement[bool]]:
    return [
        version.c.state == VersionState.APPROVED,
        or_(version.c.effective_from.is_(None), version.c.effective_from <= day),
        or_(version.c.effective_to.is_(None), version.c.effective_to > day),
    ]


OURS, THEIRS = versions.alias("ours"), versions.alias("theirs")
_AS_OF = bindparam("as_of", type_=Date)
_AMONG: BindParameter[str] = bindparam("version_ids", expanding=True)
_CONFIRMED = (
    select(suspicions.c.version_id, suspicions.c.other_version_id)
    .join(OURS, OURS.c.id == suspicions.c.version_id)
    .join(THEIRS, THEIRS.c.id == suspicions.c.other_version_id)
    .where(suspicions.c.state == SuspicionState.CONFIRMED)
    .where(suspicions.c.kind == SuspicionKind.CONTRADICTION)
    .where(or_(suspicions.c.version_id.in_(_AMONG), suspicions.c.other_version_id.in_(_AMONG)))
    .where(*_covers(OURS, _AS_OF), *_covers(THEIRS, _AS_OF))
)
_OUR_PASSAGE, _THEIR_PASSAGE = passages.alias("our_passage"), passages.alias("their_passage")
_SIDE_COLUMNS = ("document_id", "state", "title", "question", "matter_id", "effective_from", "effective_to")


def _side_columns(prefix: str, version: FromClause, passage: FromClause) -> list[ColumnElement[Any]]:
    columns = [version.c[name].label(f"{prefix}_{name}") for name in _SIDE_COLUMNS]
    return [*columns, *(passage.c[name].label(f"{prefix}_{name}") for name in ("text", "heading_path"))]


SHOWN: Select[Any] = (
    select(
        suspicions,
        *_side_columns("our", OURS, _OUR_PASSAGE),
        *_side_columns("their", THEIRS, _THEIR_PASSAGE),
    )
    .join(OURS, OURS.c.id == suspicions.c.version_id)
    .join(THEIRS, THEIRS.c.id == suspicions.c.other_version_id)
    .outerjoin(_OUR_PASSAGE, _OUR_PASSAGE.c.id == suspicions.c.passage_id)
    .outerjoin(_THEIR_PASSAGE, _THEIR_PASSAGE.c.id == suspicions.c.other_passage_id)
)


def suspicion_row(each: Suspected, suspicion_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": suspicion_id,
        "fingerprint": each.fingerprint,
        "kind": each.kind,
        "state": SuspicionState.OPEN,
        "version_id": each.ours.version_id,
        "other_version_id": each.theirs.version_id,
        "passage_id": each.ours.passage_id,
        "other_passage_id": each.theirs.passage_id,
        "detail": {"likeness": each.likeness, "ours": _spans(each.ours), "theirs": _spans(each.theirs)},
        "found_at": at,
    }


def _spans(place: Place) -> dict[str, Any]:
    return {"span": place.span, "figures": place.figures}


def suspicion(row: Row[Any]) -> Suspicion:
    return Suspicion(
        id=row.id,
        kind=SuspicionKind(row.kind),
        state=SuspicionState(row.state),
        ours=_side(row, "our", row.version_id, row.passage_id, row.detail["ours"]),
        theirs=_side(row, "their", row.other_version_id, row.other_passage_id, row.detail["theirs"]),
        likeness=row.detail["likeness"],
        found_at=row.found_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.decision_reason,
    )


def _side(row: Row[Any], prefix: str, version_id: str, passage_id: str | None, spans: dict[str, Any]) -> SuspicionSide:
    fields = {name: row._mapping[f"{prefix}_{name}"] for name in (*_SIDE_COLUMNS, "text", "heading_path")}
    span = tuple(spans["span"]) if spans["span"] else None
    place = Place(version_id, passage_id, span, tuple((start, end) for start, end in spans["figures"]))
    state, headings = VersionState(fields.pop("state")), tuple(fields.pop("heading_path") or ())
    return SuspicionSide(place=place, state=state, heading_path=headings, **fields)
