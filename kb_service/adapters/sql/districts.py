"""Which districts have a text of their own on a matter."""

from datetime import date

from sqlalchemy import select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.schedules import schedules_within
from kb_service.adapters.sql.tables import versions
from kb_service.domain.documents import VersionState
from kb_service.domain.matters import region_path


class SqlDistricts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def with_own_text(self, matter_id: str, as_of: date) -> list[str]:
        """Paths of districts, in order, that have a text on the matter in force that day."""
        query = select(versions.c.id, versions.c.document_id, versions.c.region).where(
            versions.c.matter_id == matter_id,
            versions.c.state == VersionState.APPROVED,
            versions.c.region.is_not(None),
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            schedules = schedules_within(connection, sorted({row.document_id for row in rows}))
        in_force = {each.version_id for found in schedules.values() for each in found if each.interval.contains(as_of)}
        paths = {region_path(row.region) for row in rows if row.id in in_force}
        return sorted(path for path in paths if path is not None and "/" in path)
