"""Matters and departments in SQL."""

from collections.abc import Sequence

from sqlalchemy import select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import departments, matters
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Department, Matter


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

    def departments(self) -> Sequence[Department]:
        with self._database.reading() as connection:
            found = connection.execute(select(departments).order_by(departments.c.id)).all()
        return [
            Department(row.id, row.name, tuple(row.aliases), row.phone, row.hours, tuple(row.owns)) for row in found
        ]

    def replace(self, *, departments_: Sequence[Department], matters_: Sequence[Matter]) -> None:
        """Add these or overwrite those of the same id, in one transaction; others stay."""
        with self._database.writing() as connection:
            for table, values in ((departments, departments_), (matters, matters_)):
                for value in values:
                    row = {column.name: _plain(getattr(value, column.name)) for column in table.columns}
                    statement = self._database.insert(table).values(row)
                    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
