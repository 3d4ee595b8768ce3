"""Matters and departments in SQL; what is asked of each matter, and which districts have texts of their own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.schedules import schedules_within
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.tables import departments, matters, versions
from kb_service.adapters.sql.trail import record
from kb_service.domain.answers import MatterRef
from kb_service.domain.documents import Audience, VersionState
from kb_service.domain.matters import Department, Matter, region_path
from kb_service.domain.service_hours import ServiceHours, service_hours


class SqlCatalogue:
    """Implements `ports.Catalogue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def matters(self) -> Sequence[Matter]:
        with self._database.reading() as connection:
            found = connection.execute(select(matters).order_by(matters.c.id)).all()
        return [
            Matter(
                id=row.id,
                name=row.name,
                department_id=row.department_id,
                aliases=tuple(row.aliases),
                audience=Audience(row.audience) if row.audience else None,
                region=row.region,
            )
            for row in found
        ]

    def matter_names(self) -> Sequence[MatterRef]:
        """Of all of them, without reading the rest."""
        with self._database.reading() as connection:
            return [MatterRef(*row) for row in connection.execute(select(matters.c.id, matters.c.name))]

    def departments(self) -> Sequence[Department]:
        with self._database.reading() as connection:
            found = connection.execute(select(departments).order_by(departments.c.id)).all()
        return [
            Department(
                id=row.id,
                name=row.name,
                aliases=tuple(row.aliases),
                phone=row.phone,
                hours=row.hours,
                owns=tuple(row.owns),
                service_hours=service_hours(**row.service_hours) if row.service_hours else None,
                region=row.region,
                stands_for=row.stands_for,
                deputies=tuple(row.deputies or ()),
                juniors_reply_alone=bool(row.juniors_reply_alone),
                proposes_drafts=bool(row.proposes_drafts),
            )
            for row in found
        ]

    def replace(
        self, *, departments_: Sequence[Department], matters_: Sequence[Matter], actor: str, at: datetime
    ) -> None:
        """Add these or overwrite those of the same id, in one transaction; others stay."""
        subjects = [("department", each.id) for each in departments_] + [("matter", each.id) for each in matters_]
        with self._database.writing() as connection:
            was = seals(connection, subjects)
            for table, values in ((departments, departments_), (matters, matters_)):
                for value in values:
                    row = {column.name: _plain(getattr(value, column.name)) for column in table.columns}
                    statement = self._database.insert(table).values(row)
                    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
            if was != seals(connection, subjects):
                record(connection, at=at, actor=actor, action="catalogue", was=was)


def _plain(value: object) -> object:
    if isinstance(value, ServiceHours):
        return value.written()
    if isinstance(value, bool):
        return int(value) or None  # as rows from before the column have it
    return list(value) if isinstance(value, tuple) else value


_OF_REGIONS = select(versions.c.id, versions.c.document_id, versions.c.region).where(
    versions.c.matter_id == bindparam("matter_id"),
    versions.c.state == VersionState.APPROVED,
    versions.c.region.is_not(None),
)


class SqlDistricts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def with_own_text(self, matter_id: str, as_of: date) -> list[str]:
        """Paths of districts, in order, that have a text on the matter in force that day."""
        with self._database.reading() as connection:
            rows = connection.execute(_OF_REGIONS, {"matter_id": matter_id}).all()
            schedules = schedules_within(connection, sorted({row.document_id for row in rows}))
        in_force = {each.version_id for found in schedules.values() for each in found if each.interval.contains(as_of)}
        paths = {region_path(row.region) for row in rows if row.id in in_force}
        return sorted(path for path in paths if path is not None and "/" in path)


def questions_by_matter(database: Database) -> Mapping[str, Sequence[str]]:
    """Questions and similar questions by matter id, each once; of past and coming versions too: words do not expire."""
    query = (
        select(versions.c.matter_id, versions.c.question, versions.c.similar_questions)
        .where(versions.c.state == VersionState.APPROVED, versions.c.matter_id.is_not(None))
        .order_by(versions.c.matter_id, versions.c.id)
    )
    asked: dict[str, dict[str, None]] = defaultdict(dict)
    with database.reading() as connection:
        for row in connection.execute(query):
            asked[row.matter_id].update(dict.fromkeys(filter(None, (row.question, *row.similar_questions))))
    return {matter_id: tuple(questions) for matter_id, questions in asked.items() if questions}
