"""What is asked of each matter, from the questions of approved versions in SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import versions
from kb_service.domain.documents import VersionState


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
